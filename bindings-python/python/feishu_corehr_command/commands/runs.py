"""`runs`: journals of runs: shown, gone on with, and exported."""

from __future__ import annotations

import click

from .. import plan, report
from ..connection import Connection, connects
from ..output import say, table
from ..texts import text
from ..times import shown
from .act import drive


@click.group(
    "runs", short_help=text("Show, resume and export the journals of runs."), help=text("The journals of runs.")
)
def runs_command() -> None:
    """Stand for the subcommands."""


@runs_command.command(
    "show", help=text("Show what a run came to; without FILE, all runs in the folder where they are kept.")
)
@click.argument("file", required=False)
def show(file: str | None) -> None:
    """Show one, or all."""
    from ..journal import Journal

    if file is not None:
        _show_one(Journal(file))
        return
    from ..bulk import journal_folder

    folder = journal_folder()
    rows = []
    for path in sorted(folder.glob("*.sqlite")):
        try:
            journal = Journal(str(path))
        except click.UsageError as error:
            say(error.message)
            continue
        rows.append((path, shown(journal.started_ms), journal.operation, len(journal.ids), text(journal.ended)))
    table([text(name) for name in ("journal", "started", "operation", "count", "state")], rows)
    say(text("journals in {path}: {count}", path=folder, count=len(rows)))


def _show_one(journal: object) -> None:
    from .. import ending
    from ..journal import Journal

    assert isinstance(journal, Journal)
    rows = [
        (text("operation"), journal.operation),
        (text("base URL"), journal.base_url),
        (text("app"), journal.app_id),
        (text("started"), shown(journal.started_ms)),
    ]
    for name, value in rows:
        say(f"{name}: {value}")
    ending.tell(journal.results, journal.totals(), path=None, as_json=False)


@runs_command.command(
    "export", help=text("Write a report of a run as a file: .csv, .json or .html, by the end of REPORT.")
)
@click.argument("file")
@click.argument("report_path", metavar="REPORT")
def export(file: str, report_path: str) -> None:
    """Write it."""
    from ..journal import Journal

    report.check(report_path)
    journal = Journal(file)
    report.write(report_path, journal.results, journal.totals())
    say(text("report: {path}", path=report_path))


@runs_command.command(
    "resume",
    help=text(
        "Go on with a run: what has ended is never sent again, and what may have been sent is read before. App, "
        "base URL and reason must be those of the run."
    ),
)
@click.argument("file")
@click.option("--reason", help=text("The run's reason, where its journal keeps only a digest."))
@click.option("--yes", is_flag=True, help=text("Do not ask; above 20 processes it is asked for their number."))
@click.option("--report", "report_path", metavar="FILE", help=text("Write a report: .csv, .json or .html."))
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def resume(
    file: str, reason: str | None, yes: bool, report_path: str | None, as_json: bool, connection: Connection
) -> None:
    """Go on."""
    from ..bulk import Settings
    from ..journal import Journal

    report.check(report_path)
    journal = Journal(file)
    settings = Settings(journal.actor(), journal.reason(reason), file, keep_reasons="reason" in journal.options or None)
    left = journal.left()
    say(text("ended: {done} of {all}; left: {left}", done=len(journal.ids) - left, all=len(journal.ids), left=left))
    plan.confirm(left, yes=yes)
    act = plan.ACTS[journal.operation]
    code = drive(connection, act, journal.ids, settings, report_path=report_path, as_json=as_json)
    click.get_current_context().exit(code)
