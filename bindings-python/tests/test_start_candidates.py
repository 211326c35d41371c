"""What a start whose answer was lost may have started, for the caller to judge."""

import re
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import OpenId, System, UnionId

DEFINITION = "people_7000000000000000000_7100000000000000000"


def lost(calls: Any, sandbox: Any, actor: Any) -> feishu.Error:
    """Start a process, and lose the answer."""
    sandbox.fault("start_process", "rst-after-applied")
    with pytest.raises(feishu.Error) as raised:
        calls.start_process(DEFINITION, actor=actor)
    assert raised.value.effect is feishu.Effect.UNKNOWN
    return raised.value


def others(sandbox: Any, own: Any) -> "set[str]":
    """Add what it was not, each for one reason; modified now."""
    stranger = sandbox.info["users"]["stranger"]["open_id"]
    hour_ago = int(time.time() * 1000) - 3_600_000
    added = [
        {"initiator": own, "detail": {"flow_definition_id": "people_1_2"}},
        {"initiator": own, "flow_definition_id": "people_1_2"},
        {"initiator": own, "create_time": hour_ago},
        {"initiator": stranger},
        {"initiator": None if own else sandbox.info["users"]["initiator"]["open_id"]},
    ]
    return set(sandbox.control("processes", added)["process_ids"])


@pytest.mark.parametrize("by_system", [False, True])
def test_the_one_that_was_started_is_listed_and_no_other(make: Any, sandbox: Any, by_system: bool) -> None:
    calls = make(**sandbox.options())
    initiator = None if by_system else sandbox.info["users"]["initiator"]["open_id"]
    actor = System() if by_system else OpenId(initiator)
    unlike = others(sandbox, initiator)
    since = datetime.now(timezone.utc)
    lost(calls, sandbox, actor)
    (process,) = calls.list_start_candidates(DEFINITION, actor=actor, since=since)
    assert isinstance(process, feishu.Process)
    assert process.process_id not in unlike
    assert (process.flow_definition_id, process.initiator_id) == (DEFINITION, initiator)
    assert process.create_time is not None
    assert abs(process.create_time - since.timestamp() * 1000) < 600_000
    assert process.status is feishu.Status.IN_PROGRESS
    # One of them was not even listed, and the one that was started is read, too.
    assert len(sandbox.log("get_process")) == len(unlike)
    assert "user_id_type=open_id" in sandbox.log("get_process")[0]["query"] or by_system


def test_the_moment_of_the_advice_finds_it_too(make: Any, sandbox: Any) -> None:
    calls = make(**sandbox.options())
    error = lost(calls, sandbox, System())
    assert error.advice is not None
    assert "list_start_candidates" in error.advice.en
    assert "list_start_candidates" in error.advice.zh
    (moment,) = re.findall(r"modified since (\d+) ", error.advice.en)
    assert len(list(calls.list_start_candidates(DEFINITION, actor=System(), since=int(moment)))) == 1


def test_what_an_answer_does_not_have_excludes_nothing(make: Any, sandbox: Any) -> None:
    nothing = {"flow_definition_id": None, "initiator_id": None, "create_time": None}
    (process_id,) = sandbox.control("processes", {"detail": nothing})["process_ids"]
    since = datetime.now(timezone.utc) - timedelta(minutes=1)
    calls = make(**sandbox.options())
    found = list(calls.list_start_candidates(DEFINITION, actor=OpenId("ou_nobody"), since=since))
    assert [process.process_id for process in found] == [process_id]


def test_several_come_in_turn_each_read_as_it_is_asked_for(make: Any, sandbox: Any) -> None:
    ids = {sandbox.running() for _ in range(3)}
    since = datetime.now(timezone.utc) - timedelta(minutes=1)
    actor = UnionId(sandbox.info["users"]["initiator"]["union_id"])
    walk = make(**sandbox.options()).list_start_candidates(DEFINITION, actor=actor, since=since)
    assert not sandbox.log()
    first = next(walk)
    assert len(sandbox.log("get_process")) == 1
    assert {first.process_id, *(process.process_id for process in walk)} == ids
    assert all("user_id_type=union_id" in sent["query"] for sent in sandbox.log("get_process"))
    assert next(walk, None) is None


