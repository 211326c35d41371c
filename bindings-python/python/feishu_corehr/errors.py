"""What a call raises: one root, one class for each kind, every class with the same attributes."""

from __future__ import annotations

from ._native import HttpResponse, TransportErrorKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._native import Advice, Effect, ErrorKind, FieldViolation, Help, Problem
    from ._native import Error as Details


class Error(Exception):
    """The root of everything that this library raises, but for `TypeError` and `RuntimeError`.

    `str(error)` is a sentence for people. It holds no secret.
    """

    kind: ErrorKind
    """What kind of failure ended the call."""
    operation: str | None
    """The operation's name, for instance `withdraw_process`."""
    effect: Effect
    """What the call did to the process. For a read it is always `Effect.NONE`."""
    retryable: bool
    """Whether the same call may succeed later without anybody changing anything."""
    retry_after_ms: int | None
    """How long to wait before trying again, in milliseconds, where the server or the pacing says so."""
    http_status: int | None
    """The HTTP status of the last answer."""
    code: int | None
    """Feishu's code in the last answer."""
    msg: str | None
    """Feishu's text for that code, at most 256 characters. Never branch on it."""
    summary: str
    """What happened, in this library's words."""
    advice: Advice | None
    """What to do, in English (`advice.en`) and Chinese (`advice.zh`); nothing for codes that no page explains."""
    log_id: str | None
    """The log id that Feishu's support asks for."""
    scopes: list[str]
    """Any one of these scopes would be enough, where a scope is missing."""
    troubleshooter: str | None
    """Feishu's troubleshooting link or text."""
    field_violations: list[FieldViolation]
    """The fields that Feishu's gateway refused."""
    helps: list[Help]
    """The pages that Feishu offers as help."""
    problems: list[Problem]
    """The arguments that break a rule, all of them."""
    status: int | None
    """The process's status number, where a read told it."""
    location_host: str | None
    """Where a redirect pointed to: the host only."""
    same_token: bool
    """Whether renewing a refused token gave the same token back."""
    attempts: int
    """How many requests of the operation were sent."""

    def __init__(self, text: str, details: Details) -> None:
        """Made by this library only."""
        super().__init__(text)
        self._details = details
        for name in FIELDS:
            setattr(self, name, getattr(details, name))

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross between processes, with the notes and attributes that a program has added."""
        own = {name: value for name, value in vars(self).items() if name not in FIELDS and name != "_details"}
        return from_native, (str(self._details.kind), str(self), self._details), own or None

    def __eq__(self, other: object) -> bool:
        """Errors that tell the same are equal."""
        return isinstance(other, Error) and type(self) is type(other) and self._details == other._details

    def __hash__(self) -> int:
        """As equality wants it."""
        return hash((type(self), str(self)))


FIELDS = tuple(Error.__annotations__)
"""The names of the attributes that every error has."""


class TransportFailure(Exception):  # noqa: N818 - TransportError is what a call raises
    """What a custom transport raises when there is no answer. Any other exception counts as written, and unexplained.

    `bytes_written=False` says that no byte of the request was written, which proves that the server did not act; say
    it only if it is certain. `response` is the answer's status and headers, where they were read before its body was
    lost: so that the error has the log id.
    """

    def __init__(
        self, kind: TransportErrorKind, *, bytes_written: bool = True, response: HttpResponse | None = None
    ) -> None:
        """How it failed, whether the server may have seen the request, and what was read of its answer."""
        if not isinstance(kind, TransportErrorKind):
            raise TypeError(f"kind must be a TransportErrorKind, not {type(kind).__name__}")
        if not isinstance(bytes_written, bool):
            # What only looks like false would be told as a proof that nothing was sent.
            raise TypeError(f"bytes_written must be a bool, not {type(bytes_written).__name__}")
        if response is not None and not isinstance(response, HttpResponse):
            raise TypeError(f"response must be an HttpResponse, not {type(response).__name__}")
        super().__init__(f"{kind}, {'something' if bytes_written else 'nothing'} was written")
        self.kind = kind
        self.bytes_written = bytes_written
        self.response = response

    def __reduce__(self) -> tuple[object, ...]:
        """Failures cross between processes, too."""
        return _fail, (type(self), self.kind, self.bytes_written, self.response), vars(self)

    def __eq__(self, other: object) -> bool:
        """Failures that tell the same are equal."""
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """As equality wants it."""
        return hash((self.kind, self.bytes_written))


class ApiError(Error):
    """Feishu answered with a code that this operation's page does not list."""


class AppUnavailableError(Error):
    """The app is disabled, or not installed in this tenant."""


class AuthHeaderStrippedError(Error):
    """Something between this machine and Feishu removes the `Authorization` header."""


