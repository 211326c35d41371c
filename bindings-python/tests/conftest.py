"""The sandbox, started once, and both clients behind one face."""

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import feishu_corehr
from feishu_corehr import AsyncClient, Client

DEFAULT_SANDBOX = Path(__file__).parents[2] / "target" / "debug" / "feishu-corehr-sandbox"


class Sandbox:
    """A running sandbox and its control endpoint."""

    def __init__(self) -> None:
        program = os.environ.get("FEISHU_COREHR_SANDBOX", str(DEFAULT_SANDBOX))
        self.process = subprocess.Popen(
            [program, "--exit-with-stdin", "--no-limits"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.info: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.http: str = self.info["http"]
        self.https: str = self.info["https"]
        self.next_id = 7_900_000_000_000_000_000

    def control(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.info['control']}/{path}", data=data)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def reset(self) -> None:
        self.control("reset", {})

    def running(self) -> str:
        """The id of a new running process."""
        self.next_id += 1
        self.control("processes", {"process_id": str(self.next_id)})
        return str(self.next_id)

    def status(self, process_id: str) -> int:
        return int(self.control(f"processes/{process_id}")["status"])

    def fault(self, on: str, fault: str, **more: object) -> None:
        self.control("faults", {"on": on, "fault": fault, **more})

    def few(self, answers: "list[dict[str, Any]]", stalled: int) -> None:
        """Answer the next withdrawals so, and then so many not at all, of which every other one is withdrawn.

        Where no more than these can be on their way at once, nothing more is done, however late a program is killed.
        """
        steps = [{"answer": one} for one in answers]
        steps += [{"apply": place % 2 == 0, "answer": {"stall": "head"}} for place in range(stalled)]
        self.control("script", {"steps": [{"on": "withdraw_process", **step} for step in steps]})

    def log(self, operation: "str | None" = None) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.control("log")
        return [entry for entry in entries if operation in (None, entry["operation"])]

    def until(self, condition: Any, seconds: float = 60.0) -> None:
        """Wait for the log to show something."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log()
            time.sleep(0.01)

    def variables(self) -> dict[str, str]:
        """The environment of a command that calls this sandbox."""
        return {
            "FEISHU_APP_ID": self.info["app_id"],
            "FEISHU_APP_SECRET": self.info["app_secret"],
            "FEISHU_BASE_URL": self.http,
            "FEISHU_INSECURE_LOOPBACK": "1",
        }

    def options(self, **more: object) -> dict[str, Any]:
        return {
            "app_id": self.info["app_id"],
            "app_secret": self.info["app_secret"],
            "base_url": self.http,
            "allow_insecure_loopback": True,
            **more,
        }


@pytest.fixture(scope="session")
def the_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox()
    yield sandbox
    assert sandbox.process.stdin is not None
    sandbox.process.stdin.close()
    assert sandbox.process.wait(60) == 0


@pytest.fixture
def sandbox(the_sandbox: Sandbox) -> Sandbox:
    the_sandbox.reset()
    return the_sandbox


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if (name.startswith("FEISHU_") and name != "FEISHU_COREHR_SANDBOX") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    # The command speaks by the locale.
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def command(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command in this process, against the sandbox; gives exit code, standard output and standard error."""
    from click.testing import CliRunner

    from feishu_corehr_command.group import commands

    for name, value in sandbox.variables().items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, stdin: "str | bytes | None" = None) -> Any:
        return CliRunner().invoke(commands, arguments, input=stdin, prog_name="feishu-corehr")

    return run


class Calls:
    """One of the two clients; an async one is called from a fresh event loop each time."""

    def __init__(self, is_async: bool, options: dict[str, Any]) -> None:
        self.is_async = is_async
        self.client: Any = (AsyncClient if is_async else Client)(**options)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)

        def call(*arguments: object, **options: object) -> Any:
            result = method(*arguments, **options)
            if not self.is_async:
                return result
            if isinstance(result, feishu_corehr.AsyncItems):
                return Walk(result)
            return asyncio.run(result) if asyncio.iscoroutine(result) else result

        return call


class Walk:
    """An asynchronous iterator as a plain one."""

    def __init__(self, ids: "feishu_corehr.AsyncItems[str]") -> None:
        self.ids = ids

    @property
    def page_token(self) -> "str | None":
        return self.ids.page_token

    def __iter__(self) -> "Walk":
        return self

    def __next__(self) -> str:
        async def step() -> str:
            return await self.ids.__anext__()

        try:
            return asyncio.run(step())
        except StopAsyncIteration:
            raise StopIteration from None


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes clients of either kind; they are closed at the end."""
    made: list[Calls] = []

    def make_client(**options: Any) -> Calls:
        made.append(Calls(request.param == "async", options))
        return made[-1]

    yield make_client
    for calls in made:
        calls.close()


@pytest.fixture
def client(make: Any, sandbox: Sandbox) -> Calls:
    """A client of the sandbox, of either kind."""
    return make(**sandbox.options())
