"""Runs of the command: what comes of them, how they are stopped, gone on with, shown and reported."""

import csv
import io
import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import feishu_corehr
from feishu_corehr import Already, OpenId, PeopleCorehrId, ReadBack, System, UnionId, UserId

# Who is started by a script in the background ignores the signal.
START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from feishu_corehr_command import main; main()"
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are kept below the home."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def objects(out: str) -> "list[dict[str, Any]]":
    return [json.loads(line) for line in out.splitlines()]


def running(sandbox: Any, count: int) -> "list[str]":
    return [str(one) for one in sandbox.control("processes", [{"status": 1}] * count)["process_ids"]]


def start(sandbox: Any, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **sandbox.variables()},
    )


def applied(sandbox: Any) -> "list[str]":
    return [entry["process_id"] for entry in sandbox.log() if entry["applied"]]


def test_all_reached(command: Any, sandbox: Any) -> None:
    ids = running(sandbox, 5)
    result = command("withdraw", *ids, "--as-system")
    assert result.exit_code == 0, result.output
    assert [sandbox.status(one) for one in ids] == [4] * 5
    assert "ours\t5" in result.stdout
    assert "5 of 5 reached" in result.stderr


def test_revoke_revokes(command: Any, sandbox: Any) -> None:
    process_id = sandbox.info["processes"]["completed"]
    result = command("revoke", process_id, "--as-system")
    assert result.exit_code == 0, result.output
    assert sandbox.status(process_id) in (8, 15)


def test_json_is_all_that_is_on_standard_output(command: Any, sandbox: Any) -> None:
    processes = sandbox.info["processes"]
    ids = [*running(sandbox, 3), processes["completed"], processes["withdrawn"], "7999999999999999999"]
    result = command("withdraw", *ids, "--as-system", "--json")
    assert result.exit_code == 3, result.output
    *results, report = objects(result.stdout)
    assert {one["type"] for one in results} == {"result"}
    assert sorted(one["process_id"] for one in results) == sorted(ids)
    outcomes = {one["process_id"]: one["outcome"] for one in results}
    assert [outcomes[one] for one in ids[3:]] == ["not_withdrawable", "unattributed", "rejected"]
    assert (report["type"], report["planned"], report["ours"], report["ended"]) == ("report", 6, 3, "complete")
    assert (report["not_withdrawable"], report["rejected"]) == ({"9": 1}, {"1160100": 1})
    told = next(one for one in results if one["outcome"] == "rejected")
    assert told["log_id"]
    assert told["advice"]["zh"]


