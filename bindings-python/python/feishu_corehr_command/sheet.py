"""A CSV file with ids in one of its columns, as spreadsheets write it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import click

from .ids import Ids, decode
from .output import say
from .texts import clean, text

_SEPARATORS = ",;\t"
# A spreadsheet keeps 15 digits; with an id of 19 the others come out as zeros.
_LOST = "0000"


def from_sheet(path: str, column: str | None) -> Ids:
    """Read the ids of one column."""
    rows = _rows(path)
    names, index = _column(path, rows, column)
    found = Ids()
    for line, row in rows:
        if any(cell.strip() for cell in row):
            found.add(row[index] if index < len(row) else "", text("line {number}", number=line))
    if not (found.ids or found.problems):
        raise click.UsageError(text("{path} has no row below its column names", path=clean(path)))
    _check_zeros(found, names[index])
    return found


def _rows(path: str) -> list[tuple[int, list[str]]]:
    """All rows, each with the line on which it ends."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(
            text("{path} cannot be read: {reason}", path=clean(path), reason=error.strerror)
        ) from None
    content, encoding = decode(data, path)
    if not content.strip():
        raise click.UsageError(text("{path} is empty", path=clean(path)))
    if encoding not in ("utf-8-sig", "utf-16"):
        say(text("{path} is not UTF-8; it was read as GBK", path=clean(path)))
    head = content.lstrip().splitlines()[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise click.UsageError(
            text("{path} is no CSV: line {line}: {reason}", path=clean(path), line=reader.line_num, reason=error)
        ) from None


def _column(path: str, rows: list[tuple[int, list[str]]], column: str | None) -> tuple[list[str], int]:
    """The names of the columns, taken off the rows, and where the wanted one stands."""
    names: list[str] = []
    while rows and not any(names):
        names = [name.strip() for name in rows.pop(0)[1]]
    there = ", ".join(clean(name) for name in names if name)
    if column is None:
        if len(names) != 1:
            raise click.UsageError(
                text(
                    "say which column has the ids, by --column; {path} has: {columns}", path=clean(path), columns=there
                )
            )
        return names, 0
    places = [index for index, name in enumerate(names) if name == column.strip()]
    if not places:
        raise click.UsageError(
            text(
                "{path} has no column {column!r}; it has: {columns}",
                path=clean(path),
                column=clean(column),
                columns=there,
            )
        )
    if len(places) > 1:
        raise click.UsageError(
            text("{path} has several columns {column!r}; rename all but one", path=clean(path), column=clean(column))
        )
    return names, places[0]


def _check_zeros(found: Ids, column: str) -> None:
    """Where many ids end with zeros, a spreadsheet has rounded them: they look whole, and name other processes."""
    rounded = [one for one in found.ids if len(one) > 15 and one.endswith(_LOST)]
    if len(rounded) >= 2 and len(rounded) * 2 >= len(found.ids):
        found.problems.append(
            text(
                "column {column!r}: {count} of {all} ids end with 0000, as {example}: a spreadsheet has rounded them, "
                "and the last digits are lost; format the column as text there, fill it anew, and export it again",
                column=clean(column),
                count=len(rounded),
                all=len(found.ids),
                example=rounded[0],
            )
        )
    elif rounded:
        ids = ", ".join(rounded)
        say(text("look at {ids}: does it truly end with 0000, or has a spreadsheet rounded it?", ids=ids))
