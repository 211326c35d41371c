"""What `doctor` finds out by reading from Feishu."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from .connection import Connection, variable
from .texts import bilingual, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from feishu_corehr import Error

OK = "ok"
LOOK = "look"
FAILED = "failed"
NOT_CHECKED = "not checked"

_DEADLINE = 15.0
"""How long a call may take here, in seconds: nobody waits two minutes to learn that there is no network."""
_CLOCK_SLACK = 60
"""How far this machine's clock may be off, in seconds: spans of time and journals are wrong by as much."""
_SOON = 30
"""A certificate that ends within so many days is worth a look."""
_PLACES = {
    "app_unavailable": "token",
    "bad_credentials": "token",
    "forbidden": "scope for reading",
    "ip_denied": "connection",
    "proxy": "proxy",
    "proxy_auth": "proxy",
    "quota_exhausted": "quota",
    "rate_limited": "quota",
    "tls_untrusted": "certificate",
    "token_source": "token",
    "unauthorized": "token",
}
"""The check that a kind of error belongs to; all others belong to the connection."""
_ORDER = ("proxy", "connection", "certificate", "clock", "token", "scope for reading", "scope for writing", "quota")


class Finding:
    """One check: its name, how it went, what was found, and what to do."""

    def __init__(self, name: str, state: str, found: str, advice: str = "") -> None:
        """Name and state are words out of the catalogue, the others texts."""
        self.name = name
        self.state = state
        self.found = found
        self.advice = advice

    def fields(self) -> dict[str, str]:
        """As JSON has it."""
        return {"check": self.name, "state": self.state, "found": self.found, "advice": self.advice}


def connection_findings(connection: Connection) -> list[Finding]:
    """Call Feishu, and tell what that shows, in the order in which a call meets it."""
    found = {"proxy": _proxy(connection)}
    with connection.client() as client:
        deadline = connection.deadline or _DEADLINE
        now = datetime.now(timezone.utc)

        def read() -> None:
            since = now - timedelta(minutes=1)
            walk = client.list_processes(modify_time_from=since, modify_time_to=now, page_size=1, deadline=deadline)
            next(walk, None)

        def want_scope() -> None:
            client.get_template("people_0_0", ["doctor"], deadline=deadline)

        error = _failure(read)
        place = None if error is None else _PLACES.get(str(error.kind), "connection")
        if error is not None and place is not None:
            found[place] = _failed(place, error)
        if place in (None, "scope for reading"):
            found["scope for writing"] = _writing(_failure(want_scope))
    reached = place not in ("connection", "proxy", "certificate")
    if reached:
        host = connection.base_url
        found["connection"] = Finding("connection", OK, text("{host} answers", host=host))
        found.update({one.name: one for one in _server(connection)})
        if place != "token":
            found["token"] = Finding("token", OK, text("Feishu accepts app id and secret"))
        if place is None:
            found["scope for reading"] = Finding("scope for reading", OK, "corehr:process:read")
        if place in (None, "scope for reading"):
            found.setdefault("quota", _quota())
    unseen = text("an earlier check has failed")
    return [found.get(name) or Finding(name, NOT_CHECKED, unseen) for name in _ORDER]


def _failure(call: Callable[[], None]) -> Error | None:
    from feishu_corehr import Error

    try:
        call()
    except Error as error:
        return error
    return None


def _failed(name: str, error: Error) -> Finding:
    advice = "" if error.advice is None else bilingual(error.advice.en, error.advice.zh)
    if name == "scope for reading" and error.scopes:
        advice = _grant(error.scopes)
    elif name == "certificate":
        advice = text(
            "if this network looks into TLS, give its root certificate by --root-certificates; never go round it"
        )
    elif name == "proxy":
        advice = text("check --proxy or FEISHU_PROXY, its user and its password")
    elif name == "connection" and not advice:
        advice = text("check the network, the base URL, and whether this network wants a proxy (--proxy, --trust-env)")
    return Finding(name, FAILED, error.summary or str(error), advice)


def _grant(scopes: list[str]) -> str:
    names = ", ".join(scopes)
    return text(
        "grant the app one of {scopes} in the developer console, and publish a version of the app", scopes=names
    )


def _writing(error: Error | None) -> Finding:
    """A template that does not exist is refused by the operation itself, once the scope was found to be there."""
    name = "scope for writing"
    kind = None if error is None else str(error.kind)
    if error is None or kind in ("rejected", "api"):
        return Finding(name, OK, "corehr:process.instance:write")
    if kind == "forbidden":
        return Finding(name, FAILED, error.summary, _grant(error.scopes or ["corehr:process.instance:write"]))
    return Finding(name, NOT_CHECKED, error.summary)


def _quota() -> Finding:
    return Finding(
        "quota",
        OK,
        text("calls are answered; how many are left of the month cannot be read"),
        text("the developer console shows how many calls the app has made this month"),
    )


def _proxy(connection: Connection) -> Finding:
    if connection.proxy is not None:
        # Without its user and password.
        return Finding("proxy", OK, text("calls go by {proxy}", proxy=connection.proxy.rpartition("@")[2]))
    names = [name for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy") if variable(name)]
    if not names:
        return Finding("proxy", OK, text("none"))
    if connection.trust_env:
        return Finding("proxy", OK, text("calls go by what {names} says", names=", ".join(names)))
    return Finding(
        "proxy",
        LOOK,
        text("{names} is set, and is not obeyed", names=", ".join(names)),
        text("give --trust-env if calls must go by that proxy"),
    )


def _server(connection: Connection) -> list[Finding]:
    """What the server says beside its answers: its time, and how long its certificate lasts."""
    from .server import look

    seen = look(connection)
    return [_clock(seen.ahead), _certificate(seen.scheme, seen.certificate_days)]


def _clock(ahead: float | None) -> Finding:
    if ahead is None:
        return Finding("clock", NOT_CHECKED, text("the server does not tell its time"))
    if abs(ahead) <= _CLOCK_SLACK:
        return Finding("clock", OK, text("within a minute of the server's"))
    return Finding(
        "clock",
        FAILED,
        text("{seconds} s ahead of the server's", seconds=round(ahead))
        if ahead > 0
        else text("{seconds} s behind the server's", seconds=round(-ahead)),
        text("set this machine's clock, best by NTP: spans of time are computed from it"),
    )


def _certificate(scheme: str, days: int | None) -> Finding:
    if scheme != "https":
        return Finding("certificate", LOOK, text("none: the base URL is plain http"))
    if days is None:
        return Finding("certificate", OK, text("trusted"))
    if days <= _SOON:
        return Finding("certificate", LOOK, text("trusted; it ends in {days} days", days=days))
    return Finding("certificate", OK, text("trusted; it ends in {days} days", days=days))
