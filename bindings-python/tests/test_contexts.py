"""Whatever the host does for a call happens in that call's context variables: token, transport, hook, log, cache."""

import asyncio
import contextvars
import gc
import json
import logging
import random
import threading
import weakref
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, HttpRequest, HttpResponse, Observation, RequestPhase, System

TENANT: "contextvars.ContextVar[str]" = contextvars.ContextVar("tenant")
CALLS = 60
DONE = '{"code":0,"data":{}}'


class Host:
    """Everything that a program can hand to a client; it writes down in whose context it was called."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.seen: list[tuple[str, str, str]] = []

    def note(self, what: str, detail: str = "") -> None:
        with self.lock:
            self.seen.append((what, TENANT.get("nobody"), detail))

    def of(self, what: str) -> "list[tuple[str, str]]":
        return [(tenant, detail) for kind, tenant, detail in self.seen if kind == what]

    def token(self) -> str:
        self.note("token")
        return f"t-{TENANT.get('nobody')}"

    def transport(self, request: HttpRequest) -> HttpResponse:
        self.note("transport", request.url.rsplit("/", 1)[1] + " " + dict(request.headers).get("authorization", ""))
        if "/auth/" in request.url:
            return HttpResponse(200, {}, json.dumps({"code": 0, "tenant_access_token": "t-app", "expire": 7200}))
        return HttpResponse(200, {}, DONE)

    def hook(self, observation: Observation) -> None:
        self.note("hook" if observation.phase is RequestPhase.ENDED else "start", observation.operation)

    def load(self, key: str) -> None:
        self.note("load")

    def save(self, key: str, value: bytes) -> None:
        self.note("save")


class AsyncHost(Host):
    """The same with async functions, which let others run in between."""

    async def rest(self) -> None:
        for _ in range(random.randint(0, 3)):
            await asyncio.sleep(0)
        await asyncio.sleep(random.random() / 200)

    async def token(self) -> str:  # type: ignore[override]
        await self.rest()
        return Host.token(self)

    async def transport(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        await self.rest()
        answer = Host.transport(self, request)
        await self.rest()
        return answer

    async def load(self, key: str) -> None:  # type: ignore[override]
        await self.rest()
        Host.load(self, key)

    async def save(self, key: str, value: bytes) -> None:  # type: ignore[override]
        await self.rest()
        Host.save(self, key, value)


class Logged(logging.Handler):
    """A log handler that reads the context, as those that add a request's id do."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host

    def emit(self, record: logging.LogRecord) -> None:
        self.host.note("log", record.observation.operation)  # type: ignore[attr-defined]


def by_tasks(client: AsyncClient) -> None:
    async def one(number: int) -> None:
        TENANT.set(f"tenant{number}")
        await asyncio.sleep(random.random() / 50)
        await client.withdraw_process(str(number), actor=System())

    async def main() -> None:
        async with client:
            await one(CALLS)  # the loop's first call has a context of its own
            await asyncio.gather(*[asyncio.create_task(one(number)) for number in range(CALLS)])

    asyncio.run(main())


