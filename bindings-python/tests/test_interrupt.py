"""Ctrl-C, cancellation, fork, and the end of the interpreter: no hang, no crash, and the effect is told."""

import asyncio
import json
import re
import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest

import feishu_corehr as feishu
from feishu_corehr import AsyncClient, Effect, System, _native

PREPARE = """
import asyncio, json, os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from feishu_corehr import AsyncClient, Client, Error, System
options = json.loads(sys.argv[1])
ids = sys.argv[2:]

# Until the test says so, by a line.
async def told():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
"""


def effect(raised: "BaseException | None") -> Any:
    """What the call has done. Before Python 3.11, who awaits a cancelled task gets a new exception around it."""
    while raised is not None and not hasattr(raised, "effect"):
        raised = raised.__context__
    return getattr(raised, "effect", None)


def start(sandbox: Any, script: str, *ids: str) -> "subprocess.Popen[str]":
    code = PREPARE + textwrap.dedent(script)
    arguments = [sys.executable, "-c", code, json.dumps(sandbox.options()), *ids]
    pipe = subprocess.PIPE
    return subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def run(sandbox: Any, script: str, *ids: str) -> str:
    process = start(sandbox, script, *ids)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, ""), (out, err)
    return out


def test_ctrl_c_ends_a_waiting_call_at_once_and_says_what_it_has_done(sandbox: Any) -> None:
    script = """
        client = Client(**options)
        client.get_process(ids[0])
        try:
            client.withdraw_process(ids[0], actor=System())
        except KeyboardInterrupt as interrupt:
            print(interrupt.effect, getattr(interrupt, "__notes__", ["withdraw_process"])[0])
            sys.stdin.readline()
            print(client.get_process(ids[0]).status)
    """
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "timeout-not-applied")
    process = start(sandbox, script, process_id)
    sandbox.until(lambda: sandbox.log("withdraw_process"))
    process.send_signal(signal.SIGINT)
    # The program goes on, and the connection is closed all the same.
    sandbox.until(lambda: sandbox.log("withdraw_process")[0]["client_closed_at_ms"] is not None)
    out, err = process.communicate("go on\n", timeout=120)
    assert (process.returncode, err) == (0, "")
    told, status = out.splitlines()
    assert told.split()[0] == "unknown"
    assert "withdraw_process" in told
    assert status == "in_progress", "the client goes on working"
    # Had the call gone on to the end of its first request, it would have read the process and sent again.
    operations = [entry["operation"] for entry in sandbox.log() if entry["operation"] != "token"]
    assert operations == ["get_process", "withdraw_process", "get_process"]


def test_ctrl_c_ends_a_call_that_waits_for_a_turn(sandbox: Any) -> None:
    script = """
        client = Client(**options, quotas={"get_process": (1, 600.0)}, deadline=900)
        client.get_process(ids[0])
        while True:
            try:
                threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
                client.get_process(ids[0])
            except KeyboardInterrupt as interrupt:
                # Without one it came too early, before the call.
                if hasattr(interrupt, "effect"):
                    print(interrupt.effect)
                    break
    """
    assert run(sandbox, script, sandbox.running()) == "none\n"


