"""The ids that `list_processes` finds, page by page."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ._native import ListProcesses, Pages, ProcessPage


class _Walk:
    """How far a walk has come."""

    __slots__ = ("_cursor", "_ids", "_pages")

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._ids: list[str] = []
        self._cursor = self._pages.cursor()

    @property
    def page_token(self) -> str | None:
        """Where another walk with the same arguments goes on; `None` when all is done.

        It stands for the page of the id that came last, until the one after that page is asked for: ids of one page
        may come again, and none is lost.
        """
        return self._cursor

    def __reduce__(self) -> str:
        """Refuse: a walk holds its client."""
        raise TypeError("a walk cannot be pickled or copied; its `page_token` says where another one goes on")

    def _next(self) -> ListProcesses | None:
        self._cursor = self._pages.cursor()
        return self._pages.next()

    def _take(self, page: ProcessPage) -> None:
        self._ids = self._pages.take(page)[::-1]


class ProcessIds(_Walk):
    """An iterator over process ids. It asks for a page when it needs one, raises what goes wrong, and always ends.

    After an error, the next step asks for the same page again.
    """

    __slots__ = ("_fetch",)

    def __init__(self, pages: Pages, fetch: Callable[[ListProcesses], ProcessPage]) -> None:
        """Made by `Client.list_processes`."""
        super().__init__(pages)
        self._fetch = fetch

    def __iter__(self) -> ProcessIds:
        """The iterator itself."""
        return self

    def __next__(self) -> str:
        """The next id."""
        while not self._ids:
            request = self._next()
            if request is None:
                raise StopIteration
            self._take(self._fetch(request))
        return self._ids.pop()


class AsyncProcessIds(_Walk):
    """The same for `async for`."""

    __slots__ = ("_fetch",)

    def __init__(self, pages: Pages, fetch: Callable[[ListProcesses], Awaitable[ProcessPage]]) -> None:
        """Made by `AsyncClient.list_processes`."""
        super().__init__(pages)
        self._fetch = fetch

    def __aiter__(self) -> AsyncProcessIds:
        """The iterator itself."""
        return self

    async def __anext__(self) -> str:
        """The next id."""
        while not self._ids:
            request = self._next()
            if request is None:
                raise StopAsyncIteration
            self._take(await self._fetch(request))
        return self._ids.pop()
