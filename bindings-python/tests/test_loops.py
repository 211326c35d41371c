"""Event loops of every kind: without `add_reader`, as Windows' usual one, closed too early, several at once."""

import asyncio
import gc
import os
import threading
import time
import weakref
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, HttpRequest, HttpResponse, System


class WithoutReaders(asyncio.SelectorEventLoop):
    """As Windows' usual loop: the client must find another way."""

    def add_reader(self, *_: Any) -> Any:
        raise NotImplementedError

    def remove_reader(self, *_: Any) -> Any:
        raise NotImplementedError


@pytest.fixture(params=[asyncio.SelectorEventLoop, WithoutReaders])
def loop(request: pytest.FixtureRequest) -> Any:
    loop = request.param()
    yield loop
    loop.close()


def play(loop: Any, main: Any) -> Any:
    """Run it, and hang never."""
    return loop.run_until_complete(asyncio.wait_for(main, 120))


async def until(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def in_flight(client: AsyncClient, sandbox: Any) -> "asyncio.Task[Any]":
    """A withdrawal that has been sent and is not answered."""
    process_id = sandbox.running()
    await client.get_process(process_id)
    sandbox.fault("withdraw_process", "timeout-not-applied")
    call = asyncio.ensure_future(client.withdraw_process(process_id, actor=System()))
    await until(lambda: sandbox.log("withdraw_process"))
    return call


def test_calls_and_functions_work(loop: Any, sandbox: Any) -> None:
    seen: list[Any] = []

    async def main() -> None:
        async with AsyncClient(**sandbox.options(on_attempt=seen.append)) as client:
            ids = [sandbox.running() for _ in range(20)]
            results = await asyncio.gather(*[client.withdraw_process(one, actor=System()) for one in ids])
            assert [done.process_id for done in results] == ids

        async def transport(request: HttpRequest) -> HttpResponse:
            await asyncio.sleep(0)
            return HttpResponse(200, {"x-tt-logid": "LOG"}, '{"code":0}')

        async with AsyncClient(token=lambda: "t", transport=transport) as client:
            assert (await client.withdraw_process("7", actor=System())).log_id == "LOG"

    play(loop, main())
    assert len(seen) == 42, "one for the start and one for the end of each request"


def test_close_ends_the_calls_in_flight(loop: Any, sandbox: Any) -> None:
    async def main() -> None:
        client = AsyncClient(**sandbox.options())
        call = await in_flight(client, sandbox)
        await client.close()
        with pytest.raises(feishu.CallCancelledError) as raised:
            await call
        assert raised.value.effect == feishu.Effect.UNKNOWN

    play(loop, main())


def test_close_returns_when_a_call_was_just_cancelled(loop: Any, sandbox: Any) -> None:
    async def main(rests: int) -> None:
        client = AsyncClient(**sandbox.options())
        call = asyncio.ensure_future(client.get_process(sandbox.running()))
        for _ in range(rests):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await client.close()

    for rests in (0, 1, 1, 2, 3, 5):
        play(loop, main(rests))


def test_close_twice_and_at_once_and_from_other_tasks(loop: Any, sandbox: Any) -> None:
    async def main() -> None:
        client = AsyncClient(**sandbox.options())
        call = await in_flight(client, sandbox)
        await asyncio.gather(*[asyncio.ensure_future(client.close()) for _ in range(3)])
        await client.close()
        with pytest.raises(feishu.CallCancelledError):
            await call
        with pytest.raises(RuntimeError, match="closed"):
            await client.get_process("7")

    play(loop, main())


def test_a_close_that_is_cancelled_leaves_no_call_waiting(loop: Any, sandbox: Any) -> None:
    async def main() -> None:
        client = AsyncClient(**sandbox.options())
        call = await in_flight(client, sandbox)
        closing = asyncio.ensure_future(client.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(feishu.CallCancelledError):
            await call

    play(loop, main())


def test_close_while_the_loop_ends(loop: Any, sandbox: Any) -> None:
    async def main() -> "asyncio.Task[None]":
        client = AsyncClient(**sandbox.options())
        await in_flight(client, sandbox)
        return asyncio.ensure_future(client.close())

    async def rest() -> None:
        # None is left where the close was faster than the loop's end.
        await asyncio.gather(*left, return_exceptions=True)

    play(loop, main())
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    play(loop, rest())


@pytest.mark.parametrize("make_loop", [asyncio.SelectorEventLoop, WithoutReaders])
def test_a_client_closed_on_one_loop_ends_the_calls_of_another(make_loop: Any, sandbox: Any) -> None:
    client = AsyncClient(**sandbox.options())
    sent, ended = threading.Event(), []

    def elsewhere() -> None:
        async def main() -> None:
            call = await in_flight(client, sandbox)
            sent.set()
            ended.extend(await asyncio.gather(call, return_exceptions=True))

        play(make_loop(), main())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert sent.wait(60)
    asyncio.run(client.close())
    thread.join(60)
    assert not thread.is_alive()
    assert [type(error) for error in ended] == [feishu.CallCancelledError]


def resources() -> "tuple[int, int]":
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


@pytest.mark.parametrize("make_loop", [asyncio.SelectorEventLoop, WithoutReaders])
@pytest.mark.parametrize("kind", ["http", "functions"])
def test_a_loop_that_is_closed_with_calls_pending_keeps_nothing(make_loop: Any, kind: str, sandbox: Any) -> None:
    async def never(request: Any = None) -> Any:
        await asyncio.sleep(3600)

    def use() -> "weakref.ref[AsyncClient]":
        loop = make_loop()
        functions = {"token": never, "on_attempt": lambda _: None}
        client = AsyncClient(**(sandbox.options() if kind == "http" else functions))

        async def main() -> None:
            # Nobody but the loop knows them.
            [asyncio.ensure_future(client.get_process("7328345170959681068")) for _ in range(10)]
            await asyncio.sleep(0.1)

        loop.run_until_complete(main())
        loop.close()
        return weakref.ref(client)

    sandbox.fault("get_process", "timeout-not-applied", times=0)
    use()
    gc.collect()
    time.sleep(0.3)
    before = resources()
    clients = [use() for _ in range(8)]
    end = time.monotonic() + 60
    while (any(client() for client in clients) or resources() > before) and time.monotonic() < end:
        gc.collect()
        time.sleep(0.05)
    assert [client() for client in clients] == [None] * 8
    assert resources() <= before


def test_threads_leave_no_idle_socket_behind(sandbox: Any) -> None:
    """After 20 s, and without another call."""
    with feishu.Client(**sandbox.options()) as client:
        before = resources()
        process_id = sandbox.running()
        threads = [threading.Thread(target=client.get_process, args=(process_id,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert resources() > before
        end = time.monotonic() + 60
        while len(sockets()) > 0 and time.monotonic() < end:
            time.sleep(0.1)
        assert sockets() == []
        assert client.get_process(process_id).process_id == process_id


def sockets() -> "list[str]":
    """The sandbox's connections that this process holds open."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            continue
    return [one for one in found if one.startswith("socket:") and one not in KNOWN]


KNOWN: "set[str]" = set()


@pytest.fixture(autouse=True)
def known_sockets() -> None:
    KNOWN.clear()
    KNOWN.update(sockets())
