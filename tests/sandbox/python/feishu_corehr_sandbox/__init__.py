"""A local Feishu CoreHR for tests: a process of its own, started and ended by a context manager.

    with Sandbox() as sandbox:
        client = Client(app_id=sandbox.app_id, app_secret=sandbox.app_secret, base_url=sandbox.http)
        sandbox.faults("withdraw_process", "rst-after-applied")
        ...
        assert sandbox.log()[-1]["applied"]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Sandbox", "SandboxError"]

_BINARY = "feishu-corehr-sandbox"

# A server on loopback is never behind a proxy, whatever the environment says.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SandboxError(Exception):
    """The sandbox did not start, or refused an order."""


class Sandbox:
    """A running sandbox. It starts on construction and ends with the `with` block, `close()` or the interpreter."""

    #: `http://127.0.0.1:PORT`
    http: str
    #: `https://127.0.0.1:PORT`
    https: str
    #: The PEM file to trust for `https`.
    certificate: str
    #: The id of the demo app.
    app_id: str
    #: The secret of the demo app.
    app_secret: str
    #: The address of the control endpoint.
    control: str
    #: The ids of the demo processes by situation: `running`, `completed`, and so on.
    processes: dict[str, str]
    #: The ids of the running processes asked for with `demo_processes`.
    more: list[str]
    #: The demo users by role, each with `open_id`, `union_id`, `user_id`, `people_corehr_id` and `name`.
    users: dict[str, dict[str, Any]]

    def __init__(
        self,
        *,
        limits: bool = True,
        limit_scale: float = 1.0,
        token_life: int = 7200,
        demo_processes: int = 0,
        http_port: int = 0,
        https_port: int = 0,
        binary: str | None = None,
    ) -> None:
        command = [
            binary or _find_binary(),
            "--exit-with-stdin",
            f"--http-port={http_port}",
            f"--https-port={https_port}",
            f"--token-life={token_life}",
            f"--limit-scale={limit_scale}",
            f"--demo-processes={demo_processes}",
        ]
        if not limits:
            command.append("--no-limits")
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise SandboxError(f"{command[0]} ended with status {self._process.returncode} before it was ready")
        start = json.loads(line)
        self.http = start["http"]
        self.https = start["https"]
        self.certificate = start["certificate"]
        self.app_id = start["app_id"]
        self.app_secret = start["app_secret"]
        self.control = start["control"]
        self.processes = start["processes"]
        self.more = start["more"]
        self.users = start["users"]

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox. A second call does nothing."""
        process = self._process
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def reset(self) -> None:
        """Put the state back to the start, and empty the log, the script and the fault orders."""
        self._call("POST", "/reset")

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change some settings, for instance `read_lag_ms=500`, and return all of them."""
        settings: dict[str, Any] = self._call("POST", "/settings", changes)
        return settings

    def add_process(self, **fields: Any) -> str:
        """Add a process, for instance with `status=9`, and return its id."""
        answer = self._call("POST", "/processes", fields)
        process_id: str = answer["process_ids"][0]
        return process_id

    def process(self, process_id: str) -> dict[str, Any]:
        """A process as it truly is, whatever readers see."""
        process: dict[str, Any] = self._call("GET", f"/processes/{process_id}")
        return process

    def add_app(self, app_id: str, app_secret: str, scopes: Sequence[str] | None = None) -> None:
        """Add or replace an app."""
        scopes = None if scopes is None else list(scopes)
        self._call("POST", "/apps", {"app_id": app_id, "app_secret": app_secret, "scopes": scopes})

    def revoke_tokens(self, *, same_again: bool = False) -> None:
        """Make all tokens void. With `same_again` they are handed out again all the same."""
        self._call("POST", "/tokens/revoke", {"same_again": same_again})

    def faults(
        self, on: str, fault: str, *, times: int = 1, apply: bool | None = None, ms: int | None = None
    ) -> None:
        """Order a named fault for the next requests of an operation; `times=0` means every one."""
        self._call("POST", "/faults", {"on": on, "fault": fault, "times": times, "apply": apply, "ms": ms})

    def clear_faults(self) -> None:
        """Take all fault orders back."""
        self._call("DELETE", "/faults")

    def catalogue(self) -> list[dict[str, Any]]:
        """The named faults: `name`, `group`, `source`, `effect`, `does`, and so on."""
        catalogue: list[dict[str, Any]] = self._call("GET", "/faults")
        return catalogue

    def script(self, steps: Sequence[Mapping[str, Any]], *, ordered: bool = False) -> None:
        """Load a script in the place of any other."""
        self._call("POST", "/script", {"steps": [dict(step) for step in steps], "ordered": ordered})

    def steps_left(self) -> int:
        """How many steps of the script are left."""
        left: int = self._call("GET", "/script")["steps_left"]
        return left

    def log(self) -> list[dict[str, Any]]:
        """The truth log: every request, whether it was applied, and how it ended."""
        log: list[dict[str, Any]] = self._call("GET", "/log")
        return log

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, method=method, data=data)
        try:
            with _opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise SandboxError(error.read().decode().strip()) from None


def _find_binary() -> str:
    """The binary of this installation, else the one on the PATH."""
    name = _BINARY + (".exe" if os.name == "nt" else "")
    folders = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    for folder in folders:
        path = Path(folder) / name
        if path.is_file():
            return str(path)
    found = shutil.which(name)
    if found is None:
        raise SandboxError(f"{name} is neither in {' nor in '.join(folders)} nor on the PATH")
    return found
