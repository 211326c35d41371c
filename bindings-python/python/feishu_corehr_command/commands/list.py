"""`list`: the ids of processes, by filter."""

from __future__ import annotations

from itertools import islice

import click

from .. import selection
from ..connection import Connection, connects
from ..output import emit, lines, say
from ..texts import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime


@click.command(
    "list",
    help=text(
        "List the ids of processes that were modified in a span of time, one a line.\n\n"
        "Feishu allows 20 requests a minute, of 100 ids each. A span of 31 days or more is asked for in parts, and an "
        "id that comes twice is written once."
    ),
)
@selection.SINCE
@selection.UNTIL
@selection.STATUS
@selection.FLOW
@click.option("--limit", type=click.IntRange(1), metavar="N", help=text("End after so many."))
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def list_command(
    since: datetime | None,
    until: datetime | None,
    statuses: tuple[str, ...],
    flow: str | None,
    limit: int | None,
    as_json: bool,
    connection: Connection,
) -> None:
    """Write them as they come."""
    if since is None:
        raise click.UsageError(text("--since is missing: Feishu lists the processes of a span of time only"))
    known: set[str] = set()
    with connection.client() as client:
        walk = selection.walk(client, since=since, until=until, statuses=statuses, flow=flow)
        fresh = (one for one in walk if one not in known and not known.add(one))  # type: ignore[func-returns-value]
        for one in islice(fresh, limit):
            if as_json:
                emit({"process_id": one})
            else:
                lines([one])
    say(text("listed: {count}", count=len(known)))