def test_a_process_that_cannot_be_read_is_an_error_and_is_read_again(make: Any, sandbox: Any) -> None:
    process_id = sandbox.running()
    answer = {"status": 400, "json": {"code": 99992402, "msg": "no"}}
    sandbox.control("script", {"steps": [{"on": "get_process", "answer": answer}]})
    since = datetime.now(timezone.utc) - timedelta(minutes=1)
    actor = OpenId(sandbox.info["users"]["initiator"]["open_id"])
    walk = make(**sandbox.options()).list_start_candidates(DEFINITION, actor=actor, since=since)
    with pytest.raises(feishu.Error) as raised:
        next(walk)
    assert raised.value.operation == "get_process"
    assert next(walk).process_id == process_id
    assert len(sandbox.log("list_processes")) == 1


def test_its_options_are_those_of_each_request(make: Any, sandbox: Any) -> None:
    page = {"code": 0, "data": {"process_ids": ["7"], "has_more": False}}
    process = {"code": 0, "data": {"process_id": "7", "status": 1}}
    steps = [
        {"on": "list_processes", "answer": {"json": page}},
        {"on": "get_process", "answer": {"json": process}},
    ]
    sandbox.control("script", {"steps": steps})
    since = int(time.time() * 1000)
    calls = make(**sandbox.options())
    options = {"actor": System(), "since": since, "token": "t-mine", "request_id": "mine-1"}
    assert [found.process_id for found in calls.list_start_candidates(DEFINITION, **options)] == ["7"]
    assert [sent["operation"] for sent in sandbox.log()] == ["list_processes", "get_process"]
    for sent in sandbox.log():
        headers = {name.lower(): value for name, value in sent["headers"]}
        assert headers["authorization"] == "Bearer t-mine"
        assert headers["oapi-sdk-request-id"] == "mine-1"


@pytest.mark.parametrize("operation", ["list_processes", "get_process"])
def test_its_deadline_is_that_of_each_request(make: Any, sandbox: Any, operation: str) -> None:
    sandbox.running()
    sandbox.fault(operation, "timeout-not-applied", times=0)
    since = datetime.now(timezone.utc) - timedelta(minutes=1)
    actor = OpenId(sandbox.info["users"]["initiator"]["open_id"])
    walk = make(**sandbox.options()).list_start_candidates(DEFINITION, actor=actor, since=since, deadline=4)
    with pytest.raises(feishu.Error) as raised:
        next(walk)
    # The default, two minutes, would leave time for several.
    assert (raised.value.operation, raised.value.attempts) == (operation, 1)
    assert raised.value.kind in (feishu.ErrorKind.DEADLINE, feishu.ErrorKind.TIMEOUT)


def test_what_is_wrong_is_refused_at_once_and_by_name(make: Any, sandbox: Any) -> None:
    calls = make(**sandbox.options())
    now = int(time.time() * 1000)
    with pytest.raises(feishu.InvalidArgumentError) as raised:
        calls.list_start_candidates("", actor=OpenId("a b"), since=now // 1000)
    assert raised.value.operation == "list_start_candidates"
    assert [problem.field for problem in raised.value.problems] == ["flow_definition_id", "initiator_id", "since"]
    for since in (now + 3_600_000, -1, now * 1000, datetime(2026, 1, 1)):
        with pytest.raises(feishu.InvalidArgumentError) as raised:
            calls.list_start_candidates(DEFINITION, actor=System(), since=since)
        assert [problem.field for problem in raised.value.problems] == ["since"]
    for field, wrong in (("token", "a\nb"), ("request_id", "\ud800"), ("deadline", 0)):
        with pytest.raises(feishu.InvalidArgumentError) as raised:
            calls.list_start_candidates(DEFINITION, actor=System(), since=now, **{field: wrong})
        assert [problem.field for problem in raised.value.problems] == [field]
    for field, odd in (("actor", "ou_1"), ("since", "2026-01-01"), ("flow_definition_id", 7)):
        arguments = {"flow_definition_id": DEFINITION, "actor": System(), "since": now, field: odd}
        with pytest.raises(TypeError, match=field):
            calls.list_start_candidates(**arguments)
    assert not sandbox.log()
