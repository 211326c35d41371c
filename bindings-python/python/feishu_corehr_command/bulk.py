"""The one place from which this command writes: a run of the library, and how it is stopped."""

from __future__ import annotations

import os
import signal
from datetime import datetime
from pathlib import Path

import click

from .output import emit, say
from .progress import Bar
from .results import Result, Totals
from .texts import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from feishu_corehr import Actor, User

    from .connection import Connection
    from .plan import Act


class Settings:
    """What a run is told beside its processes."""

    def __init__(self, actor: Actor | User, reason: str | None, journal: str | None, **more: Any) -> None:
        """`more` are options of the library's method; those that are `None` are left to it."""
        self.actor = actor
        self.reason = reason
        self.journal = journal
        self.more = {name: value for name, value in more.items() if value is not None}


def run(
    connection: Connection, act: Act, ids: list[str], settings: Settings, *, as_json: bool
) -> tuple[list[Result], Totals]:
    """Do it: gives each result that came, and the totals."""
    results: list[Result] = []
    with connection.client() as client, Bar(len(ids), is_shown=not as_json) as bar:
        going = getattr(client, act.method)(
            ids,
            actor=settings.actor,
            reason=settings.reason,
            journal=settings.journal,
            on_progress=bar.progress,
            **settings.more,
        )
        with Stop(going):
            for told in going:
                result = Result.of_run(told)
                results.append(result)
                bar.count(result.outcome)
                if as_json:
                    emit({"type": "result", **result.fields()})
        results.sort(key=lambda result: result.position)
        return results, Totals.of_report(going.report)


class Stop:
    """While it lasts, the first Ctrl-C lets what is under way come to its end, and the second stops at once."""

    def __init__(self, going: Any) -> None:
        """`going` is what can be cancelled."""
        self._going = going
        self._asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        """Take the signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        """Give them back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self._going.cancel()
        # Not by Python's own streams: the signal may have come in the middle of a line of theirs.
        message = text("stopping: what is under way is waited for, at most 10 s; Ctrl-C again stops at once")
        os.write(2, f"\n{message}\n".encode())


def journal_folder() -> Path:
    """Where journals are kept unless told."""
    return Path(click.get_app_dir("feishu-corehr")) / "runs"


def new_journal(operation: str) -> str:
    """Name the journal of a new run; its folder is there afterwards."""
    folder = journal_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(
            text(
                "the journal's folder {path} cannot be made: {reason}; say where by --journal, or --no-journal",
                path=folder,
                reason=error.strerror,
            )
        ) from None
    moment = datetime.now().strftime("%Y%m%d-%H%M%S")
    return str(folder / f"{operation.partition('_')[0]}-{moment}-{os.getpid()}.sqlite")


def say_how_to_go_on(journal: str | None) -> None:
    """Say what can be done about what was not attempted."""
    if journal is None:
        say(text("there is no journal: this run cannot be gone on with"))
    else:
        say(text("to go on with it: feishu-corehr runs resume {path}", path=journal))
