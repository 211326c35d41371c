"""Runs over many processes: results, totals, pace, and the journal, on a real SQLite file."""

import asyncio
import contextvars
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Sandbox

import feishu_corehr
from feishu_corehr import AsyncClient, BulkEnd, BulkOutcome, Client, Effect, InvalidArgumentError, Status, System

FAST = {"withdraw_process": (100_000, 1.0), "revoke_process": (100_000, 1.0), "get_process": (100_000, 1.0)}


def fast(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return sandbox.options(quotas=FAST, **more)


def many(sandbox: Sandbox, count: int, **fields: object) -> "list[str]":
    ids = [str(sandbox.next_id + number) for number in range(1, count + 1)]
    sandbox.next_id += count
    sandbox.control("processes", [{"process_id": process_id, **fields} for process_id in ids])
    return ids


def run(client: Any, method: str, ids: "list[str]", **options: Any) -> "tuple[list[Any], Any]":
    """All results and the report, of either client."""
    made = getattr(client, method)(ids, **options)
    if isinstance(client, Client):
        return list(made), made.report

    async def collected() -> "list[Any]":
        return [result async for result in made]

    return asyncio.run(collected()), made.report


@pytest.fixture(params=[Client, AsyncClient])
def client(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    return request.param(**fast(sandbox))


def writes(sandbox: Sandbox) -> "list[str]":
    return [entry["process_id"] for entry in sandbox.log("withdraw_process")]


def test_every_process_is_done_once_and_told_once(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 120)
    finished = many(sandbox, 2, status=9)
    results, report = run(client, "withdraw_processes", [*ids, *finished, ids[0]], actor=System())
    assert sorted(result.position for result in results) == list(range(122))
    assert all(result.process_id == [*ids, *finished][result.position] for result in results)
    assert (report.planned, report.doubled, report.ours, report.requests) == (122, 1, 120, 122)
    assert [(row.status, row.count) for row in report.not_withdrawable] == [(Status.COMPLETED, 2)]
    assert (report.ended, report.reason, report.not_attempted) == (BulkEnd.COMPLETE, None, 0)
    assert not report.is_resumable
    assert all(sandbox.status(process_id) == Status.WITHDRAWN for process_id in ids)
    assert sorted(writes(sandbox)) == sorted([*ids, *finished])


def test_completed_processes_are_revoked(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 5, status=9)
    results, report = run(client, "revoke_processes", ids, actor=System())
    assert (report.ours, {result.outcome for result in results}) == (5, {BulkOutcome.OURS})


def test_partial_failure_is_a_report(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 6)
    gone = str(sandbox.next_id + 500)
    results, report = run(client, "withdraw_processes", [*ids, gone], actor=System())
    refused = next(result for result in results if result.process_id == gone)
    assert (refused.outcome, refused.effect, refused.code) == (BulkOutcome.REJECTED, Effect.NONE, 1160100)
    assert refused.advice is not None
    assert refused.log_id
    assert (report.ours, [(row.code, row.count) for row in report.rejected]) == (6, [(1160100, 1)])


def test_a_lost_answer_is_read_back_and_told_as_presumed(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 6)
    sandbox.fault("withdraw_process", "rst-after-applied", times=1)
    results, report = run(client, "withdraw_processes", ids, actor=System())
    assert (report.ours, report.presumed, report.ended) == (5, 1, BulkEnd.COMPLETE)
    assert [result.effect for result in results if result.outcome is BulkOutcome.PRESUMED] == [Effect.APPLIED]


def test_bad_lists_and_options_are_refused_before_anything_is_sent(client: Any, sandbox: Sandbox) -> None:
    good = many(sandbox, 2)
    for ids, options, fields in [
        ([], {}, ["process_ids"]),
        ([good[0], "7.32835E+18", ""], {}, ["process_ids[1]", "process_ids[2]", "process_ids[2]"]),
        (["x-1"], {}, ["process_ids[0]"]),
        (good, {"max_in_flight": 0}, ["max_in_flight"]),
        (good, {"max_in_flight": 257}, ["max_in_flight"]),
        (good, {"max_failures": 0}, ["max_failures"]),
        (good, {"expect_count": 3}, ["expect_count"]),
        (good, {"deadline": 0}, ["deadline"]),
        (good, {"reason": "x" * 501}, ["reason"]),
    ]:
        with pytest.raises(InvalidArgumentError) as raised:
            client.withdraw_processes(ids, actor=System(), **options)
        assert [problem.field for problem in raised.value.problems] == fields
    for wrong in ("7328345170959681068", [7328345170959681068], None):
        with pytest.raises(TypeError, match="process_ids"):
            client.withdraw_processes(wrong, actor=System())
    assert writes(sandbox) == []
    results, _ = run(client, "withdraw_processes", ["x-1"], actor=System(), allow_any_id=True)
    assert results[0].outcome is BulkOutcome.REJECTED


def test_a_process_is_read_first_when_asked_for(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 3)
    run(client, "withdraw_processes", ids, actor=System())
    assert sandbox.log("get_process") == []
    finished = many(sandbox, 2, status=9)
    _, report = run(client, "withdraw_processes", finished, actor=System(), check_first=True)
    assert (report.not_withdrawable[0].count, len(sandbox.log("get_process"))) == (2, 2)
    assert sorted(writes(sandbox)) == ids, "what is completed is not written"


def test_what_is_done_already_is_a_success_or_not_as_is_chosen(client: Any, sandbox: Sandbox) -> None:
    done = many(sandbox, 1, status=4)
    for already, outcome in [
        (feishu_corehr.Already.SUCCESS, BulkOutcome.UNATTRIBUTED),
        (feishu_corehr.Already.ERROR, BulkOutcome.NOT_WITHDRAWABLE),
    ]:
        results, _ = run(client, "withdraw_processes", done, actor=System(), already_withdrawn=already)
        assert [result.outcome for result in results] == [outcome]


def test_nothing_is_read_back_where_that_is_not_wanted(client: Any, sandbox: Sandbox) -> None:
    ids = many(sandbox, 1)
    sandbox.fault("withdraw_process", "rst-after-applied", times=1)
    read_back = feishu_corehr.ReadBack.NEVER
    results, report = run(client, "withdraw_processes", ids, actor=System(), read_back=read_back)
    assert [(result.outcome, result.effect) for result in results] == [(BulkOutcome.UNRESOLVED, Effect.UNKNOWN)]
    assert (report.unresolved, sandbox.log("get_process")) == (1, [])


def test_each_call_has_the_deadline_and_the_token_that_are_chosen(client: Any, sandbox: Sandbox) -> None:
    _, report = run(client, "withdraw_processes", many(sandbox, 1), actor=System(), token="t-of-its-own")
    assert (report.ended, report.kind) == (BulkEnd.STOPPED, feishu_corehr.ErrorKind.UNAUTHORIZED)
    assert any("t-of-its-own" in str(entry["headers"]) for entry in sandbox.log("withdraw_process"))
    sandbox.fault("withdraw_process", "timeout-applied", times=1, ms=60_000)
    options: dict[str, Any] = {"read_back": feishu_corehr.ReadBack.NEVER, "deadline": 5}
    results, _ = run(client, "withdraw_processes", many(sandbox, 1), actor=System(), **options)
    assert results[0].outcome is BulkOutcome.UNRESOLVED
    assert results[0].kind is feishu_corehr.ErrorKind.DEADLINE, results


def test_no_more_calls_go_on_at_once_than_are_allowed(sandbox: Sandbox) -> None:
    ids = many(sandbox, 12)
    going = most = 0

    async def transport(request: Any) -> Any:
        nonlocal going, most
        if "process_withdraw" not in request.url:
            return feishu_corehr.HttpResponse(200, body=b'{"code":0,"tenant_access_token":"t-1","expire":7200}')
        going += 1
        most = max(most, going)
        await asyncio.sleep(0.01)
        going -= 1
        return feishu_corehr.HttpResponse(200, body=b'{"code":0,"data":{}}')

    for allowed in (1, 3):
        most = 0
        client = AsyncClient(**fast(sandbox, transport=transport))
        _, report = run(client, "withdraw_processes", ids, actor=System(), max_in_flight=allowed)
        assert (report.ours, most) == (12, allowed)


def test_a_run_pauses_when_too_many_have_failed_and_when_they_fail_alike(client: Any, sandbox: Sandbox) -> None:
    gone = [str(sandbox.next_id + 1_000 + number) for number in range(40)]
    _, report = run(client, "withdraw_processes", gone, actor=System(), max_failures=3, max_in_flight=1)
    assert (report.ended, report.reason) == (BulkEnd.PAUSED, "3 items have failed")
    assert report.not_attempted == 37
    _, report = run(client, "withdraw_processes", gone, actor=System(), max_in_flight=1)
    assert (report.ended, report.not_attempted) == (BulkEnd.PAUSED, 20)
    assert "the last 20 items have failed alike" in report.reason


def test_a_run_stops_at_once_for_what_concerns_every_process(sandbox: Sandbox, tmp_path: Path) -> None:
    ids = many(sandbox, 30)
    journal = tmp_path / "run.sqlite"
    wrong = Client(**{**fast(sandbox), "app_secret": "wrong"})
    results, report = run(wrong, "withdraw_processes", ids, actor=System(), journal=journal)
    assert (results, report.ended, report.not_attempted) == ([], BulkEnd.STOPPED, 30)
    assert report.kind is feishu_corehr.ErrorKind.BAD_CREDENTIALS
    assert report.advice is not None
    results, report = run(Client(**fast(sandbox)), "withdraw_processes", ids, actor=System(), journal=journal)
    assert (len(results), report.ours, report.ended) == (30, 30, BulkEnd.COMPLETE)


def test_the_callbacks_of_a_run_are_called_in_the_context_of_its_caller(sandbox: Sandbox) -> None:
    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant", default="nobody")
    tokens: list[str] = []

    def token() -> str:
        tokens.append(tenant.get())
        return "t-wrong"

    def hook(observation: feishu_corehr.Observation) -> None:
        tokens.append(tenant.get())

    for kind in (Client, AsyncClient):
        tokens.clear()
        options = {key: value for key, value in fast(sandbox).items() if not key.startswith("app_")}
        client: Any = kind(token=token, on_attempt=hook, **options)
        tenant.set("alice")
        made = client.withdraw_processes(many(sandbox, 3), actor=System())
        tenant.set("bob")
        if kind is Client:
            list(made)
        else:

            async def collected(made: Any = made) -> None:
                async for _ in made:
                    pass

            asyncio.run(collected())
        assert tokens
        assert set(tokens) == {"alice"}


def test_progress_is_told(client: Any, sandbox: Sandbox) -> None:
    told: list[Any] = []
    run(client, "withdraw_processes", many(sandbox, 9), actor=System(), on_progress=told.append)
    assert (told[-1].done, told[-1].total) == (9, 9)
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)


def rows(journal: Path, sql: str) -> "list[Any]":
    connection = sqlite3.connect(journal)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_run_that_is_left_early_is_gone_on_with(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    ids = many(sandbox, 40)
    journal = tmp_path / "run.sqlite"
    options: dict[str, Any] = {"actor": System(), "reason": "重复", "journal": journal, "max_in_flight": 4}
    made = client.withdraw_processes(ids, **options)
    if isinstance(client, Client):
        first = next(made)
        made.close()
    else:

        async def one() -> Any:
            result = await made.__anext__()
            await made.aclose()
            return result

        first = asyncio.run(one())
    assert rows(journal, "SELECT ended FROM run") == [("cancelled",)]
    assert made.report.ended is BulkEnd.CANCELLED
    ended = dict(rows(journal, "SELECT process_id, outcome FROM item WHERE state = 'ended'"))
    assert ended[first.process_id] == "ours"
    assert len(ended) < 40
    results, report = run(client, "withdraw_processes", ids, **options)
    assert sorted(result.position for result in results) == list(range(40))
    assert {result.process_id for result in results if result.is_earlier} >= {first.process_id}
    assert report.ours + report.presumed == 40
    assert report.is_resumable
    assert report.unattributed == 0
    assert len(writes(sandbox)) == 40, "none of them was sent twice"
    assert rows(journal, "SELECT count(*) FROM item WHERE state = 'ended'") == [(40,)]
    text = str(rows(journal, "SELECT * FROM run"))
    assert "重复" not in text
    assert sandbox.info["app_id"] in text
    assert sandbox.info["app_secret"] not in text
    results, report = run(client, "withdraw_processes", ids, **options)
    assert all(result.is_earlier for result in results)
    assert len(results) == 40
    assert len(writes(sandbox)) == 40, "nothing is sent by a run that is over"


def test_what_many_are_in_doubt_of_is_listed_and_the_rest_is_read(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    ids, older = many(sandbox, 80), many(sandbox, 4, status=4, modify_time=1_700_000_000_000)
    journal = tmp_path / "run.sqlite"
    options: dict[str, Any] = {"token": "t-of-its-own", "max_in_flight": 1, "journal": journal}
    run(client, "withdraw_processes", [*ids, *older], actor=System(), **options)
    run(client, "withdraw_processes", ids, actor=System())
    before = len(writes(sandbox))
    connection = sqlite3.connect(journal)
    now = "CAST(strftime('%s', 'now') AS INTEGER) * 1000 - 60000"
    connection.execute(f"UPDATE item SET state = 'intended', intended_ms = {now}")
    connection.commit()
    connection.close()
    results, report = run(client, "withdraw_processes", [*ids, *older], actor=System(), journal=journal)
    assert (report.presumed, report.ended) == (84, BulkEnd.COMPLETE)
    assert {(result.status, result.effect) for result in results} == {(Status.WITHDRAWN, Effect.APPLIED)}
    assert len(sandbox.log("list_processes")) == 1
    assert len(sandbox.log("get_process")) == 5 + len(older), "five to see whether the list tells the truth"
    assert len(writes(sandbox)) == before, "nothing is sent again"


def test_a_journal_that_another_language_has_begun_is_gone_on_with(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    journal = tmp_path / "run.sqlite"
    connection = sqlite3.connect(journal)
    connection.executescript((Path(__file__).parents[2] / "tests" / "journal.sql").read_text(encoding="utf-8"))
    connection.execute("UPDATE run SET base_url = ?, app_id = ?", (sandbox.http, sandbox.info["app_id"]))
    connection.commit()
    connection.close()
    ids = [f"790000000000000000{number}" for number in range(1, 5)]
    fields = [{"process_id": process_id, "status": 4 if process_id == ids[2] else 1} for process_id in ids]
    sandbox.control("processes", fields)
    options: dict[str, Any] = {"actor": System(), "reason": "重复", "journal": journal}
    results, report = run(client, "withdraw_processes", ids, **options)
    told = sorted((result.position, str(result.outcome), result.is_earlier) for result in results)
    assert told == [(0, "ours", True), (1, "rejected", True), (2, "presumed", False), (3, "ours", False)]
    assert (report.ours, report.presumed, report.rejected[0].code) == (2, 1, 1160100)
    assert writes(sandbox) == [ids[3]], "what is in doubt is read first"


def test_reasons_are_kept_when_asked_for(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    journal = tmp_path / "run.sqlite"
    ids = many(sandbox, 1)
    run(client, "withdraw_processes", ids, actor=System(), reason="重复", journal=journal, keep_reasons=True)
    assert "重复" in str(rows(journal, "SELECT options FROM run"))


def test_a_journal_of_something_else_is_refused_and_nothing_is_sent(
    client: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    ids = many(sandbox, 3)
    journal = tmp_path / "run.sqlite"
    run(client, "withdraw_processes", ids, actor=System(), journal=journal)
    sandbox.control("reset", {})
    other_app = type(client)(**{**fast(sandbox), "app_id": "cli_other"})
    newer = tmp_path / "newer.sqlite"
    newer.write_bytes(journal.read_bytes())
    foreign = tmp_path / "foreign.sqlite"
    for path, sql in ((newer, "UPDATE run SET version = 2"), (foreign, "CREATE TABLE item (x)")):
        connection = sqlite3.connect(path)
        connection.execute(sql)
        connection.commit()
        connection.close()
    torn = tmp_path / "torn.sqlite"
    torn.write_bytes(b"not a database at all" * 100)
    busy = sqlite3.connect(tmp_path / "busy.sqlite", isolation_level=None)
    busy.execute("CREATE TABLE x (y)")
    busy.execute("BEGIN EXCLUSIVE")
    for caller, path, list_of, more, message in [
        (client, journal, ids[:2], {}, "another list of processes"),
        (client, journal, list(reversed(ids)), {}, "another list of processes"),
        (client, journal, ids, {"reason": "x"}, "another actor or another reason"),
        (other_app, journal, ids, {}, "another app"),
        (client, newer, ids, {}, "version 2"),
        (client, foreign, ids, {}, "a database of something else"),
        (client, torn, ids, {}, "not a database"),
        (client, tmp_path / "busy.sqlite", ids, {}, "is in use"),
        (client, tmp_path / "missing" / "run.sqlite", ids, {}, "unable to open"),
        (client, tmp_path, ids, {}, "unable to open"),
    ]:
        with pytest.raises(InvalidArgumentError, match=message) as raised:
            run(caller, "withdraw_processes", list_of, actor=System(), journal=path, **more)
        assert [problem.field for problem in raised.value.problems] == ["journal"]
    busy.close()
    with pytest.raises(InvalidArgumentError, match="another operation"):
        run(client, "revoke_processes", ids, actor=System(), journal=journal)
    assert writes(sandbox) == []


def test_a_second_run_on_the_same_journal_is_refused_while_the_first_goes_on(sandbox: Sandbox, tmp_path: Path) -> None:
    ids = many(sandbox, 30)
    client = Client(**fast(sandbox))
    first = client.withdraw_processes(ids, actor=System(), journal=tmp_path / "run.sqlite", max_in_flight=2)
    next(first)
    with pytest.raises(InvalidArgumentError, match="is in use"):
        next(client.withdraw_processes(ids, actor=System(), journal=tmp_path / "run.sqlite"))
    assert len(list(first)) == 29
    assert first.report.ours == 30


def test_a_cancelled_run_drains_and_tells_all_it_knows(client: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    ids = many(sandbox, 30)
    made = client.withdraw_processes(ids, actor=System(), journal=tmp_path / "run.sqlite", max_in_flight=2)
    told: list[Any] = []
    if isinstance(client, Client):
        for result in made:
            told.append(result)
            made.cancel()
    else:

        async def collect() -> None:
            async for result in made:
                told.append(result)
                made.cancel()

        asyncio.run(collect())
    assert made.report.ended is BulkEnd.CANCELLED
    assert made.report.ours == len(told) < 30
    assert made.report.not_attempted == 30 - len(told)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_again_and_again_nothing_is_lost_and_nothing_is_sent_after_its_result(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ids = many(sandbox, 500)
    faults = ("timeout-applied", "500-after", "rst-after-request-not-applied", "500-before")
    listed = tmp_path / "ids"
    listed.write_text("\n".join(ids))
    journal = tmp_path / "run.sqlite"
    credentials = {"APP": sandbox.info["app_id"], "SECRET": sandbox.info["app_secret"], "URL": sandbox.http}
    kills, final, line = 0, set(), ""
    for round_number in range(1, 1_000):
        before = len(writes(sandbox))
        # In each life a few are answered, one of them badly.
        bad = {"fault": faults[kills % len(faults)], "ms": 200}
        sandbox.few(*([bad, *[{"real": True}] * 5], 8) if kills < 30 else ([], 0))
        program = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "bulk_program.py"), str(listed), str(journal)],
            env={**os.environ, **credentials},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert program.stdout is not None
        # Each life of the program tells a few more results than the one before, and is killed in the midst of it.
        for told, line in enumerate(program.stdout, 1):
            if kills < 30 and told >= len(final) + 5:
                break
            if line.startswith("report"):
                break
        if line.startswith("report"):
            assert program.wait(60) == 0
            break
        assert line, "the program has said nothing"
        program.send_signal(signal.SIGKILL)
        assert program.wait(60) == -signal.SIGKILL, "the program has ended by itself"
        kills += 1
        now = {
            process_id
            for (process_id,) in rows(
                journal, "SELECT process_id FROM item WHERE state = 'ended' AND outcome <> 'unresolved'"
            )
        }
        sent = set(writes(sandbox)[before:])
        assert not (final & sent), f"round {round_number}: sent after a durable result"
        assert final <= now
        final = now
    assert kills == 30
    assert line.split()[1:] == ["complete", "500", "0"]
    assert rows(journal, "SELECT count(*) FROM item WHERE state = 'ended'") == [(500,)]
    applied = {entry["process_id"] for entry in sandbox.log("withdraw_process") if entry["applied"]}
    assert applied == set(ids)
    assert all(sandbox.status(process_id) == Status.WITHDRAWN for process_id in ids)
