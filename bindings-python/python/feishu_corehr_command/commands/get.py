"""`get`: what processes are."""

from __future__ import annotations

import json
import sys

import click

from ..connection import Connection, connects
from ..ids import from_arguments, from_input
from ..output import emit, table
from ..several import each
from ..texts import bilingual, text
from ..times import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from feishu_corehr import Process

USER_ID_TYPES = ("open_id", "union_id", "user_id", "people_corehr_id")


def columns() -> list[str]:
    """What a table of processes shows."""
    return [text(name) for name in ("process id", "status", "name", "initiator", "started", "ended", "waiting for")]


def row(process: Process) -> list[object]:
    """One line of that table."""
    name, initiator = process.process_name, process.initiator_name
    waiting = [bilingual(task.node_name.en_us, task.node_name.zh_cn) for task in process.todos]
    return [
        process.process_id,
        status_word(process),
        bilingual(name.en_us, name.zh_cn) or name.zh_cn,
        bilingual(initiator.en_us, initiator.zh_cn) or initiator.zh_cn or process.initiator_id or text("the system"),
        shown(process.create_time),
        shown(process.complete_time),
        ", ".join(word for word in waiting if word),
    ]


def status_word(process: Process) -> str:
    """The status; a number that this version does not know, as that number."""
    word = str(process.status)
    return f"{text(word)} {process.status_number}" if word == "unknown" else text(word)


@click.command(
    "get",
    help=text(
        "Read processes: status, name, initiator, and whom they wait for. With --json, all that Feishu answered.\n\n"
        "PROCESS_ID is a number of 19 digits; `-` reads ids from standard input. Feishu allows 100 reads a minute."
    ),
)
@click.argument("process_ids", metavar="PROCESS_ID...", nargs=-1, required=True)
@click.option(
    "--user-id-type", type=click.Choice(USER_ID_TYPES), help=text("The kind of users' ids to show; by default open_id.")
)
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def get_command(process_ids: tuple[str, ...], user_id_type: str | None, as_json: bool, connection: Connection) -> None:
    """Read each, and show what was read even where another failed."""
    ids = named(process_ids)
    from feishu_corehr import UserIdType

    kind: UserIdType | None = getattr(UserIdType, user_id_type.upper()) if user_id_type else None
    read, code = each(connection, ids, lambda client, one: client.get_process(one, user_id_type=kind))
    if as_json:
        for process in read:
            emit({"process_id": process.process_id, "log_id": process.log_id, "process": json.loads(process.raw)})
    elif read:
        table(columns(), [row(process) for process in read])
    click.get_current_context().exit(code)


def named(process_ids: tuple[str, ...]) -> list[str]:
    """Ids from arguments, or with `-` from standard input."""
    if process_ids == ("-",):
        return from_input(sys.stdin.buffer.read()).check()
    return from_arguments(process_ids).check()
