"""Many callers on one client."""

import asyncio
import gc
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Client, System


def rss() -> int:
    """Bytes of memory in use."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def test_64_cold_threads_make_one_token_request(sandbox: Any) -> None:
    ids = [sandbox.running() for _ in range(64)]
    barrier = threading.Barrier(64)
    with Client(**sandbox.options(quotas={"withdraw_process": (1000, 1.0)})) as client:

        def work(process_id: str) -> str:
            barrier.wait()
            return str(client.withdraw_process(process_id, actor=System()).attribution)

        with ThreadPoolExecutor(64) as pool:
            assert set(pool.map(work, ids)) == {"ours"}
    assert len(sandbox.log("token")) == 1


def test_64_cold_tasks_make_one_token_request(sandbox: Any) -> None:
    ids = [sandbox.running() for _ in range(64)]

    async def main() -> None:
        async with AsyncClient(**sandbox.options(quotas={"withdraw_process": (1000, 1.0)})) as client:
            await asyncio.gather(*[client.withdraw_process(one, actor=System()) for one in ids])

    asyncio.run(main())
    assert len(sandbox.log("token")) == 1


def test_1000_tasks_wait_for_one_slow_token_at_next_to_no_cost(sandbox: Any) -> None:
    process_id = sandbox.running()

    async def main() -> float:
        async with AsyncClient(**sandbox.options(quotas={"get_process": (10_000, 1.0)})) as client:
            calls = [asyncio.create_task(client.get_process(process_id)) for _ in range(1000)]
            least = 1.0
            # The calm begins when all have begun to wait, and ends with the token.
            while least >= 0.02 and not any(call.done() for call in calls):
                before = time.process_time()
                await asyncio.sleep(0.5)
                least = min(least, time.process_time() - before)
            await asyncio.gather(*calls)
            return least

    # A busy machine may need longer until all have begun: then there was no calm yet.
    for slow in (3000, 6000, 6000):
        sandbox.reset()
        sandbox.control("processes", {"process_id": process_id})
        sandbox.fault("token", "slow-token", ms=slow)
        least = asyncio.run(main())
        assert len(sandbox.log("token")) == 1
        assert len(sandbox.log("get_process")) == 1000
        if least < 0.1:
            return
    pytest.fail(f"waiting is polling: {least} s of CPU in half a second")


def test_waiters_for_a_slow_token_keep_their_own_deadlines(sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("token", "slow-token", ms=9000, times=0)

    async def main() -> None:
        async with AsyncClient(**sandbox.options()) as client:
            calls = [client.get_process(process_id, deadline=2) for _ in range(50)]
            results = await asyncio.gather(*calls, return_exceptions=True)
            assert all(isinstance(result, feishu.Error) for result in results), results[:2]

    asyncio.run(main())
    sandbox.until(lambda: all(entry["client_closed_at_ms"] is not None for entry in sandbox.log("token")))
    assert {entry["outcome"] for entry in sandbox.log("token")} == {"client_gone"}, "nobody waited for the token"


def test_threads_wait_for_a_slow_token_and_one_whose_caller_gives_up_is_taken_over(sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("token", "slow-token", ms=5000)
    with Client(**sandbox.options()) as client, ThreadPoolExecutor(8) as pool:
        first = pool.submit(client.get_process, process_id, deadline=2)
        sandbox.until(lambda: sandbox.log("token"))
        others = [pool.submit(client.get_process, process_id) for _ in range(7)]
        with pytest.raises(feishu.Error):
            first.result(60)
        assert all(other.result(60).process_id == process_id for other in others)


def test_a_slow_function_of_one_caller_does_not_hold_up_the_others(sandbox: Any) -> None:
    process_id = sandbox.running()
    slow, go_on = threading.Event(), threading.Event()
    was_let_go: list[bool] = []

    def hook(observation: feishu.Observation) -> None:
        if threading.current_thread().name == "slow":
            slow.set()
            was_let_go.append(go_on.wait(60))

    with Client(**sandbox.options(on_attempt=hook)) as client:
        client.get_process(process_id)
        thread = threading.Thread(target=client.get_process, args=(process_id,), name="slow")
        thread.start()
        assert slow.wait(60)
        for _ in range(20):
            client.get_process(process_id)
        go_on.set()
        thread.join()
    assert was_let_go == [True, True], "the others were not held up until the function gave up"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_nothing_grows_over_many_calls(sandbox: Any) -> None:
    process_id = sandbox.running()
    options = sandbox.options(quotas={"get_process": (10**6, 1.0)}, on_attempt=lambda _: None)

    async def some(count: int) -> None:
        async with AsyncClient(**options) as client:
            for _ in range(count // 20):
                await asyncio.gather(*[client.get_process(process_id) for _ in range(18)])
                call = asyncio.ensure_future(client.get_process(process_id))
                await asyncio.sleep(0)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)

    with Client(**options) as client:

        def both(count: int) -> None:
            for _ in range(count):
                client.get_process(process_id)
                with pytest.raises(feishu.InvalidArgumentError):
                    client.get_process("..")
            asyncio.run(some(count))

        both(300)
        threads, grown = threading.active_count(), []
        # What leaks, leaks in every round; what the system's memory does beside it, does not.
        for _ in range(3):
            gc.collect()
            memory = rss()
            both(1200)
            gc.collect()
            assert threading.active_count() == threads
            grown.append(rss() - memory)
            if grown[-1] < 6 << 20:
                return
    pytest.fail(f"{grown} bytes more")


def test_clients_that_are_dropped_take_their_sockets_and_threads_along(sandbox: Any) -> None:
    import os

    process_id = sandbox.running()

    def resources() -> tuple[int, int]:
        gc.collect()
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    def use() -> None:
        Client(**sandbox.options()).get_process(process_id)
        asyncio.run(AsyncClient(**sandbox.options()).get_process(process_id))

    use()
    before = resources()
    for _ in range(10):
        use()
    end = time.monotonic() + 60
    while resources() > before and time.monotonic() < end:
        time.sleep(0.05)
    assert resources() <= before


def test_clients_of_one_long_lived_loop_leave_nothing_behind(sandbox: Any) -> None:
    import os

    process_id = sandbox.running()

    async def main() -> None:
        async def use() -> None:
            async with AsyncClient(**sandbox.options()) as client:
                await client.get_process(process_id)
            await AsyncClient(**sandbox.options()).get_process(process_id)

        await use()
        await asyncio.sleep(0.2)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(10):
            await use()
        end = time.monotonic() + 60
        while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
            gc.collect()
            await asyncio.sleep(0.05)
        assert len(os.listdir("/proc/self/fd")) <= before

    asyncio.run(main())


def test_one_async_client_serves_loops_of_several_threads(sandbox: Any) -> None:
    ids = [[sandbox.running() for _ in range(10)] for _ in range(4)]
    client = AsyncClient(**sandbox.options(quotas={"withdraw_process": (1000, 1.0)}))

    def work(mine: list[str]) -> None:
        async def main() -> None:
            for one in mine:
                await asyncio.wait_for(client.withdraw_process(one, actor=System()), 120)

        asyncio.run(main())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ids))
    assert {sandbox.status(one) for mine in ids for one in mine} == {4}
    assert len(sandbox.log("token")) == 1
    asyncio.run(client.close())


def idle_threads() -> int:
    names = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has ended meanwhile
            names.append((task / "comm").read_text().strip())
    # The system keeps 15 characters of a name.
    return names.count("feishu-corehr-idle"[:15])


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no way to see the threads")
def test_a_thread_looks_after_idle_connections_where_there_may_be_some(sandbox: Any) -> None:
    # Those of other tests' clients end by themselves.
    sandbox.until(lambda: idle_threads() == 0)
    process_id = sandbox.running()
    with Client(**sandbox.options()) as client:
        client.withdraw_process(process_id, actor=System())
        assert idle_threads() == 0, "a withdrawal leaves no connection"
        client.get_process(process_id)
        client.get_process(process_id)
        assert idle_threads() == 1
    sandbox.until(lambda: idle_threads() == 0)
