"""The same read for several processes, on one event loop: threads that wait could not be ended by Ctrl-C."""

from __future__ import annotations

from . import exits
from .output import say
from .texts import clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from feishu_corehr import AsyncClient, Process

    from .connection import Connection

    _Read = Callable[[AsyncClient, str], Coroutine[Any, Any, Process]]


def each(connection: Connection, ids: list[str], read: _Read, *, at_once: int = 16) -> tuple[list[Process], int]:
    """Read all, and tell what failed; gives what was read, in the ids' order, and the exit code.

    What would fail for all others, too, ends it.
    """
    import asyncio

    return asyncio.run(_each(connection, ids, read, at_once))


async def _each(connection: Connection, ids: list[str], read: _Read, at_once: int) -> tuple[list[Process], int]:
    import asyncio

    from feishu_corehr import Error

    found: dict[int, Process] = {}
    codes = {exits.REACHED}
    left = iter(enumerate(ids))

    async def worker(client: AsyncClient) -> None:
        # A call's deadline begins with the call: who all began at once would not have their turn in time.
        for place, one in left:
            try:
                found[place] = await read(client, one)
            except Error as error:
                code = exits.of_error(str(error.kind), str(error.effect))
                if code in (exits.STOPPED, exits.USAGE):
                    raise
                say(text("{process_id}: {error}", process_id=one, error=clean(error)), style="red")
                codes.add(code)

    async with connection.async_client() as client:
        workers = [asyncio.ensure_future(worker(client)) for _ in range(min(at_once, len(ids)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for one in workers:
                one.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return [found[place] for place in sorted(found)], max(codes)
