"""Headers of one's own, answers as received, and lists page by page."""

import asyncio
import contextvars
import gc
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, HttpRequest, HttpResponse, Page, System

NAME = contextvars.ContextVar("NAME", default="nobody")


def refuse(sandbox: Any, operation: str) -> None:
    """Have the next request refused."""
    answer = {"status": 400, "json": {"code": 99992402, "msg": "no"}}
    sandbox.control("script", {"steps": [{"on": operation, "answer": answer}]})


def ended(method: Any, *arguments: Any, **options: Any) -> Any:
    """The result of a call of either client."""
    call = method(*arguments, **options)
    return asyncio.run(call) if asyncio.iscoroutine(call) else call


def headers(entry: "dict[str, Any]", name: str) -> "list[str]":
    return [value for known, value in entry["headers"] if known.lower() == name]


def test_own_headers_go_with_every_request_but_those_for_a_token(make: Any, sandbox: Any) -> None:
    client = make(**sandbox.options()).client
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "rst-after-applied")
    mine = client.with_options(headers={"X-Trace": "a b", "traceparent": "00-1"})
    done = ended(mine.withdraw_process, process_id, actor=System())
    assert done.attribution == feishu.Attribution.PRESUMED
    sent = sandbox.log()
    assert [entry["operation"] for entry in sent] == ["token", "withdraw_process", "get_process"]
    assert [headers(entry, "x-trace") for entry in sent] == [[], ["a b"], ["a b"]]
    assert [headers(entry, "traceparent") for entry in sent] == [[], ["00-1"], ["00-1"]]


def test_they_go_with_lists_runs_and_shown_requests_and_are_taken_for_secrets(sandbox: Any) -> None:
    with Client(**sandbox.options()) as plain:
        client = plain.with_options(headers=[("x-trace", "canary")])
        now = datetime.now(timezone.utc)
        list(client.list_processes(modify_time_from=now - timedelta(days=1), modify_time_to=now))
        run = client.withdraw_processes([sandbox.running()], actor=System())
        assert len(list(run)) == 1
        for operation in ("list_processes", "withdraw_process"):
            assert [headers(entry, "x-trace") for entry in sandbox.log(operation)] == [["canary"]]
        shown = client.request(feishu.GetProcess(process_id="7"))
        assert ("x-trace", "canary") in shown.headers
        assert "x-trace: [redacted]" in shown.curl()
        assert "canary" not in repr(shown)
        assert plain.request(feishu.GetProcess(process_id="7")).headers != shown.headers


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"Authorization": "Bearer t"}, "headers.Authorization", "may not be set"),
        ({"content-length": "1"}, "headers.content-length", "may not be set"),
        ({"Oapi-Sdk-Request-Id": "1"}, "headers.Oapi-Sdk-Request-Id", "request_id"),
        ([("x-a", "1"), ("X-A", "2")], "headers.X-A", "given twice"),
        ({"x-a": "secret\r\nx-b: 1"}, "headers.x-a", "line feed|carriage return"),
        ({"x a": "1"}, "headers.x a", "no name"),
        ({"x-a": "\ud800"}, "headers", "surrogate"),
    ],
)
def test_a_header_that_may_not_be_set_is_refused_at_once(given: Any, field: str, rule: str, make: Any) -> None:
    client = make(token=lambda: "t").client
    with pytest.raises(feishu.InvalidArgumentError, match=rule) as raised:
        client.with_options(headers=given)
    assert [problem.field for problem in raised.value.problems] == [field]
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("given", ["x-a: 1", 5, {"x-a": 1}, [("x-a",)]])
def test_headers_of_a_wrong_type_are_a_type_error(given: Any, make: Any) -> None:
    with pytest.raises(TypeError, match="headers"):
        make(token=lambda: "t").client.with_options(headers=given)
    with pytest.raises(TypeError, match="on_answer"):
        make(token=lambda: "t").client.with_options(on_answer=given)


def test_every_answer_is_heard_as_received_but_those_for_a_token(make: Any, sandbox: Any) -> None:
    client = make(**sandbox.options()).client
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "429-reset2")
    heard: list[HttpResponse] = []
    done = ended(client.with_options(on_answer=heard.append).withdraw_process, process_id, actor=System())
    assert [json.loads(answer.body)["code"] for answer in heard] == [99991400, 0]
    assert ("X-Tt-Logid", done.log_id) in [(name.title(), value) for name, value in heard[-1].headers]
    assert heard[-1].status == 200


def test_what_a_result_leaves_out_is_in_the_answer() -> None:
    body = json.dumps({"code": 0, "data": {"process_id": "7", "status": 1, "news": [1]}})

    def transport(_: HttpRequest) -> HttpResponse:
        return HttpResponse(200, {"x-tt-logid": "L"}, body)

    heard: list[HttpResponse] = []
    client = Client(token=lambda: "t", transport=transport)
    assert client.with_options(on_answer=heard.append).get_process("7").process_id == "7"
    assert [json.loads(answer.body) for answer in heard] == [json.loads(body)]
    client.get_process("7")
    assert len(heard) == 1, "the client itself is as it was"


