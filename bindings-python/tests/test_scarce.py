"""No file descriptor is left: how a call ended is told all the same, and a request that never left had no effect."""

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

PREPARE = """
import asyncio, json, os, resource, sys, threading, time
import feishu_corehr as f
options = json.loads(sys.argv[1])
ids = sys.argv[2:]
held = []

def take():
    while True:
        try:
            held.append(os.dup(0))
        except OSError:
            return

def starve(keep_on=False):
    resource.setrlimit(resource.RLIMIT_NOFILE, (80, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    take()
    def watch():
        while held:
            take()
            time.sleep(0.0001)
    if keep_on:
        threading.Thread(target=watch, daemon=True).start()
        time.sleep(0.1)

def feed():
    mine, held[:] = held[:], []
    time.sleep(0.01)
    for fd in mine + held:
        os.close(fd)
    held.clear()

def told(call):
    try:
        result = call()
    except BaseException as error:
        result = error
    effect, is_ours = getattr(result, "effect", "none"), isinstance(result, f.Error)
    lines.append(f"{type(result).__name__} {effect} {is_ours}")
    return result

lines = []
"""


def run(sandbox: Any, script: str, *ids: str) -> "list[str]":
    code = PREPARE + textwrap.dedent(script) + "\nfeed()\nprint('\\n'.join(lines))\n"
    # -S and no cache: the interpreter has loaded nothing that the package could lean on.
    command = [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{code}"]
    done = subprocess.run(
        [*command, json.dumps(sandbox.options()), *ids], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    return done.stdout.split("\n")[:-1]


@pytest.mark.parametrize("keep_on", [False, True])
@pytest.mark.parametrize("fault", ["rst-after-applied", "rst-after-request-not-applied", "500-before"])
def test_an_outcome_is_told_without_a_file_descriptor(sandbox: Any, keep_on: bool, fault: str) -> None:
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", fault)
    script = f"""
        client = f.Client(**options)
        client.get_process(ids[0])
        starve({keep_on})
        told(lambda: client.withdraw_process(ids[0], actor=f.System(), deadline=1.5))
    """
    (line,) = run(sandbox, script, process_id)
    name, effect, is_ours = line.split()
    if name == "Withdrawn":
        return
    assert is_ours == "True", line
    # Where the server acted, nobody may say that it did not.
    assert effect == "unknown" or (effect == "none" and sandbox.status(process_id) == 1), line


def test_an_async_outcome_is_told_without_a_file_descriptor(sandbox: Any) -> None:
    process_id = sandbox.running()
    sandbox.fault("withdraw_process", "rst-after-applied")
    script = """
        async def main():
            async with f.AsyncClient(**options) as client:
                await client.get_process(ids[0])
                starve(True)
                try:
                    result = await client.withdraw_process(ids[0], actor=f.System(), deadline=1.5)
                except f.Error as error:
                    result = error
                lines.append(f"{isinstance(result, (f.Error, f.Withdrawn))} {getattr(result, 'effect', '')}")
                feed()
        asyncio.run(main())
    """
    line = run(sandbox, script, process_id)[0]
    # Without a descriptor for a connection nothing is sent.
    assert line in ("True unknown", "True ") or (line == "True none" and sandbox.status(process_id) == 1), line


def test_a_first_call_that_finds_no_file_descriptor_had_no_effect_and_another_one_goes_on(sandbox: Any) -> None:
    process_id = sandbox.running()
    script = """
        client = f.Client(**options)
        other = f.AsyncClient(**options)
        loop = asyncio.new_event_loop()
        starve()
        first = told(lambda: client.withdraw_process(ids[0], actor=f.System(), deadline=1))
        second = told(lambda: loop.run_until_complete(other.withdraw_process(ids[0], actor=f.System(), deadline=1)))
        lines.append(f"{first.retryable} {second.retryable}")
        feed()
        lines.append(str(client.get_process(ids[0]).status))
        lines.append(str(loop.run_until_complete(other.get_process(ids[0])).status))
        loop.run_until_complete(other.close())
    """
    lines = run(sandbox, script, process_id)
    assert [line.split()[1:] for line in lines[:2]] == [["none", "True"]] * 2, lines
    assert lines[2:] == ["True True", "in_progress", "in_progress"]


def test_a_failed_connection_for_want_of_a_descriptor_had_no_effect(sandbox: Any) -> None:
    process_id = sandbox.running()
    script = """
        client = f.Client(**options, token=None)
        client.get_process(ids[0])
        time.sleep(0)
        threads = []
        starve()
        def one():
            told(lambda: client.withdraw_process(ids[0], actor=f.System(), deadline=1, read_back=f.ReadBack.NEVER))
        threads = [threading.Thread(target=one) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    """
    lines = run(sandbox, script, process_id)
    assert len(lines) == 8
    for line in lines:
        name, effect, is_ours = line.split()
        is_told = is_ours == "True" and (effect == "none" or name == "NotWithdrawableError")
        assert name == "Withdrawn" or is_told, lines


def test_what_tells_an_outcome_is_loaded_with_the_first_client_and_not_before() -> None:
    script = """
import sys, feishu_corehr as f
assert "feishu_corehr.errors" not in sys.modules
f.{client}(app_id="a", app_secret="b")
before = set(sys.modules)
try:
    f.decode_reply("withdraw_process", 500)
except f.Error:
    pass
print(sorted(set(sys.modules) - before))
"""
    for client in ("Client", "AsyncClient"):
        code = script.format(client=client)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"
