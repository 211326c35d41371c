"""Ids of processes, from arguments and from standard input; everything that is wrong with them is told at once."""

from __future__ import annotations

import re

import click

from .texts import clean, text

_ID = re.compile(r"[0-9]{1,32}")
_FORMULA = re.compile(r'="([^"]*)"')
# What spreadsheets make of a number of 19 digits: they keep 15 or 16 of them.
_ROUNDED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+|[0-9]+[.,][0-9]*")
_MANY = 10
"""How many wrong ids a message names."""


class Ids:
    """Ids in the order in which they came, each once, and what was wrong with others."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.ids: list[str] = []
        self.doubled: list[str] = []
        self.problems: list[str] = []
        self._known: set[str] = set()

    def add(self, written: str, place: str) -> None:
        """Take one as it was written."""
        # A spreadsheet's ways to keep a number as text, and what a copy out of it brings along.
        value = written.strip().lstrip("'").strip()
        formula = _FORMULA.fullmatch(value)
        if formula is not None:
            value = formula[1].strip()
        if not value:
            self.problems.append(text("{place}: it is empty", place=place))
        elif _ROUNDED.fullmatch(value):
            self.problems.append(
                text(
                    "{place}: {value}: a spreadsheet has made a number of it, and the last digits are lost; "
                    "format the column as text there, fill it anew, and export it again",
                    place=place,
                    value=_short(value),
                )
            )
        elif not _ID.fullmatch(value):
            self.problems.append(
                text(
                    "{place}: {value} is no process id: an id is a number of 19 digits",
                    place=place,
                    value=_short(value),
                )
            )
        elif value in self._known:
            self.doubled.append(value)
        else:
            self._known.add(value)
            self.ids.append(value)

    def check(self) -> list[str]:
        """Give the ids, or refuse all of them by one message."""
        if self.problems:
            rest = len(self.problems) - _MANY
            told = self.problems[:_MANY]
            if rest > 0:
                told.append(text("… and {count} more", count=rest))
            raise click.UsageError("\n  ".join([text("nothing was sent; wrong ids:"), *told]))
        if not self.ids:
            raise click.UsageError(text("there are no ids"))
        return self.ids


def from_arguments(written: tuple[str, ...]) -> Ids:
    """Read ids from arguments."""
    found = Ids()
    for number, one in enumerate(written, 1):
        found.add(one, text("argument {number}", number=number))
    return found


def from_input(data: bytes) -> Ids:
    """Read ids from standard input: one or more a line."""
    found = Ids()
    for number, line in enumerate(decode(data, "-")[0].splitlines(), 1):
        for one in line.split():
            found.add(one, text("line {number}", number=number))
    if not (found.ids or found.problems):
        raise click.UsageError(text("standard input is empty"))
    return found


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Read a text in the encoding that it is in, and say which."""
    # Chinese versions of Windows write GBK, of which GB 18030 is the larger brother.
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_wide else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise click.UsageError(text("{name} is neither UTF-8 nor GBK; save it as UTF-8", name=clean(name)))


def _short(value: str) -> str:
    """A value that may be anything, for a message."""
    shown = clean(value)
    return repr(shown) if len(shown) <= 40 else repr(shown[:40]) + "…"
