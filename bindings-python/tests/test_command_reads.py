"""The subcommands that read: list, get, wait, explain, doctor, and the one that runs the sandbox."""

import json
import signal
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from servers import Server, answer

from feishu_corehr_command import times
from feishu_corehr_command.commands import sandbox as sandbox_module
from feishu_corehr_command.connection import Connection
from feishu_corehr_command.health import connection_findings

FLOW = "people_7000000000000000001_7000000000000000002"


def objects(out: str) -> "list[dict[str, Any]]":
    return [json.loads(line) for line in out.splitlines()]


def test_list_writes_ids_one_a_line_and_nothing_else(command: Any, sandbox: Any) -> None:
    result = command("list", "--since", "1d")
    assert result.exit_code == 0
    ids = result.stdout.splitlines()
    assert set(sandbox.info["processes"].values()) <= set(ids)
    assert all(one.isdigit() for one in ids)
    assert f"listed: {len(ids)}" in result.stderr
    assert [line["process_id"] for line in objects(command("list", "--since", "1d", "--json").stdout)] == ids


def test_list_obeys_each_filter(command: Any, sandbox: Any) -> None:
    def add(**fields: object) -> str:
        return str(sandbox.control("processes", fields)["process_ids"][0])

    then = datetime(2026, 3, 4, 5, 6, tzinfo=timezone.utc)
    old = add(modify_time=int(then.timestamp() * 1000), status=2)
    other = add(flow_definition_id=FLOW)

    def listed(*arguments: str) -> "list[str]":
        result = command("list", *arguments)
        assert result.exit_code == 0, result.stderr
        return list(result.stdout.split())

    assert listed("--since", "2026-03-04T05:06Z", "--until", "2026-03-04T05:06Z") == [old]
    assert listed("--since", "2026-03-04T13:06+08:00", "--until", "2026-03-05T00:00+08:00") == [old]
    assert old not in listed("--since", "2026-03-04T05:07Z")
    assert listed("--since", "1d", "--flow", FLOW) == [other]
    completed = listed("--since", "1d", "--status", "completed")
    assert sandbox.info["processes"]["completed"] in completed
    assert other not in completed
    both = listed("--since", "1d", "--status", "completed", "--status", "in_progress")
    assert {other, *completed} <= set(both)
    assert listed("--since", "1d", "--limit", "2") == listed("--since", "1d")[:2]


def test_list_names_an_id_once(command: Any, sandbox: Any) -> None:
    page = {"process_ids": ["7400000000000000001", "7400000000000000001"], "has_more": False}
    step = {"on": "list_processes", "answer": {"status": 200, "json": {"code": 0, "data": page}}}
    sandbox.control("script", {"steps": [step]})
    assert command("list", "--since", "1d").stdout == "7400000000000000001\n"


def test_list_wants_a_span(command: Any, sandbox: Any) -> None:
    for wrong in ([], ["--since", "yesterday"], ["--since", "2026-13-01"], ["--since", "1d", "--limit", "0"]):
        result = command("list", *wrong)
        assert (result.exit_code, result.stdout) == (2, ""), wrong
    assert sandbox.log() == []


def test_a_day_is_meant_to_its_end() -> None:
    since = times.Moment(is_end=False).convert("2026-11-01", None, None)
    until = times.Moment(is_end=True).convert("2026-11-01", None, None)
    assert since.tzinfo is not None
    assert until - since == timedelta(days=1, milliseconds=-1)
    exact = times.Moment(is_end=True).convert("2026-11-01T09:30:00Z", None, None)
    assert exact == datetime(2026, 11, 1, 9, 30, tzinfo=timezone.utc)


def test_ago_is_counted_from_now() -> None:
    for written, ago in (("30m", timedelta(minutes=30)), ("12h", timedelta(hours=12)), ("2w", timedelta(weeks=2))):
        before = datetime.now(timezone.utc)
        moment = times.Moment(is_end=False).convert(written, None, None)
        assert before - ago <= moment <= datetime.now(timezone.utc) - ago


def test_get_shows_a_table_and_json_has_everything(command: Any, sandbox: Any) -> None:
    rich = sandbox.info["processes"]["rich"]
    completed = sandbox.info["processes"]["completed"]
    head, first, second = command("get", rich, completed).stdout.splitlines()
    assert head.split("\t")[:3] == ["process id", "status", "name"]
    assert first.split("\t")[:4] == [rich, "in_progress", "Annual leave correction", "A"]
    assert second.split("\t")[:2] == [completed, "completed"]
    one, two = objects(command("get", rich, completed, "--json").stdout)
    assert (one["process_id"], one["process"]["status"], two["process"]["status"]) == (rich, 1, 9)
    assert one["log_id"]


def test_get_takes_ids_from_standard_input(command: Any) -> None:
    result = command("get", "-", "--json", stdin="7400000000000000001\n\n 7400000000000000002\n")
    assert [one["process_id"] for one in objects(result.stdout)] == ["7400000000000000001", "7400000000000000002"]


