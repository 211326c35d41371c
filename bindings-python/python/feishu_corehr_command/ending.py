"""How a run is told at its end: a table of the totals, what was not reached, the report, and what to do next."""

from __future__ import annotations

from . import report
from .output import emit, say, table
from .texts import clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .results import Result, Totals

_SHOWN = 20
"""How many processes that were not reached are shown; a report has all."""


def tell(results: Sequence[Result], totals: Totals, *, path: str | None, as_json: bool) -> None:
    """Tell it, and write the report."""
    if path is not None:
        report.write(path, results, totals)
    if as_json:
        emit({"type": "report", **totals.fields()})
    else:
        table(
            [text("result"), text("count"), text("meaning")],
            [(text(name), count, note) for name, count, note in totals.rows()],
        )
        _show_missed([one for one in results if not one.is_reached and one.outcome != "not_attempted"])
    say(totals.sentence(), bold=True)
    if path is not None:
        say(text("report: {path}", path=clean(path)))


def _show_missed(missed: Sequence[Result]) -> None:
    if not missed:
        return
    table(
        [text(name) for name in ("process id", "result", "what happened", "log id")],
        [(one.process_id, text(one.outcome), one.summary, one.log_id) for one in missed[:_SHOWN]],
    )
    for advice in dict.fromkeys(one.advice_text() for one in missed if one.advice is not None):
        say("→ " + advice)
    if len(missed) > _SHOWN:
        say(text("… and {count} more; --report has all", count=len(missed) - _SHOWN))
