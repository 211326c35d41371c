"""The main job, with both clients: what issue-level promises say of a call, seen from outside."""

import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import Attribution, Effect, OpenId, ReadBack, Status, System, UserIdType


def test_a_running_process_is_withdrawn_and_the_result_says_by_whom(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    done = client.withdraw_process(process_id, actor=System(), reason="重复提交")
    assert (done.process_id, done.attribution, done.attempts) == (process_id, Attribution.OURS, 1)
    assert not done.resent_unread
    assert sandbox.status(process_id) == 4
    entry = sandbox.log("withdraw_process")[0]
    assert done.log_id
    assert '"reason":"重复提交"' in entry["body"]
    assert '"system_user":true' in entry["body"]


def test_an_actor_is_a_user_of_a_named_kind(client: Any, sandbox: Any) -> None:
    initiator = sandbox.info["users"]["initiator"]
    client.withdraw_process(sandbox.info["processes"]["running"], actor=OpenId(initiator["open_id"]))
    entry = sandbox.log("withdraw_process")[0]
    assert entry["query"] == "user_id_type=open_id"
    assert initiator["open_id"] in entry["body"]
    assert "system_user" not in entry["body"]


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        (feishu.OpenId("1"), "open_id"),
        (feishu.UnionId("1"), "union_id"),
        (feishu.UserId("1"), "user_id"),
        (feishu.PeopleCorehrId("1"), "people_corehr_id"),
        (System(user=feishu.UnionId("1")), "union_id"),
    ],
)
def test_every_kind_of_id_is_named_in_the_query(actor: Any, kind: str) -> None:
    with feishu.Client(app_id="a", app_secret="b") as client:
        request = client.request(feishu.WithdrawProcess(process_id="7", actor=actor))
    assert request.url.endswith(f"/7?user_id_type={kind}")


def test_a_process_that_has_ended_is_an_error_with_status_and_advice(client: Any, sandbox: Any) -> None:
    with pytest.raises(feishu.NotWithdrawableError) as raised:
        client.withdraw_process(sandbox.info["processes"]["completed"], actor=System())
    error = raised.value
    assert (error.status, error.effect, error.code, error.http_status) == (9, Effect.NONE, 1161006, 400)
    assert error.advice
    assert error.advice.zh
    assert error.log_id
    assert error.operation == "withdraw_process"


def test_a_lost_answer_is_looked_up_and_presumed_ours(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "rst-after-applied")
    assert client.withdraw_process(process_id, actor=System()).attribution == Attribution.PRESUMED
    assert len(sandbox.log("withdraw_process")) == 1


def test_a_lost_request_is_sent_again(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "rst-after-request-not-applied")
    done = client.withdraw_process(process_id, actor=System())
    assert (done.attribution, done.attempts) == (Attribution.OURS, 2)
    connections = [entry["connection"] for entry in sandbox.log("withdraw_process")]
    assert connections[0] != connections[1], "a resend goes over a fresh connection"


def test_read_back_never_does_not_read_and_does_not_resend(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "rst-after-applied")
    with pytest.raises(feishu.DisconnectedError) as raised:
        client.withdraw_process(process_id, actor=System(), read_back=ReadBack.NEVER)
    assert raised.value.effect == Effect.UNKNOWN
    assert not sandbox.log("get_process")


@pytest.mark.parametrize("read_back", [ReadBack.BEST_EFFORT, ReadBack.REQUIRED])
def test_where_reading_is_forbidden_read_back_decides(client: Any, sandbox: Any, read_back: ReadBack) -> None:
    process_id = sandbox.running()
    sandbox.control("settings", {"scopes": ["corehr:process.instance:write"]})
    sandbox.fault("withdraw_process", "rst-after-request-not-applied")
    if read_back == ReadBack.BEST_EFFORT:
        assert client.withdraw_process(process_id, actor=System(), read_back=read_back).resent_unread
    else:
        with pytest.raises(feishu.Error) as raised:
            client.withdraw_process(process_id, actor=System(), read_back=read_back)
        assert raised.value.effect == Effect.UNKNOWN
        assert len(sandbox.log("withdraw_process")) == 1


def test_check_first_reads_before_it_writes_and_refuses(client: Any, sandbox: Any) -> None:
    completed, running = sandbox.info["processes"]["completed"], sandbox.running()
    with pytest.raises(feishu.NotWithdrawableError) as raised:
        client.withdraw_process(completed, actor=System(), check_first=True)
    assert (raised.value.status, raised.value.effect, raised.value.attempts) == (9, Effect.NONE, 0)
    with pytest.raises(feishu.NotRevocableError):
        client.revoke_process(running, actor=System(), check_first=True)
    assert [entry["operation"] for entry in sandbox.log() if entry["operation"] != "token"] == ["get_process"] * 2
    assert client.withdraw_process(running, actor=System(), check_first=True).attribution == Attribution.OURS
    assert client.revoke_process(completed, actor=System(), check_first=True).attribution == Attribution.OURS
    sandbox.control("settings", {"scopes": ["corehr:process.instance:write"]})
    with pytest.raises(feishu.ForbiddenError, match="was to be read first") as forbidden:
        client.withdraw_process(sandbox.running(), actor=System(), check_first=True)
    assert (forbidden.value.operation, forbidden.value.effect) == ("withdraw_process", Effect.NONE)


