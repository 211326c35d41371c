"""Moments as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import click

from .texts import text

_AGO = re.compile(r"([0-9]{1,6})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Moment(click.ParamType):  # type: ignore[type-arg]
    """A day, a day with a time, or how long ago; without a time zone it is this machine's."""

    name = "moment"

    def __init__(self, *, is_end: bool) -> None:
        """A day alone begins a span with its first moment, and ends it with its last one."""
        self.is_end = is_end

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read one."""
        if isinstance(value, datetime):
            return value
        written = str(value).strip()
        ago = _AGO.fullmatch(written)
        try:
            if ago is not None:
                return datetime.now().astimezone() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            # Python before 3.11 reads no Z.
            moment = datetime.fromisoformat(written[:-1] + "+00:00" if written.endswith(("Z", "z")) else written)
            if self.is_end and _DAY.fullmatch(written):
                moment += timedelta(days=1, milliseconds=-1)
            return moment if moment.tzinfo is not None else moment.astimezone()
        except (ValueError, OverflowError, OSError):
            self.fail(
                text(
                    "{value!r} is no moment: 2026-11-01, 2026-11-01T09:30, 2026-11-01T09:30+08:00, or 7d, 12h, 30m ago",
                    value=written,
                ),
                param,
                ctx,
            )


def shown(milliseconds: int | None) -> str:
    """A moment of Feishu's, in this machine's time zone."""
    if milliseconds is None:
        return ""
    try:
        return datetime.fromtimestamp(milliseconds / 1000).astimezone().isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def lasting(seconds: float) -> str:
    """A duration in words of two units at most: 95 is `1 min 35 s`."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
