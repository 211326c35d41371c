"""The command as a program: how it starts, its languages, its connection, its exit codes, and what goes where."""

import ast
import json
import os
import re
import signal
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import feishu_corehr
import feishu_corehr_command
from feishu_corehr_command import chinese, results, texts
from feishu_corehr_command.group import SUBCOMMANDS

PACKAGE = Path(feishu_corehr_command.__file__).parent
# Words that stand in data and are translated where they are shown.
WORDS = {
    *("process id", "status", "name", "initiator", "started", "ended", "waiting for"),
    *("in_progress", "rejected", "withdrawn", "revoked", "completed", "revoking", "unknown", "none", "applied"),
    *("ok", "look", "failed", "not checked"),
    *("credentials", "proxy", "connection", "certificate", "clock", "token", "quota"),
    *("scope for reading", "scope for writing"),
    *("possible", "done already", "not possible", "not read", "not readable"),
    *("result", "what happened", "log id", "journal", "count", "operation", "state"),
    *("complete", "paused", "stopped", "cancelled", "broken off"),
    *("done", "not_done", "elsewhere", "unclear"),
    *results.OUTCOMES,
    *results.MEANINGS.values(),
}


def run(*arguments: str, variables: "dict[str, str] | None" = None, stdin: str = "") -> Any:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "feishu_corehr_command", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(variables or {})},
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("arguments", [[], *([name] for name in sorted(SUBCOMMANDS))])
def test_help_imports_neither_the_library_nor_rich(arguments: "list[str]") -> None:
    script = (
        "import sys\n"
        f"sys.argv = ['feishu-corehr', *{arguments!r}, '--help']\n"
        "from feishu_corehr_command import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('feishu_corehr', 'rich')])\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Usage: feishu-corehr" in result.stdout
    assert result.stdout.splitlines()[-1] == "[]"


def test_without_its_libraries_it_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "feishu_corehr_command").symlink_to(PACKAGE)
    # -S: without site-packages.
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from feishu_corehr_command import main; main()"
    result = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "click, rich" in result.stderr
    assert 'pip install "feishu-corehr[cli]"' in result.stderr
    assert "Traceback" not in result.stderr


def test_the_version_is_the_librarys(command: Any) -> None:
    assert command("--version").stdout.strip() == feishu_corehr.__version__


def test_the_program_is_installed() -> None:
    result = subprocess.run(
        [Path(sys.executable).parent / "feishu-corehr", "--version"], capture_output=True, check=True
    )
    assert result.stdout.decode().strip() == feishu_corehr.__version__