def test_what_is_done_already_is_a_success_or_an_error_as_one_likes(client: Any, sandbox: Any) -> None:
    withdrawn, completed = sandbox.running(), sandbox.info["processes"]["completed"]
    client.withdraw_process(withdrawn, actor=System())
    client.revoke_process(completed, actor=System())
    for already in (feishu.Already.SUCCESS, feishu.Already.ERROR):
        if already == feishu.Already.SUCCESS:
            done = client.withdraw_process(withdrawn, actor=System(), already_withdrawn=already)
            assert done.attribution == Attribution.UNATTRIBUTED
            done = client.revoke_process(completed, actor=System(), already_revoked=already)
            assert done.attribution == Attribution.UNATTRIBUTED
        else:
            with pytest.raises(feishu.NotWithdrawableError, match=r"done already.*4 \(withdrawn\)"):
                client.withdraw_process(withdrawn, actor=System(), already_withdrawn=already)
            with pytest.raises(feishu.NotRevocableError):
                client.revoke_process(completed, actor=System(), already_revoked=already)


def test_a_process_is_waited_for_until_it_has_ended(sandbox: Any) -> None:
    process_id = sandbox.running()
    reads: list[feishu.Observation] = []

    def seen(observation: feishu.Observation) -> None:
        if observation.operation == "get_process" and observation.phase is feishu.RequestPhase.ENDED:
            reads.append(observation)
            if len(reads) == 1:
                other.withdraw_process(process_id, actor=System())

    other = feishu.Client(**sandbox.options())
    with feishu.Client(**sandbox.options(), on_attempt=seen) as client, other:
        process = client.wait_for(process_id)
    assert (process.status, process.process_id) == (Status.WITHDRAWN, process_id)
    assert [read.attempt for read in reads] == [1, 2]
    assert 1500 <= (reads[0].pause_ms or 0) <= 2000


