"""The Python package against lark-oapi, pycurl and http.client, side by side on one sandbox over HTTPS.

Absolute figures depend on the machine; the ratios, taken in one run and in turns, are what counts.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import io
import itertools
import json
import os
import resource
import ssl
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from functools import partial
from typing import Any, Callable

ROUNDS = 5
CALLS = 2_000
SDK_CALLS = 60
IN_FLIGHT = 64
QUOTA = {"withdraw_process": (10_000_000, 1.0), "get_process": (10_000_000, 1.0)}
REASON = "submitted twice"

IMPORTS = {
    "nothing": "pass",
    "feishu_corehr": "import feishu_corehr",
    "http.client": "import http.client, ssl",
    "pycurl": "import pycurl",
    "lark_oapi": "import lark_oapi",
}


class Sandbox:
    """A local Feishu without limits, and processes enough."""

    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen(
            [program, "--exit-with-stdin", "--no-limits"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.about: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.host = self.about["https"].removeprefix("https://")
        self.tickets = itertools.count()

    def control(self, path: str, body: Any = None) -> Any:
        """Ask the sandbox for something, or tell it."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.about['control']}/{path}", data, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def processes(self, count: int) -> list[str]:
        """So many running processes, which nobody has touched yet."""
        ids = [f"75{next(self.tickets):017}" for _ in range(count)]
        self.control("processes", [{"process_id": process_id, "status": 1} for process_id in ids])
        return ids

    def token(self) -> str:
        """A tenant access token, for the clients that do not fetch one."""
        body = {"app_id": self.about["app_id"], "app_secret": self.about["app_secret"]}
        url = f"{self.about['http']}/open-apis/auth/v3/tenant_access_token/internal"
        with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()), timeout=10) as answer:
            return str(json.loads(answer.read())["tenant_access_token"])

    def options(self) -> dict[str, Any]:
        """The arguments of a client of ours."""
        return {
            "app_id": self.about["app_id"],
            "app_secret": self.about["app_secret"],
            "base_url": self.about["https"],
            "allow_insecure_loopback": True,
            "root_certificates": self.about["certificate"],
            "quotas": QUOTA,
        }


def path(process_id: str, reads: bool = False) -> str:
    """The path of a withdrawal, or of a read."""
    return f"/open-apis/corehr/v2/{'processes' if reads else 'process_withdraw'}/{process_id}"


def body() -> bytes:
    """The body of a withdrawal by the system."""
    return json.dumps({"system_user": True, "reason": REASON}).encode()


def ours_sequential(sandbox: Sandbox, ids: list[str]) -> float:
    """One after another."""
    from feishu_corehr import Client, System

    with Client(**sandbox.options()) as client:
        client.withdraw_process(ids[0], actor=System(), reason=REASON)
        return timed(lambda: [client.withdraw_process(i, actor=System(), reason=REASON) for i in ids[1:]], len(ids) - 1)


def ours_in_flight(sandbox: Sandbox, ids: list[str], reads: bool = False) -> float:
    """Sixty-four at a time, by asyncio."""
    from feishu_corehr import AsyncClient, System

    async def run() -> float:
        async with AsyncClient(**sandbox.options()) as client:

            async def call(process_id: str) -> None:
                if reads:
                    await client.get_process(process_id)
                else:
                    await client.withdraw_process(process_id, actor=System(), reason=REASON)

            await call(ids[0])
            left = iter(ids[1:])

            async def worker() -> None:
                for process_id in left:
                    await call(process_id)

            begun = time.perf_counter()
            await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
            return (len(ids) - 1) / (time.perf_counter() - begun)

    return asyncio.run(run())


def curl_handle(
    sandbox: Sandbox, headers: list[str], *, reads: bool = False, keeps: bool = True
) -> tuple[Any, io.BytesIO]:
    """One easy handle, set up as well as pycurl can be; one that keeps no connection is as safe as our withdrawals."""
    import pycurl

    answer = io.BytesIO()
    handle = pycurl.Curl()
    handle.setopt(pycurl.CAINFO, sandbox.about["certificate"])
    handle.setopt(pycurl.HTTPHEADER, headers)
    if not reads:
        handle.setopt(pycurl.CUSTOMREQUEST, "PUT")
        handle.setopt(pycurl.POSTFIELDS, body())
    if not keeps:
        handle.setopt(pycurl.FRESH_CONNECT, 1)
        handle.setopt(pycurl.FORBID_REUSE, 1)
    handle.setopt(pycurl.WRITEDATA, answer)
    return handle, answer


def curl_headers(sandbox: Sandbox) -> list[str]:
    """What every call needs."""
    return [f"Authorization: Bearer {sandbox.token()}", "Content-Type: application/json; charset=utf-8"]


def curl_answer(answer: io.BytesIO) -> None:
    """Read it as a caller would have to."""
    assert json.loads(answer.getvalue())["code"] == 0
    answer.seek(0)
    answer.truncate()


