"""What is about to be done, told before anything is done. It reads only: nothing here can write."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import click

from . import exits, selection
from .ids import Ids, from_arguments, from_input
from .output import emit, say
from .several import answers
from .sheet import from_sheet
from .texts import bilingual, clean, text
from .times import lasting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from feishu_corehr import Process

    from .connection import Connection

A_SECOND = 50
"""How many withdrawals, and as many revocations, Feishu's documents allow."""
LOOK = 80
"""How many processes a plan reads unless told: they fit into a minute's 100, and leave some for what gets lost."""
UNASKED = 20
"""Up to so many processes nobody is asked."""
_NAMED = 8
"""How many flows or initiators a plan names."""


class Act:
    """A kind of write: what it does, and from which status to which."""

    def __init__(self, operation: str, method: str, start: str, goals: tuple[str, ...]) -> None:
        """The names of the operation and of the library's method for many, and words for the statuses."""
        self.operation = operation
        self.method = method
        self.start = start
        self.goals = goals

    def would(self, status: str) -> str:
        """What a write would find."""
        if status == self.start:
            return "possible"
        return "done already" if status in self.goals else "not possible"


WITHDRAW = Act("withdraw_process", "withdraw_processes", "in_progress", ("withdrawn",))
REVOKE = Act("revoke_process", "revoke_processes", "completed", ("revoked", "revoking"))
ACTS = {act.operation: act for act in (WITHDRAW, REVOKE)}


class Filter:
    """A choice of processes by what they are."""

    def __init__(
        self, since: datetime | None, until: datetime | None, statuses: tuple[str, ...], flow: str | None
    ) -> None:
        """As `list` has it."""
        self.since = since
        self.until = until
        self.statuses = statuses
        self.flow = flow

    def __bool__(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.since or self.until or self.statuses or self.flow)


class Plan:
    """The processes, what was read of them, and what that cost."""

    def __init__(self, act: Act, ids: list[str], doubled: int, pages: int) -> None:
        """Nothing was read yet, but for the pages of the list that named the ids."""
        self.act = act
        self.ids = ids
        self.doubled = doubled
        self.calls = pages
        self.read: dict[str, Process] = {}
        self.unread: dict[str, str] = {}
        """Why a process that was looked for was not read."""

    def look(self, connection: Connection, count: int) -> None:
        """Read as many as that, spread over the list; where that is forbidden, say so and go on."""
        from feishu_corehr import Error

        step = max(1, len(self.ids) / count) if count else 1
        chosen = [self.ids[int(place * step)] for place in range(min(count, len(self.ids)))]
        if not chosen:
            return
        say(text("reading {count} of {all}: nothing is changed by it", count=len(chosen), all=len(self.ids)))
        try:
            found = answers(connection, chosen, lambda client, one: client.get_process(one))
        except Error as error:
            if str(error.kind) != "forbidden":
                raise
            say(text("what they are is not known: {error}", error=clean(error)), color="yellow")
            self.calls += 1
            return
        self.calls += len(found)
        for one, answer in found.items():
            if isinstance(answer, Error):
                self.unread[one] = str(answer)
            else:
                self.read[one] = answer

    def state(self, process_id: str) -> str:
        """What a write would find, as far as was read."""
        process = self.read.get(process_id)
        if process is not None:
            return self.act.would(str(process.status))
        return "not readable" if process_id in self.unread else "not read"

    def show(self, *, rate_share: float) -> None:
        """Say it: how many, what they are, how long it takes and what it costs."""
        heading = {
            "withdraw_process": text("to withdraw: {count}", count=len(self.ids)),
            "revoke_process": text("to revoke: {count}", count=len(self.ids)),
        }
        say(heading[self.act.operation], bold=True)
        if self.doubled:
            say(text("  ids that were there before, and are dropped: {count}", count=self.doubled))
        if self.read or self.unread:
            say(text("  of {count} that were read:", count=len(self.read) + len(self.unread)))
            self._show_read()
        seconds = len(self.ids) / (A_SECOND * rate_share)
        say(text("  time: about {time} at {rate:g} a second", time=lasting(seconds), rate=A_SECOND * rate_share))
        say(
            text(
                "  calls of the month: {count}, and a read more for each lost answer; this plan took {plan}",
                count=len(self.ids),
                plan=self.calls,
            )
        )

    def _show_read(self) -> None:
        states = Counter(self.state(one) for one in (*self.read, *self.unread))
        say("    " + text("state") + ": " + _counted(Counter({text(state): n for state, n in states.items()})))
        flows = Counter(_flow(process) for process in self.read.values())
        if flows:
            say("    " + text("flows") + ": " + _counted(flows))
            initiators = Counter(_initiator(process) for process in self.read.values())
            say("    " + text("initiators") + ": " + _counted(initiators))

    def write_dry(self, *, as_json: bool) -> int:
        """Tell what a write would find, and write nothing; gives the exit code."""
        states = {one: self.state(one) for one in self.ids}
        if as_json:
            for one, state in states.items():
                process = self.read.get(one)
                status = None if process is None else process.status_number
                emit({"type": "dry_run", "process_id": one, "would": state, "status": status})
        else:
            for one, state in states.items():
                if state not in ("possible", "not read"):
                    click.echo(f"{one}\t{text(state)}")
        say(text("dry run: nothing was written; a process may have changed by the time that something is"))
        return exits.NOT_REACHED if {"not possible", "not readable"} & set(states.values()) else exits.REACHED


