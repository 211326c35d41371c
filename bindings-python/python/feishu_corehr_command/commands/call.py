"""`call`: any method and path of Feishu's API, with the token, the checks and the errors of all others."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from ..connection import Connection, connects
from ..output import emit, say
from ..texts import clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@click.command(
    "call",
    help=text(
        "Call any method and path of Feishu's API, and write the `data` of the answer as JSON.\n\n"
        "PATH begins with /open-apis/, its parameters in braces: /open-apis/contact/v3/departments/{id}. A GET is "
        "repeated where an answer is lost; all others are sent once, and end with exit code 4 where it is not known "
        "whether they took effect."
    ),
)
@click.argument("method", type=click.Choice(("DELETE", "GET", "PATCH", "POST", "PUT"), case_sensitive=False))
@click.argument("path")
@click.option(
    "--path-parameter", "parameters", metavar="NAME=VALUE", multiple=True, help=text("What stands for {NAME}.")
)
@click.option("--query", metavar="NAME=VALUE", multiple=True, help=text("A parameter of the query."))
@click.option("--body", metavar="JSON", help=text("The body: JSON, @FILE, or - for standard input."))
@click.option(
    "--quota",
    type=(click.IntRange(1), click.FloatRange(0, min_open=True)),
    metavar="CALLS SECONDS",
    help=text("The quota that Feishu's page names for it."),
)
@click.option("--dry-run", is_flag=True, help=text("Say what would be sent, and send nothing."))
@click.option("--json", "as_json", is_flag=True, help=text("Write one line, with HTTP status, headers and log id."))
@connects
def call_command(
    method: str,
    path: str,
    parameters: tuple[str, ...],
    query: tuple[str, ...],
    body: str | None,
    quota: tuple[int, float] | None,
    dry_run: bool,
    as_json: bool,
    connection: Connection,
) -> None:
    """Call it once."""
    named = dict(_pairs("--path-parameter", parameters))
    asked = _pairs("--query", query)
    content = _body(body)
    if dry_run:
        # There is not even a client.
        emit({"method": method, "path": path, "path_parameters": named, "query": asked, "body": content})
        return
    with connection.client() as client:
        answer = client.call(
            method,  # type: ignore[arg-type]
            path,
            path_parameters=named or None,
            query=asked or None,
            body=content,
            quota=quota,
        )
    data = json.loads(answer.raw)
    if as_json:
        headers = [list(pair) for pair in answer.headers]
        emit({"status": answer.status, "log_id": answer.log_id, "headers": headers, "data": data})
    else:
        emit(data)
        say(text("log id: {log_id}", log_id=clean(answer.log_id)))


def _pairs(option: str, written: tuple[str, ...]) -> list[tuple[str, str]]:
    pairs = []
    for one in written:
        name, equals, value = one.partition("=")
        if not (name and equals):
            raise click.UsageError(text("{option}: {value} is not NAME=VALUE", option=option, value=repr(clean(one))))
        pairs.append((name, value))
    return pairs


def _body(written: str | None) -> Any:
    if written is None:
        return None
    try:
        if written == "-":
            return json.loads(sys.stdin.buffer.read())
        if written.startswith("@"):
            return json.loads(Path(written[1:]).read_bytes())
        return json.loads(written)
    except OSError as error:
        raise click.UsageError(
            text("{path} cannot be read: {reason}", path=clean(written[1:]), reason=error.strerror)
        ) from None
    except ValueError as error:
        raise click.UsageError(text("--body is not JSON: {reason}", reason=clean(error))) from None