class BadBodyError(Error):
    """The answer's body broke off or stalled."""


class BadCredentialsError(Error):
    """App id or app secret is wrong."""


class BadEnvelopeError(Error):
    """The answer looks like JSON but is not a well-formed envelope."""


class CallCancelledError(Error):
    """The call was cancelled: its client was closed meanwhile."""


class ConflictError(Error):
    """The process's state changed meanwhile, again and again."""


class ConnectError(Error):
    """The server was not reached; nothing was sent."""


class ContradictionError(Error):
    """Feishu says that the process has ended, and reading it says that it is running."""


class DeadlineError(Error):
    """The call's deadline passed."""


class DisconnectedError(Error):
    """The connection broke after the request was, or may have been, written."""


class ForbiddenError(Error):
    """The app lacks a scope, or a right on this process: see `scopes`."""


class HttpError(Error):
    """An HTTP error without an envelope of Feishu's."""


class InvalidArgumentError(Error, ValueError):
    """An argument breaks a rule; `problems` lists all of them. Nothing was sent."""


class IpDeniedError(Error):
    """This machine's address is not on the app's allow list."""


class NotAnApiAnswerError(Error):
    """The answer is not JSON at all: a login page, an empty body, a proxy's text."""


class NotReviewableError(Error):
    """The task was handled already, and not as it was meant to be."""


class NotRevocableError(Error):
    """The process is not completed, so that it cannot be revoked: see `status`."""


class NotWithdrawableError(Error):
    """The process is not running any more, and not because it was withdrawn: see `status`."""


class ProxyError(Error):
    """A proxy failed."""


class ProxyAuthError(Error):
    """A proxy wants credentials, or refuses them."""


class QuotaExhaustedError(Error):
    """The app's monthly call quota is used up."""


class RateLimitedError(Error):
    """Too many calls, and waiting would pass the deadline: see `retry_after_ms`."""


class RejectedError(Error):
    """Feishu refused the request by a business rule."""


class RequestTimeoutError(Error):
    """No answer in time."""


class TlsUntrustedError(Error):
    """The server's certificate, host name or TLS version was refused."""


class TokenSourceError(Error):
    """The token function failed, or returned what cannot be a token."""


class TooLargeError(Error):
    """The answer is larger than an answer may be."""


class TransportError(Error):
    """The transport failed in a way that it does not explain."""


class UnauthorizedError(Error):
    """The token was refused, and a fresh one too."""


class UnexpectedRedirectError(Error):
    """The server answered a redirect, which is never followed: see `location_host`."""


CLASSES: dict[str, type[Error]] = {
    "api": ApiError,
    "app_unavailable": AppUnavailableError,
    "auth_header_stripped": AuthHeaderStrippedError,
    "bad_body": BadBodyError,
    "bad_credentials": BadCredentialsError,
    "bad_envelope": BadEnvelopeError,
    "cancelled": CallCancelledError,
    "conflict": ConflictError,
    "connect": ConnectError,
    "contradiction": ContradictionError,
    "deadline": DeadlineError,
    "disconnected": DisconnectedError,
    "forbidden": ForbiddenError,
    "http": HttpError,
    "invalid_argument": InvalidArgumentError,
    "ip_denied": IpDeniedError,
    "not_an_api_answer": NotAnApiAnswerError,
    "not_reviewable": NotReviewableError,
    "not_revocable": NotRevocableError,
    "not_withdrawable": NotWithdrawableError,
    "proxy": ProxyError,
    "proxy_auth": ProxyAuthError,
    "quota_exhausted": QuotaExhaustedError,
    "rate_limited": RateLimitedError,
    "rejected": RejectedError,
    "timeout": RequestTimeoutError,
    "tls_untrusted": TlsUntrustedError,
    "token_source": TokenSourceError,
    "too_large": TooLargeError,
    "transport": TransportError,
    "unauthorized": UnauthorizedError,
    "unexpected_redirect": UnexpectedRedirectError,
}
"""The class for each `ErrorKind`, by its word."""


def _fail(
    cls: type[TransportFailure], kind: TransportErrorKind, bytes_written: bool, response: HttpResponse | None
) -> TransportFailure:
    """Make the failure that was pickled."""
    return cls(kind, bytes_written=bytes_written, response=response)


def from_native(kind: str, text: str, details: Details) -> Error:
    """Make the exception of a kind."""
    return CLASSES.get(kind, Error)(text, details)


def mark(exception: BaseException, text: str, details: Details) -> None:
    """Let an exception of Python's own, which ended a call, say what the call has done."""
    exception.effect = details.effect  # type: ignore[attr-defined]
    add_note = getattr(exception, "add_note", None)  # from Python 3.11 on
    if add_note is not None:
        add_note(text)
