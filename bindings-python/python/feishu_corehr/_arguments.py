"""What Python's own types become before the native half reads them: times are milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import sys

from ._native import invalid_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any


def listed(name: str, values: Iterable[Any]) -> list[Any]:
    """All values of an argument that may be any iterable; a text is meant as one value, and would be its letters."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"argument '{name}': a list is wanted, not {type(values).__name__}")
    try:
        return list(values)
    except TypeError as error:
        raise TypeError(f"argument '{name}': {error}") from None


def lasting(operation: str, name: str, seconds: float) -> int:
    """Read a duration: whole milliseconds, never 0 for what is above 0, and 0, which is refused, for less."""
    kind = type(seconds)
    if issubclass(kind, bool) or not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        raise TypeError(f"argument '{name}': must be a number of seconds, not {kind.__name__}")
    try:
        number = float(seconds) * 1000
    except OverflowError:
        raise invalid_argument(operation, [(name, "is a number out of range")]) from None
    if number != number:
        raise invalid_argument(operation, [(name, "is not a number")])
    # Far longer than anybody waits; an infinity is no integer.
    return -int(-max(0.0, min(number, 2.0**53)) // 1)


def milliseconds(operation: str, **times: datetime | int) -> list[int]:
    """Read each time; a `datetime` must know its time zone. What a `datetime` has below a millisecond is cut off."""
    numbers: list[int] = []
    problems: list[tuple[str, str]] = []
    for name, time in times.items():
        # Whatever counts as an integer, as numpy's do; the native half reads it.
        if hasattr(type(time), "__index__") and not isinstance(time, bool):
            numbers.append(time)  # type: ignore[arg-type]
            continue
        # Who has a datetime has imported the module; who has none need not.
        module = sys.modules.get("datetime")
        if module is None or isinstance(time, int) or not isinstance(time, module.datetime):
            raise TypeError(f"{name} must be a datetime or a whole number of milliseconds, not {type(time).__name__}")
        if time.utcoffset() is None:
            problems.append((name, "is a datetime without a time zone; say which, for instance timezone.utc"))
            continue
        epoch = module.datetime(1970, 1, 1, tzinfo=module.timezone.utc)
        numbers.append((time - epoch) // module.timedelta(milliseconds=1))
    if problems:
        raise invalid_argument(operation, problems)
    return numbers
