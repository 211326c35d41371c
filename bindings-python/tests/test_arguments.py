"""Every argument of every method and every option, with what programs pass by mistake: refused by name, or taken."""

import asyncio
import enum
import inspect
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, HttpResponse, System, _native


class Index:
    """As numpy's integers: it counts as one, and is none of Python's."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Text(str):
    pass


class Word(str, enum.Enum):
    SEVEN = "7"


class Number(enum.IntEnum):
    SEVEN = 7


ODD: "list[Any]" = [
    "\ud800",
    "7\udcff",
    "\0",
    "",
    "  ",
    "7\r\nX-Evil: 1",
    "\ufeff7",
    "x" * 100_000,
    Text("7"),
    Word.SEVEN,
    Number.SEVEN,
    Index(7),
    Index(-1),
    Index(2**80),
    0,
    7,
    -1,
    2**16,
    2**32,
    1_700_000_000_000,
    2**63,
    2**64,
    2**200,
    -(2**200),
    10**400,
    1.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    float("-inf"),
    Decimal("1"),
    Decimal("NaN"),
    Fraction(1, 3),
    1j,
    True,
    False,
    None,
    b"7",
    bytearray(b"7"),
    [],
    ["\ud800"],
    [7],
    {},
    {"\ud800": "\ud800"},
    {"get_process": 5},
    {"get_process": (1,)},
    {"get_process": (2**80, 1.0)},
    {"get_process": (1, float("nan"))},
    {"get_process": (-1, 1.0)},
    {"get_process": (True, 1.0)},
    {"get_process": ("1", "1")},
    {"get_process": (1, 10**400)},
    {7: (1, 1.0)},
    ("a",),
    object(),
    len,
    print,
    lambda: None,
    lambda a, b, c: None,
    System(),
    System,
    feishu.OpenId("ou_1"),
    [feishu.OpenId("ou_1")],
    feishu.Approve(),
    feishu.NodeId("9"),
    feishu.ExtraType.AFTER,
    feishu.Status.WITHDRAWN,
    feishu.Already.ERROR,
    feishu.ReadBack.NEVER,
    feishu.UserIdType.OPEN_ID,
    datetime.min,
    datetime.max.replace(tzinfo=timezone.utc),
]

DATA = '{"process_id":"7","status":1,"process_ids":["1"],"approver_list":[{}]}'
GOOD = HttpResponse(200, {"x-tt-logid": "LOG"}, f'{{"code":0,"data":{DATA}}}')
NEEDED: "dict[str, Any]" = {
    "method": "POST",
    "path": "/open-apis/a",
    "process_id": "7",
    "actor": System(),
    "modify_time_from": 0,
    "modify_time_to": 1,
    "since": 1_700_000_000_000,
    "until": [feishu.Status.IN_PROGRESS],
    "timeout": 0.01,
    "user_id": "ou_1",
    "flow_definition_id": "people_7_7",
    "variable_api_names": ["a"],
    "approver_id": "8",
    "decision": feishu.Reject(reason="r"),
    "to_user_id": feishu.OpenId("ou_2"),
    "approver_ids": ["8"],
    "target": feishu.ApproverId("8"),
    "extra_type": feishu.ExtraType.BEFORE,
    "extra_user_ids": [feishu.OpenId("ou_2")],
}
ARGUMENTS: "dict[str, dict[str, Any]]" = {
    **{
        name: {one: NEEDED[one] for one in inspect.signature(getattr(Client, name)).parameters if one in NEEDED}
        for name in (*feishu.OPERATIONS, "call", "list_start_candidates", "settle", "wait_for")
    },
    "request": {"request": feishu.GetProcess(process_id="7")},
}


def judged(name: str, act: Any, *, is_named: bool = True) -> bool:
    """Whether it is taken. If not, it is refused by this library's error or by a `TypeError`, which name it."""
    try:
        act()
    except (feishu.Error, TypeError) as raised:
        error = raised
    else:
        return True
    if isinstance(error, feishu.Error) and not isinstance(error, feishu.InvalidArgumentError):
        return True  # an answer was read, and found to be one of a failure
    if not is_named:
        return False
    if isinstance(error, feishu.InvalidArgumentError):
        assert error.effect == feishu.Effect.NONE
        # A user's id is Feishu's `user_id`; a span of time is two arguments.
        fields = {problem.field.partition("[")[0].partition(".")[0] for problem in error.problems}
        fields |= {"actor"} if "user_id" in str(error) else set()
        assert name in fields or name.startswith("modify_time"), error
    else:
        assert name in str(error), error
    return False


