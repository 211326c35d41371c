"""What a call of any method and path ends with."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from . import _native


class CallAnswer:
    """The answer to a call of any method and path.

    Attributes:
        data: The answer's `data`, as Python reads JSON; `{}` where there was none.
        status: The HTTP status, 200 to 299.
        headers: The headers as received, in order, a name and a value each.
        log_id: The log id of the answer.
        attempts: How many requests were sent.
        raw: The text that `data` was read from.
    """

    __slots__ = ("attempts", "data", "headers", "log_id", "raw", "status")

    data: Any
    status: int
    headers: list[tuple[str, str]]
    log_id: str | None
    attempts: int
    raw: str

    def __init__(
        self,
        raw: str = "{}",
        status: int = 200,
        headers: Iterable[tuple[str, str]] = (),
        log_id: str | None = None,
        attempts: int = 1,
    ) -> None:
        """Read the data; for tests, too."""
        import json

        self.data = json.loads(raw)
        self.status = status
        self.headers = list(headers)
        self.log_id = log_id
        self.attempts = attempts
        self.raw = raw

    def __eq__(self, other: object) -> bool:
        """Compare everything but the headers and the text."""
        return isinstance(other, CallAnswer) and self._told() == other._told()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Say what it is made of again."""
        return CallAnswer, (self.raw, self.status, self.headers, self.log_id, self.attempts)

    def __repr__(self) -> str:
        """Show all but the headers and the text of the data, which say little, or the same again."""
        data, status, log_id, attempts = self._told()
        return f"CallAnswer(data={data!r}, status={status}, log_id={log_id!r}, attempts={attempts})"

    def _told(self) -> tuple[Any, int, str | None, int]:
        return self.data, self.status, self.log_id, self.attempts


def of_native(answer: _native.CallAnswer) -> CallAnswer:
    """Make one of what the native half gives."""
    headers = [(header.name, header.value) for header in answer.headers]
    return CallAnswer(answer.raw, answer.status, headers, answer.log_id, answer.attempts)
