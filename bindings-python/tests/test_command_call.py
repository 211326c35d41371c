"""`call` and `settle`: any call from a terminal, and how a write has ended whose answer was lost."""

import json
from pathlib import Path
from typing import Any

import pytest

PATH = "/open-apis/corehr/v2/processes/{process_id}"


def objects(out: str) -> "list[dict[str, Any]]":
    return [json.loads(line) for line in out.splitlines()]


def test_call_writes_the_data_of_the_answer(command: Any, sandbox: Any) -> None:
    process_id = sandbox.info["processes"]["rich"]
    result = command("call", "get", PATH, "--path-parameter", f"process_id={process_id}")
    assert result.exit_code == 0, result.output
    (data,) = objects(result.stdout)
    assert data["process_id"] == process_id
    assert "log id: " in result.stderr


def test_call_sends_what_it_is_told(command: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    path = ("--path-parameter", f"process_id={process_id}")
    result = command(
        *("call", "PUT", "/open-apis/corehr/v2/process_withdraw/{process_id}", *path),
        *("--query", "user_id_type=open_id", "--body", '{"system_user": true}', "--json"),
    )
    assert result.exit_code == 0, result.output
    (answer,) = objects(result.stdout)
    assert (answer["status"], answer["data"]) == (200, {})
    assert answer["log_id"]
    assert answer["headers"]
    entry = sandbox.log()[-1]
    assert "user_id_type=open_id" in entry["query"]
    assert sandbox.status(process_id) == 4


@pytest.mark.parametrize("way", ["@", "-"])
def test_call_takes_its_body_from_elsewhere(way: str, command: Any, sandbox: Any, tmp_path: Path) -> None:
    process_id = sandbox.running()
    body = '{"system_user": true}'
    (tmp_path / "body.json").write_text(body)
    written = f"@{tmp_path / 'body.json'}" if way == "@" else "-"
    path = f"/open-apis/corehr/v2/process_withdraw/{process_id}"
    assert command("call", "PUT", path, "--body", written, stdin=body).exit_code == 0
    assert sandbox.status(process_id) == 4


def test_call_dry_sends_nothing(command: Any, sandbox: Any) -> None:
    result = command("call", "PUT", "/open-apis/x/{id}", "--path-parameter", "id=7", "--body", "{}", "--dry-run")
    assert objects(result.stdout) == [
        {"method": "PUT", "path": "/open-apis/x/{id}", "path_parameters": {"id": "7"}, "query": [], "body": {}}
    ]
    assert sandbox.log() == []


@pytest.mark.parametrize(
    "wrong",
    [
        ["GET", "/elsewhere"],
        ["GET", PATH],
        ["GET", PATH, "--path-parameter", "process_id"],
        ["GET", PATH, "--query", "=7"],
        ["PUT", "/open-apis/x", "--body", "{"],
        ["PUT", "/open-apis/x", "--body", "@no.json"],
        ["HEAD", "/open-apis/x"],
        ["GET", "/open-apis/x", "--quota", "0", "1"],
    ],
)
def test_a_wrong_call_is_told_and_nothing_is_sent(wrong: "list[str]", command: Any, sandbox: Any) -> None:
    result = command("call", *wrong)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert sandbox.log() == []


def test_a_call_whose_answer_is_lost_ends_with_4(command: Any, sandbox: Any) -> None:
    sandbox.fault("withdraw_process", "rst-after-applied")
    path = f"/open-apis/corehr/v2/process_withdraw/{sandbox.running()}"
    assert command("call", "PUT", path, "--body", '{"system_user": true}').exit_code == 4


def test_call_keeps_the_quota_that_it_is_told(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import feishu_corehr

    told: dict[str, Any] = {}

    def call(_: object, *arguments: object, **options: object) -> None:
        told.update(options, method=arguments[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(feishu_corehr.Client, "call", call)
    assert command("call", "GET", "/open-apis/x", "--quota", "100", "60").exit_code == 5
    assert (told["quota"], told["method"]) == ((100, 60.0), "GET")


def test_settle_tells_how_it_ended(command: Any, sandbox: Any) -> None:
    processes = sandbox.info["processes"]
    ids = [processes["withdrawn"], processes["completed"], processes["running"]]
    result = command("settle", *ids, "--since", "10m", "--json")
    assert result.exit_code == 3, result.output
    assert [one["settled"] for one in objects(result.stdout)] == ["done", "elsewhere", "not_done"]
    assert objects(result.stdout)[0]["attribution"]
    assert command("settle", ids[0], "--since", "10m").exit_code == 0
    assert processes["withdrawn"] in command("settle", ids[0], "--since", "10m").stdout
    revoked = command("settle", processes["revoked"], ids[0], "--since", "10m", "--goal", "revoked", "--json")
    assert [one["settled"] for one in objects(revoked.stdout)] == ["done", "elsewhere"]


def test_settle_tells_what_is_unclear(command: Any, sandbox: Any) -> None:
    process_id = str(sandbox.control("processes", {"status": 77})["process_ids"][0])
    result = command("settle", process_id, "--since", "10m", "--json")
    assert result.exit_code == 4, result.output
    assert objects(result.stdout)[0]["settled"] == "unclear"


def test_settle_wants_to_know_since_when(command: Any, sandbox: Any) -> None:
    assert command("settle", "7").exit_code == 2
    assert sandbox.log() == []
