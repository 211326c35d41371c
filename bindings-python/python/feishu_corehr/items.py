"""The items of a list, page by page."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Generic, TypeVar

    from ._native import Pages

    _Item = TypeVar("_Item")
else:
    _Item = None

    class Generic:
        """What `typing` has, which not every script needs to import."""

        __slots__ = ()

        def __class_getitem__(cls, _: object) -> type:
            """The class itself, of whatever items."""
            return cls


class _Walk(Generic[_Item]):
    """How far a walk has come."""

    __slots__ = ("_cursor", "_items", "_pages")

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._items: list[_Item] = []
        self._cursor = self._pages.cursor()

    @property
    def page_token(self) -> str | None:
        """Where another walk with the same arguments goes on; `None` when all is done.

        It stands for the page of the item that came last, until the one after that page is asked for: items of one
        page may come again, and none is lost.
        """
        return self._cursor

    def __reduce__(self) -> str:
        """Refuse: a walk holds its client."""
        raise TypeError("a walk cannot be pickled or copied; its `page_token` says where another one goes on")

    def _next(self) -> Any:
        self._cursor = self._pages.cursor()
        return self._pages.next()

    def _take(self, page: object) -> None:
        self._items = self._pages.take(page)[::-1]


class Items(_Walk[_Item]):
    """An iterator over a list. It asks for a page when it needs one, raises what goes wrong, and always ends.

    After an error, the next step asks for the same page again.
    """

    __slots__ = ("_fetch",)

    def __init__(self, pages: Pages, fetch: Callable[[Any], object]) -> None:
        """Made by the client's methods that list."""
        super().__init__(pages)
        self._fetch = fetch

    def __iter__(self) -> Items[_Item]:
        """The iterator itself."""
        return self

    def __next__(self) -> _Item:
        """The next item."""
        while not self._items:
            request = self._next()
            if request is None:
                raise StopIteration
            self._take(self._fetch(request))
        return self._items.pop()


class AsyncItems(_Walk[_Item]):
    """The same for `async for`."""

    __slots__ = ("_fetch",)

    def __init__(self, pages: Pages, fetch: Callable[[Any], Awaitable[object]]) -> None:
        """Made by the client's methods that list."""
        super().__init__(pages)
        self._fetch = fetch

    def __aiter__(self) -> AsyncItems[_Item]:
        """The iterator itself."""
        return self

    async def __anext__(self) -> _Item:
        """The next item."""
        while not self._items:
            request = self._next()
            if request is None:
                raise StopAsyncIteration
            self._take(await self._fetch(request))
        return self._items.pop()


if not TYPE_CHECKING:
    # It is the type checkers' alone.
    del _Item
