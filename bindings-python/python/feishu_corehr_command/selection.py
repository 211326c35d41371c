"""Which processes: the filter that `list`, `withdraw` and `revoke` share."""

from __future__ import annotations

from datetime import datetime

import click

from .texts import text
from .times import Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from feishu_corehr import Client, Items, Status

    _Function = Callable[..., Any]

STATUSES = ("in_progress", "rejected", "withdrawn", "revoked", "completed", "revoking")
"""What a process can be, as the API's pages name it."""

FLOW = click.option(
    "--flow", metavar="ID", help=text("Only processes of this flow definition: people_<digits>_<digits>.")
)
SINCE = click.option(
    "--since",
    type=Moment(is_end=False),
    metavar="MOMENT",
    help=text("Modified since: 2026-11-01, 2026-11-01T09:30, or 7d, 12h, 30m ago."),
)
STATUS = click.option(
    "--status",
    "statuses",
    type=click.Choice(STATUSES),
    multiple=True,
    help=text("Only processes with this status; may be given several times."),
)
UNTIL = click.option(
    "--until",
    type=Moment(is_end=True),
    metavar="MOMENT",
    help=text("Modified until; a day alone is meant to its end. By default now."),
)


def status(word: str) -> Status:
    """The library's status of that name."""
    from feishu_corehr import Status

    found: Status = getattr(Status, word.upper())
    return found


def walk(
    client: Client, *, since: datetime, until: datetime | None, statuses: tuple[str, ...], flow: str | None
) -> Items[str]:
    """List the ids that a filter leaves."""
    return client.list_processes(
        modify_time_from=since,
        modify_time_to=until if until is not None else datetime.now().astimezone(),
        statuses=[status(word) for word in statuses],
        flow_definition_id=flow,
    )
