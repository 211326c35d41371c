"""Withdraw Feishu (Lark) CoreHR approval processes, and know what happened.

    from feishu_corehr import Client, System

    with Client(app_id="cli_…", app_secret="…") as client:
        done = client.withdraw_process("7328345170959681068", actor=System(), reason="duplicate")
        print(done.attribution, done.log_id)

`Client` is for threads, `AsyncClient` for asyncio; they have the same methods. Every failure is an `Error`, whose
`effect` says whether the process may have been changed. This library is unofficial.
"""

from ._native import (
    FEISHU,
    LARK,
    VERSION,
    AbstractLine,
    Actor,
    Advice,
    Already,
    Attribution,
    Comment,
    CopiedTask,
    DoneStatus,
    DoneTask,
    Effect,
    Empty,
    ErrorKind,
    Explanation,
    FieldViolation,
    FlowKind,
    GetProcess,
    Help,
    HttpRequest,
    HttpResponse,
    I18nText,
    Link,
    ListProcesses,
    Observation,
    PendingTask,
    Problem,
    Process,
    ProcessPage,
    ReadBack,
    Revoked,
    RevokeProcess,
    Status,
    TaskType,
    TransportErrorKind,
    User,
    UserIdType,
    WaitFor,
    Withdrawn,
    WithdrawProcess,
    claim_interpreter,
    decode_reply,
    explain,
    operations,
)
from .client import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .async_client import AsyncClient
    from .errors import (
        ApiError,
        AppUnavailableError,
        AuthHeaderStrippedError,
        BadBodyError,
        BadCredentialsError,
        BadEnvelopeError,
        CallCancelledError,
        ConflictError,
        ConnectError,
        ContradictionError,
        DeadlineError,
        DisconnectedError,
        Error,
        ForbiddenError,
        HttpError,
        InvalidArgumentError,
        IpDeniedError,
        NotAnApiAnswerError,
        NotRevocableError,
        NotWithdrawableError,
        ProxyAuthError,
        ProxyError,
        QuotaExhaustedError,
        RateLimitedError,
        RejectedError,
        RequestTimeoutError,
        TlsUntrustedError,
        TokenSourceError,
        TooLargeError,
        TransportError,
        TransportFailure,
        UnauthorizedError,
        UnexpectedRedirectError,
    )
    from .process_ids import AsyncProcessIds, ProcessIds

claim_interpreter()

__version__ = VERSION

OPERATIONS: "tuple[str, ...]" = tuple(operations())
"""The names of all operations; both clients have a method of each name."""

System = Actor.System
OpenId = User.OpenId
PeopleCorehrId = User.PeopleCorehrId
UnionId = User.UnionId
UserId = User.UserId

__all__ = [
    "FEISHU",
    "LARK",
    "OPERATIONS",
    "AbstractLine",
    "Actor",
    "Advice",
    "Already",
    "ApiError",
    "AppUnavailableError",
    "AsyncClient",
    "AsyncProcessIds",
    "Attribution",
    "AuthHeaderStrippedError",
    "BadBodyError",
    "BadCredentialsError",
    "BadEnvelopeError",
    "CallCancelledError",
    "Client",
    "Comment",
    "ConflictError",
    "ConnectError",
    "ContradictionError",
    "CopiedTask",
    "DeadlineError",
    "DisconnectedError",
    "DoneStatus",
    "DoneTask",
    "Effect",
    "Empty",
    "Error",
    "ErrorKind",
    "Explanation",
    "FieldViolation",
    "FlowKind",
    "ForbiddenError",
    "GetProcess",
    "Help",
    "HttpError",
    "HttpRequest",
    "HttpResponse",
    "I18nText",
    "InvalidArgumentError",
    "IpDeniedError",
    "Link",
    "ListProcesses",
    "NotAnApiAnswerError",
    "NotRevocableError",
    "NotWithdrawableError",
    "Observation",
    "OpenId",
    "PendingTask",
    "PeopleCorehrId",
    "Problem",
    "Process",
    "ProcessIds",
    "ProcessPage",
    "ProxyAuthError",
    "ProxyError",
    "QuotaExhaustedError",
    "RateLimitedError",
    "ReadBack",
    "RejectedError",
    "RequestTimeoutError",
    "RevokeProcess",
    "Revoked",
    "Status",
    "System",
    "TaskType",
    "TlsUntrustedError",
    "TokenSourceError",
    "TooLargeError",
    "TransportError",
    "TransportErrorKind",
    "TransportFailure",
    "UnauthorizedError",
    "UnexpectedRedirectError",
    "UnionId",
    "User",
    "UserId",
    "UserIdType",
    "WaitFor",
    "WithdrawProcess",
    "Withdrawn",
    "__version__",
    "decode_reply",
    "explain",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import on first use what not every script needs: a short one pays for its start every time."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = {"AsyncClient": "async_client", "AsyncProcessIds": "process_ids", "ProcessIds": "process_ids"}
        value = getattr(__import__(f"{__name__}.{module.get(name, 'errors')}", fromlist=[name]), name)
        globals()[name] = value
        return value
