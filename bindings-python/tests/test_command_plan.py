"""What is told before a write, and that nothing is written before it, by a dry run, or by what is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FLOW = "people_7000000000000000001_7000000000000000002"


def add(sandbox: Any, count: int, **fields: object) -> "list[str]":
    created = sandbox.control("processes", [fields or {"status": 1}] * count)
    return [str(one) for one in created["process_ids"]]


def writes(sandbox: Any) -> "list[dict[str, Any]]":
    return [entry for entry in sandbox.log() if entry["method"] == "PUT"]


def would(out: str) -> "dict[str, str]":
    objects = [json.loads(line) for line in out.splitlines()]
    assert {one["type"] for one in objects} == {"dry_run"}
    return {one["process_id"]: one["would"] for one in objects}


@pytest.mark.parametrize(
    ("subcommand", "possible", "already"),
    [("withdraw", ["running"], ["withdrawn"]), ("revoke", ["completed"], ["revoked", "revoking"])],
)
def test_a_dry_run_tells_what_a_write_would_find(
    subcommand: str, possible: "list[str]", already: "list[str]", command: Any, sandbox: Any
) -> None:
    processes = sandbox.info["processes"]
    there = ("running", "rejected", "withdrawn", "revoked", "completed", "revoking")
    ids = [*(processes[name] for name in there), "7999999999999999999"]
    result = command(subcommand, *ids, "--as-system", "--dry-run", "--json")
    assert result.exit_code == 3
    expected = {
        processes[name]: "possible" if name in possible else "done already" if name in already else "not possible"
        for name in there
    }
    assert would(result.stdout) == {**expected, "7999999999999999999": "not readable"}
    assert writes(sandbox) == []
    assert "may have changed" in result.stderr
    shown = command(subcommand, *ids, "--as-system", "--dry-run")
    assert processes[possible[0]] not in shown.stdout
    assert f"{processes['rejected']}\tnot possible" in shown.stdout


def test_a_dry_run_of_what_is_possible_reaches_all(command: Any, sandbox: Any) -> None:
    ids = add(sandbox, 30)
    assert command("withdraw", *ids, "--as-system", "--dry-run").exit_code == 0
    assert writes(sandbox) == []


def test_a_dry_run_does_not_import_what_writes(sandbox: Any) -> None:
    import os

    arguments = ["feishu-corehr", "withdraw", sandbox.running(), "--as-system", "--dry-run"]
    script = (
        f"import sys; sys.argv = {arguments!r}\n"
        "from feishu_corehr_command import main\n"
        "try:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "assert 'feishu_corehr_command.plan' in sys.modules\n"
        "assert 'feishu_corehr_command.bulk' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, **sandbox.variables()})


def test_no_module_but_one_writes() -> None:
    import feishu_corehr_command

    folder = Path(feishu_corehr_command.__file__).parent
    writing = ("withdraw_process", "revoke_process", "review_task", "transfer_tasks", "add_approvers", "start_process")
    for path in folder.rglob("*.py"):
        for name in writing:
            called = any(f".{name}{end}" in path.read_text(encoding="utf-8") for end in ("(", "es", "es("))
            assert not called or path.name == "bulk.py", path


def test_the_plan_tells_how_many_of_what_how_long_and_what_it_costs(command: Any, sandbox: Any) -> None:
    name = {"zh_cn": "加班", "en_us": "Overtime"}
    ids = add(sandbox, 5) + add(sandbox, 2, detail={"flow_definition_name": name}) + add(sandbox, 1, initiator=None)
    result = command("withdraw", *ids, ids[0], "--as-system", "--dry-run")
    for words in (
        "to withdraw: 8",
        "dropped: 1",
        "of 8 that were read",
        "possible 8",
        "Overtime 2",
        "the system 1",
        "about 1 s at 50 a second",
        "calls of the month: 8",
        "this plan took 8",
    ):
        assert words in result.stderr, (words, result.stderr)
    shared = command("withdraw", *ids, "--as-system", "--dry-run", "--rate-share", "0.1", "--look", "0")
    assert "about 2 s at 5 a second" in shared.stderr


def test_as_many_are_read_as_is_said_and_spread_over_the_list(command: Any, sandbox: Any) -> None:
    ids = add(sandbox, 40)
    result = command("withdraw", *ids, "--as-system", "--dry-run", "--look", "4", "--json")
    read = [one for one, state in would(result.stdout).items() if state == "possible"]
    assert read == [ids[0], ids[10], ids[20], ids[30]]
    assert len(sandbox.log("get_process")) == 4
    sandbox.reset()
    assert command("withdraw", ids[0], "--as-system", "--dry-run", "--look", "0").exit_code == 0
    assert sandbox.log() == []


def test_an_app_that_may_not_read_is_told_so_and_goes_on(command: Any, sandbox: Any) -> None:
    ids = add(sandbox, 3)
    sandbox.control("settings", {"scopes": ["corehr:process.instance:write"]})
    result = command("withdraw", *ids, "--as-system", "--dry-run", "--json")
    assert result.exit_code == 0
    assert "corehr:process:read" in result.stderr
    assert set(would(result.stdout).values()) == {"not read"}


def test_a_filter_chooses_among_those_that_can_be_acted_on(command: Any, sandbox: Any) -> None:
    mine = add(sandbox, 2, flow_definition_id=FLOW)
    done = add(sandbox, 1, flow_definition_id=FLOW, status=9)
    chosen = ("--since", "1d", "--flow", FLOW, "--as-system", "--dry-run", "--json")
    assert set(would(command("withdraw", *chosen).stdout)) == set(mine)
    assert set(would(command("withdraw", *chosen, "--status", "in_progress").stdout)) == set(mine)
    assert set(would(command("revoke", *chosen).stdout)) == set(done)
    before = ("--since", "2d", "--until", "1d", "--as-system", "--dry-run")
    result = command("withdraw", *before)
    assert result.exit_code == 2
    assert "no process is like that" in result.stderr


def test_ids_come_from_a_file_or_from_standard_input(command: Any, sandbox: Any, tmp_path: Path) -> None:
    one, two = add(sandbox, 2)
    (tmp_path / "a.csv").write_bytes(f"姓名,流程ID\n甲,{one}\n乙,{two}\n丙,{one}\n".encode("gbk"))
    more = ("--as-system", "--dry-run", "--json")
    result = command("withdraw", "--csv", str(tmp_path / "a.csv"), "--column", "流程ID", *more)
    assert set(would(result.stdout)) == {one, two}
    assert "dropped: 1" in result.stderr
    assert set(would(command("withdraw", "-", *more, stdin=f"{one}\n{two}\n").stdout)) == {one, two}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--as-system"], "say which processes"),
        (["7", "--csv", "a.csv", "--as-system"], "say which processes"),
        (["7", "--since", "1d", "--as-system"], "say which processes"),
        (["7", "--column", "a", "--as-system"], "--column"),
        (["--flow", FLOW, "--as-system"], "--since is missing"),
        (["--since", "1d", "--status", "completed", "--as-system"], "--status"),
        (["7"], "who acts"),
        (["7", "--as-system", "--as-user", "ou_1"], "who acts"),
        (["x", "--as-system"], "no process id"),
        (["7.32835E+18", "--as-system"], "digits are lost"),
        (["--csv", "no.csv", "--column", "a", "--as-system"], "cannot be read"),
        (["7", "--as-system", "--expect", "2"], "and not 2"),
        (["7", "--as-system", "--report", "a.txt"], "--report"),
        (["7", "--as-system", "--journal", "a", "--no-journal"], "exclude each other"),
        (["7", "--as-system", "--max-failures", "0"], "--max-failures"),
        ([*map(str, range(7, 28)), "--as-system"], "--yes"),
    ],
)
@pytest.mark.parametrize("subcommand", ["withdraw", "revoke"])
def test_wrong_usage_is_told_and_nothing_is_sent(
    subcommand: str, arguments: "list[str]", words: str, command: Any, sandbox: Any
) -> None:
    if arguments[:3] == ["--since", "1d", "--status"] and subcommand == "revoke":
        arguments = [*arguments[:3], "in_progress", *arguments[4:]]
    result = command(subcommand, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
    assert sandbox.log() == []


def test_wrong_credentials_end_a_plan(command: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEISHU_APP_SECRET", "wrong")
    assert command("withdraw", sandbox.running(), "--as-system").exit_code == 5
    assert writes(sandbox) == []
