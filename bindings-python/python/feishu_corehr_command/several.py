"""The same read for several processes, on one event loop: threads that wait could not be ended by Ctrl-C."""

from __future__ import annotations

from . import exits
from .output import say
from .texts import clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any, TypeVar

    from feishu_corehr import AsyncClient, Error

    from .connection import Connection

    _Read = TypeVar("_Read")


def each(
    connection: Connection,
    ids: list[str],
    read: Callable[[AsyncClient, str], Coroutine[Any, Any, _Read]],
    *,
    at_once: int = 16,
) -> tuple[list[_Read], int]:
    """Read all, and tell what failed; gives what was read, in the ids' order, and the exit code.

    What would fail for all others, too, is raised.
    """
    from feishu_corehr import Error

    done: list[_Read] = []
    code = exits.REACHED
    for one, answer in answers(connection, ids, read, at_once=at_once).items():
        if isinstance(answer, Error):
            say(text("{process_id}: {error}", process_id=one, error=clean(answer)), color="red")
            code = max(code, exits.of_error(str(answer.kind), str(answer.effect)))
        else:
            done.append(answer)
    return done, code


def answers(
    connection: Connection,
    ids: list[str],
    read: Callable[[AsyncClient, str], Coroutine[Any, Any, _Read]],
    *,
    at_once: int = 16,
) -> dict[str, _Read | Error]:
    """Read all; gives what was read or why it was not, in the ids' order, and raises what would fail for all others."""
    import asyncio

    return asyncio.run(_answers(connection, ids, read, at_once))


async def _answers(
    connection: Connection, ids: list[str], read: Callable[[AsyncClient, str], Coroutine[Any, Any, _Read]], at_once: int
) -> dict[str, _Read | Error]:
    import asyncio

    from feishu_corehr import Error

    found: dict[str, _Read | Error] = {}
    left = iter(ids)

    async def worker(client: AsyncClient) -> None:
        # A call's deadline begins with the call: who all began at once would not have their turn in time.
        for one in left:
            try:
                found[one] = await read(client, one)
            except Error as error:
                if exits.of_error(str(error.kind), str(error.effect)) in (exits.STOPPED, exits.USAGE):
                    raise
                found[one] = error

    async with connection.async_client() as client:
        workers = [asyncio.ensure_future(worker(client)) for _ in range(min(at_once, len(ids)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for one in workers:
                one.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return {one: found[one] for one in ids if one in found}
