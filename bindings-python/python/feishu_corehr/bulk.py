"""A run over many processes, as an iterator over its results."""

from __future__ import annotations

from contextvars import copy_context

from ._native import BulkReport, Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator

    from ._host import AsyncHost, Host
    from ._journal import Journal
    from ._native import Bulk, BulkProgress, BulkResult, OngoingCall


def opened(journal: str | os.PathLike[str] | None) -> Journal | None:
    """The journal at that path. Programs without one do not load SQLite."""
    if journal is None:
        return None
    from ._journal import Journal

    return Journal(journal)


class Run:
    """What a run has, whoever drives it."""

    __slots__ = ("_bulk", "_calls", "_context", "_host", "_is_over", "_journal", "_on_progress")

    def __init__(
        self,
        bulk: Bulk,
        journal: Journal | None,
        host: Host | AsyncHost,
        on_progress: Callable[[BulkProgress], object] | None,
    ) -> None:
        """What both kinds keep."""
        self._bulk = bulk
        self._journal = journal
        self._host = host
        self._on_progress = on_progress
        self._calls: dict[int, OngoingCall] = {}
        # The caller's: whatever the host does for this run is done in it.
        self._context = copy_context()
        self._is_over = False

    @property
    def report(self) -> BulkReport:
        """What the run has come to so far, and at its end for good."""
        return self._bulk.report()

    @property
    def progress(self) -> BulkProgress:
        """How far the run is."""
        return self._bulk.progress()

    def cancel(self) -> None:
        """Begin nothing more; what is on its way is waited for, for at most 10 s. The iteration goes on to its end."""
        self._bulk.cancel()

    def __reduce__(self) -> str:
        """Refuse: a run holds its client."""
        raise TypeError("a run cannot be pickled or copied; its journal is what another one goes on with")

    def _begin(self, registry: Registry, numbers: list[int], news: Callable[[], object]) -> None:
        for number in numbers:
            ended = _Ended(self._calls, number, news)
            host = self._host
            call = registry.start_item(self._bulk, number, ended, host, self._context, host.is_observed)
            if not ended.is_over:
                self._calls[number] = call

    def _abandon(self, numbers: list[int]) -> None:
        for number in numbers:
            call = self._calls.pop(number, None)
            if call is not None:
                call.drop()

    def _taken(self, step: str, told: object) -> bool:
        """Do what a step wants that needs no waiting; says whether it was one of these."""
        if step == "abandon":
            self._abandon(told)  # type: ignore[arg-type]
        elif step == "done":
            self._is_over = True
        elif step == "refused":
            self._is_over = True
            raise told  # type: ignore[misc]
        else:
            return False
        return True

    def _kept(self, step: str, told: object) -> None:
        """Ask the journal, or store in it."""
        if self._journal is not None:
            act = self._journal.query if step == "query" else self._journal.store
            act(self._bulk, told)  # type: ignore[arg-type]

    def _tell_progress(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._bulk.progress())


class BulkRun(Run):
    """An iterator over the results of a run, each of them told once it is durable in the journal.

    The run goes on while it is iterated over: nothing is begun in between. Leaving the loop early, or an exception in
    it, ends the run as a cancellation does that waits for nothing; with the same journal the same call goes on with it.
    The host's functions run on the iterating thread, one at a time.
    """

    __slots__ = ("_results",)

    def __init__(
        self,
        bulk: Bulk,
        journal: Journal | None,
        host: Host | AsyncHost,
        on_progress: Callable[[BulkProgress], object] | None,
    ) -> None:
        """Made by the client's methods for many processes."""
        super().__init__(bulk, journal, host, on_progress)
        self._results = self._go()

    def __iter__(self) -> BulkRun:
        """The iterator itself."""
        return self

    def __next__(self) -> BulkResult:
        """The next result."""
        return next(self._results)

    def close(self) -> None:
        """End the run at once."""
        self._results.close()

    def _go(self) -> Generator[BulkResult, None, None]:
        registry = Registry()
        driver = self._bulk.drive()
        try:
            while True:
                step, told = self._bulk.poll()
                if step == "wait":
                    registry.wait(self._bulk, told)
                    registry.drain()
                elif step == "tell":
                    yield from told
                    self._tell_progress()
                elif step == "begin":
                    self._begin(registry, told, int)
                elif not self._taken(step, told):
                    self._kept(step, told)
                if self._is_over:
                    return
        finally:
            self._wind_up()
            del driver

    def _wind_up(self) -> None:
        """Keep in the journal what is known when the run is left early, and let go of everything."""
        try:
            if not self._is_over:
                self._bulk.cancel()
            self._abandon(list(self._calls))
            while not self._is_over:
                step, told = self._bulk.poll()
                if step == "wait":
                    self._abandon(list(self._calls))
                elif step != "tell" and not self._taken(step, told):
                    self._kept(step, told)
        finally:
            if self._journal is not None:
                self._journal.close()


class _Ended:
    """Hears how a call has ended; the run hears it by itself."""

    __slots__ = ("_calls", "_news", "_number", "is_over")

    def __init__(self, calls: dict[int, OngoingCall], number: int, news: Callable[[], object]) -> None:
        self._calls = calls
        self._number = number
        self._news = news
        self.is_over = False

    def done(self) -> bool:
        return self.is_over

    def set_result(self, _: object) -> None:
        self.is_over = True
        self._calls.pop(self._number, None)
        self._news()

    set_exception = set_result
