"""What Python's own types become before the native half reads them: times are milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import sys

from ._native import AnyCall, NameValue, invalid_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any, Union

    _Pairs = Union[Mapping[str, Union[str, Iterable[str]]], Iterable[tuple[str, str]]]
    """A query: values by name, of which one may be several texts, or pairs in order."""


def listed(name: str, values: Iterable[Any]) -> list[Any]:
    """All values of an argument that may be any iterable; a text is meant as one value, and would be its letters."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"argument '{name}': a list is wanted, not {type(values).__name__}")
    try:
        return list(values)
    except TypeError as error:
        raise TypeError(f"argument '{name}': {error}") from None


def any_call(
    method: str,
    path: str,
    path_parameters: Mapping[str, str] | None,
    query: _Pairs | None,
    body: object,
    quota: tuple[int, float] | None,
) -> AnyCall:
    """Make the request of `call`."""
    calls, seconds = (None, None) if quota is None else _pair("quota", quota)
    return AnyCall(
        method=method,
        path=path,
        path_parameters=_pairs("path_parameters", path_parameters),
        query=_pairs("query", query),
        body=None if body is None else _json(body),
        quota_calls=calls,
        quota_window_ms=None if seconds is None else lasting("call", "quota", seconds),
    )


def _json(body: object) -> str:
    import json

    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False)
    except TypeError as error:
        raise TypeError(f"argument 'body': {error}") from None
    except (RecursionError, ValueError) as error:
        raise invalid_argument("call", [("body", f"cannot be written as JSON: {type(error).__name__}")]) from None


def _pairs(name: str, given: Any) -> list[NameValue]:
    if given is None:
        return []
    items = given.items() if hasattr(given, "items") else listed(name, given)
    pairs: list[NameValue] = []
    for item in items:
        key, value = _pair(name, item)
        is_one = isinstance(value, str) or not hasattr(value, "__iter__")
        pairs += [NameValue(name=_text(name, key), value=_text(name, one)) for one in ([value] if is_one else value)]
    return pairs


def _pair(name: str, item: Any) -> Any:
    if isinstance(item, (tuple, list)) and len(item) == 2:
        return item
    raise TypeError(f"argument '{name}': a pair is wanted, not {type(item).__name__}")


def _text(name: str, text: Any) -> str:
    if isinstance(text, str):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise invalid_argument("call", [(name, "has half a surrogate pair, which is no character")]) from None
        return text
    raise TypeError(f"argument '{name}': texts are wanted, not {type(text).__name__}")


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
