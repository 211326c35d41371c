"""Bytes that nobody has asked for: no request is answered by what came before it was sent."""

import threading
import time
from typing import Any

import pytest
from servers import DONE, READ, Server, answer

import feishu_corehr as feishu
from feishu_corehr import Effect, System

TOKEN = answer({"code": 0, "tenant_access_token": "t-1", "expire": 7200})
REFUSED = answer({"code": 1161003, "msg": "no permission"}, "403 Forbidden", "x-tt-logid: TRUE")
SURPLUS = {
    "a whole second answer": DONE,
    "two of them": DONE * 2,
    "an answer without its end": DONE[:-3],
    "the end of one": b"\r\n0\r\n\r\n",
    "a byte": b"x",
    "line breaks": b"\r\n\r\n",
    "an informational head": b"HTTP/1.1 103 Early Hints\r\n\r\n",
}


def options(server: Server, **more: Any) -> "dict[str, Any]":
    return {"app_id": "a", "app_secret": "b", "base_url": server.url, "allow_insecure_loopback": True, **more}


def kind(request: bytes) -> str:
    return "token" if b"/auth/" in request else request.split(b" ", 1)[0].decode()


@pytest.mark.parametrize("name", SURPLUS)
@pytest.mark.parametrize("after", ["token", "GET", "PUT"])
@pytest.mark.parametrize("pause", [None, 0.05])
@pytest.mark.parametrize("rest", [0.0, 0.08, 0.3])
def test_a_refused_withdrawal_is_never_told_as_done(
    make: Any, name: str, after: str, pause: "float | None", rest: float
) -> None:
    """The surplus comes with the answer to what was asked before, while the connection is idle, or later still."""

    def answers(request: bytes) -> Any:
        which = kind(request)
        if which == "PUT" and b"/8" in request.split(b"\r\n", 1)[0]:
            return REFUSED
        given = {"token": TOKEN, "GET": READ, "PUT": DONE}[which]
        if which != after:
            return given
        return given + SURPLUS[name] if pause is None else [given, pause, SURPLUS[name]]

    with Server(answers) as server:
        client = make(**options(server))
        if after == "GET":
            client.get_process("7")
        elif after == "PUT":
            client.withdraw_process("7", actor=System())
        elif pause is not None:
            client.get_process("7")
        time.sleep(rest)
        with pytest.raises(feishu.RejectedError) as raised:
            client.withdraw_process("8", actor=System())
        assert (raised.value.code, raised.value.log_id, raised.value.effect) == (1161003, "TRUE", Effect.NONE)
        assert [kind(request) for request in server.requests].count("PUT") == (2 if after == "PUT" else 1)


def test_surplus_that_comes_while_the_next_withdrawal_is_on_its_way_answers_nothing(make: Any) -> None:
    """The server sends it after the next request has arrived, on the connection of the one before."""
    arrived = threading.Event()

    def answers(request: bytes) -> Any:
        which = kind(request)
        if which == "token":
            return TOKEN
        if b"/8" in request.split(b"\r\n", 1)[0]:
            arrived.set()
            return [0.3, REFUSED]
        # On a connection that both shared, nobody would wait for the second request to arrive.
        return [DONE, lambda: arrived.wait(0.3), DONE]

    with Server(answers) as server:
        client = make(**options(server))
        client.withdraw_process("7", actor=System())
        with pytest.raises(feishu.RejectedError) as raised:
            client.withdraw_process("8", actor=System())
        assert (raised.value.code, raised.value.log_id, raised.value.effect) == (1161003, "TRUE", Effect.NONE)


def test_a_read_that_proves_a_withdrawal_is_not_answered_by_what_came_before_it(make: Any) -> None:
    """A kept connection of reads holds an answer that would prove too much: the process as withdrawn."""
    withdrawn = answer({"code": 0, "data": {"process_id": "7", "status": 4}})
    proving, seen = threading.Event(), []

    def answers(request: bytes) -> Any:
        seen.append(kind(request))
        if seen[-1] == "GET" and seen.count("GET") == 1:
            return [READ, lambda: proving.wait(0.3), withdrawn]
        if seen[-1] == "GET":
            proving.set()
            return [0.3, READ]
        # The first one is lost without an answer.
        return [None] if seen.count("PUT") == 1 else DONE

    with Server(answers) as server:
        client = make(token=lambda: "t", base_url=server.url, allow_insecure_loopback=True)
        client.get_process("7")
        done = client.withdraw_process("7", actor=System())
    assert seen == ["GET", "PUT", "GET", "PUT"]
    assert (done.attribution, done.attempts) == (feishu.Attribution.OURS, 2)


def test_a_withdrawal_has_a_connection_that_has_carried_nothing(make: Any) -> None:
    with Server(lambda request: {"token": TOKEN, "GET": READ, "PUT": DONE}[kind(request)]) as server:
        client = make(**options(server))
        for process_id in ("7", "7", "7"):
            client.get_process(process_id)
        assert server.connections == 2
        for process_id in ("7", "8", "9"):
            client.withdraw_process(process_id, actor=System())
        assert server.connections == 5
        client.get_process("7")
        assert server.connections == 5


def test_an_answers_head_is_kept_when_its_body_is_lost(make: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nx-tt-logid: LOG\r\n"
    for lost in (
        head + b"content-length: 50\r\n\r\n{",
        head + b"transfer-encoding: chunked\r\n\r\n5\r\n{",
        head + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
        head + b"content-length: 99999999\r\n\r\n{",
        head + b"transfer-encoding: chunked\r\n\r\n1400000\r\n" + b" " * 20_000_000,
    ):
        with Server([lost, None]) as server:
            client = make(token=lambda: "t", base_url=server.url, allow_insecure_loopback=True)
            with pytest.raises(feishu.Error) as raised:
                client.withdraw_process("7", actor=System(), read_back=feishu.ReadBack.NEVER)
        assert (raised.value.http_status, raised.value.log_id) == (200, "LOG"), lost[:80]
        assert raised.value.effect == Effect.UNKNOWN
