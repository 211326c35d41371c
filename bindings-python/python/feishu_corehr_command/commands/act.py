"""`withdraw` and `revoke`: many processes, told before, watched, and reported."""

from __future__ import annotations

import click

from .. import plan, report, selection
from ..connection import Connection, connects
from ..output import say
from ..texts import text
from .get import USER_ID_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from feishu_corehr import Actor, User

    from ..bulk import Settings

    _Function = Callable[..., Any]

_OPTIONS = (
    click.argument("process_ids", metavar="[PROCESS_ID]...", nargs=-1),
    click.option("--csv", "sheet", metavar="FILE", help=text("Take the ids from a CSV file, UTF-8 or GBK.")),
    click.option("--column", metavar="NAME", help=text("Which column of that file has the ids.")),
    selection.SINCE,
    selection.UNTIL,
    selection.STATUS,
    selection.FLOW,
    click.option("--as-system", is_flag=True, help=text("Act as the system.")),
    click.option("--as-user", metavar="ID", help=text("Act as this user: who started the processes, or administers.")),
    click.option(
        "--user-id-type",
        type=click.Choice(USER_ID_TYPES),
        default="open_id",
        show_default=True,
        help=text("The kind of that id."),
    ),
    click.option("--reason", help=text("Why, for people: at most 500 characters.")),
    click.option("--dry-run", is_flag=True, help=text("Say what would be done, and write nothing.")),
    click.option("--yes", is_flag=True, help=text("Do not ask; above 20 processes it is asked for their number.")),
    click.option("--expect", type=click.IntRange(1), metavar="N", help=text("Refuse any other number of processes.")),
    click.option(
        "--look",
        type=click.IntRange(0),
        default=plan.LOOK,
        show_default=True,
        metavar="N",
        help=text("Read so many processes before; Feishu allows 100 reads a minute."),
    ),
    click.option("--check-first", is_flag=True, help=text("Read each process before it is written.")),
    click.option(
        "--read-back",
        type=click.Choice(("best_effort", "required", "never")),
        help=text("What to do where an answer was lost and the app may not read; by default best_effort."),
    ),
    click.option(
        "--already",
        type=click.Choice(("success", "error")),
        help=text("What a process is that is there already; by default a success."),
    ),
    click.option("--max-in-flight", type=click.IntRange(1), metavar="N", help=text("So many at once, at most.")),
    click.option("--max-failures", type=click.IntRange(1), metavar="N", help=text("Pause after so many failures.")),
    click.option(
        "--journal", metavar="FILE", help=text("Keep the run in this file; one that is there is gone on with.")
    ),
    click.option("--no-journal", is_flag=True, help=text("Keep no journal; the run cannot be gone on with.")),
    click.option("--keep-reasons", is_flag=True, help=text("Keep the reason in the journal, and not only its digest.")),
    click.option("--report", "report_path", metavar="FILE", help=text("Write a report: .csv, .json or .html.")),
    click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line.")),
)


def acts(function: _Function) -> _Function:
    """Give a subcommand the options of a run."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@click.command(
    "withdraw",
    help=text(
        "Withdraw processes that are in progress, and know of each what happened.\n\n"
        "Which: PROCESS_IDs, `-` for standard input, --csv with --column, or those in progress that --since, --until "
        "and --flow leave. Before anything is sent it is told what is about to be done. Ctrl-C lets what is under way "
        "come to its end; a second one stops at once. A run that did not come to its end is gone on with by `runs "
        "resume`."
    ),
)
@acts
@connects
def withdraw_command(**options: Any) -> None:
    """Withdraw."""
    _act(plan.WITHDRAW, **options)


@click.command(
    "revoke",
    help=text(
        "Revoke processes that are completed, and know of each what happened. Everything is as for `withdraw`; a "
        "filter chooses among the completed."
    ),
)
@acts
@connects
def revoke_command(**options: Any) -> None:
    """Revoke."""
    _act(plan.REVOKE, **options)


def _act(
    act: plan.Act,
    *,
    connection: Connection,
    process_ids: tuple[str, ...],
    sheet: str | None,
    column: str | None,
    since: datetime | None,
    until: datetime | None,
    statuses: tuple[str, ...],
    flow: str | None,
    dry_run: bool,
    yes: bool,
    expect: int | None,
    look: int,
    report_path: str | None,
    as_json: bool,
    **more: Any,
) -> None:
    who = _actor(more.pop("as_system"), more.pop("as_user"), more.pop("user_id_type"))
    if more["journal"] is not None and more["no_journal"]:
        raise click.UsageError(text("--journal and --no-journal exclude each other"))
    report.check(report_path)
    meant = plan.chosen(act, connection, process_ids, (sheet, column), plan.Filter(since, until, statuses, flow))
    if expect is not None and expect != len(meant.ids):
        raise click.UsageError(
            text("there are {count} processes, and not {expect}; nothing was sent", count=len(meant.ids), expect=expect)
        )
    plan.check_consent(len(meant.ids), yes=yes or dry_run)
    meant.look(connection, look)
    meant.show(rate_share=connection.rate_share)
    context = click.get_current_context()
    if dry_run:
        # What writes is not even imported here.
        context.exit(meant.write_dry(as_json=as_json))
    plan.confirm(len(meant.ids), yes=yes)
    settings = _settings(act, who, **more)
    context.exit(drive(connection, act, meant.ids, settings, report_path=report_path, as_json=as_json))


def drive(
    connection: Connection,
    act: plan.Act,
    ids: list[str],
    settings: Settings,
    *,
    report_path: str | None,
    as_json: bool,
) -> int:
    """Do it, tell it, and give the exit code."""
    from .. import bulk, ending
    from ..journal import Journal

    if settings.journal is not None:
        say(text("journal: {path}", path=settings.journal))
    try:
        results, totals = bulk.run(connection, act, ids, settings, as_json=as_json)
    except KeyboardInterrupt:
        bulk.say_how_to_go_on(settings.journal)
        raise
    if report_path is not None and settings.journal is not None:
        # It knows what an earlier run has ended, too.
        results = Journal(settings.journal).results
    ending.tell(results, totals, path=report_path, as_json=as_json)
    if totals.ended != "complete":
        bulk.say_how_to_go_on(settings.journal)
    return totals.exit_code()


def _actor(as_system: bool, as_user: str | None, user_id_type: str) -> Actor | User:
    if as_system == (as_user is not None):
        raise click.UsageError(text("say who acts: either --as-system or --as-user"))
    from feishu_corehr import OpenId, PeopleCorehrId, System, UnionId, UserId

    if as_user is None:
        return System()
    kinds = {"open_id": OpenId, "union_id": UnionId, "user_id": UserId, "people_corehr_id": PeopleCorehrId}
    return kinds[user_id_type](as_user)


def _settings(
    act: plan.Act,
    who: Actor | User,
    *,
    reason: str | None,
    journal: str | None,
    no_journal: bool,
    read_back: str | None,
    already: str | None,
    **more: Any,
) -> Settings:
    from feishu_corehr import Already, ReadBack

    from ..bulk import Settings, new_journal

    name = "already_withdrawn" if act is plan.WITHDRAW else "already_revoked"
    more[name] = None if already is None else getattr(Already, already.upper())
    more["read_back"] = None if read_back is None else getattr(ReadBack, read_back.upper())
    path = None if no_journal else journal if journal is not None else new_journal(act.operation)
    return Settings(who, reason, path, **more)
