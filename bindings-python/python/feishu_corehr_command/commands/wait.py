"""`wait`: until processes have ended."""

from __future__ import annotations

import json

import click

from .. import selection
from ..connection import Connection, connects
from ..output import emit, table
from ..several import each
from ..texts import text
from .get import columns, named, row


@click.command(
    "wait",
    help=text(
        "Read processes until each has ended, or has come to a status that is named; exit code 3 when the time is over "
        "before. PROCESS_ID is a number of 19 digits; `-` reads ids from standard input."
    ),
)
@click.argument("process_ids", metavar="PROCESS_ID...", nargs=-1, required=True)
@click.option(
    "--status",
    "statuses",
    type=click.Choice(selection.STATUSES),
    multiple=True,
    help=text("Wait for this status; may be given several times. By default any end."),
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help=text("How long to wait."),
)
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def wait_command(
    process_ids: tuple[str, ...], statuses: tuple[str, ...], timeout: float, as_json: bool, connection: Connection
) -> None:
    """Wait for all at once."""
    ids = named(process_ids)
    until = [selection.status(word) for word in statuses] or None
    come, code = each(
        connection, ids, lambda client, one: client.wait_for(one, until=until, timeout=timeout), at_once=len(ids)
    )
    if as_json:
        for process in come:
            emit({"process_id": process.process_id, "log_id": process.log_id, "process": json.loads(process.raw)})
    elif come:
        table(columns(), [row(process) for process in come])
    click.get_current_context().exit(code)
