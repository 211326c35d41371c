"""Plain values are copied, deep-copied, sent between processes and compared; what holds a connection refuses."""

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, HttpResponse, System, _native

CLASSES = [value for value in vars(_native).values() if isinstance(value, type)]
# What no program is given.
HIDDEN = ("Bulk", "Callback", "Client", "Driver", "OngoingCall", "Pages", "Registry", "StartCandidates")
WORDS = [
    word for cls in CLASSES for word in (getattr(cls, name) for name in dir(cls) if name.isupper()) if type(word) is cls
]

USERS = [feishu.OpenId("ou_a"), feishu.UnionId("on_a"), feishu.UserId("a"), feishu.PeopleCorehrId("1")]
ACTORS = [System(), *[System(user=user) for user in USERS], *[feishu.Actor.User(user) for user in USERS]]
REQUESTS = [
    feishu.AddApprovers(
        process_id="7",
        actor=USERS[0],
        target=feishu.NodeId("9"),
        extra_type=feishu.ExtraType.AFTER,
        extra_user_ids=[feishu.OpenId("ou_b")],
        approval_type=feishu.ApprovalType.ANY_OF,
        remark="程",
    ),
    feishu.ReviewTask(process_id="7", approver_id="8", actor=USERS[1], decision=feishu.Reject(reason="错")),
    feishu.ReviewTask(process_id="7", approver_id="8", actor=System(), decision=feishu.Approve()),
    feishu.StartProcess(flow_definition_id="people_7_7", actor=USERS[2]),
    feishu.TransferTasks(process_id="7", actor=USERS[2], to_user_id=feishu.UserId("b"), approver_ids=["8"]),
    feishu.Settle(process_id="7", since=1_700_000_000_000, goal=feishu.Status.REVOKED),
    feishu.WaitFor(process_id="7", until=[feishu.Status.REVOKED], timeout=1),
    feishu.WithdrawProcess(process_id="7", actor=System(user=USERS[0]), reason="因"),
    feishu.WithdrawProcess(process_id="7", actor=USERS[1]),
    feishu.RevokeProcess(process_id="7", actor=USERS[2], reason="错"),
    feishu.GetProcess(process_id="7", user_id_type=feishu.UserIdType.UNION_ID),
    feishu.ListProcesses(modify_time_from=0, modify_time_to=1, statuses=[feishu.Status.WITHDRAWN], page_size=7),
    feishu.ListTasks(user_id="ou_a", approver_status=feishu.TaskStatus.STARTED),
    feishu.GetFormVariables(process_id="7", department_id_type=feishu.DepartmentIdType.DEPARTMENT_ID),
    feishu.GetFlowVariables(process_id="7", variable_keys=["a"]),
    feishu.AnyCall(method="PATCH", path="/open-apis/a", body="{}", quota_calls=1, quota_window_ms=2),
    feishu.GetTemplate(flow_definition_id="people_7_7", variable_api_names=["a"]),
]
FILE = feishu.NewFile(open_file_id="f", file_name="a.txt", length=7)
WRITTEN = [
    feishu.NewFormValue.Boolean(True),
    feishu.NewFormValue.Date(-1),
    feishu.NewFormValue.DateTime(1_766_000_000_000),
    feishu.NewFormValue.Department("1"),
    feishu.NewFormValue.Employment("2"),
    feishu.NewFormValue.Enum("e"),
    feishu.NewFormValue.File(FILE),
    feishu.NewFormValue.I18n(feishu.I18nText(zh_cn="甲", en_us="A")),
    feishu.NewFormValue.Items(["k"]),
    feishu.NewFormValue.Number("-12.50"),
    feishu.NewFormValue.Object(feishu.ObjectValue(wk_id="1", wk_api_name="job")),
    feishu.NewFormValue.Record([feishu.RecordValue(variable_api_name="a", sub_value_key="k", record_id="1")]),
    feishu.NewFormValue.Text("x"),
]
VARIABLES = [
    feishu.NewFormVariable(
        variable_api_name="a", variable_value=value, sub_values=[feishu.NewSubValue(key="k", value=value)]
    )
    for value in WRITTEN
]


def withdraw(process_id: str) -> feishu.Withdrawn:
    """What a worker does."""
    answer = HttpResponse(200, {"x-tt-logid": "LOG"}, '{"code":0,"data":{}}')
    with Client(token=lambda: "t", transport=lambda _: answer) as client:
        return client.withdraw_process(process_id, actor=System())


