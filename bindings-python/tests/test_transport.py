"""The built-in transport against odd servers, and transports written in Python."""

import asyncio
from typing import Any

import pytest
from servers import DONE, NOBODY, READ, Server, answer

import feishu_corehr as feishu
from feishu_corehr import Effect, HttpRequest, HttpResponse, System, TransportErrorKind, TransportFailure


def options(server: Server, **more: Any) -> dict[str, Any]:
    return {"token": lambda: "t-1", "base_url": server.url, "allow_insecure_loopback": True, **more}


def test_a_redirect_is_never_followed(make: Any) -> None:
    with Server(DONE) as target, Server(answer("", "307 Temporary Redirect", f"location: {target.url}/x")) as server:
        with pytest.raises(feishu.UnexpectedRedirectError) as raised:
            make(**options(server)).withdraw_process("7", actor=System())
        assert raised.value.location_host == target.url.removeprefix("http://")
        assert raised.value.effect == Effect.UNKNOWN
        assert not target.requests


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_without_end_is_cut_off(make: Any, chunked: bool) -> None:
    big = b"x" * (9 << 20)
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"%x\r\n" % len(big) + big + b"\r\n0\r\n\r\n"
    with Server(head if chunked else answer(big)) as server:
        with pytest.raises(feishu.TooLargeError):
            make(**options(server)).get_process("7")
        assert len(server.requests) == 1


def test_one_connection_serves_many_reads(make: Any) -> None:
    with Server(READ) as server:
        client = make(**options(server))
        for _ in range(5):
            client.get_process("7")
        assert (len(server.requests), server.connections) == (5, 1)


def test_a_connection_that_was_closed_while_idle_is_not_used(make: Any) -> None:
    with Server(READ, ends_each=True) as server:
        client = make(**options(server))
        client.get_process("7")
        assert server.closed.wait(60), "the client has noticed"
        assert client.get_process("7").process_id == "7"
        assert (len(server.requests), server.connections) == (2, 2)


def test_a_refused_connection_proves_that_nothing_happened(make: Any) -> None:
    client = make(token=lambda: "t", base_url=NOBODY, allow_insecure_loopback=True)
    with pytest.raises(feishu.ConnectError) as raised:
        client.withdraw_process("7", actor=System())
    assert (raised.value.effect, raised.value.retryable) == (Effect.NONE, True)


def test_a_host_name_that_does_not_resolve_proves_that_nothing_happened(make: Any) -> None:
    client = make(token=lambda: "t", base_url="https://no-such-host.invalid", allow_other_hosts=True)
    with pytest.raises(feishu.ConnectError) as raised:
        client.withdraw_process("7", actor=System())
    assert raised.value.effect == Effect.NONE
    assert "name" in str(raised.value)


def test_what_is_sent_is_what_the_page_says(make: Any) -> None:
    with Server(DONE) as server:
        client = make(**options(server))
        client.withdraw_process("7", actor=feishu.OpenId("ou_1"), reason="因")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "put /open-apis/corehr/v2/process_withdraw/7?user_id_type=open_id http/1.1"
    assert "authorization: bearer t-1" in lines
    assert "content-type: application/json; charset=utf-8" in lines
    assert not [line for line in lines if line.startswith(("referer", "cookie", "accept-encoding"))]
    assert body.decode() == '{"user_id":"ou_1","reason":"因"}'


def test_a_request_is_data_and_a_curl_line_without_io() -> None:
    client = feishu.Client(token=lambda: "t-unused")
    request = client.request(feishu.WithdrawProcess(process_id="7", actor=System()), token="t-canary")
    assert (request.method, request.url) == (
        "PUT",
        "https://open.feishu.cn/open-apis/corehr/v2/process_withdraw/7",
    )
    assert dict(request.headers)["authorization"] == "Bearer t-canary"
    assert request.body == b'{"system_user":true}'
    assert "t-canary" not in request.curl() + repr(request)
    assert "authorization: [redacted]" in request.curl()
    read = client.request(feishu.ListProcesses(modify_time_from=0, modify_time_to=1))
    assert (read.method, read.body) == ("GET", None)
    assert "authorization" not in dict(read.headers)
    with pytest.raises(feishu.InvalidArgumentError):
        client.request(feishu.GetProcess(process_id=".."))
    with pytest.raises(TypeError):
        client.request("withdraw")  # type: ignore[arg-type]