def test_who_waits_too_long_is_told_the_last_status(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    with pytest.raises(feishu.DeadlineError, match=r"1 \(in_progress\)") as raised:
        client.wait_for(process_id, timeout=3.01)
    assert (raised.value.status, raised.value.effect, raised.value.operation) == (1, Effect.NONE, "wait_for")
    assert client.wait_for(process_id, until=[Status.IN_PROGRESS]).status == Status.IN_PROGRESS
    with pytest.raises(feishu.InvalidArgumentError, match="timeout"):
        client.wait_for(process_id, timeout=float("nan"))


DEPARTMENT = "/open-apis/contact/v3/departments/{department_id}"
OD: "dict[str, Any]" = {"path_parameters": {"department_id": "od-1"}}


def test_what_a_call_of_any_path_writes_is_read_again_with_the_answers_head(client: Any, sandbox: Any) -> None:
    written = client.call("PATCH", DEPARTMENT, **OD, body={"name": "销售", "order": 1.5, "big": 2**70, "none": None})
    department = {"department_id": "od-1", "name": "销售", "order": 1.5, "big": 2**70, "none": None}
    assert written.data == {"department": department}
    read = client.call("GET", DEPARTMENT, **OD)
    assert (read.data, read.status, read.attempts) == (written.data, 200, 1)
    assert read.log_id in [value for name, value in read.headers if name.lower() == "x-tt-logid"]
    assert "raw" not in repr(read)
    assert "headers" not in repr(read)
    assert feishu.CallAnswer is type(read)
    assert [entry["method"] for entry in sandbox.log("call")] == ["PATCH", "GET"]


def test_the_query_of_a_call_is_a_mapping_or_pairs(client: Any, sandbox: Any) -> None:
    queries: list[Any] = [{"a": "1", "ids": ["x", "y"]}, [("a", "1"), ("ids", "x"), ("ids", "y")]]
    for query in queries:
        client.call("GET", DEPARTMENT, **OD, query=query)
        assert sandbox.log("call")[-1]["query"] == "a=1&ids=x&ids=y"


def test_a_quota_paces_a_call(client: Any) -> None:
    client.call("GET", DEPARTMENT, **OD, quota=(1, 3600))
    with pytest.raises(feishu.RateLimitedError):
        client.call("GET", DEPARTMENT, **OD, quota=(1, 3600), deadline=60)
    client.call("GET", DEPARTMENT, **OD)


def test_what_is_no_json_is_refused_by_name_and_nothing_is_sent(client: Any, sandbox: Any) -> None:
    circle: list[Any] = []
    circle.append(circle)
    for body in (float("nan"), [float("inf")], circle, "\ud800"):
        with pytest.raises(feishu.InvalidArgumentError, match="body"):
            client.call("PUT", DEPARTMENT, **OD, body=body)
    for body in (object(), {1, 2}, b"x"):
        with pytest.raises(TypeError, match="body"):
            client.call("PUT", DEPARTMENT, **OD, body=body)
    with pytest.raises(feishu.InvalidArgumentError, match="`method` is none of `DELETE`, `GET`"):
        client.call("get", DEPARTMENT, **OD)
    assert sandbox.log() == []


def test_a_process_is_read_into_types(client: Any, sandbox: Any) -> None:
    process = client.get_process(sandbox.info["processes"]["rich"], user_id_type=UserIdType.UNION_ID)
    assert process.process_id == sandbox.info["processes"]["rich"]
    assert isinstance(process.status, Status)
    assert process.status_number == int(process.status)
    assert process.todos
    assert process.done_list
    assert process.log_id
    assert sandbox.log("get_process")[0]["query"] == "user_id_type=union_id"


def test_all_pages_are_walked_and_the_walk_ends(client: Any, sandbox: Any) -> None:
    now = datetime.now(timezone.utc) + timedelta(minutes=1)
    ids = [sandbox.running() for _ in range(12)]
    walk = client.list_processes(modify_time_from=now - timedelta(days=1), modify_time_to=now, page_size=5)
    found = list(walk)
    assert set(ids) <= set(found)
    assert len(found) == len(set(found))
    assert walk.page_token is None
    assert len(sandbox.log("list_processes")) == -(-len(found) // 5)
    assert next(walk, None) is None


def test_a_walk_goes_on_from_its_page_token_and_loses_nothing(client: Any, sandbox: Any) -> None:
    for _ in range(12):
        sandbox.running()
    span = {"modify_time_from": 0, "modify_time_to": 1}
    now = int(time.time() * 1000) + 60_000
    span = {"modify_time_from": now - 86_400_000, "modify_time_to": now}
    everything = list(client.list_processes(**span))
    first = client.list_processes(**span, page_size=4)
    seen = [next(first) for _ in range(6)]
    rest = list(client.list_processes(**span, page_size=4, page_token=first.page_token))
    assert set(seen) | set(rest) == set(everything)
    assert seen[4] in rest, "the page that was not finished comes again"


def test_a_long_span_is_asked_for_in_windows(client: Any, sandbox: Any) -> None:
    now = datetime.now(timezone.utc)
    list(client.list_processes(modify_time_from=now - timedelta(days=90), modify_time_to=now))
    assert len(sandbox.log("list_processes")) == 3


def test_statuses_and_definition_are_sent(client: Any, sandbox: Any) -> None:
    statuses = [Status.IN_PROGRESS, Status.WITHDRAWN]
    list(
        client.list_processes(
            modify_time_from=0, modify_time_to=1000, statuses=statuses, flow_definition_id="people_1_2", page_size=7
        )
    )
    query = sandbox.log("list_processes")[0]["query"]
    for part in ("statuses=1", "statuses=4", "flow_definition_id=people_1_2", "page_size=7"):
        assert part in query.split("&")


def test_a_walk_raises_what_goes_wrong_and_can_be_continued(client: Any, sandbox: Any) -> None:
    sandbox.control("settings", {"scopes": []})
    now = datetime.now(timezone.utc)
    walk = client.list_processes(modify_time_from=now - timedelta(days=1), modify_time_to=now)
    with pytest.raises(feishu.ForbiddenError) as raised:
        next(walk)
    assert "corehr:process:read" in raised.value.scopes
    sandbox.reset()
    assert next(walk)


def test_times_are_datetimes_with_a_zone_or_milliseconds(sandbox: Any, client: Any) -> None:
    tokyo = timezone(timedelta(hours=9))
    moment = datetime(2026, 1, 1, 9, 0, 0, 1999, tokyo)
    list(client.list_processes(modify_time_from=moment, modify_time_to=1_767_225_700_000))
    query = sandbox.log("list_processes")[0]["query"].split("&")
    assert "modify_time_from=1767225600001" in query
    assert "modify_time_to=1767225700000" in query


def test_a_naive_datetime_is_refused_by_name(client: Any) -> None:
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        client.list_processes(modify_time_from=datetime(2026, 1, 1), modify_time_to=datetime(2026, 1, 2))
    assert [problem.field for problem in raised.value.problems] == ["modify_time_from", "modify_time_to"]
    assert "time zone" in str(raised.value)


def test_all_problems_stand_in_one_error_and_nothing_is_sent(client: Any, sandbox: Any) -> None:
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        client.withdraw_process("../x", actor=OpenId(""), reason="x" * 612, deadline=-1, token="a b", request_id="é")
    fields = {problem.field for problem in raised.value.problems}
    assert fields == {"process_id", "user_id", "reason", "deadline", "token", "request_id"}
    assert isinstance(raised.value, ValueError)
    assert "has 612 characters; the server takes 500" in str(raised.value)
    with pytest.raises(feishu.InvalidArgumentError):
        client.list_processes(modify_time_from=2, modify_time_to=1, page_size=0)
    assert not sandbox.log()


@pytest.mark.parametrize(
    "wrong",
    [
        {"process_id": 7},
        {"process_id": None},
        {"actor": "ou_1"},
        {"actor": None},
        {"reason": b"bytes"},
        {"reason": 1},
        {"deadline": "60"},
        {"token": 1},
        {"request_id": 5},
        {"read_back": "never"},
        {"already_withdrawn": "error"},
        {"already_revoked": feishu.Already.ERROR},
        {"check_first": 1},
        {"no_such_option": 1},
    ],
)
def test_wrong_types_are_type_errors_at_the_call(client: Any, sandbox: Any, wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"process_id": "7", "actor": System(), **wrong}
    with pytest.raises(TypeError):
        client.withdraw_process(arguments.pop("process_id"), **arguments)
    assert not sandbox.log()


@pytest.mark.parametrize(
    "wrong",
    [
        {"modify_time_from": "2026-01-01"},
        {"modify_time_to": 1.5},
        {"modify_time_from": True},
        {"statuses": [4]},
        {"statuses": 4},
        {"page_size": "5"},
        {"page_token": 1},
        {"flow_definition_id": 1},
    ],
)
def test_wrong_types_of_a_list_are_type_errors_at_the_call(client: Any, sandbox: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        client.list_processes(**{"modify_time_from": 0, "modify_time_to": 1, **wrong})
    assert not sandbox.log()


def test_all_but_the_id_is_keyword_only(client: Any) -> None:
    for name in ("withdraw_process", "get_process"):
        with pytest.raises(TypeError):
            getattr(client, name)("7", System())
    with pytest.raises(TypeError):
        client.list_processes(0, 1)


def test_a_token_given_for_a_call_wins(client: Any, sandbox: Any) -> None:
    with pytest.raises(feishu.UnauthorizedError):
        client.get_process(sandbox.running(), token="t-of-somebody-else")
    headers = dict(sandbox.log("get_process")[0]["headers"])
    assert headers["authorization"] == "Bearer t-of-somebody-else"
    assert not sandbox.log("token")


def test_a_request_id_is_sent(client: Any, sandbox: Any) -> None:
    client.get_process(sandbox.running(), request_id="job-17")
    headers = {name.lower(): value for name, value in sandbox.log("get_process")[0]["headers"]}
    assert headers["oapi-sdk-request-id"] == "job-17"


def test_a_server_that_never_answers_is_abandoned_at_the_deadline(client: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    client.get_process(process_id)
    sandbox.fault("withdraw_process", "timeout-not-applied")
    with pytest.raises(feishu.Error) as raised:
        client.withdraw_process(process_id, actor=System(), deadline=5)
    assert (raised.value.effect, raised.value.attempts) == (Effect.UNKNOWN, 1)
    assert len(sandbox.log("get_process")) == 1, "beyond the deadline the process would have been read"
    sandbox.until(lambda: sandbox.log("withdraw_process")[0]["client_closed_at_ms"] is not None)


def test_a_closed_client_says_so(client: Any) -> None:
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.get_process("7")


def test_both_are_context_managers(sandbox: Any) -> None:
    import asyncio

    with feishu.Client(**sandbox.options()) as client:
        client.get_process(sandbox.running())
    with pytest.raises(RuntimeError, match="closed"):
        client.get_process("7")

    async def main() -> None:
        async with feishu.AsyncClient(**sandbox.options()) as client:
            await client.get_process(sandbox.running())
        with pytest.raises(RuntimeError, match="closed"):
            await client.get_process("7")

    asyncio.run(main())


def test_closing_ends_the_calls_in_flight_of_an_async_client(sandbox: Any) -> None:
    import asyncio

    async def main() -> None:
        client = feishu.AsyncClient(**sandbox.options())
        process_id = sandbox.running()
        await client.get_process(process_id)
        sandbox.fault("withdraw_process", "timeout-not-applied")
        call = asyncio.create_task(client.withdraw_process(process_id, actor=System()))
        while not sandbox.log("withdraw_process"):
            await asyncio.sleep(0.01)
        await client.close()
        with pytest.raises(feishu.CallCancelledError) as raised:
            await asyncio.wait_for(call, 60)
        assert raised.value.effect == Effect.UNKNOWN

    asyncio.run(main())