def test_ctrl_c_in_asyncio_cancels_the_task(sandbox: Any) -> None:
    script = """
        async def main():
            client = AsyncClient(**options)
            await client.get_process(ids[0])
            try:
                await client.withdraw_process(ids[0], actor=System())
            except asyncio.CancelledError as cancelled:
                print(cancelled.effect)
                raise
        loop = asyncio.new_event_loop()
        task = loop.create_task(main())
        loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            loop.run_until_complete(task)
        except asyncio.CancelledError:
            print("ended")
    """
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "timeout-not-applied")
    process = start(sandbox, script, process_id)
    sandbox.until(lambda: sandbox.log("withdraw_process"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (out, err) == ("unknown\nended\n", "")


def test_cancelling_a_task_closes_the_connection_and_the_error_tells_the_effect(sandbox: Any) -> None:
    async def main() -> None:
        async with AsyncClient(**sandbox.options()) as client:
            process_id = sandbox.running()
            await client.get_process(process_id)
            sandbox.fault("withdraw_process", "timeout-not-applied")
            call = asyncio.create_task(client.withdraw_process(process_id, actor=System()))
            while not sandbox.log("withdraw_process"):
                await asyncio.sleep(0.01)
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await call
            assert effect(raised.value) == Effect.UNKNOWN
            if sys.version_info >= (3, 11):
                assert "whether it took effect is unknown" in raised.value.__notes__[0]
            while sandbox.log("withdraw_process")[0]["client_closed_at_ms"] is None:
                await asyncio.sleep(0.01)
            assert (await client.get_process(process_id)).status == feishu.Status.IN_PROGRESS

    asyncio.run(asyncio.wait_for(main(), 120))


def test_a_task_cancelled_before_anything_was_sent_had_no_effect(sandbox: Any) -> None:
    async def main() -> None:
        async with AsyncClient(**sandbox.options(quotas={"withdraw_process": (1, 600.0)}, deadline=900)) as client:
            await client.withdraw_process(sandbox.running(), actor=System())
            call = asyncio.create_task(client.withdraw_process(sandbox.running(), actor=System()))
            await asyncio.sleep(0.1)
            call.cancel()
            with pytest.raises(asyncio.CancelledError) as raised:
                await call
            assert effect(raised.value) == Effect.NONE

    asyncio.run(asyncio.wait_for(main(), 120))
    assert len(sandbox.log("withdraw_process")) == 1


def test_a_timeout_of_asyncio_works_too(sandbox: Any) -> None:
    async def main() -> None:
        async with AsyncClient(**sandbox.options()) as client:
            process_id = sandbox.running()
            sandbox.fault("get_process", "timeout-not-applied", times=0)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.get_process(process_id), 0.3)

    asyncio.run(main())


def test_the_event_loop_never_blocks(sandbox: Any) -> None:
    async def main() -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.01)
                ticks += 1

        async with AsyncClient(**sandbox.options()) as client:
            process_id = sandbox.running()
            await client.get_process(process_id)
            sandbox.fault("get_process", "timeout-not-applied", times=0)
            ticking = asyncio.create_task(tick())
            call = asyncio.create_task(client.get_process(process_id, deadline=900))
            while ticks < 10 or not sandbox.log("get_process")[1:]:
                await asyncio.sleep(0.01)
            assert not call.done(), "all that while the call was waiting"
            call.cancel()
            ticking.cancel()

    asyncio.run(main())


def test_a_client_outlives_event_loops_and_loops_without_readers(sandbox: Any) -> None:
    refused = []

    class Plain(asyncio.SelectorEventLoop):
        def add_reader(self, fd: Any, callback: Any, *args: Any) -> None:
            if isinstance(getattr(callback, "__self__", None), _native.Registry):
                refused.append(fd)
                raise NotImplementedError
            super().add_reader(fd, callback, *args)

    client = AsyncClient(**sandbox.options())
    for loop in (asyncio.new_event_loop(), Plain(), asyncio.new_event_loop()):
        process_id = sandbox.running()
        process = loop.run_until_complete(asyncio.wait_for(client.get_process(process_id), 120))
        assert process.process_id == process_id
        loop.close()
    assert len(refused) == 1


FORK = """
    import warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    {before}
    pid = os.fork()
    if pid == 0:
        {child}
        os._exit(7)
    {parent}
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    print("ok")
"""


def test_a_forked_child_and_its_parent_both_go_on(sandbox: Any) -> None:
    script = FORK.format(
        before="client = Client(**options); client.get_process(ids[0])",
        child="[client.withdraw_process(i, actor=System()) for i in ids[1:4]]; client.close()",
        parent="[client.withdraw_process(i, actor=System()) for i in ids[4:]]",
    )
    ids = [sandbox.running() for _ in range(8)]
    assert run(sandbox, script, *ids) == "ok\n"
    assert [sandbox.status(one) for one in ids[1:]] == [4] * 7