class Fake:
    """A test double: it answers from a list, and remembers."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        given = self.answers.pop(0)
        if isinstance(given, BaseException):
            raise given
        return given  # type: ignore[no-any-return]


GOOD = HttpResponse(200, {"x-tt-logid": "FAKE"}, b'{"code":0,"data":{}}')
RUNNING = HttpResponse(200, [("x-tt-logid", "FAKE")], '{"code":0,"data":{"process_id":"7","status":1}}')


def test_a_transport_in_python_carries_the_calls(make: Any) -> None:
    fake = Fake(GOOD)
    done = make(token=lambda: "t", transport=fake).withdraw_process("7", actor=System())
    assert done.log_id == "FAKE"
    request = fake.requests[0]
    assert (request.method, request.fresh_connection, request.max_response) == ("PUT", False, 1 << 20)
    assert 0 < request.timeout <= 20
    assert dict(request.headers)["authorization"] == "Bearer t"


def test_a_transport_may_be_async(sandbox: Any) -> None:
    fake = Fake(GOOD)

    async def transport(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        return fake(request)

    async def main() -> None:
        async with feishu.AsyncClient(token=lambda: "t", transport=transport) as client:
            assert (await client.withdraw_process("7", actor=System())).log_id == "FAKE"

    asyncio.run(main())


def test_a_transport_says_that_nothing_was_written(make: Any) -> None:
    failure = TransportFailure(TransportErrorKind.CONNECT, bytes_written=False)
    fake = Fake(failure, GOOD)
    done = make(token=lambda: "t", transport=fake).withdraw_process("7", actor=System())
    assert (done.attribution, len(fake.requests)) == (feishu.Attribution.OURS, 2)
    assert fake.requests[1].fresh_connection
    fake = Fake(*[failure] * 9)
    with pytest.raises(feishu.ConnectError) as raised:
        make(token=lambda: "t", transport=fake).withdraw_process("7", actor=System(), deadline=3)
    assert raised.value.effect == Effect.NONE
    assert isinstance(raised.value.__cause__, TransportFailure)


def test_any_other_exception_counts_as_written_and_is_the_cause(make: Any) -> None:
    fake = Fake(ConnectionResetError("secret-canary"), RUNNING, ConnectionResetError("secret-canary"), *[RUNNING] * 9)
    with pytest.raises(feishu.Error) as raised:
        make(token=lambda: "t", transport=fake).withdraw_process("7", actor=System(), deadline=3)
    assert raised.value.effect == Effect.UNKNOWN
    assert "canary" not in str(raised.value)
    assert fake.requests[1].method == "GET", "it reads before it sends again"


def test_a_transport_hands_in_the_head_of_an_answer_whose_body_was_lost(make: Any) -> None:
    head = HttpResponse(200, {"X-Tt-Logid": "HEAD"})
    fake = Fake(TransportFailure(TransportErrorKind.BAD_BODY, response=head))
    with pytest.raises(feishu.BadBodyError) as raised:
        make(token=lambda: "t", transport=fake).withdraw_process("7", actor=System(), read_back=feishu.ReadBack.NEVER)
    assert (raised.value.http_status, raised.value.log_id, raised.value.effect) == (200, "HEAD", Effect.UNKNOWN)
    dns = TransportErrorKind.DNS
    for wrong in ({"kind": "dns"}, {"kind": dns, "response": 200}, {"kind": dns, "bytes_written": 0}):
        with pytest.raises(TypeError, match=f"^{list(wrong)[-1]} must be "):
            TransportFailure(**wrong)  # type: ignore[arg-type]


def test_a_transport_that_returns_nonsense_is_an_error(make: Any) -> None:
    with pytest.raises(feishu.TransportError) as raised:
        make(token=lambda: "t", transport=lambda _: "nonsense").get_process("7", deadline=3)
    assert isinstance(raised.value.__cause__, TypeError)


def test_an_async_transport_that_never_answers_is_stopped_at_the_deadline() -> None:
    begun: list[bool] = []
    stopped: list[bool] = []

    async def until(events: list[bool], count: int) -> None:
        while len(events) < count:
            await asyncio.sleep(0.01)

    async def transport(request: HttpRequest) -> HttpResponse:
        begun.append(True)
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            stopped.append(True)
            raise
        return GOOD

    async def main() -> None:
        async with feishu.AsyncClient(token=lambda: "t", transport=transport) as client:
            with pytest.raises(feishu.Error) as raised:
                await client.withdraw_process("7", actor=System(), deadline=2)
            assert raised.value.effect == Effect.UNKNOWN
            await until(stopped, 1)
            call = asyncio.create_task(client.withdraw_process("7", actor=System()))
            await until(begun, 2)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await until(stopped, 2)

    asyncio.run(asyncio.wait_for(main(), 120))
