"""The items of a list, page by page."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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


class Page(Generic[_Item]):
    """One page of a list.

    Attributes:
        items: What it has; there may be none, and more pages.
        page_token: Where the next page begins, for a later walk with the same arguments; `None` after the last one. How
            long Feishu keeps it is not documented.
        log_id: The log id of the answer; `None` where this is the rest of a page.
    """

    __slots__ = ("items", "log_id", "page_token")

    items: list[_Item]
    page_token: str | None
    log_id: str | None

    def __init__(self, items: list[_Item], page_token: str | None = None, log_id: str | None = None) -> None:
        """See the class; for tests, too."""
        self.items = items
        self.page_token = page_token
        self.log_id = log_id

    @property
    def has_more(self) -> bool:
        """Whether there is another page."""
        return self.page_token is not None

    def __repr__(self) -> str:
        """Show what it is made of."""
        return f"Page({self.items!r}, {self.page_token!r}, {self.log_id!r})"


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

    def _take(self, page: Any) -> Page[_Item]:
        items = self._pages.take(page)
        return Page(items, self._pages.cursor(), page.log_id)

    def _rest(self) -> Page[_Item] | None:
        """Give what is left of the page at hand."""
        items, self._items = self._items[::-1], []
        return Page(items, self._pages.cursor()) if items else None


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
            page = self._next_page()
            if page is None:
                raise StopIteration
            self._items = page.items[::-1]
        return self._items.pop()

    def pages(self) -> Iterator[Page[_Item]]:
        """Iterate by pages, for who keeps them: each has its items and where the next one begins.

        It goes on with this walk: what is left of a page whose items were asked for singly comes first.
        """
        return iter(self._page, None)

    def _page(self) -> Page[_Item] | None:
        return self._rest() or self._next_page()

    def _next_page(self) -> Page[_Item] | None:
        request = self._next()
        return None if request is None else self._take(self._fetch(request))


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
            page = await self._next_page()
            if page is None:
                raise StopAsyncIteration
            self._items = page.items[::-1]
        return self._items.pop()

    def pages(self) -> AsyncIterator[Page[_Item]]:
        """Iterate by pages, as `Items.pages`."""
        return _AsyncPages(self)

    async def _page(self) -> Page[_Item] | None:
        return self._rest() or await self._next_page()

    async def _next_page(self) -> Page[_Item] | None:
        request = self._next()
        return None if request is None else self._take(await self._fetch(request))


class _AsyncPages(Generic[_Item]):
    """Not a generator, which would be over after an error."""

    __slots__ = ("_walk",)

    def __init__(self, walk: AsyncItems[_Item]) -> None:
        self._walk = walk

    def __aiter__(self) -> _AsyncPages[_Item]:
        return self

    async def __anext__(self) -> Page[_Item]:
        page = await self._walk._page()
        if page is None:
            raise StopAsyncIteration
        return page


if not TYPE_CHECKING:
    # It is the type checkers' alone.
    del _Item