def by_threads(client: Client) -> None:
    def one(number: int) -> None:
        TENANT.set(f"tenant{number}")
        client.withdraw_process(str(number), actor=System())

    threads = [threading.Thread(target=one, args=(number,)) for number in range(CALLS + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def play(kind: str, host: Host, **options: Any) -> None:
    options = {"transport": host.transport, "on_attempt": host.hook, **options}
    options.setdefault("quotas", {"withdraw_process": (10_000, 1.0)})
    handler, logger = Logged(host), logging.getLogger("feishu_corehr")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        if kind == "threads":
            by_threads(Client(**options))
        else:
            by_tasks(AsyncClient(**options))
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


KINDS = [("threads", Host), ("tasks", Host), ("tasks", AsyncHost)]
TENANTS = sorted(f"tenant{number}" for number in range(CALLS + 1))


@pytest.mark.parametrize(("kind", "make_host"), KINDS)
def test_every_function_of_a_call_runs_in_the_calls_context(kind: str, make_host: Any) -> None:
    host = make_host()
    play(kind, host, token=host.token)
    assert sorted(tenant for tenant, _ in host.of("token")) == TENANTS
    sent = sorted(host.of("transport"))
    assert sent == sorted((f"tenant{number}", f"{number} Bearer t-tenant{number}") for number in range(CALLS + 1))
    for what in ("start", "hook", "log"):
        assert sorted(host.of(what)) == [(tenant, "withdraw_process") for tenant in TENANTS]


@pytest.mark.parametrize(("kind", "make_host"), KINDS)
def test_calls_that_share_a_token_are_woken_in_their_own_context(kind: str, make_host: Any) -> None:
    host = make_host()
    play(kind, host, app_id="cli_a", app_secret="b", token_cache=host)
    (loads, saves), fetches = (host.of("load"), host.of("save")), [
        tenant for tenant, detail in host.of("transport") if not detail.endswith("Bearer t-app")
    ]
    assert len(fetches) == 1, "one fetches for all"
    assert [tenant for tenant, _ in loads + saves] == fetches * 2
    assert sorted(pair for pair in host.of("transport") if pair[1].endswith("Bearer t-app")) == sorted(
        (f"tenant{number}", f"{number} Bearer t-app") for number in range(CALLS + 1)
    )
    for what in ("start", "hook", "log"):
        seen = host.of(what)
        assert sorted(tenant for tenant, operation in seen if operation == "withdraw_process") == TENANTS
        assert [tenant for tenant, operation in seen if operation == "tenant_access_token"] == fetches


@pytest.mark.parametrize(("kind", "make_host"), KINDS)
def test_calls_that_wait_for_their_turn_go_on_in_their_own_context(kind: str, make_host: Any) -> None:
    host = make_host()
    play(kind, host, token=host.token, quotas={"withdraw_process": (25, 0.2)})
    assert sorted(host.of("transport")) == sorted(
        (f"tenant{number}", f"{number} Bearer t-tenant{number}") for number in range(CALLS + 1)
    )
    assert sorted(tenant for tenant, _ in host.of("hook")) == TENANTS


def test_a_walk_asks_for_each_page_in_the_context_of_its_step() -> None:
    seen: list[str] = []

    def transport(request: HttpRequest) -> HttpResponse:
        seen.append(TENANT.get())
        more = len(seen) < 3
        data = {"process_ids": [str(len(seen))], "has_more": more, "page_token": f"p{len(seen)}" if more else ""}
        return HttpResponse(200, {}, json.dumps({"code": 0, "data": data}))

    async def main() -> None:
        async with AsyncClient(token=lambda: "t", transport=transport) as client:
            walk = client.list_processes(modify_time_from=0, modify_time_to=1)
            for name in ("a", "b", "c"):
                TENANT.set(name)
                await walk.__anext__()

    asyncio.run(main())
    assert seen == ["a", "b", "c"]


def test_the_loop_does_not_keep_the_context_of_its_first_call() -> None:
    class Big:
        pass

    big: contextvars.ContextVar[Any] = contextvars.ContextVar("big")

    async def main() -> None:
        async with AsyncClient(token=lambda: "t", transport=lambda _: HttpResponse(200, {}, DONE)) as client:

            async def first() -> "weakref.ref[Big]":
                big.set(Big())
                await client.withdraw_process("7", actor=System())
                return weakref.ref(big.get())

            kept = await asyncio.create_task(first())
            await asyncio.sleep(0)
            gc.collect()
            assert kept() is None

    asyncio.run(main())


def test_an_error_is_raised_from_what_the_own_function_raised() -> None:
    """Interleaved calls do not get each other's causes."""

    async def token() -> str:
        await asyncio.sleep(random.random() / 100)
        raise LookupError(TENANT.get())

    async def one(client: AsyncClient, number: int) -> None:
        TENANT.set(str(number))
        with pytest.raises(feishu.TokenSourceError) as raised:
            await client.withdraw_process("7", actor=System())
        assert str(raised.value.__cause__) == str(number)

    async def main() -> None:
        async with AsyncClient(token=token, transport=lambda _: HttpResponse(200)) as client:
            await asyncio.gather(*[asyncio.create_task(one(client, number)) for number in range(50)])

    asyncio.run(main())
