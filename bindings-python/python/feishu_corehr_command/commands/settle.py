"""`settle`: how writes have ended whose answers were lost."""

from __future__ import annotations

from datetime import datetime

import click

from .. import exits, selection
from ..connection import Connection, connects
from ..output import emit, table
from ..several import answers
from ..texts import text
from ..times import Moment
from .get import named

_CODES = {"done": exits.REACHED, "unclear": exits.UNRESOLVED}
"""What each ends with; all others are known not to have reached it."""


@click.command(
    "settle",
    help=text(
        "Find out how a withdrawal or a revocation has ended that ended as unresolved: done, not done (it is safe "
        "to send it again), elsewhere, or unclear. It may take two minutes, in which a request can still be on its way."
        "\n\n"
        "PROCESS_ID is a number of 19 digits; `-` reads ids from standard input."
    ),
)
@click.argument("process_ids", metavar="PROCESS_ID...", nargs=-1, required=True)
@click.option(
    "--since",
    type=Moment(is_end=False),
    required=True,
    metavar="MOMENT",
    help=text("When it was sent, or later: 2026-11-01T09:30, or 30m ago."),
)
@click.option(
    "--goal",
    type=click.Choice(("withdrawn", "revoked")),
    default="withdrawn",
    show_default=True,
    help=text("Where it was to lead."),
)
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def settle_command(
    process_ids: tuple[str, ...], since: datetime, goal: str, as_json: bool, connection: Connection
) -> None:
    """Find out for all at once."""
    from feishu_corehr import Error

    ids = named(process_ids)
    wanted = selection.status(goal)
    found = answers(connection, ids, lambda client, one: client.settle(one, since=since, goal=wanted), at_once=len(ids))
    rows, code = [], exits.REACHED
    for one, answer in found.items():
        if isinstance(answer, Error):
            fields: dict[str, object] = {
                "settled": "unclear",
                "attribution": None,
                "status": None,
                "log_id": answer.log_id,
            }
            fields["summary"] = str(answer)
        else:
            attribution = None if answer.attribution is None else str(answer.attribution)
            fields = {"settled": str(answer.settled), "attribution": attribution, "status": answer.status_number}
            fields |= {"log_id": answer.log_id, "summary": ""}
        code = max(code, _CODES.get(str(fields["settled"]), exits.NOT_REACHED))
        if as_json:
            emit({"process_id": one, **fields})
        rows.append([one, text(str(fields["settled"])), fields["status"], fields["summary"], fields["log_id"]])
    if not as_json:
        table([text(name) for name in ("process id", "result", "status", "what happened", "log id")], rows)
    click.get_current_context().exit(code)