def fail(process_id: str) -> feishu.Withdrawn:
    """What a worker fails with."""
    answer = HttpResponse(403, {"x-tt-logid": "LOG"}, '{"code":1161003,"msg":"no"}')
    with Client(token=lambda: "t", transport=lambda _: answer) as client:
        return client.withdraw_process(process_id, actor=System())


def rich_process() -> feishu.Process:
    task = {"approver_id": "a", "type": 1, "status": 2, "create_time": "1", "node_name": {"zh-CN": "名"}, "links": {}}
    data = {
        "process_id": "7",
        "status": 99,
        "todos": [task],
        "done_list": [task],
        "cc_list": [task],
        "properties": 1,
        "abstracts": [{"name": {"en-US": "n"}, "value": {}}],
        "comment_infos": [{"comment_msg": "c", "at_user_ids": ["u"]}],
    }
    import json

    return feishu.decode_reply("get_process", 200, {"x-tt-logid": "LOG"}, json.dumps({"code": 0, "data": data}))  # type: ignore[return-value]


def an_error(cls: Any = feishu.Error) -> feishu.Error:
    with pytest.raises(cls) as raised:
        fail("7")
    return raised.value


def values() -> list[Any]:
    with Client(token=lambda: "t") as client:
        requests = [client.request(request) for request in REQUESTS]
    page = feishu.decode_reply("list_processes", 200, None, '{"code":0,"data":{"process_ids":["1"],"has_more":true}}')
    seen: list[Any] = []
    done = HttpResponse(200, {}, '{"code":0}')
    with Client(token=lambda: "t", transport=lambda _: done, on_attempt=seen.append) as client:
        client.withdraw_process("7", actor=System())
    error = an_error()
    failure = feishu.TransportFailure(
        feishu.TransportErrorKind.BAD_BODY, bytes_written=False, response=HttpResponse(200, {"a": "b"})
    )
    return [
        *WORDS,
        *USERS,
        *ACTORS,
        *REQUESTS,
        *requests,
        withdraw("7"),
        *[cls(attempts=1) for cls in (feishu.Accepted, feishu.Reviewed, feishu.Started)],
        feishu.Approve(reason="因"),
        feishu.Reject(reason="错"),
        feishu.ApproverId("8"),
        feishu.NodeId("9"),
        feishu.Revoked(process_id="7", status=feishu.Status.REVOKING, status_number=15),
        rich_process(),
        page,
        FILE,
        *WRITTEN,
        *VARIABLES,
        VARIABLES[0].sub_values[0],
        *[cls() for cls in (feishu.FileValue, feishu.FlowTemplate, feishu.FormValue, feishu.FormVariable)],
        *[cls() for cls in (feishu.FormVariables, feishu.ListedTask, feishu.TaskPage, feishu.ObjectValue)],
        *[cls() for cls in (feishu.RecordValue, feishu.SubValue)],
        *[cls() for cls in (feishu.BulkProgress, feishu.BulkReport, feishu.BulkResult)],
        feishu.CodeCount(code=7, count=1),
        feishu.StatusCount(status=9, count=1),
        _native.CallAnswer(raw='{"a":[1.5]}', headers=[_native.NameValue(name="x", value="y")]),
        _native.NameValue(name="x", value="y"),
        feishu.CallAnswer(raw='{"a":[1.5]}', headers=[("x", "y")], log_id="LOG"),
        feishu.Settled(settled=feishu.SettledAs.DONE, attribution=feishu.Attribution.PRESUMED),
        *seen,
        feishu.explain("withdraw_process", 1161006),
        error,
        error._details,
        error.advice,
        failure,
        HttpResponse(200, [("a", "1"), ("a", "2")], b"\x00"),
        feishu.decode_reply("withdraw_process", 200, None, '{"code":0}'),
        *[cls() for cls in (feishu.Problem, feishu.FieldViolation, feishu.Help, feishu.Link, feishu.I18nText)],
    ]


def test_every_class_of_values_is_among_those_that_are_tried() -> None:
    tried = {type(value) for value in values()}
    process = rich_process()
    tried |= {type(value) for value in (process.todos[0], process.done_list[0], process.cc_list[0])}
    tried |= {type(value) for value in (process.abstracts[0], process.comment_infos[0], process.process_name)}
    missing = {
        cls.__name__ for cls in CLASSES if not any(issubclass(one, cls) for one in tried) and cls.__name__ not in HIDDEN
    }
    assert missing == set()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_values_cross_between_processes_and_stay_what_they_are(protocol: int) -> None:
    for value in values():
        same(value, pickle.loads(pickle.dumps(value, protocol)))