def test_a_fork_in_the_middle_of_other_threads_calls_harms_nobody(sandbox: Any) -> None:
    script = FORK.format(
        before="""client = Client(**options)
    def work(mine):
        for i in mine:
            client.withdraw_process(i, actor=System())
    threads = [threading.Thread(target=work, args=(ids[10 + n * 10:20 + n * 10],)) for n in range(4)]
    [thread.start() for thread in threads]""",
        child="work(ids[:10]); import gc; del client; gc.collect()",
        parent="[thread.join() for thread in threads]",
    )
    ids = [sandbox.running() for _ in range(50)]
    assert run(sandbox, script, *ids) == "ok\n"
    assert {sandbox.status(one) for one in ids} == {4}


def test_an_async_client_goes_on_in_a_forked_child(sandbox: Any) -> None:
    script = FORK.format(
        before="client = AsyncClient(**options); asyncio.run(client.get_process(ids[0]))",
        child="asyncio.run(client.withdraw_process(ids[1], actor=System()))",
        parent="asyncio.run(client.withdraw_process(ids[2], actor=System()))",
    )
    ids = [sandbox.running() for _ in range(3)]
    assert run(sandbox, script, *ids) == "ok\n"
    assert [sandbox.status(one) for one in ids[1:]] == [4, 4]


def test_multiprocessing_works_by_fork_and_by_spawn(sandbox: Any) -> None:
    script = """
        import multiprocessing, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        client = Client(**options)
        client.get_process(ids[0])
        def work(i):
            return str(client.withdraw_process(i, actor=System()).attribution)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(pool.map(work, ids[1:]))
    """
    ids = [sandbox.running() for _ in range(5)]
    assert run(sandbox, script, *ids) == "['ours', 'ours', 'ours', 'ours']\n"


@pytest.mark.parametrize(
    "script",
    [
        # A thread that nobody waits for.
        """
        client = Client(**options)
        withdraw = lambda: client.withdraw_process(ids[0], actor=System())
        threading.Thread(target=withdraw, daemon=True).start()
        sys.stdin.readline()
        """,
        # Many of them.
        """
        client = Client(**options)
        for _ in range(16):
            threading.Thread(target=client.get_process, args=(ids[0],), daemon=True).start()
        sys.stdin.readline()
        """,
        # A task that is never finished, in a loop that is never closed.
        """
        client = AsyncClient(**options)
        loop = asyncio.new_event_loop()
        task = loop.create_task(client.withdraw_process(ids[0], actor=System()))
        loop.run_until_complete(told())
        task._log_destroy_pending = False
        os.close(2)
        """,
        # asyncio.run cancels what is left.
        """
        async def main():
            task = asyncio.ensure_future(AsyncClient(**options).withdraw_process(ids[0], actor=System()))
            await told()
        asyncio.run(main())
        """,
    ],
)
def test_the_interpreter_ends_with_calls_in_flight(sandbox: Any, script: str) -> None:
    sandbox.fault("withdraw_process", "timeout-not-applied", times=0)
    sandbox.fault("get_process", "timeout-not-applied", times=0)
    process = start(sandbox, script, sandbox.running())
    sandbox.until(lambda: sandbox.log("withdraw_process") or len(sandbox.log("get_process")) == 16)
    requests = len(sandbox.log())
    out, err = process.communicate("end\n", timeout=120)
    assert (process.returncode, err) == (0, ""), (out, err)
    assert len(sandbox.log()) == requests, "an end that waited for the calls would have seen them try again"


def test_a_subinterpreter_is_refused_cleanly() -> None:
    inner = "try: import feishu_corehr\nexcept ImportError as error: print(error)"
    script = f"""
import feishu_corehr
try:
    import _interpreters as interpreters  # Python 3.13
except ImportError:
    import _xxsubinterpreters as interpreters
print(interpreters.run_string(interpreters.create(), {inner!r}))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    # From 3.12 on Python itself refuses, with a sentence of its own.
    assert re.search("does not support .*subinterpreters", result.stdout)


def test_an_exit_inside_a_token_function_ends_the_call(make: Any) -> None:
    def token() -> str:
        raise SystemExit(3)

    client = make(token=token, base_url="http://127.0.0.1:1", allow_insecure_loopback=True)
    with pytest.raises(SystemExit) as raised:
        client.get_process("7")
    if not client.is_async:  # where the task that raised it is not the caller's
        assert effect(raised.value) == Effect.NONE