def test_an_error_comes_with_its_answer_and_a_hook_that_fails_changes_nothing(
    make: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda event: raised.append(event.exc_value))
    client = make(**sandbox.options()).client
    refuse(sandbox, "get_process")

    def hear(answer: HttpResponse) -> None:
        statuses.append(answer.status)
        raise KeyError("mine")

    statuses: list[int] = []
    mine = client.with_options(on_answer=hear)
    with pytest.raises(feishu.Error) as failed:
        ended(mine.get_process, "7")
    assert failed.value.http_status == 400
    assert statuses == [400]
    assert [type(one) for one in raised] == [KeyError] * len(statuses)


def test_it_is_heard_in_the_context_of_the_call(sandbox: Any) -> None:
    async def main() -> None:
        heard: list[tuple[str, int]] = []
        async with AsyncClient(**sandbox.options()) as client:
            mine = client.with_options(on_answer=lambda answer: heard.append((NAME.get(), answer.status)))

            async def call(name: str) -> None:
                NAME.set(name)
                await mine.get_process(process_id)

            await asyncio.gather(*(asyncio.create_task(call(name)) for name in "abc"))
        assert sorted(heard) == [("a", 200), ("b", 200), ("c", 200)]

    process_id = sandbox.running()
    asyncio.run(main())


def test_what_is_left_out_stays_as_it_is(sandbox: Any) -> None:
    heard: list[int] = []
    with Client(**sandbox.options()) as client:
        mine = client.with_options(headers={"x-a": "1"}).with_options(on_answer=lambda answer: heard.append(1))
        mine = mine.with_options(headers={"x-b": "2"})
        mine.get_process(sandbox.running())
        (entry,) = sandbox.log("get_process")
        assert (headers(entry, "x-a"), headers(entry, "x-b"), heard) == ([], ["2"], [1])
        assert len(sandbox.log("token")) == 1
        client.get_process(sandbox.running())
        assert len(sandbox.log("token")) == 1, "one token for both"
    with pytest.raises(RuntimeError, match="closed"):
        mine.get_process("7")


def test_a_client_that_is_dropped_leaves_its_sister_alone(sandbox: Any) -> None:
    async def main() -> None:
        async with AsyncClient(**sandbox.options()) as client:
            for _ in range(3):
                await client.with_options(headers={"x-a": "1"}).get_process(process_id)
                gc.collect()
                await client.get_process(process_id)

    process_id = sandbox.running()
    asyncio.run(main())


def pages_of(walk: Any) -> "list[Page[str]]":
    if isinstance(walk, feishu.Items):
        return list(walk.pages())

    async def main() -> "list[Page[str]]":
        return [page async for page in walk.pages()]

    return asyncio.run(main())


def test_a_list_comes_page_by_page_and_goes_on_where_one_was_kept(make: Any, sandbox: Any) -> None:
    for _ in range(5):
        sandbox.running()
    client = make(**sandbox.options(quotas={"list_processes": (1000, 1.0)})).client
    now = datetime.now(timezone.utc)
    span = {"modify_time_from": now - timedelta(days=40), "modify_time_to": now + timedelta(days=1), "page_size": 4}
    pages = pages_of(client.list_processes(**span))
    everything = [process_id for page in pages for process_id in page.items]
    assert len(everything) >= 5
    assert len(pages) == len(sandbox.log("list_processes"))
    assert [page.has_more for page in pages] == [True] * (len(pages) - 1) + [False]
    assert all(page.log_id for page in pages)
    assert pages[-1].page_token is None
    for number, page in enumerate(pages[:-1]):
        later = pages_of(client.list_processes(**span, page_token=page.page_token))
        assert [later.items for later in later] == [later.items for later in pages[number + 1 :]]


def test_pages_go_on_with_the_walk_and_after_an_error(make: Any, sandbox: Any) -> None:
    for _ in range(5):
        sandbox.running()
    calls = make(**sandbox.options(quotas={"list_processes": (1000, 1.0)}))
    now = datetime.now(timezone.utc)
    span = {"modify_time_from": now - timedelta(days=1), "modify_time_to": now + timedelta(days=1), "page_size": 2}
    whole = [process_id for page in pages_of(calls.client.list_processes(**span)) for process_id in page.items]
    walk = calls.list_processes(**span)
    first = next(walk)
    walk = walk if isinstance(walk, feishu.Items) else walk.ids
    rest = pages_of(walk)
    assert [first] + [process_id for page in rest for process_id in page.items] == whole
    assert (len(rest[0].items), rest[0].has_more) == (1, True)
    assert pages_of(walk) == []

    refuse(sandbox, "list_processes")
    walk = calls.client.list_processes(**span)
    pages = walk.pages()

    def step() -> Any:
        return next(pages) if isinstance(walk, feishu.Items) else asyncio.run(pages.__anext__())

    with pytest.raises(feishu.Error):
        step()
    assert step().items
