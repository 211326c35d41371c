"""The host's own functions as the native half calls them: token function, token cache, transport, hook, logger."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import logging
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    from ._native import Callback, HttpRequest, HttpResponse, Observation
    from .token_cache import AsyncTokenCache, TokenCache

    _Self = TypeVar("_Self", bound="_Observer")


class _Observer:
    """Who is told of every request: the hook, and the logger if the program has configured logging."""

    __slots__ = ("_hook", "_on_answer")

    def __init__(self, hook: Callable[[Observation], object] | None) -> None:
        self._hook = hook
        self._on_answer: Callable[[HttpResponse], object] | None = None

    def hearing(self: _Self, on_answer: Callable[[HttpResponse], object]) -> _Self:
        """Give the same functions with one more, which hears every answer."""
        from copy import copy

        other = copy(self)
        other._on_answer = on_answer
        return other

    @property
    def is_observed(self) -> bool:
        return self._hook is not None or _logger() is not None

    def observe(self, observation: Observation) -> None:
        # A line for each request: what starts is told by what it ends with.
        logger = _logger() if observation.duration_ms is not None else None
        if logger is not None:
            _log(logger, observation)
        if self._hook is not None:
            self._hook(observation)

    def answered(self, answer: HttpResponse) -> None:
        if self._on_answer is not None:
            self._on_answer(answer)


class Host(_Observer):
    """The functions of a `Client`; they run on the calling thread."""

    __slots__ = ("_cache", "_token", "_transport")

    def __init__(
        self,
        token: Callable[[bool], str] | None,
        cache: TokenCache | None,
        transport: Callable[[HttpRequest], HttpResponse] | None,
        hook: Callable[[Observation], object] | None,
    ) -> None:
        super().__init__(hook)
        self._token = token
        self._cache = cache
        self._transport = transport

    def run(self, callback: Callback) -> None:
        """Run a callback of a call that goes on beside others."""
        try:
            value = getattr(self, callback.method)(*callback.arguments)
        except Exception as error:
            callback.fail(error)
        except BaseException as error:
            callback.fail(error)
            raise
        else:
            callback.finish(value)

    def forget(self, callback: int) -> None:
        """Nothing: what runs on this thread is over when the next thing happens."""

    def token(self, refused: bool) -> object:
        return self._token(refused) if self._token is not None else None

    def load(self, key: str) -> object:
        return self._cache.load(key) if self._cache is not None else None

    def save(self, key: str, value: bytes) -> object:
        return self._cache.save(key, value) if self._cache is not None else None

    def send(self, request: HttpRequest) -> object:
        return self._transport(request) if self._transport is not None else None


class AsyncHost(_Observer):
    """The functions of an `AsyncClient`; each runs in a task of its own on the event loop."""

    __slots__ = ("_cache", "_tasks", "_token", "_transport")

    def __init__(
        self,
        token: Callable[[bool], str | Awaitable[str]] | None,
        cache: TokenCache | AsyncTokenCache | None,
        transport: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]] | None,
        hook: Callable[[Observation], object] | None,
    ) -> None:
        super().__init__(hook)
        self._token = token
        self._cache = cache
        self._transport = transport
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def run(self, callback: Callback) -> None:
        """Run a callback, whose answer the call waits for."""
        from asyncio import get_running_loop

        task = get_running_loop().create_task(self._run(callback))
        self._tasks[callback.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(callback.id, None))

    def forget(self, callback: int) -> None:
        """Stop a callback: the call does not wait for its answer any more."""
        task = self._tasks.pop(callback, None)
        if task is not None:
            task.cancel()

    async def _run(self, callback: Callback) -> None:
        try:
            value = getattr(self, callback.method)(*callback.arguments)
            if hasattr(value, "__await__"):
                value = await value
        except Exception as error:
            callback.fail(error)
        except BaseException as error:
            callback.fail(error)
            raise
        else:
            callback.finish(value)

    def token(self, refused: bool) -> object:
        return self._token(refused) if self._token is not None else None

    def load(self, key: str) -> object:
        return self._cache.load(key) if self._cache is not None else None

    def save(self, key: str, value: bytes) -> object:
        return self._cache.save(key, value) if self._cache is not None else None

    def send(self, request: HttpRequest) -> object:
        return self._transport(request) if self._transport is not None else None


_known_logger: logging.Logger | None = None


def _logger() -> logging.Logger | None:
    """The logger, if the program has imported logging and given it a handler: else nothing may be printed."""
    global _known_logger
    logger = _known_logger
    if logger is None:
        module = sys.modules.get("logging")
        if module is None:
            return None
        logger = _known_logger = module.getLogger("feishu_corehr")
    return logger if logger.hasHandlers() else None


def _log(logger: logging.Logger, observation: Observation) -> None:
    level = 10 if observation.kind is None else 30  # DEBUG, WARNING
    if not logger.isEnabledFor(level):
        return
    logger.log(
        level,
        "%s %s %s attempt %d: HTTP %s, code %s, log id %s%s%s",
        observation.operation,
        observation.method,
        observation.path,
        observation.attempt,
        observation.http_status,
        observation.code,
        observation.log_id,
        f": {observation.summary}" if observation.summary else "",
        f"; again in {observation.pause_ms} ms" if observation.pause_ms is not None else "",
        extra={"observation": observation},
    )