def pycurl_sequential(sandbox: Sandbox, ids: list[str], keeps: bool = True) -> float:
    """One after another."""
    import pycurl

    handle, answer = curl_handle(sandbox, curl_headers(sandbox), keeps=keeps)

    def call(process_id: str) -> None:
        handle.setopt(pycurl.URL, sandbox.about["https"] + path(process_id))
        handle.perform()
        curl_answer(answer)

    call(ids[0])
    return timed(lambda: [call(process_id) for process_id in ids[1:]], len(ids) - 1)


def pycurl_in_flight(sandbox: Sandbox, ids: list[str], reads: bool = False, keeps: bool = True) -> float:
    """Sixty-four at a time, by a multi handle."""
    import pycurl

    multi = pycurl.CurlMulti()
    headers = curl_headers(sandbox)
    answers = dict(curl_handle(sandbox, headers, reads=reads, keeps=keeps) for _ in range(IN_FLIGHT))
    left = iter(ids)

    def start(handle: Any) -> bool:
        process_id = next(left, None)
        if process_id is None:
            return False
        handle.setopt(pycurl.URL, sandbox.about["https"] + path(process_id, reads))
        multi.add_handle(handle)
        return True

    def run() -> None:
        active = sum(start(handle) for handle in answers)
        while active:
            while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
                pass
            _, done, failed = multi.info_read()
            assert not failed, failed
            for handle in done:
                multi.remove_handle(handle)
                curl_answer(answers[handle])
                active -= not start(handle)
            if active and not done:
                multi.select(1.0)

    return timed(run, len(ids))


def http_client_sequential(sandbox: Sandbox, ids: list[str]) -> float:
    """One after another over the standard library."""
    context = ssl.create_default_context(cafile=sandbox.about["certificate"])
    connection = http.client.HTTPSConnection(sandbox.host, context=context)
    headers = dict(line.split(": ", 1) for line in curl_headers(sandbox))

    def call(process_id: str) -> None:
        connection.request("PUT", path(process_id), body(), headers)
        assert json.loads(connection.getresponse().read())["code"] == 0

    call(ids[0])
    return timed(lambda: [call(process_id) for process_id in ids[1:]], len(ids) - 1)


def sdk_sequential(sandbox: Sandbox, ids: list[str]) -> float:
    """One after another through the official SDK."""
    os.environ["REQUESTS_CA_BUNDLE"] = sandbox.about["certificate"]
    import lark_oapi
    from lark_oapi.api.corehr import v2

    builder = lark_oapi.Client.builder().app_id(sandbox.about["app_id"]).app_secret(sandbox.about["app_secret"])
    client = builder.domain(sandbox.about["https"]).log_level(lark_oapi.LogLevel.ERROR).build()

    def call(process_id: str) -> None:
        content = v2.ProcessRevokeAndWithdraw.builder().system_user(True).reason(REASON).build()
        request = v2.UpdateProcessWithdrawRequest.builder().process_id(process_id).request_body(content).build()
        assert client.corehr.v2.process_withdraw.update(request).success()

    with contextlib.redirect_stdout(io.StringIO()):
        call(ids[0])
        return timed(lambda: [call(process_id) for process_id in ids[1:]], len(ids) - 1)


def timed(act: Callable[[], object], calls: int) -> float:
    """Calls a second."""
    begun = time.perf_counter()
    act()
    return calls / (time.perf_counter() - begun)


def in_turns(sandbox: Sandbox, runs: dict[str, tuple[Callable[[Sandbox, list[str]], float], int]]) -> dict[str, float]:
    """The median of several rounds, in each of which every client has its turn."""
    figures: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (run, calls) in runs.items():
            figures[name].append(run(sandbox, sandbox.processes(calls)))
    return {name: statistics.median(values) for name, values in figures.items()}


