"""What is written where: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys

import click

from .texts import clean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console


def say(message: str, *, color: str | None = None, bold: bool = False) -> None:
    """Write a message for people: to standard error, so that results can be piped on."""
    click.secho(message, err=True, fg=color, bold=bold or None)


def emit(value: object) -> None:
    """Write one object as a line of JSON, always UTF-8."""
    line = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    # A lone surrogate, which JSON can name and UTF-8 cannot write, stays an escape.
    click.echo(line.encode("utf-8", "backslashreplace"))


def lines(values: Iterable[str]) -> None:
    """Write results one a line."""
    for value in values:
        click.echo(clean(value))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table: for eyes on a terminal, lines with tabs elsewhere."""
    texts = [["" if cell is None else clean(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [list(columns), *texts]:
            click.echo("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in texts:
        grid.add_row(*map(Text, row))
    console(err=False).print(grid)


def console(*, err: bool) -> Console:
    """Give the terminal, as rich sees it; rich is imported only where something is drawn."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, markup=False, emoji=False)
