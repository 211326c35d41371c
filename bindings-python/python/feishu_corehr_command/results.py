"""What a run came to: one result for each process, and the totals; from a run itself, or out of its journal."""

from __future__ import annotations

from . import exits
from .texts import bilingual, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

REACHED = ("ours", "presumed", "unattributed")
OUTCOMES = (*REACHED, "not_withdrawable", "rejected", "unresolved", "not_attempted")
"""How a process can end, in the order of a report."""
MEANINGS = {
    "ours": "done: the server said so",
    "presumed": "done: an answer was lost, most probably by this run",
    "unattributed": "done already, and by no answer to this run",
    "not_withdrawable": "not possible in the status that it has",
    "rejected": "refused by the server",
    "unresolved": "not known: look at it before it is tried again",
    "not_attempted": "not sent, or without effect",
}
"""What each means, for people."""
STATUSES = {1: "in_progress", 2: "rejected", 4: "withdrawn", 8: "revoked", 9: "completed", 15: "revoking"}
"""The numbers of statuses."""


class Result:
    """How one process ended: words and numbers only, wherever they come from."""

    __slots__ = (
        "advice",
        "code",
        "effect",
        "kind",
        "log_id",
        "outcome",
        "position",
        "process_id",
        "status",
        "summary",
    )

    def __init__(self, **fields: Any) -> None:
        """All fields by name."""
        self.position: int = fields["position"]
        self.process_id: str = fields["process_id"]
        self.outcome: str = fields["outcome"]
        self.effect: str = fields["effect"]
        self.kind: str | None = fields["kind"]
        self.code: int | None = fields["code"]
        self.status: int | None = fields["status"]
        self.log_id: str | None = fields["log_id"]
        self.summary: str = fields["summary"]
        self.advice: tuple[str, str] | None = fields["advice"]
        """In English and in Chinese."""

    @classmethod
    def of_run(cls, result: Any) -> Result:
        """Take it from a run."""
        advice = result.advice
        return cls(
            position=result.position,
            process_id=result.process_id,
            outcome=str(result.outcome),
            effect=str(result.effect),
            kind=None if result.kind is None else str(result.kind),
            code=result.code,
            status=result.status,
            log_id=result.log_id,
            summary=result.summary or "",
            advice=None if advice is None else (advice.en, advice.zh),
        )

    @property
    def is_reached(self) -> bool:
        """Whether the process is where it was to be brought."""
        return self.outcome in REACHED

    def advice_text(self) -> str:
        """What to do, in the language of the locale."""
        return "" if self.advice is None else bilingual(*self.advice)

    def fields(self) -> dict[str, Any]:
        """As JSON has it."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in _FIELDS}
        fields["advice"] = None if self.advice is None else {"en": self.advice[0], "zh": self.advice[1]}
        return fields


_FIELDS = ("position", "process_id", "outcome", "effect", "kind", "code", "status", "log_id", "summary")


class Totals:
    """How many of each; their sum is `planned`."""

    def __init__(self, ended: str, reason: str | None = None) -> None:
        """How the run has ended: complete, paused, stopped or cancelled; and why, where it did not complete."""
        self.ended = ended
        self.reason = reason
        self.counts: dict[str, int] = dict.fromkeys(OUTCOMES, 0)
        self.statuses: dict[int | None, int] = {}
        self.codes: dict[int | None, int] = {}

    @classmethod
    def of_report(cls, report: Any) -> Totals:
        """Take them from a run's report."""
        totals = cls(str(report.ended), report.reason)
        totals.statuses = {row.status: row.count for row in report.not_withdrawable}
        totals.codes = {row.code: row.count for row in report.rejected}
        totals.counts["not_withdrawable"] = sum(totals.statuses.values())
        totals.counts["rejected"] = sum(totals.codes.values())
        for name in (*REACHED, "unresolved", "not_attempted"):
            totals.counts[name] = getattr(report, name)
        return totals

    def add(self, results: Iterable[Result]) -> Totals:
        """Count."""
        for result in results:
            self.counts[result.outcome] = self.counts.get(result.outcome, 0) + 1
            if result.outcome == "not_withdrawable":
                self.statuses[result.status] = self.statuses.get(result.status, 0) + 1
            elif result.outcome == "rejected":
                self.codes[result.code] = self.codes.get(result.code, 0) + 1
        return self

    @property
    def planned(self) -> int:
        """How many processes there were."""
        return sum(self.counts.values())

    def exit_code(self) -> int:
        """What the command ends with."""
        if self.ended != "complete":
            return exits.STOPPED
        if self.counts["unresolved"]:
            return exits.UNRESOLVED
        return exits.REACHED if self.planned == sum(self.counts[one] for one in REACHED) else exits.NOT_REACHED

    def rows(self) -> list[tuple[str, int, str]]:
        """The outcomes that there were, each with its number, and what it means or divides into."""
        statuses = {text(STATUSES.get(status or 0, "unknown")): count for status, count in self.statuses.items()}
        codes = {"?" if code is None else str(code): count for code, count in self.codes.items()}
        notes = {"not_withdrawable": _divided(statuses), "rejected": _divided(codes)}
        told = {name: f"{meaning(name)} {notes.get(name, '')}".strip() for name in self.counts}
        return [(name, count, told[name]) for name, count in self.counts.items() if count]

    def sentence(self) -> str:
        """How it ended, in a sentence."""
        reached = sum(self.counts[one] for one in REACHED)
        told = text(
            "{reached} of {planned} reached; the run: {ended}",
            reached=reached,
            planned=self.planned,
            ended=text(self.ended),
        )
        return told if self.reason is None else f"{told}: {self.reason}"

    def fields(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "planned": self.planned,
            **self.counts,
            "not_withdrawable": _named(self.statuses),
            "rejected": _named(self.codes),
            "ended": self.ended,
            "reason": self.reason,
        }


def meaning(outcome: str) -> str:
    """What an outcome means, in the language of the locale."""
    return text(MEANINGS.get(outcome, outcome))


def _named(counts: dict[int | None, int]) -> dict[str, int]:
    return {"unknown" if number is None else str(number): count for number, count in counts.items()}


def _divided(counts: dict[str, int]) -> str:
    told = sorted(counts.items(), key=lambda pair: -pair[1])
    return "(" + ", ".join(f"{name} {count}" for name, count in told) + ")" if told else ""
