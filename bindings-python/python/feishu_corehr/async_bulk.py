"""A run over many processes, for `async for`."""

from __future__ import annotations

import asyncio
import contextlib

from .bulk import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from ._host import AsyncHost, Host
    from ._journal import Journal
    from ._native import Bulk, BulkProgress, BulkResult, Registry


class AsyncBulkRun(Run):
    """The same as `BulkRun`, for `async for`."""

    __slots__ = ("_registry", "_results")

    def __init__(
        self,
        bulk: Bulk,
        journal: Journal | None,
        host: Host | AsyncHost,
        on_progress: Callable[[BulkProgress], object] | None,
        registry: Callable[[], Registry],
    ) -> None:
        """Made by the client's methods for many processes."""
        super().__init__(bulk, journal, host, on_progress)
        self._registry = registry
        self._results = self._go()

    def __aiter__(self) -> AsyncBulkRun:
        """The iterator itself."""
        return self

    async def __anext__(self) -> BulkResult:
        """The next result."""
        return await self._results.__anext__()

    async def aclose(self) -> None:
        """End the run at once."""
        await self._results.aclose()

    async def _go(self) -> AsyncGenerator[BulkResult, None]:
        registry = self._registry()
        news = asyncio.Event()
        try:
            while True:
                step, told = self._bulk.poll()
                if step == "wait":
                    await _waited(news, told)
                elif step == "tell":
                    for result in told:
                        yield result
                    self._tell_progress()
                elif step == "begin":
                    self._begin(registry, told, news.set)
                elif not self._taken(step, told):
                    await self._keep(step, told)
                if self._is_over:
                    return
        finally:
            if not self._is_over:
                self._bulk.cancel()
            self._abandon(list(self._calls))
            # A cancellation of the caller must not keep the journal from hearing what is known.
            await asyncio.shield(asyncio.ensure_future(self._wind_up()))

    async def _keep(self, step: str, told: object) -> None:
        """Use the journal on a thread, so that the loop goes on."""
        kept = asyncio.get_running_loop().run_in_executor(None, self._kept, step, told)
        try:
            await asyncio.shield(kept)
        except asyncio.CancelledError:
            # It cannot be stopped, and another one must not begin beside it.
            await kept
            raise

    async def _wind_up(self) -> None:
        try:
            while not self._is_over:
                step, told = self._bulk.poll()
                if step == "wait":
                    self._abandon(list(self._calls))
                    await asyncio.sleep(0)
                elif step != "tell" and not self._taken(step, told):
                    await self._keep(step, told)
        finally:
            if self._journal is not None:
                self._journal.close()


async def _waited(news: asyncio.Event, seconds: float) -> None:
    """Return when a call has ended, or after so long."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(news.wait(), seconds)
    news.clear()
