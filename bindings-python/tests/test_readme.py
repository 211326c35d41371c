"""The README's examples run as they stand."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
(GEVENT,) = re.findall(r"```py\n(from gevent.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(
    number: int,
    sandbox: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "Client()" in EXAMPLES[number]:
        monkeypatch.setenv("FEISHU_APP_ID", sandbox.info["app_id"])
        monkeypatch.setenv("FEISHU_APP_SECRET", sandbox.info["app_secret"])
        monkeypatch.setenv("FEISHU_BASE_URL", sandbox.http)
    # The only thing that a reader's program does not need: the sandbox is on loopback, without TLS.
    code = EXAMPLES[number].replace("Client()", "Client(allow_insecure_loopback=True)").replace("…", "x")
    names = {
        "process_id": sandbox.running(),
        "process_ids": [sandbox.running() for _ in range(3)],
        "user": sandbox.info["users"]["process_administrator"]["open_id"],
        "flow_definition_id": "people_7000000000000000000_7100000000000000000",
        "__name__": "example",
    }
    if "list_start_candidates" in code:
        sandbox.fault("start_process", "rst-after-applied")
    exec(compile(code, f"README example {number}", "exec"), names)
    out = capsys.readouterr().out
    assert "Error(" not in out
    if number < 2:
        assert "ours" in out.lower()
    if "list_start_candidates" in code:
        assert re.fullmatch(r"\d+ Annual leave \d+ in_progress\n", out)


def test_there_are_examples_of_everything() -> None:
    assert len(EXAMPLES) == 11
    words = ["AsyncClient", "withdraw_processes", "transport", "decode_reply", "explain", "list_processes"]
    words += ["client.call(", "opentelemetry", "with_options", ".pages()", "list_start_candidates"]
    for word in words:
        assert word in TEXT


def test_the_example_for_gevent_runs_and_holds_up_no_other_greenlet(sandbox: Any) -> None:
    # Each call asks for its token, and gets it from a greenlet that fetches it while all of them wait.
    before = """
        import json, sys
        from gevent.monkey import get_original
        url, app, *process_ids = sys.argv[1:]
        tokens, pause = [], get_original("time", "sleep")

        def token():
            while not tokens:
                pause(0.001)
            return tokens[0]

        def fetch():
            import urllib.request
            with urllib.request.urlopen(url, app.encode()) as answer:
                tokens.append(json.load(answer)["tenant_access_token"])
    """
    code = GEVENT.replace("Client()", "Client(token=token, allow_insecure_loopback=True)")
    code = code.replace("gevent.joinall(jobs)", "gevent.joinall([*jobs, gevent.spawn(fetch)])")
    app = json.dumps({name: sandbox.info[name] for name in ("app_id", "app_secret")})
    url = f"{sandbox.http}/open-apis/auth/v3/tenant_access_token/internal"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(before) + code, url, app, *(sandbox.running() for _ in range(3))],
        env={**os.environ, "FEISHU_BASE_URL": sandbox.http},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout == "[Attribution.OURS, Attribution.OURS, Attribution.OURS]\n", done.stderr