def imports() -> Iterator[tuple[str, float, float]]:
    """What an import costs in a process of its own: CPU ms above an empty interpreter, and peak MB in all."""
    # VmHWM counts from the start of this program; ru_maxrss would still know what forked it.
    code = (
        "import time, sys\n{}\nsys.stdout.write('%f ' % time.process_time())\n"
        "sys.stdout.write(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    empty = 0.0
    for name, statement in IMPORTS.items():
        figures = []
        for _ in range(2 * ROUNDS):
            printed = subprocess.run(
                [sys.executable, "-c", code.format(statement)], check=True, capture_output=True, text=True
            ).stdout
            figures.append([float(figure) for figure in printed.split()])
        cpu = statistics.median(figure[0] for figure in figures) * 1000
        empty = empty or cpu
        yield name, cpu - empty, statistics.median(figure[1] for figure in figures) / 1024


def first_withdrawal(sandbox: Sandbox) -> float:
    """From the start of a process to its first withdrawal, in ms."""
    program = (
        "import json, sys\n"
        "from feishu_corehr import Client, System\n"
        "options = json.loads(sys.argv[1])\n"
        "options['quotas'] = {}\n"
        "Client(**options).withdraw_process(sys.argv[2], actor=System())\n"
    )
    figures = []
    for process_id in sandbox.processes(2 * ROUNDS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", program, json.dumps(sandbox.options()), process_id], check=True)
        figures.append((time.perf_counter() - begun) * 1000)
    return statistics.median(figures)


def cold_calls(sandbox: Sandbox) -> int:
    """How many token requests 64 first calls make."""
    sandbox.control("reset", {})
    ours_in_flight_cold(sandbox, sandbox.processes(IN_FLIGHT))
    return sum(entry["operation"] == "token" for entry in sandbox.control("log"))


def ours_in_flight_cold(sandbox: Sandbox, ids: list[str]) -> list[float]:
    """All at once, without a token; the moments at which they were done."""
    from feishu_corehr import AsyncClient, System

    async def run() -> list[float]:
        async with AsyncClient(**sandbox.options()) as client:

            async def call(process_id: str) -> float:
                await client.withdraw_process(process_id, actor=System(), reason=REASON)
                return time.perf_counter()

            return await asyncio.gather(*(call(process_id) for process_id in ids))

    return asyncio.run(run())


def waiters(sandbox: Sandbox) -> tuple[float, float]:
    """A thousand calls wait for one token: CPU ms in a second of waiting, and ms from the first to the last done."""
    from feishu_corehr import AsyncClient, System

    def cpu() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return (usage.ru_utime + usage.ru_stime) * 1000

    async def run(ids: list[str]) -> tuple[float, float]:
        async with AsyncClient(**sandbox.options()) as client:

            async def call(process_id: str) -> float:
                await client.withdraw_process(process_id, actor=System(), reason=REASON)
                return time.perf_counter() * 1000

            calls = asyncio.gather(*(call(process_id) for process_id in ids))
            await asyncio.sleep(0.5)
            before = cpu()
            await asyncio.sleep(1.0)
            waiting = cpu() - before
            done = await calls
            return waiting, max(done) - min(done)

    ids = sandbox.processes(1_000)
    sandbox.control("script", {"steps": [{"on": "token", "delay_ms": 2_000, "answer": {"real": True}}]})
    return asyncio.run(run(ids))


def main() -> None:
    """Measure, and print ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sandbox", required=True, help="the sandbox's program")
    parser.add_argument("--figures", required=True, help="the file to which the figures are added, as lines of JSON")
    arguments = parser.parse_args()
    sandbox = Sandbox(arguments.sandbox)

    def say(text: str) -> None:
        print(text, flush=True)

    def note(figure: str, unit: str, value: float, against: str | None = None) -> None:
        line = {"runtime": "Python", "figure": figure, "against": against, "unit": unit, "value": round(value, 3)}
        with open(arguments.figures, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def compare(title: str, runs: dict[str, tuple[Callable[[Sandbox, list[str]], float], int]]) -> None:
        figures = in_turns(sandbox, runs)
        say(f"{title}, calls/s over HTTPS")
        for name, figure in figures.items():
            ratio = figures["feishu-corehr"] / figure
            say(f"  {name:24} {figure:8.0f}   ours / {name} = {ratio:.2f}")
            if name != "feishu-corehr":
                note(title, "calls a second, ours / theirs", ratio, name)

    compare(
        "withdrawals, sequential",
        {
            "feishu-corehr": (ours_sequential, CALLS),
            "pycurl": (pycurl_sequential, CALLS),
            "pycurl, a connection each": (partial(pycurl_sequential, keeps=False), CALLS),
            "http.client": (http_client_sequential, CALLS),
            "lark-oapi": (sdk_sequential, SDK_CALLS),
        },
    )
    compare(
        f"withdrawals, {IN_FLIGHT} in flight",
        {
            "feishu-corehr": (ours_in_flight, CALLS),
            "pycurl": (pycurl_in_flight, CALLS),
            "pycurl, a connection each": (partial(pycurl_in_flight, keeps=False), CALLS),
        },
    )
    compare(
        f"reads, {IN_FLIGHT} in flight",
        {
            "feishu-corehr": (partial(ours_in_flight, reads=True), CALLS),
            "pycurl": (partial(pycurl_in_flight, reads=True), CALLS),
        },
    )

    say("import: CPU ms above an empty interpreter, peak MB in all")
    for name, cpu, megabytes in imports():
        say(f"  {name:14} {cpu:8.1f} {megabytes:8.1f}")
        if name == "feishu_corehr":
            note("import", "ms of processor time above an empty interpreter", cpu)
            note("import, memory", "MB in all, at most", megabytes)
    first = first_withdrawal(sandbox)
    say(f"process start to first withdrawal: {first:.0f} ms")
    note("process start to first withdrawal", "ms", first)
    requests = cold_calls(sandbox)
    say(f"{IN_FLIGHT} cold calls: {requests} token request(s)")
    note(f"{IN_FLIGHT} cold calls", "token requests", requests)
    cpu, spread = waiters(sandbox)
    note("1,000 calls that wait for one token", "ms of processor time a second", cpu)
    say(f"1,000 calls waiting for one token: {cpu:.1f} ms CPU a second, withdrawn within {spread:.0f} ms of each other")
    assert sandbox.process.stdin is not None
    sandbox.process.stdin.close()
    sandbox.process.wait(timeout=10)


if __name__ == "__main__":
    main()