def chosen(
    act: Act, connection: Connection, process_ids: tuple[str, ...], sheet: tuple[str | None, str | None], choice: Filter
) -> Plan:
    """Find out which processes are meant: by id, out of a CSV file, or by filter."""
    path, column = sheet
    ways = [bool(process_ids), path is not None, bool(choice)]
    if sum(ways) != 1:
        raise click.UsageError(
            text(
                "say which processes in one way: ids, `-` for standard input, --csv with --column, or --since and so on"
            )
        )
    if column is not None and path is None:
        raise click.UsageError(text("--column says which column of a --csv file"))
    if path is not None:
        return _of_ids(act, from_sheet(path, column))
    if process_ids:
        is_input = process_ids == ("-",)
        return _of_ids(act, from_input(_standard_input()) if is_input else from_arguments(process_ids))
    return _of_filter(act, connection, choice)


def _standard_input() -> bytes:
    import sys

    return sys.stdin.buffer.read()


def _of_ids(act: Act, ids: Ids) -> Plan:
    return Plan(act, ids.check(), len(ids.doubled), 0)


def _of_filter(act: Act, connection: Connection, choice: Filter) -> Plan:
    if choice.since is None:
        raise click.UsageError(text("--since is missing: Feishu lists the processes of a span of time only"))
    if choice.statuses and choice.statuses != (act.start,):
        raise click.UsageError(
            text("--status: only processes that are {status} can be chosen here", status=text(act.start))
        )
    with connection.client() as client:
        walk = selection.walk(client, since=choice.since, until=choice.until, statuses=(act.start,), flow=choice.flow)
        ids = list(dict.fromkeys(walk))
    if not ids:
        raise click.UsageError(text("no process is like that"))
    return Plan(act, ids, 0, -(-len(ids) // 100))


def check_consent(count: int, *, yes: bool) -> None:
    """Refuse at once what nobody can be asked for."""
    import sys

    if count > UNASKED and not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(
            text("more than {most} processes want --yes where nobody can be asked; nothing was sent", most=UNASKED)
        )


def confirm(count: int, *, yes: bool) -> None:
    """Above a few, want a word of whom it is done for: `--yes`, or the number typed in."""
    check_consent(count, yes=yes)
    if count <= UNASKED or yes:
        return
    typed = click.prompt(text("type the number of processes to go on"), default="", show_default=False, err=True)
    if typed.strip().replace(",", "") != str(count):
        raise click.UsageError(text("that is not {count}; nothing was sent", count=count))


def _counted(counts: Counter[str]) -> str:
    told = [f"{clean(name)} {count}" for name, count in counts.most_common(_NAMED)]
    rest = len(counts) - _NAMED
    return ", ".join([*told, text("… and {count} more", count=rest)] if rest > 0 else told)


def _flow(process: Process) -> str:
    name = process.flow_definition_name
    return bilingual(name.en_us, name.zh_cn) or name.zh_cn or process.flow_definition_id or "?"


def _initiator(process: Process) -> str:
    name = process.initiator_name
    return bilingual(name.en_us, name.zh_cn) or name.zh_cn or process.initiator_id or text("the system")
