"""The results of a run as a file: CSV for spreadsheets, JSON for programs, one page of HTML for people."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import click

from .results import meaning
from .texts import bilingual, clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .results import Result, Totals

COLUMNS = ("process_id", "outcome", "meaning", "effect", "kind", "code", "status", "log_id", "summary", "advice")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check(path: str | None) -> None:
    """Refuse, before anything is sent, a report that could not be written."""
    if path is None:
        return
    if Path(path).suffix.lower() not in WRITERS:
        raise click.UsageError(text("--report: the name must end with .csv, .json or .html"))
    folder = Path(path).absolute().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK) or Path(path).is_dir():
        raise click.UsageError(text("--report: {path} cannot be written", path=clean(path)))


def write(path: str, results: Sequence[Result], totals: Totals) -> None:
    """Write the report, in place of what was there: whole, or not at all."""
    content = WRITERS[Path(path).suffix.lower()](results, totals)
    fresh = Path(f"{path}.new")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def row(result: Result) -> dict[str, object]:
    """One result, its advice in the language of the locale."""
    fields = result.fields()
    advice = fields.pop("advice")
    fields["meaning"] = meaning(result.outcome)
    fields["advice"] = bilingual(advice["en"], advice["zh"]) if isinstance(advice, dict) else ""
    return {name: fields[name] for name in COLUMNS}


def as_csv(results: Sequence[Result], totals: Totals) -> bytes:  # noqa: ARG001 - a spreadsheet sums by itself
    """Rows that spreadsheets show as they are: a byte order mark for their Chinese, and no cell that is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for result in results:
        fields = row(result)
        # A number of 19 digits would lose four of them; behind a tab it is a text.
        writer.writerow(["\t" + result.process_id, *(cell(fields[name]) for name in COLUMNS[1:])])
    return out.getvalue().encode("utf-8-sig", "replace")


def cell(value: object) -> object:
    """A cell that is no formula, whatever a server has put in it."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def as_json(results: Sequence[Result], totals: Totals) -> bytes:
    """Everything, for programs."""
    content = {"version": 1, "report": totals.fields(), "results": [result.fields() for result in results]}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def as_html(results: Sequence[Result], totals: Totals) -> bytes:
    """One page that needs nothing else."""
    from .page import page

    return page(results, totals).encode("utf-8", "replace")


WRITERS = {".csv": as_csv, ".json": as_json, ".html": as_html}
"""How a report is written, by the end of its name."""