@pytest.mark.parametrize("act", [copy.copy, copy.deepcopy])
def test_values_are_copied(act: Any) -> None:
    for value in values():
        same(value, act(value))
    assert same([*WORDS], act([*WORDS]))
    box = {"result": [withdraw("7")], "status": feishu.Status.COMPLETED}
    assert copy.deepcopy(box) == box


def same(value: Any, other: Any) -> bool:
    assert type(other) is type(value), value
    assert other == value
    assert (str(other), repr(other)) == (str(value), repr(value))
    for name in (name for name in dir(value) if not name.startswith("_")):
        one = getattr(value, name)
        if not callable(one):
            assert getattr(other, name) == one, (value, name)
    if getattr(type(value), "__hash__", None) is not None:
        assert hash(other) == hash(value)
    return True


def test_a_word_is_the_one_that_it_was() -> None:
    for word in WORDS:
        assert copy.copy(word) == word
        assert pickle.loads(pickle.dumps(word)) == word
        assert word in {pickle.loads(pickle.dumps(word))}
    assert feishu.Status.COMPLETED == 9


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_workers_result_and_error_come_back(method: str) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context(method)) as pool:
        assert pool.submit(withdraw, "7").result(60) == withdraw("7")
        with pytest.raises(feishu.RejectedError) as raised:
            pool.submit(fail, "7").result(60)
    assert (raised.value.code, raised.value.log_id, raised.value.effect) == (1161003, "LOG", feishu.Effect.NONE)


def test_an_error_is_made_of_what_it_is_made_of_again() -> None:
    error = an_error()
    (make, (kind, text, details), own) = error.__reduce__()
    assert (kind, text, own) == ("rejected", str(error), None)
    for other in (copy.copy(details), copy.deepcopy(details), pickle.loads(pickle.dumps(details))):
        assert other == details
        assert make(kind, text, other) == error  # type: ignore[operator]


def test_an_error_keeps_its_notes_and_what_a_program_has_added() -> None:
    error = an_error()
    error.job = 17  # type: ignore[attr-defined]
    error.__notes__ = ["while cleaning up"]
    other = pickle.loads(pickle.dumps(error))
    assert (other.job, other.__notes__) == (17, ["while cleaning up"])
    assert other.effect == error.effect


def test_a_failure_keeps_its_sentence() -> None:
    failure = feishu.TransportFailure(feishu.TransportErrorKind.DNS, bytes_written=False)
    other = pickle.loads(pickle.dumps(failure))
    assert (other.kind, other.bytes_written, str(other)) == (failure.kind, False, "dns, nothing was written")
    assert other != feishu.TransportFailure(feishu.TransportErrorKind.DNS)


def test_unequal_values_are_unequal() -> None:
    assert withdraw("7") != withdraw("8")
    assert USERS[0] != feishu.OpenId("ou_b")
    assert System() != System(user=USERS[0])
    assert feishu.Status.COMPLETED != feishu.Status.REVOKED
    assert an_error() == an_error()
    with pytest.raises(feishu.Error) as other:
        fail("..")
    assert other.value != an_error()


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_clients_and_walks_refuse_and_say_so(cls: Any) -> None:
    client = cls(token=lambda: "t", transport=lambda _: HttpResponse(200))
    walk = client.list_processes(modify_time_from=0, modify_time_to=1)
    for act in (copy.copy, copy.deepcopy, *[lambda v, p=p: pickle.dumps(v, p) for p in range(6)]):
        with pytest.raises(TypeError, match="client cannot be pickled or copied"):
            act(client)
        with pytest.raises(TypeError, match="page_token"):
            act(walk)


def test_no_secret_goes_into_a_pickle() -> None:
    with Client(token=lambda: "t") as client:
        request = client.request(REQUESTS[0], token="t-canary")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="secret"):
            pickle.dumps(request, protocol)
    assert copy.copy(request) == request == copy.deepcopy(request)
    seen: list[feishu.HttpRequest] = []

    def transport(request: feishu.HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse(200, {}, '{"code":0,"tenant_access_token":"t-1","expire":7200}')

    with Client(app_id="a", app_secret="canary", transport=transport) as client:
        client.withdraw_process("7", actor=System())
    for request in seen:
        with pytest.raises(TypeError, match="secret"):
            pickle.dumps(request)