def test_what_was_not_reached_is_told_with_advice(command: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    process_id = sandbox.info["processes"]["completed"]
    result = command("withdraw", process_id, "--as-system")
    assert result.exit_code == 3
    assert process_id in result.stdout
    assert "completed 1" in result.stdout
    assert "→ " in result.stderr
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "不可操作" in command("withdraw", process_id, "--as-system").stdout


def test_what_nobody_knows_ends_with_4(command: Any, sandbox: Any) -> None:
    (process_id,) = running(sandbox, 1)
    sandbox.fault("withdraw_process", "rst-after-request-not-applied")
    result = command("withdraw", process_id, "--as-system", "--read-back", "never", "--json")
    assert result.exit_code == 4, result.output
    assert objects(result.stdout)[-1]["unresolved"] == 1


def test_what_stops_a_run_ends_with_5(command: Any, sandbox: Any) -> None:
    ids = running(sandbox, 3)
    sandbox.fault("withdraw_process", "99991403", times=0)
    result = command("withdraw", *ids, "--as-system", "--json")
    assert result.exit_code == 5, result.output
    report = objects(result.stdout)[-1]
    assert (report["ended"], report["ours"]) == ("stopped", 0)
    assert report["reason"]
    assert "runs resume" in result.stderr
    assert applied(sandbox) == []


class Recorded(Exception):  # noqa: N818 - it is the end of a test
    """What the library was called with."""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--as-system"], {"actor": System(), "reason": None}),
        (["--as-user", "a"], {"actor": OpenId("a")}),
        (["--as-user", "a", "--user-id-type", "union_id"], {"actor": UnionId("a")}),
        (["--as-user", "a", "--user-id-type", "user_id"], {"actor": UserId("a")}),
        (["--as-user", "a", "--user-id-type", "people_corehr_id"], {"actor": PeopleCorehrId("a")}),
        (["--as-system", "--reason", "重复"], {"reason": "重复"}),
        (["--as-system", "--check-first"], {"check_first": True}),
        (["--as-system", "--read-back", "required"], {"read_back": ReadBack.REQUIRED}),
        (["--as-system", "--already", "error"], {"already": Already.ERROR}),
        (["--as-system", "--max-in-flight", "3"], {"max_in_flight": 3}),
        (["--as-system", "--max-failures", "4"], {"max_failures": 4}),
        (["--as-system", "--keep-reasons"], {"keep_reasons": True}),
        (["--as-system", "--journal", "a.sqlite"], {"journal": "a.sqlite"}),
        (["--as-system", "--no-journal"], {"journal": None}),
    ],
)
@pytest.mark.parametrize("subcommand", ["withdraw", "revoke"])
def test_options_of_a_run(
    subcommand: str,
    arguments: "list[str]",
    expected: "dict[str, object]",
    command: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def record(_: object, ids: "list[str]", **options: object) -> None:
        raise Recorded({"ids": ids, **options})

    monkeypatch.setattr(feishu_corehr.Client, f"{subcommand}_processes", record)
    raised = command(subcommand, "7", "8", "7", "--look", "0", *arguments).exception
    assert isinstance(raised, Recorded)
    options = raised.args[0]
    assert options["ids"] == ["7", "8"]
    if "already" in expected:
        expected = {"already_withdrawn" if subcommand == "withdraw" else "already_revoked": expected["already"]}
    assert {name: options[name] for name in expected} == expected


def test_many_are_done_when_it_is_said_yes(command: Any, sandbox: Any) -> None:
    ids = running(sandbox, 60)
    result = command("withdraw", *ids, "--as-system", "--yes", "--look", "0", "--expect", "60")
    assert result.exit_code == 0, result.output
    assert {sandbox.status(one) for one in ids} == {4}


def test_a_report_has_every_process(command: Any, sandbox: Any, tmp_path: Path) -> None:
    ids = [*running(sandbox, 3), sandbox.info["processes"]["completed"]]
    for more in ([], ["--no-journal"]):
        path = tmp_path / "a.csv"
        result = command("withdraw", *ids, "--as-system", "--report", str(path), *more)
        assert result.exit_code == 3, result.output
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert [row["process_id"].strip() for row in rows] == ids
        assert rows[-1]["outcome"] == "not_withdrawable"
        assert rows[-1]["advice"]


def test_a_run_is_kept_shown_and_exported(command: Any, sandbox: Any, tmp_path: Path) -> None:
    ids = running(sandbox, 3)
    assert command("withdraw", *ids, "--as-system", "--reason", "secret words").exit_code == 0
    shown = command("runs", "show")
    assert shown.exit_code == 0, shown.output
    _, row = shown.stdout.splitlines()
    path, _, operation, count, state = row.split("\t")
    assert (operation, count, state) == ("withdraw_process", "3", "complete")
    assert "ours\t3" in command("runs", "show", path).stdout
    assert command("runs", "export", path, str(tmp_path / "a.json")).exit_code == 0
    content = json.loads((tmp_path / "a.json").read_text())
    assert [one["process_id"] for one in content["results"]] == ids
    journal = b"".join(one.read_bytes() for one in Path(path).parent.iterdir())
    assert b"secret words" not in journal
    assert os.environ["FEISHU_APP_SECRET"].encode() not in journal
    before = len(sandbox.log())
    again = command("runs", "resume", path)
    assert again.exit_code == 2, again.output
    assert "--reason" in again.stderr
    assert command("runs", "resume", path, "--reason", "secret words").exit_code == 0
    assert len(sandbox.log()) == before


def slowly(sandbox: Any, count: int, milliseconds: int) -> None:
    """The next withdrawals are answered late."""
    step = {"on": "withdraw_process", "delay_ms": milliseconds, "answer": {"real": True}}
    sandbox.control("script", {"steps": [step] * count})


def test_ctrl_c_drains_and_the_run_is_gone_on_with(command: Any, sandbox: Any, tmp_path: Path) -> None:
    ids = running(sandbox, 60)
    journal = str(tmp_path / "run.sqlite")
    slowly(sandbox, 60, 500)
    more = ("--as-system", "--yes", "--look", "0", "--journal", journal, "--max-in-flight", "1", "--json")
    process = start(sandbox, "withdraw", *ids, *more)
    sandbox.until(lambda: len(sandbox.log("withdraw_process")) >= 2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 5, (out, err)
    *_, report = objects(out)
    assert (report["ended"], report["unresolved"]) == ("cancelled", 0)
    assert report["ours"] + report["not_attempted"] == 60
    assert report["not_attempted"] > 0
    assert f"runs resume {journal}" in err
    assert len(applied(sandbox)) == report["ours"]
    slowly(sandbox, 0, 0)
    result = command("runs", "resume", journal, "--yes", "--json")
    assert result.exit_code == 0, result.output
    assert objects(result.stdout)[-1]["ours"] == 60
    assert sorted(applied(sandbox)) == sorted(ids)


def test_a_second_ctrl_c_stops_at_once(command: Any, sandbox: Any, tmp_path: Path) -> None:
    ids = running(sandbox, 10)
    journal = str(tmp_path / "run.sqlite")
    sandbox.fault("withdraw_process", "timeout-not-applied", times=0)
    process = start(sandbox, "withdraw", *ids, "--as-system", "--look", "0", "--journal", journal)
    sandbox.until(lambda: sandbox.log("withdraw_process"))
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    while "stopping" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (5, "")
    assert f"runs resume {journal}" in err
    assert "Traceback" not in err
    sandbox.reset()
    assert command("runs", "show", journal).exit_code == 0


def test_a_journal_that_is_in_use_is_refused(command: Any, sandbox: Any, tmp_path: Path) -> None:
    (one,) = running(sandbox, 1)
    journal = str(tmp_path / "run.sqlite")
    slowly(sandbox, 1, 60_000)
    process = start(sandbox, "withdraw", one, "--as-system", "--look", "0", "--journal", journal)
    sandbox.until(lambda: sandbox.log("withdraw_process"))
    before = len(sandbox.log())
    for arguments in (
        ("withdraw", one, "--as-system", "--look", "0", "--journal", journal),
        ("runs", "resume", journal),
        ("runs", "show", journal),
    ):
        result = command(*arguments)
        assert result.exit_code in (2, 5), arguments
        assert "in use" in result.stderr, arguments
    assert len(sandbox.log()) == before
    process.kill()
    process.communicate(timeout=60)


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "journal"), (b"no database at all, but long enough" * 40, "journal")]
)
def test_what_is_no_journal_is_refused(content: bytes, words: str, command: Any, sandbox: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    path.write_bytes(content)
    for arguments in (("runs", "show", str(path)), ("runs", "resume", str(path)), ("runs", "show", str(path) + "2")):
        result = command(*arguments)
        assert result.exit_code == 2, arguments
        assert words in result.stderr
    assert not Path(str(path) + "2").exists()
    assert sandbox.log() == []


def test_a_journal_of_another_app_of_another_list_or_of_a_newer_version_is_refused(
    command: Any, sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = running(sandbox, 2)
    journal = str(tmp_path / "run.sqlite")
    more = ("--as-system", "--look", "0", "--journal", journal)
    assert command("withdraw", *ids, *more).exit_code == 0
    before = len(sandbox.log())
    assert command("withdraw", ids[0], *more).exit_code in (2, 5)
    assert command("revoke", *ids, *more).exit_code in (2, 5)
    with monkeypatch.context() as changed:
        changed.setenv("FEISHU_APP_ID", "cli_other")
        assert command("runs", "resume", journal).exit_code in (2, 5)
    database = sqlite3.connect(journal)
    database.execute("UPDATE run SET version = 99")
    database.commit()
    database.close()
    for subcommand in ("show", "resume"):
        result = command("runs", subcommand, journal)
        assert result.exit_code == 2
        assert "99" in result.stderr
    assert len(sandbox.log()) == before


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, sandbox: Any, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        variables = {**os.environ, **sandbox.variables(), "TERM": "xterm-256color", "COLUMNS": "120"}
        command = [sys.executable, "-c", START, *arguments]
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=variables)
        os.close(slave)
        self.seen = ""

    def until(self, words: "str | None") -> str:
        """Read until these words, or the end."""
        while words is None or words not in self.seen:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            if not data:
                assert words is None, self.seen
                break
            self.seen += data.decode()
        return self.seen

    def type(self, line: str) -> None:
        os.write(self.master, line.encode() + b"\n")

    def end(self) -> int:
        self.until(None)
        os.close(self.master)
        return self.process.wait(60)


def test_on_a_terminal_the_number_is_typed_in_and_a_bar_is_shown(sandbox: Any) -> None:
    ids = running(sandbox, 25)
    terminal = Terminal(sandbox, "withdraw", *ids, "--as-system", "--look", "0")
    terminal.until("type the number of processes")
    terminal.type("25")
    seen = terminal.until("25 of 25 reached")
    assert terminal.end() == 0, seen
    assert "25/25" in seen
    assert "ours 25" in seen
    assert "\x1b[" in seen
    assert len(applied(sandbox)) == 25


@pytest.mark.parametrize("typed", ["24", "", "yes", "250"])
def test_another_number_stops_it(typed: str, sandbox: Any) -> None:
    ids = running(sandbox, 25)
    terminal = Terminal(sandbox, "withdraw", *ids, "--as-system", "--look", "0")
    terminal.until("type the number of processes")
    terminal.type(typed)
    assert terminal.end() == 2, terminal.seen
    assert applied(sandbox) == []


def test_no_color_is_obeyed(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal(sandbox, "get", sandbox.info["processes"]["rich"])
    assert terminal.end() == 0
    assert "\x1b[3" not in terminal.seen
    assert "Annual leave correction" in terminal.seen


def test_elsewhere_there_are_no_colors(sandbox: Any) -> None:
    process = start(sandbox, "withdraw", sandbox.info["processes"]["completed"], "--as-system")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "\x1b" not in out + err
