"""What a server says of itself: its time, and its certificate. The library's client gives answers, and not these."""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import urlsplit

from .connection import Connection

_PATIENCE = 10.0


class Seen:
    """What was found out; `None` for what was not."""

    def __init__(self, scheme: str) -> None:
        """Nothing yet."""
        self.scheme = scheme
        self.ahead: float | None = None
        """How far this machine's clock is ahead of the server's, in seconds."""
        self.certificate_days: int | None = None


def look(connection: Connection) -> Seen:
    """Ask for the root page, without credentials; where that fails, nothing is found out."""
    parts = urlsplit(connection.base_url)
    seen = Seen(parts.scheme)
    if connection.proxy is not None or connection.trust_env or parts.hostname is None:
        # A proxy would have to be gone by in the same way as the library's client goes.
        return seen
    import http.client
    import ssl

    try:
        if parts.scheme == "https":
            context = ssl.create_default_context()
            if connection.root_certificates is not None:
                context.load_verify_locations(connection.root_certificates)
            server: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=_PATIENCE, context=context
            )
        else:
            server = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_PATIENCE)
        try:
            server.request("HEAD", "/")
            if isinstance(server.sock, ssl.SSLSocket):
                seen.certificate_days = _days_left(server.sock)
            seen.ahead = _ahead(server.getresponse().headers.get("Date"))
        finally:
            server.close()
    except (OSError, ValueError, http.client.HTTPException):
        pass
    return seen


def _days_left(socket: object) -> int | None:
    import ssl

    certificate = socket.getpeercert() if isinstance(socket, ssl.SSLSocket) else None
    end = (certificate or {}).get("notAfter")
    if not isinstance(end, str):
        return None
    return int((ssl.cert_time_to_seconds(end) - datetime.now(timezone.utc).timestamp()) // 86400)


def _ahead(date: str | None) -> float | None:
    if not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    if then.tzinfo is None:
        return None
    return (datetime.now(timezone.utc) - then).total_seconds()
