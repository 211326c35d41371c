"""A run's journal, read and never written: what the run was, and what is known of each process."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import pathname2url

import click

from .results import Result, Totals
from .texts import clean, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from feishu_corehr import Actor, User

VERSION = 1
"""The schema that this version reads."""
_RUN = "SELECT version, operation, base_url, app_id, options, started_ms, ended FROM run"
_ITEMS = (
    "SELECT position, process_id, state, outcome, effect, kind, code, status, log_id, summary FROM item "
    "ORDER BY position"
)


class Journal:
    """What a journal says."""

    def __init__(self, path: str) -> None:
        """Read it; it is another command's as long as that one runs."""
        self.path = path
        run, items = _read(path)
        version, self.operation, self.base_url, self.app_id, options, self.started_ms, ended = run
        if version != VERSION:
            raise click.UsageError(
                text("{path} is of version {version}, which this version does not read", path=path, version=version)
            )
        self.ended: str = ended or "broken off"
        self.options: dict[str, Any] = json.loads(options)
        self.ids: list[str] = [item[1] for item in items]
        self.results = [self._result(item) for item in items]

    def totals(self) -> Totals:
        """How many of each."""
        return Totals(self.ended).add(self.results)

    def left(self) -> int:
        """How many have no result yet."""
        return sum(one.outcome == "not_attempted" or one.outcome == "unresolved" for one in self.results)

    def actor(self) -> Actor | User:
        """Who acted."""
        from feishu_corehr import System

        actor = self.options.get("actor")
        if not isinstance(actor, dict):
            raise click.UsageError(text("{path} does not say who acted", path=self.path))
        if actor.get("system"):
            named = actor.get("user")
            return System(_user(named)) if isinstance(named, dict) else System()
        return _user(actor)

    def reason(self, given: str | None) -> str | None:
        """Why; where the journal keeps only its digest, it must be given again."""
        kept = self.options.get("reason")
        if isinstance(kept, str):
            return kept
        if "reason_sha256" in self.options and given is None:
            raise click.UsageError(
                text("the run has a reason, of which the journal keeps a digest only: give it by --reason")
            )
        return given

    def _result(self, item: tuple[Any, ...]) -> Result:
        position, process_id, state, outcome, effect, kind, code, status, log_id, summary = item
        if state != "ended":
            # Whether something may have been sent is all that is known of it.
            is_intended = state == "intended"
            outcome, effect = ("unresolved", "unknown") if is_intended else ("not_attempted", "none")
        return Result(
            position=position,
            process_id=process_id,
            outcome=outcome,
            effect=effect,
            kind=kind,
            code=code,
            status=status,
            log_id=log_id,
            summary=summary or "",
            advice=_advice(self.operation, code),
        )


def _read(path: str) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    import sqlite3

    if not Path(path).is_file():
        raise click.UsageError(text("there is no journal {path}", path=clean(path)))
    address = f"file:{pathname2url(str(Path(path).absolute()))}?mode=ro"
    try:
        database = sqlite3.connect(address, uri=True, timeout=0)
        try:
            run = database.execute(_RUN).fetchone()
            return run or _empty(path), database.execute(_ITEMS).fetchall()
        finally:
            database.close()
    except sqlite3.Error as error:
        if "locked" in str(error):
            raise click.UsageError(text("{path} is in use by a run", path=clean(path))) from None
        raise click.UsageError(
            text("{path} is no journal that can be read: {reason}", path=clean(path), reason=error)
        ) from None


def _empty(path: str) -> tuple[Any, ...]:
    raise click.UsageError(text("{path} is of a run that never began", path=clean(path)))


def _user(named: dict[str, Any]) -> User:
    from feishu_corehr import OpenId, PeopleCorehrId, UnionId, UserId

    kinds = {"open_id": OpenId, "union_id": UnionId, "user_id": UserId, "people_corehr_id": PeopleCorehrId}
    ((kind, value),) = named.items()
    return kinds[kind](value)


def _advice(operation: str, code: int | None) -> tuple[str, str] | None:
    if code is None:
        return None
    from feishu_corehr import explain

    explanation = explain(operation, code)
    advice = None if explanation is None else explanation.advice
    return None if advice is None else (advice.en, advice.zh)
