"""The live bar of a run: how many, how fast, how long, and how they ended; on a terminal only."""

from __future__ import annotations

import sys
from collections import Counter

from .output import console
from .texts import text
from .times import lasting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from rich.progress import Progress, TaskID


class Bar:
    """Shows a run on standard error; elsewhere than on a terminal it shows nothing."""

    def __init__(self, total: int, *, is_shown: bool) -> None:
        """Nothing is drawn yet."""
        self._total = total
        self._is_shown = is_shown and sys.stderr.isatty()
        self._counts: Counter[str] = Counter()
        self._pace = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        """Begin to draw."""
        if self._is_shown:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            # What a column shows is text, and never markup.
            self._bar = Progress(
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}", markup=False),
                TextColumn("{task.fields[counts]}", markup=False),
                console=console(err=True),
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total, pace="", counts="")
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        if self._bar is not None:
            self._bar.stop()

    def count(self, outcome: str) -> None:
        """One more has ended so."""
        self._counts[outcome] += 1
        if self._bar is not None and self._task is not None:
            counts = " · ".join(f"{text(name)} {count}" for name, count in self._counts.items())
            self._bar.update(self._task, counts=counts)

    def progress(self, progress: Any) -> None:
        """Take how far the run is."""
        if self._bar is not None and self._task is not None:
            pace = text("{rate:.0f} a second", rate=progress.rate)
            if progress.left_ms:
                pace += ", " + text("{time} left", time=lasting(progress.left_ms / 1000))
            self._bar.update(self._task, completed=progress.done, pace=pace)
