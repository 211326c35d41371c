"""The ids that `list_processes` finds, page by page."""

from __future__ import annotations

from ._native import Pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ._native import ListProcesses, ProcessPage


class ProcessIds:
    """An iterator over process ids. It asks for a page when it needs one, raises what goes wrong, and always ends.

    After an error, the next step asks for the same page again.
    """

    __slots__ = ("_cursor", "_fetch", "_ids", "_pages")

    def __init__(self, request: ListProcesses, fetch: Callable[[ListProcesses], ProcessPage]) -> None:
        """Made by `Client.list_processes`."""
        self._fetch = fetch
        self._pages = Pages(request)
        self._ids: list[str] = []
        self._cursor = self._pages.cursor()

    @property
    def page_token(self) -> str | None:
        """Where another walk with the same arguments goes on; `None` when all is done.

        It stands for the page of the id that came last, until the one after that page is asked for: ids of one page
        may come again, and none is lost.
        """
        return self._cursor

    def __iter__(self) -> ProcessIds:
        """The iterator itself."""
        return self

    def __next__(self) -> str:
        """The next id."""
        while not self._ids:
            self._cursor = self._pages.cursor()
            request = self._pages.next()
            if request is None:
                raise StopIteration
            self._ids = self._pages.take(self._fetch(request))[::-1]
        return self._ids.pop()

    def __reduce__(self) -> str:
        """Refuse: a walk holds its client."""
        raise TypeError("a walk cannot be pickled or copied; its `page_token` says where another one goes on")


class AsyncProcessIds:
    """The same for `async for`."""

    __slots__ = ("_cursor", "_fetch", "_ids", "_pages")

    def __init__(self, request: ListProcesses, fetch: Callable[[ListProcesses], Awaitable[ProcessPage]]) -> None:
        """Made by `AsyncClient.list_processes`."""
        self._fetch = fetch
        self._pages = Pages(request)
        self._ids: list[str] = []
        self._cursor = self._pages.cursor()

    @property
    def page_token(self) -> str | None:
        """Where another walk with the same arguments goes on; see `ProcessIds.page_token`."""
        return self._cursor

    def __aiter__(self) -> AsyncProcessIds:
        """The iterator itself."""
        return self

    async def __anext__(self) -> str:
        """The next id."""
        while not self._ids:
            self._cursor = self._pages.cursor()
            request = self._pages.next()
            if request is None:
                raise StopAsyncIteration
            self._ids = self._pages.take(await self._fetch(request))[::-1]
        return self._ids.pop()

    def __reduce__(self) -> str:
        """Refuse: a walk holds its client."""
        raise TypeError("a walk cannot be pickled or copied; its `page_token` says where another one goes on")