def test_get_shows_users_by_the_kind_of_id_that_is_asked_for(command: Any, sandbox: Any) -> None:
    process_id = sandbox.info["processes"]["running"]
    (one,) = objects(command("get", process_id, "--json", "--user-id-type", "user_id").stdout)
    assert one["process"]["initiator_id"] == sandbox.info["users"]["initiator"]["user_id"]


def test_get_shows_what_it_could_read(command: Any) -> None:
    result = command("get", "7400000000000000001", "7999999999999999999", "--json")
    assert result.exit_code == 3
    assert [one["process_id"] for one in objects(result.stdout)] == ["7400000000000000001"]
    assert "7999999999999999999: " in result.stderr


def test_an_unknown_status_shows_its_number(command: Any, sandbox: Any) -> None:
    process_id = str(sandbox.control("processes", {"status": 77})["process_ids"][0])
    assert command("get", process_id).stdout.splitlines()[1].split("\t")[1] == "unknown 77"


def test_what_a_server_wrote_cannot_steer_the_terminal(command: Any, sandbox: Any) -> None:
    name = "\x1b[2J\x9b1m\u202etxt\u2066 [red]年假[/red]\n7400000000000000001\tcompleted"
    created = sandbox.control("processes", {"process_name": {"zh_cn": name, "en_us": name}})
    result = command("get", str(created["process_ids"][0]))
    assert result.exit_code == 0, result.output
    assert not set("\x1b\x9b\u202e\u2066") & set(result.stdout)
    assert len(result.stdout.splitlines()) == 2
    assert "[red]年假[/red]" in result.stdout


def test_wait_ends_when_all_have_ended(command: Any, sandbox: Any) -> None:
    processes = sandbox.info["processes"]
    result = command("wait", processes["completed"], processes["rejected"], "--json")
    assert result.exit_code == 0, result.stderr
    assert [one["process"]["status"] for one in objects(result.stdout)] == [9, 2]


def test_wait_waits_for_a_status_and_no_longer_than_it_may(command: Any, sandbox: Any) -> None:
    running = sandbox.info["processes"]["running"]
    assert command("wait", running, "--status", "in_progress").exit_code == 0
    result = command("wait", running, "--timeout", "2")
    assert (result.exit_code, result.stdout) == (3, "")
    assert running in result.stderr


def test_explain_names_class_effect_and_advice_in_both_languages(command: Any) -> None:
    shown = command("explain", "1161006")
    assert shown.exit_code == 0
    for words in ("withdraw_process", "class: not_withdrawable", "effect of a write: unknown", "try again: no"):
        assert words in shown.stdout
    assert "what to do: check whether the process is completed" in shown.stdout
    assert "怎么办: 流程的审批已全部结束" in shown.stdout
    (fields,) = objects(command("explain", "1161006", "--json").stdout)
    assert fields["operations"] == ["withdraw_process"]
    assert fields["advice"]["zh"].startswith("流程的审批已全部结束")


def test_explain_tells_a_number_that_means_two_things_as_two(command: Any) -> None:
    told = objects(command("explain", "1161001", "--json").stdout)
    assert len(told) == 2
    assert {name for one in told for name in one["operations"]} == {"review_task", "start_process"}
    (one,) = objects(command("explain", "1161001", "--json", "--operation", "start_process").stdout)
    assert one["operations"] == ["start_process"]


def test_explain_tells_a_code_of_the_gateway_once(command: Any) -> None:
    assert "operations: all" in command("explain", "99991400").stdout


def test_explain_does_not_know_everything(command: Any, sandbox: Any) -> None:
    result = command("explain", "424242")
    assert (result.exit_code, result.stdout) == (3, "")
    assert command("explain", "1161006", "--operation", "no_such").exit_code == 2
    assert command("explain", "many").exit_code == 2
    assert sandbox.log() == []


def doctor(command: Any, *arguments: str) -> "tuple[int, dict[str, str], dict[str, str]]":
    result = command("doctor", "--json", *arguments)
    found = objects(result.stdout)
    states = {one["check"]: one["state"] for one in found}
    return result.exit_code, states, {one["check"]: one["found"] + " | " + one["advice"] for one in found}


def test_doctor_finds_nothing_wrong_and_writes_nothing(command: Any, sandbox: Any) -> None:
    code, states, _ = doctor(command)
    assert code == 0
    checks = ("credentials", "proxy", "connection", "token", "scope for reading", "scope for writing", "quota")
    assert {states[name] for name in checks} == {"ok"}
    assert states["certificate"] == "look"
    assert not any(entry["method"] == "PUT" or entry["applied"] for entry in sandbox.log())
    assert "scope for writing" in command("doctor").stdout