def run(client: Any, method: str, arguments: "dict[str, Any]") -> Any:
    arguments = dict(arguments)
    first = [arguments.pop(name) for name in ("process_id", "request") if name in arguments]
    result = getattr(client, method)(*first, **arguments)
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    # One step: a walk from 1970 to the year 9999 has many.
    if isinstance(result, feishu.Items):
        return next(result, None)
    if isinstance(result, feishu.AsyncItems):
        return asyncio.run(step(result))
    return result


async def step(walk: "feishu.AsyncItems[str]") -> "str | None":
    async for one in walk:
        return one
    return None


@pytest.mark.parametrize("cls", [Client, AsyncClient])
@pytest.mark.parametrize("method", ARGUMENTS)
def test_every_argument_of_every_method(cls: Any, method: str) -> None:
    client = cls(token=lambda: "t", transport=lambda _: GOOD, quotas=dict.fromkeys(feishu.OPERATIONS, (10 ** 6, 1)))
    names = [name for name in inspect.signature(getattr(cls, method)).parameters if name != "self"]
    assert set(ARGUMENTS[method]) <= set(names)
    for name in names:
        taken = 0
        for odd in ODD:
            taken += judged(name, lambda n=name, o=odd: run(client, method, {**ARGUMENTS[method], n: o}))
        assert taken or name in ("actor", "method", "path", "request"), name
    more = {"call", "list_start_candidates", "settle", "wait_for", "request"}
    assert {*feishu.OPERATIONS, *more} == set(ARGUMENTS)


OPTIONS = [name for name in inspect.signature(Client.__init__).parameters if name != "self"]


@pytest.mark.parametrize("cls", [Client, AsyncClient])
@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_is_refused_when_the_client_is_made_and_never_later(cls: Any, name: str) -> None:
    base: dict[str, Any] = {"app_id": "a", "app_secret": "b", "transport": lambda _: GOOD}
    if name == "token":
        base = {"transport": base["transport"]}
    for odd in ODD:
        if name == "token" and odd is None:
            continue  # then the credentials are missing
        made: list[Any] = []
        if not judged(name, lambda o=odd, m=made: m.append(cls(**{**base, name: o}))):
            continue
        client = made[0]
        try:
            run(client, "get_process", {"process_id": "7", "deadline": 1})
        except feishu.InvalidArgumentError as error:
            pytest.fail(f"{name}={odd!r} is refused at a call: {error}")
        except feishu.Error:
            pass  # the transport of this test answers no request for a token


@pytest.mark.parametrize(
    "make",
    [
        feishu.WithdrawProcess,
        feishu.GetProcess,
        feishu.ListProcesses,
        feishu.System,
        feishu.Actor.User,
        feishu.OpenId,
        feishu.PeopleCorehrId,
        feishu.UnionId,
        feishu.UserId,
        feishu.HttpResponse,
        feishu.decode_reply,
        feishu.explain,
        feishu.TransportFailure,
        feishu.Problem,
        feishu.Process,
        feishu.Withdrawn,
        _native.Error,
    ],
)
def test_requests_answers_and_functions_refuse_in_the_same_way(make: Any) -> None:
    good: dict[str, Any] = {
        **ARGUMENTS["withdraw_process"],
        **ARGUMENTS["list_processes"],
        "operation": "get_process",
        "status": {feishu.Process: feishu.Status.WITHDRAWN, _native.Error: 4}.get(make, 200),
        "body": '{"code":0}',
        "code": 5,
        "kind": feishu.TransportErrorKind.DNS if make is feishu.TransportFailure else feishu.ErrorKind.API,
        "id": "ou_1",
        "user": feishu.OpenId("ou_1"),
    }
    for name in inspect.signature(make).parameters:
        for odd in ODD:
            arguments = {one: good[one] for one in inspect.signature(make).parameters if one in good}
            judged(name, lambda a={**arguments, name: odd}: make(**a), is_named=make is not feishu.TransportFailure)