def messages() -> "set[str]":
    """Every text that the sources show."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_the_catalogue_has_every_message_and_no_other() -> None:
    assert messages() | WORDS == set(chinese.TEXTS)


def test_a_message_has_the_same_places_in_both_languages() -> None:
    def places(template: str) -> "set[str]":
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    for english, translated in chinese.TEXTS.items():
        if "{" in english:
            assert places(english) == places(translated), english
        assert re.search(r"[\uff1a\u4e00-\u9fff]", translated), english


@pytest.mark.parametrize(
    ("variables", "is_chinese"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_TW.UTF-8"}, True),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, False),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, False),
    ],
)
def test_the_locale_chooses_the_language(
    variables: "dict[str, str]", is_chinese: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert texts.text("stopped") == ("已停止" if is_chinese else "stopped")


def test_help_is_chinese_too() -> None:
    assert "撤回飞书人事" in run("--help", variables={"LC_ALL": "zh_CN.UTF-8"}).stdout


def test_chinese_is_written_to_a_pipe_whatever_its_encoding(sandbox: Any) -> None:
    process_id = sandbox.info["processes"]["rich"]
    variables = {**sandbox.variables(), "LC_ALL": "zh_CN.UTF-8", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    result = run("get", process_id, "--json", variables=variables)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["process"]["process_name"]["zh_cn"] == "年假更正"


class Recorded(Exception):  # noqa: N818 - it is the end of a test
    """The options that the client was made with."""


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ([], {}, {"allow_other_hosts": False, "allow_insecure_loopback": False, "trust_env": False, "rate_share": 1.0}),
        ([], {}, {"base_url": feishu_corehr.FEISHU, "app_secret": None, "deadline": None, "proxy": None}),
        (["--base-url", "lark"], {}, {"base_url": feishu_corehr.LARK}),
        (["--base-url", "https://one.example"], {}, {"base_url": "https://one.example"}),
        ([], {"FEISHU_BASE_URL": "LARK"}, {"base_url": feishu_corehr.LARK}),
        (["--allow-other-hosts"], {}, {"allow_other_hosts": True}),
        (["--insecure-loopback"], {}, {"allow_insecure_loopback": True}),
        ([], {"FEISHU_INSECURE_LOOPBACK": "1"}, {"allow_insecure_loopback": True}),
        (["--proxy", "http://proxy.example:8080"], {}, {"proxy": "http://proxy.example:8080"}),
        ([], {"FEISHU_PROXY": "http://user:pass@proxy.example"}, {"proxy": "http://user:pass@proxy.example"}),
        (["--trust-env"], {}, {"trust_env": True}),
        (["--root-certificates", "roots.pem"], {}, {"root_certificates": "roots.pem"}),
        ([], {"FEISHU_ROOT_CERTIFICATES": "roots.pem"}, {"root_certificates": "roots.pem"}),
        (["--rate-share", "0.5"], {}, {"rate_share": 0.5}),
        (["--deadline", "7"], {}, {"deadline": 7.0}),
    ],
)
@pytest.mark.parametrize("subcommand", [["get", "7"], ["list", "--since", "1d"], ["wait", "7"]])
def test_options_of_a_connection(
    subcommand: "list[str]",
    arguments: "list[str]",
    variables: "dict[str, str]",
    expected: "dict[str, object]",
    command: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def record(**options: object) -> None:
        raise Recorded(options)

    monkeypatch.setattr(feishu_corehr, "AsyncClient", record)
    monkeypatch.setattr(feishu_corehr, "Client", record)
    for name in ("FEISHU_BASE_URL", "FEISHU_INSECURE_LOOPBACK"):
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    raised = command(*subcommand, *arguments).exception
    assert isinstance(raised, Recorded)
    options = raised.args[0]
    assert {name: options[name] for name in expected} == expected


def test_a_secret_comes_from_a_file_or_a_descriptor(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = os.environ["FEISHU_APP_SECRET"]
    monkeypatch.delenv("FEISHU_APP_SECRET")
    assert command("list", "--since", "1d").exit_code == 2
    (tmp_path / "secret").write_text(secret + "\n")
    assert command("list", "--since", "1d", "--secret-file", str(tmp_path / "secret")).exit_code == 0
    reading, writing = os.pipe()
    os.write(writing, secret.encode())
    os.close(writing)
    assert command("list", "--since", "1d", "--secret-file", f"/dev/fd/{reading}").exit_code == 0
    os.close(reading)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"x" * 5000])
def test_a_file_that_has_no_secret_is_refused(content: "bytes | None", command: Any, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    result = command("list", "--since", "1d", "--secret-file", str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--secret-file" in result.stderr


def test_no_argument_takes_the_secret_or_a_proxys_password(command: Any) -> None:
    assert command("list", "--since", "1d", "--app-secret", "x").exit_code == 2
    result = command("list", "--since", "1d", "--proxy", "http://user:hunter2@proxy.example")
    assert result.exit_code == 2
    assert "FEISHU_PROXY" in result.stderr
    assert "hunter2" not in result.output


def test_without_credentials_nothing_is_sent(command: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEISHU_APP_ID")
    result = command("get", "7400000000000000001")
    assert result.exit_code == 2
    assert "FEISHU_APP_ID" in result.stderr
    assert sandbox.log() == []


@pytest.mark.parametrize(
    ("fault", "code"), [("99991401", 5), ("99991403", 5), ("99991672", 5), ("99991662", 5), ("unknown-116", 3)]
)
def test_what_would_fail_for_all_stops(fault: str, code: int, command: Any, sandbox: Any) -> None:
    sandbox.fault("get_process", fault, times=0)
    result = command("get", "7400000000000000001", "7400000000000000002")
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert "log id" in result.stderr


def test_wrong_credentials_stop_in_the_language_of_the_locale(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_APP_SECRET", "wrong")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = command("get", "7400000000000000001")
    assert result.exit_code == 5
    assert "错误" in result.stderr
    assert "请检查 app_id" in result.stderr
    assert "wrong" not in result.output.replace("is wrong", "")


def test_ctrl_c_stops_a_read(sandbox: Any) -> None:
    sandbox.fault("get_process", "timeout-not-applied", times=0)
    # Who is started by a script in the background ignores the signal.
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from feishu_corehr_command import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "wait", "7400000000000000001"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **sandbox.variables()},
    )
    sandbox.until(lambda: sandbox.log("get_process"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (5, "", "stopped\n")


def test_who_reads_only_the_beginning_gets_no_complaint(sandbox: Any) -> None:
    for _ in range(300):
        sandbox.running()
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "feishu_corehr_command", "list", "--since", "1d"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **sandbox.variables()},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(120) == 5


def test_an_unknown_subcommand_is_wrong_usage(command: Any) -> None:
    assert command("withdrow").exit_code == 2


def test_it_completes_its_subcommands_in_a_shell() -> None:
    variables = {"_FEISHU_COREHR_COMPLETE": "bash_complete", "COMP_WORDS": "feishu-corehr l", "COMP_CWORD": "1"}
    program = Path(sys.executable).parent / "feishu-corehr"
    result = subprocess.run([program], capture_output=True, text=True, env={**os.environ, **variables}, check=False)
    assert result.stdout.strip() == "plain,list"
