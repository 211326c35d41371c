"""What the command ends with."""

from __future__ import annotations

REACHED = 0
"""Everything that was asked for is so."""
USAGE = 2
"""It was asked wrongly; nothing was sent."""
NOT_REACHED = 3
"""Something was not reached, and that is certain."""
UNRESOLVED = 4
"""Of something it could not be found out whether it was reached."""
STOPPED = 5
"""It was stopped, by a person or by what would fail for everything else, too."""

STOPS = frozenset(
    {
        "app_unavailable",
        "auth_header_stripped",
        "bad_credentials",
        "cancelled",
        "forbidden",
        "ip_denied",
        "proxy_auth",
        "quota_exhausted",
        "tls_untrusted",
        "token_source",
        "unauthorized",
    }
)
"""The kinds of errors after which no other call would succeed, until somebody has changed something."""


def of_error(kind: str, effect: str) -> int:
    """Tell what an error of the library ends with."""
    if kind == "invalid_argument":
        return USAGE
    if effect == "unknown":
        return UNRESOLVED
    return STOPPED if kind in STOPS else NOT_REACHED
