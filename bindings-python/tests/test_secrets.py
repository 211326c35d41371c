"""Secrets are nowhere to be read: each slot holds a canary, and everything that can be seen is searched."""

import asyncio
import base64
import copy
import io
import logging
import pickle
import traceback
import urllib.parse
from typing import Any

import pytest
from servers import Server, answer

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, System

CANARY = "canary7Qx"
FORMS = [CANARY, CANARY.encode().hex(), urllib.parse.quote(CANARY), base64.b64encode(CANARY.encode()).decode()[:10]]


def leaks(text: str) -> bool:
    return any(form in text for form in FORMS)


def looks(client: object) -> str:
    """Everything that Python shows of an object."""
    shown = [repr(client), str(client), f"{client}", repr(dir(client))]
    shown += [repr(getattr(client, name, "")) for name in dir(client) if name not in ("__doc__",)]
    for inner in ("_native", "_host", "_registries"):
        value = getattr(client, inner, None)
        shown += [repr(getattr(value, name, "")) for name in dir(value)]
    return "\n".join(shown)


@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_a_client_shows_no_secret_and_cannot_be_copied(cls: Any) -> None:
    client = cls(app_id="cli_a", app_secret=CANARY, proxy=f"http://user:{CANARY}@127.0.0.1:1")
    assert not leaks(looks(client))
    assert not hasattr(client, "__dict__")
    for act in (pickle.dumps, copy.copy, copy.deepcopy, vars):
        with pytest.raises(TypeError):
            act(client)
        with pytest.raises(TypeError):
            act(client._native)


def test_no_error_log_hook_or_cause_shows_a_secret(make: Any, capfd: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    seen: list[Any] = []
    tokens = {"code": 0, "tenant_access_token": f"t-{CANARY}", "expire": 7200}
    refusals = [
        answer({"code": 99991663, "msg": "invalid token"}, "400 Bad Request"),
        answer("<html></html>", "502 Bad Gateway"),
        answer({"code": 1161003, "msg": "no"}, "403 Forbidden"),
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
    ]
    try:
        for refusal in refusals:
            with Server(lambda request, refusal=refusal: answer(tokens) if b"/auth/" in request else refusal) as server:
                client = make(
                    app_id="cli_a",
                    app_secret=CANARY,
                    base_url=server.url,
                    allow_insecure_loopback=True,
                    on_attempt=seen.append,
                )
                for token in (None, f"u-{CANARY}"):
                    with pytest.raises(feishu.Error) as raised:
                        client.withdraw_process("7", actor=System(), token=token, deadline=2)
                    error = raised.value
                    shown = [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
                    shown += traceback.format_exception(type(error), error, error.__traceback__)
                    assert not leaks("\n".join(shown))
                    assert server.requests
        with pytest.raises(feishu.InvalidArgumentError) as refused:
            make(app_id="cli_a", app_secret=f"{CANARY}\n")
        assert not leaks(str(refused.value))
        with pytest.raises(feishu.InvalidArgumentError) as refused:
            make(app_id="cli_a", app_secret="b").withdraw_process("7", actor=System(), token=f"{CANARY} ")
        assert not leaks(str(refused.value))
        with pytest.raises(feishu.InvalidArgumentError) as refused:
            make(app_id="cli_a", app_secret="b", proxy=f"{CANARY}://x")
        assert not leaks(str(refused.value))
    finally:
        root.removeHandler(handler)
        root.setLevel(logging.WARNING)
    assert seen
    assert "withdraw_process" in stream.getvalue()
    assert not leaks(repr(seen))
    assert not leaks(stream.getvalue())
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


def test_a_request_shows_its_secrets_only_where_they_are_asked_for() -> None:
    class Seen:
        def __init__(self) -> None:
            self.requests: list[feishu.HttpRequest] = []

        def __call__(self, request: feishu.HttpRequest) -> feishu.HttpResponse:
            self.requests.append(request)
            body = f'{{"code":0,"tenant_access_token":"t-{CANARY}","expire":7200}}'
            return feishu.HttpResponse(200, {}, body if "/auth/" in request.url else '{"code":0}')

    transport = Seen()
    with Client(app_id="cli_a", app_secret=CANARY, transport=transport) as client:
        client.withdraw_process("7", actor=System())
    token, withdrawal = transport.requests
    assert not leaks(repr(token) + str(token) + token.curl())
    assert not leaks(repr(withdrawal) + str(withdrawal) + withdrawal.curl())
    assert leaks(repr(token.body))
    assert leaks(repr(withdrawal.headers))
    assert not leaks(repr(feishu.HttpResponse(200, {}, CANARY)))


def test_the_self_test_finds_a_planted_leak() -> None:
    class Leaky:
        def __repr__(self) -> str:
            return f"<Leaky {CANARY}>"

    assert leaks(looks(Leaky()))


def test_a_cancelled_call_shows_no_secret() -> None:
    async def main() -> None:
        with Server(lambda _: None) as server:
            async with AsyncClient(
                app_id="cli_a", app_secret=CANARY, base_url=server.url, allow_insecure_loopback=True
            ) as client:
                call = asyncio.create_task(client.withdraw_process("7", actor=System()))
                await asyncio.sleep(0.1)
                call.cancel()
                with pytest.raises(asyncio.CancelledError) as raised:
                    await call
                assert not leaks(repr(vars(raised.value)) + repr(raised.value))

    asyncio.run(main())