def test_what_counts_as_an_integer_is_one_everywhere() -> None:
    with Client(token=lambda: "t", quotas={"get_process": (Index(5), Index(1))}) as client:
        client.list_processes(modify_time_from=Index(1), modify_time_to=Index(2), page_size=Index(50))
        request = client.request(
            feishu.ListProcesses(modify_time_from=Index(1), modify_time_to=Index(2), page_size=Index(50))
        )
    assert request.url.endswith("page_size=50&modify_time_from=1&modify_time_to=2") or "page_size=50" in request.url
    assert feishu.explain("get_process", Index(99991400)) == feishu.explain("get_process", 99991400)
    assert HttpResponse(Index(204)).status == 204


def test_a_line_break_in_a_token_is_refused_where_a_request_is_shown() -> None:
    with Client(token=lambda: "t") as client, pytest.raises(feishu.InvalidArgumentError) as raised:
        client.request(feishu.GetProcess(process_id="7"), token="a\nX-Evil: 1")
    assert [problem.field for problem in raised.value.problems] == ["token"]
    assert "Evil" not in str(raised.value)


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_every_operation_has_a_method_of_its_name(cls: Any) -> None:
    for operation in feishu.OPERATIONS:
        method, same = getattr(cls, operation), getattr(Client, operation)
        assert inspect.signature(method).parameters == inspect.signature(same).parameters
        assert method.__doc__


def test_a_walk_refuses_its_options_when_it_is_made() -> None:
    refused = [("token", "\ud800"), ("token", "a\nb"), ("request_id", "\ud800"), ("deadline", 0), ("deadline", -1)]
    for client in (Client(token=lambda: "t"), AsyncClient(token=lambda: "t")):
        for name, odd in refused:
            with pytest.raises(feishu.InvalidArgumentError) as raised:
                client.list_processes(modify_time_from=0, modify_time_to=1, **{name: odd})  # type: ignore[arg-type]
            assert [problem.field for problem in raised.value.problems] == [name]
        with pytest.raises(TypeError, match="deadline"):
            client.list_processes(modify_time_from=0, modify_time_to=1, deadline="1")  # type: ignore[arg-type]


@pytest.mark.parametrize("cls", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("returned", "told"),
    [("\ud800", "half a surrogate pair"), (7, "returned int and not str"), (None, "returned NoneType and not str")],
)
def test_what_a_token_function_returns_is_told(cls: Any, returned: Any, told: str) -> None:
    client = cls(token=lambda: returned, transport=lambda _: GOOD)
    with pytest.raises(feishu.TokenSourceError, match=told) as raised:
        run(client, "get_process", {"process_id": "7"})
    assert isinstance(raised.value.__cause__, TypeError)
    assert "the token function" in str(raised.value.__cause__)


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_a_transport_that_returns_something_else_is_told(cls: Any) -> None:
    client = cls(token=lambda: "t", transport=lambda _: "\ud800", deadline=1)
    with pytest.raises(feishu.TransportError, match="returned str and not HttpResponse") as raised:
        run(client, "get_process", {"process_id": "7"})
    assert "the transport returned str" in str(raised.value.__cause__)


def test_a_pickle_that_somebody_changed_is_refused() -> None:
    with Client(token=lambda: "t") as client:
        restore, (method, url, headers, body, numbers) = client.request(feishu.GetProcess(process_id="7")).__reduce__()
    assert restore(method, url, headers, body, numbers).url == url
    for changed in (("\ud800", url, headers), (method, "\ud800", headers), (method, url, [("\ud800", "a")])):
        with pytest.raises(TypeError, match="no request of this library"):
            restore(*changed, body, numbers)


def test_a_user_shows_its_id() -> None:
    for cls in (feishu.OpenId, feishu.PeopleCorehrId, feishu.UnionId, feishu.UserId):
        assert cls("ou_1").id == cls(id="ou_1").id == "ou_1"
        assert repr(cls("ou_1")) == f"User.{cls.__name__}(id='ou_1')"
    assert feishu.Actor.User(feishu.OpenId("ou_1")).user == feishu.OpenId("ou_1")
    assert System(user=feishu.OpenId("ou_1")).user == feishu.OpenId("ou_1")