def test_doctor_tells_missing_credentials(command: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEISHU_APP_SECRET")
    code, states, told = doctor(command)
    assert (code, states) == (3, {"credentials": "failed"})
    assert "FEISHU_APP_SECRET" in told["credentials"]
    assert sandbox.log() == []


def test_doctor_tells_wrong_credentials(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_APP_SECRET", "wrong")
    code, states, told = doctor(command)
    assert (code, states["token"], states["connection"]) == (3, "failed", "ok")
    assert states["scope for reading"] == "not checked"
    assert "check app id" in told["token"]


@pytest.mark.parametrize(
    ("scopes", "missing", "there"),
    [
        (["corehr:process:read"], "scope for writing", "scope for reading"),
        (["corehr:process.instance:write"], "scope for reading", "scope for writing"),
    ],
)
def test_doctor_tells_a_missing_scope(
    scopes: "list[str]", missing: str, there: str, command: Any, sandbox: Any
) -> None:
    sandbox.control("settings", {"scopes": scopes})
    code, states, told = doctor(command)
    assert (code, states[missing], states[there]) == (3, "failed", "ok")
    assert "corehr:process" in told[missing]
    assert "grant" in told[missing]


def test_doctor_tells_that_nobody_answers(command: Any) -> None:
    code, states, told = doctor(command, "--base-url", "http://127.0.0.1:1")
    assert (code, states["connection"], states["token"]) == (3, "failed", "not checked")
    assert "network" in told["connection"] or "base URL" in told["connection"]


def test_doctor_tells_an_untrusted_certificate_and_how_long_a_trusted_one_lasts(command: Any, sandbox: Any) -> None:
    code, states, told = doctor(command, "--base-url", sandbox.https)
    assert (code, states["certificate"], states["token"]) == (3, "failed", "not checked")
    assert "--root-certificates" in told["certificate"]
    trusted = ("--base-url", sandbox.https, "--root-certificates", sandbox.info["certificate"])
    code, states, told = doctor(command, *trusted)
    assert (code, states["token"]) == (0, "ok"), told
    assert "days" in told["certificate"]


@pytest.mark.parametrize(("fault", "check"), [("99991403", "quota"), ("99991401", "connection"), ("99991662", "token")])
def test_doctor_tells_what_feishu_refuses(fault: str, check: str, command: Any, sandbox: Any) -> None:
    sandbox.fault("list_processes", fault, times=0)
    code, states, _ = doctor(command)
    assert (code, states[check]) == (3, "failed")


def test_doctor_tells_a_proxy_that_is_not_obeyed(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:8080")
    code, states, told = doctor(command)
    assert (code, states["proxy"]) == (0, "look")
    assert "--trust-env" in told["proxy"]


def test_doctor_tells_a_proxy_that_does_not_answer_and_no_password(
    command: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEISHU_PROXY", "http://user:hunter2@127.0.0.1:1")
    result = command("doctor", "--json", "--base-url", sandbox.https)
    assert result.exit_code == 3
    assert "hunter2" not in result.output


@pytest.mark.parametrize(("off", "words"), [(3600, "behind"), (-3600, "ahead"), (0, "within")])
def test_doctor_compares_clocks(off: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    then = datetime.now(timezone.utc) + timedelta(seconds=off)
    date = then.strftime("Date: %a, %d %b %Y %H:%M:%S GMT")
    monkeypatch.setenv("FEISHU_APP_ID", "cli_a")
    monkeypatch.setenv("FEISHU_APP_SECRET", "secret")
    with Server(
        answer({"code": 0, "data": {}, "tenant_access_token": "t-a", "expire": 7200}, "200 OK", date)
    ) as server:
        connection = Connection(
            base_url=server.url,
            secret_file=None,
            allow_other_hosts=False,
            insecure_loopback=True,
            proxy=None,
            trust_env=False,
            root_certificates=None,
            rate_share=1.0,
            deadline=None,
        )
        found = {one.name: one for one in connection_findings(connection)}
    assert words in found["clock"].found
    assert found["clock"].state == ("failed" if off else "ok")


def test_the_sandbox_says_how_to_use_it(sandbox: Any, tmp_path: Path) -> None:
    import os

    program = os.environ.get("FEISHU_COREHR_SANDBOX") or str(
        Path(__file__).parents[2] / "target/debug" / sandbox_module.PROGRAM
    )
    (tmp_path / sandbox_module.PROGRAM).symlink_to(program)
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from feishu_corehr_command.commands import sandbox\n"
        f"sandbox._program = lambda: {str(tmp_path / sandbox_module.PROGRAM)!r}\n"
        "from feishu_corehr_command import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, "sandbox", "--demo-processes", "3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    start = json.loads(process.stdout.readline())
    assert len(start["more"]) == 3
    assert process.stderr.readline() == "in another terminal:\n"
    line = process.stderr.readline()
    assert f"FEISHU_BASE_URL={start['http']}" in line
    assert "FEISHU_INSECURE_LOOPBACK=1" in line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 5


def test_without_the_sandbox_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "_program", lambda: None)
    result = CliRunner().invoke(sandbox_module.sandbox_command, [])
    assert result.exit_code == 2
    assert "feishu-corehr-sandbox" in result.stderr
