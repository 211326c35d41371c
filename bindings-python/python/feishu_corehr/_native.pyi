"""
The native half of `feishu_corehr`; import from there.
"""

from _typeshed import Incomplete, SupportsGetItem
from typing import Any, Final, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["FEISHU", "JOURNAL_PRAGMAS", "LARK", "VERSION", "AbstractLine", "Accepted", "Actor", "AddApprovers", "Advice", "Already", "AnyCall", "ApprovalType", "Attribution", "Bulk", "BulkEnd", "BulkOutcome", "BulkProgress", "BulkReport", "BulkResult", "CallAnswer", "Callback", "Client", "CodeCount", "Comment", "CopiedTask", "Decision", "DepartmentIdType", "DoneStatus", "DoneTask", "Driver", "Effect", "Empty", "Error", "ErrorKind", "Explanation", "ExtraType", "FieldViolation", "FileValue", "FlowKind", "FlowTemplate", "FormValue", "FormVariable", "FormVariables", "GetFlowVariables", "GetFormVariables", "GetProcess", "GetTemplate", "Help", "HttpRequest", "HttpResponse", "I18nText", "Link", "ListProcesses", "ListTasks", "ListedTask", "NameValue", "NewFile", "NewFormValue", "NewFormVariable", "NewSubValue", "ObjectValue", "Observation", "OngoingCall", "Pages", "PendingTask", "Problem", "Process", "ProcessPage", "ReadBack", "RecordValue", "Registry", "RequestPhase", "ReviewTask", "Reviewed", "RevokeProcess", "Revoked", "Settle", "Settled", "SettledAs", "StartCandidates", "StartProcess", "Started", "Status", "StatusCount", "SubValue", "Target", "TaskPage", "TaskStatus", "TaskType", "TransferTasks", "TransportErrorKind", "User", "UserIdType", "ValueKind", "WaitFor", "WithdrawProcess", "Withdrawn", "claim_interpreter", "decode_reply", "explain", "invalid_argument", "is_proxy", "operations", "plain_values", "restore_request"]

FEISHU: Final[str]
JOURNAL_PRAGMAS: Final[list[str]]
LARK: Final[str]
VERSION: Final[str]

@final
class AbstractLine:
    """
    A line of a process's summary.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, name: I18nText = ..., value: I18nText = ...) -> AbstractLine: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def name(self, /) -> I18nText:
        """
        The line's name.
        """
    @property
    def value(self, /) -> I18nText:
        """
        The line's value.
        """

@final
class Accepted:
    """
    Feishu has accepted a write, and says nothing more.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, attempts: SupportsIndex = ..., log_id: str | None = None) -> Accepted: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many times it was sent.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """

@disjoint_base
class Actor:
    """
    Who acts: the system, or a user.

    In JSON `{"system": true}`, `{"system": true, "user": {"open_id": "ou_…"}}` or `{"open_id": "ou_…"}`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @final
    class System(Actor):
        """
        The system. It may name a user too, as Feishu's own sample does; which of the two then counts is not
        documented.
        """
        __match_args__: Final = ("user",)
        def __new__(cls, /, user: User | None = None) -> Actor.System: ...
        @property
        def user(self, /) -> User | None:
            """
            The user to name.
            """
    @final
    class User(Actor):
        """
        A user: Feishu wants the process's initiator, a process administrator or a document administrator.
        """
        __match_args__: Final = ("user",)
        def __new__(cls, /, user: User) -> Actor.User: ...
        @property
        def user(self, /) -> User:
            """
            The user.
            """

@final
class AddApprovers:
    """
    Adds people who must approve, too.

    PUT `/open-apis/corehr/v2/processes/{process_id}/extra`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-extra/update)).
    The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. It is never sent again once it may
    have arrived: nothing would keep people from being asked twice.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, actor: Incomplete, target: Target, extra_type: ExtraType, extra_user_ids: SupportsGetItem[int, User] = ..., approval_type: ApprovalType | None = None, remark: str | None = None) -> AddApprovers: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who adds them (`operator`).
        """
    @property
    def approval_type(self, /) -> ApprovalType | None:
        """
        Whether all or one of them must approve; no default is documented. Beside the target only `AllOf` is possible, and
        is sent where this is left out.
        """
    @property
    def extra_type(self, /) -> ExtraType:
        """
        Before it, beside it or after it.
        """
    @property
    def extra_user_ids(self, /) -> list[User]:
        """
        The people: 1 to 20, each once. Their ids are of one kind, also that of the actor, if that is a user.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def remark(self, /) -> str | None:
        """
        A remark, for people. No limit of its length is documented.
        """
    @property
    def target(self, /) -> Target:
        """
        What they are added to: a task, or a node.
        """

@final
class Advice:
    """
    What to do about a failure, in two languages.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, en: str = ..., zh: str = ...) -> Advice: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def en(self, /) -> str:
        """
        In English.
        """
    @property
    def zh(self, /) -> str:
        """
        中文。
        """

@final
class Already:
    """
    How a call ends that finds its work done already, and by no answer of its own: a withdrawal of a process that is
    withdrawn.
    """
    ERROR: Final[Already]
    """
    With an error, of the kind that a process gives which cannot be acted on, and with its status.
    """
    SUCCESS: Final[Already]
    """
    With a success, whose attribution is [`Unattributed`](Attribution::Unattributed).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class AnyCall:
    """
    A call of any method and path below `/open-apis/`.

    A `GET` is a read and is repeated like any. Every other method counts as a write that no read proves: it is never sent
    again once it may have arrived, and then ends with effect unknown. Nothing is known of its codes beside the gateway's,
    of its scope and of its quota: without a quota nothing paces it. An operation that this library has is better called by
    its method, which knows all that.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, method: str, path: str, path_parameters: SupportsGetItem[int, NameValue] = ..., query: SupportsGetItem[int, NameValue] = ..., body: str | None = None, quota_calls: SupportsIndex | None = None, quota_window_ms: SupportsIndex | None = None) -> AnyCall: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def body(self, /) -> str | None:
        """
        The body, as JSON text; it is sent as it stands. A `GET` has none.
        """
    @property
    def method(self, /) -> str:
        """
        The HTTP method.
        """
    @property
    def path(self, /) -> str:
        """
        The path, from `/open-apis/` on, with its parameters in braces: `/open-apis/contact/v3/departments/{department_id}`.
        Not below `/open-apis/auth/` and `/open-apis/authen/`, since tokens are this library's own matter.
        """
    @property
    def path_parameters(self, /) -> list[NameValue]:
        """
        The parameters of the path, by name. Each becomes one segment, encoded; at most 512 bytes.
        """
    @property
    def query(self, /) -> list[NameValue]:
        """
        The query, in order; a repeated name stands repeatedly.
        """
    @property
    def quota_calls(self, /) -> int | None:
        """
        The quota of this method and path: so many calls in [`Self::quota_window_ms`]. The last one that was given counts.
        """
    @property
    def quota_window_ms(self, /) -> int | None:
        """
        In how long, in milliseconds.
        """

@final
class ApprovalType:
    """
    How many of the added people must approve.
    """
    ALL_OF: Final[ApprovalType]
    """
    All of them (会签).
    """
    ANY_OF: Final[ApprovalType]
    """
    One of them (或签).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class Attribution:
    """
    How sure it is that this call has reached what it was meant to reach.
    """
    OURS: Final[Attribution]
    """
    The server said so.
    """
    PRESUMED: Final[Attribution]
    """
    An answer was lost, and the process is where the call should have brought it: most probably by this call.
    """
    UNATTRIBUTED: Final[Attribution]
    """
    The process is where the call should have brought it, and no answer of this call is missing: by somebody else,
    or by a hidden repetition of this call's own request.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class Bulk:
    """
    A run over many processes.
    """
    def __new__(cls, /, client: Client, request: Any, process_ids: SupportsGetItem[int, Any], *, deadline: SupportsFloat | SupportsIndex | None, token: str | None, read_back: ReadBack, already: Already, check_first: bool, max_in_flight: SupportsIndex | None, max_failures: SupportsIndex | None, expect_count: SupportsIndex | None, allow_any_id: bool, keep_reasons: bool, has_journal: bool) -> Bulk: ...
    def cancel(self, /) -> None:
        """
        Begins nothing more.
        """
    def drive(self, /) -> Driver:
        """
        From now on a thread of its own drives the sockets of a `Client`, until the returned object is dropped.
        """
    def failed(self, /, words: str) -> None:
        """
        The journal failed, in the database's words.
        """
    def poll(self, /) -> "tuple[str, Any]":
        """
        What to do now: a word, and what belongs to it.
        """
    def progress(self, /) -> BulkProgress:
        """
        How far it has come.
        """
    def report(self, /) -> BulkReport:
        """
        What it has come to so far.
        """
    def rows(self, /, rows: SupportsGetItem[int, SupportsGetItem[int, Any]]) -> None:
        """
        Hands in the rows of a query.
        """
    def stored(self, /) -> None:
        """
        What was to be stored is durable.
        """

@final
class BulkEnd:
    """
    How a run has ended.
    """
    CANCELLED: Final[BulkEnd]
    """
    The caller cancelled it.
    """
    COMPLETE: Final[BulkEnd]
    """
    Every item has ended.
    """
    PAUSED: Final[BulkEnd]
    """
    Too many items failed: the same failure 20 times in a row, or `max_failures`.
    """
    RUNNING: Final[BulkEnd]
    """
    It has not ended.
    """
    STOPPED: Final[BulkEnd]
    """
    Something that concerns every item: credentials, a scope, the quota of the month, the journal.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class BulkOutcome:
    """
    How one item of a run has ended.
    """
    NOT_ATTEMPTED: Final[BulkOutcome]
    """
    It was not sent, or it is proved that nothing of it had an effect and it may be sent by a later run.
    """
    NOT_WITHDRAWABLE: Final[BulkOutcome]
    """
    The process is not in the status that the act starts from: `status` says in which.
    """
    OURS: Final[BulkOutcome]
    """
    Done, the server said so.
    """
    PRESUMED: Final[BulkOutcome]
    """
    Done, and an answer was lost: most probably by this run.
    """
    REJECTED: Final[BulkOutcome]
    """
    The server refused it: see `code`.
    """
    UNATTRIBUTED: Final[BulkOutcome]
    """
    Done already, by somebody else or by a hidden repetition of this run's own request.
    """
    UNRESOLVED: Final[BulkOutcome]
    """
    No answer told how it ended: `effect` says whether something may have happened.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class BulkProgress:
    """
    How far a run has come.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, done: SupportsIndex = ..., total: SupportsIndex = ..., rate: SupportsFloat | SupportsIndex = ..., left_ms: SupportsIndex | None = None) -> BulkProgress: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def done(self, /) -> int:
        """
        How many items have ended.
        """
    @property
    def left_ms(self, /) -> int | None:
        """
        How long the rest takes at that rate, in milliseconds; nothing while none ended.
        """
    @property
    def rate(self, /) -> float:
        """
        How many ended in each of the last seconds.
        """
    @property
    def total(self, /) -> int:
        """
        How many there are.
        """

@final
class BulkReport:
    """
    What a run came to. `planned` is the sum of all the others but `doubled` and `requests`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, planned: SupportsIndex = ..., doubled: SupportsIndex = ..., ours: SupportsIndex = ..., presumed: SupportsIndex = ..., unattributed: SupportsIndex = ..., not_withdrawable: SupportsGetItem[int, StatusCount] = ..., rejected: SupportsGetItem[int, CodeCount] = ..., unresolved: SupportsIndex = ..., not_attempted: SupportsIndex = ..., requests: SupportsIndex = ..., ended: BulkEnd = ..., is_resumable: bool = ..., reason: str | None = None, kind: ErrorKind | None = None, advice: Advice | None = None) -> BulkReport: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def advice(self, /) -> Advice | None:
        """
        What to do about that.
        """
    @property
    def doubled(self, /) -> int:
        """
        How many entries were left out of the list because the same process stood there before.
        """
    @property
    def ended(self, /) -> BulkEnd:
        """
        How it has ended.
        """
    @property
    def is_resumable(self, /) -> bool:
        """
        Whether there is a journal, with which a later run goes on with it. Without one a run cannot be gone on with.
        """
    @property
    def kind(self, /) -> ErrorKind | None:
        """
        The kind of failure that stopped it, where one did.
        """
    @property
    def not_attempted(self, /) -> int:
        """
        Not sent, or without any effect; a later run with the same journal sends them.
        """
    @property
    def not_withdrawable(self, /) -> list[StatusCount]:
        """
        Not in the status that the act starts from, by status, in order.
        """
    @property
    def ours(self, /) -> int:
        """
        Done, the server said so.
        """
    @property
    def planned(self, /) -> int:
        """
        How many processes there were, each counted once.
        """
    @property
    def presumed(self, /) -> int:
        """
        Done, and an answer was lost.
        """
    @property
    def reason(self, /) -> str | None:
        """
        Why it did not come to its end, in words; nothing where it did.
        """
    @property
    def rejected(self, /) -> list[CodeCount]:
        """
        Refused, by code, in order.
        """
    @property
    def requests(self, /) -> int:
        """
        How many requests of the operation this run sent.
        """
    @property
    def unattributed(self, /) -> int:
        """
        Done already, not by an answer to this run.
        """
    @property
    def unresolved(self, /) -> int:
        """
        No answer told how it ended.
        """

@final
class BulkResult:
    """
    The end of one item.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, position: SupportsIndex = ..., process_id: str = ..., outcome: BulkOutcome = ..., effect: Effect = ..., kind: ErrorKind | None = None, code: SupportsIndex | None = None, status: SupportsIndex | None = None, attempts: SupportsIndex = ..., log_id: str | None = None, summary: str = ..., advice: Advice | None = None, is_earlier: bool = ...) -> BulkResult: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def advice(self, /) -> Advice | None:
        """
        What to do; nothing for a success, and for codes that no page explains.
        """
    @property
    def attempts(self, /) -> int:
        """
        How many times it was sent in this run.
        """
    @property
    def code(self, /) -> int | None:
        """
        Feishu's code, where it refused.
        """
    @property
    def effect(self, /) -> Effect:
        """
        What the run did to the process, as far as it can be proved.
        """
    @property
    def is_earlier(self, /) -> bool:
        """
        Whether an earlier run with the same journal has ended it.
        """
    @property
    def kind(self, /) -> ErrorKind | None:
        """
        What kind of failure it was; nothing for a success.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer that decided.
        """
    @property
    def outcome(self, /) -> BulkOutcome:
        """
        How it has ended.
        """
    @property
    def position(self, /) -> int:
        """
        Its place in the list that the caller gave, counted from 0.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def status(self, /) -> int | None:
        """
        The process's status number, where a read told it.
        """
    @property
    def summary(self, /) -> str:
        """
        What happened, in words; empty for a success.
        """

@final
class CallAnswer:
    """
    What a call of any method and path ends with.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, raw: str = ..., status: SupportsIndex = ..., headers: SupportsGetItem[int, NameValue] = ..., log_id: str | None = None, attempts: SupportsIndex = ...) -> CallAnswer: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many requests were sent.
        """
    @property
    def headers(self, /) -> list[NameValue]:
        """
        The headers as received, in order.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON; `{}` where there was none.
        """
    @property
    def status(self, /) -> int:
        """
        The HTTP status, 200 to 299.
        """

@final
class Callback:
    """
    A callback of a call on an event loop: run the host's method of that name, and say how it ended.
    """
    @property
    def arguments(self, /) -> list[Any]:
        """
        The method's arguments.
        """
    def fail(self, /, raised: Any) -> None:
        """
        Hands in what the method raised.
        """
    def finish(self, /, value: Any) -> None:
        """
        Hands in what the method returned.
        """
    @property
    def id(self, /) -> int:
        """
        To name it when it is not wanted any more.
        """
    @property
    def method(self, /) -> str:
        """
        The method's name.
        """

@final
class Client:
    """
    The native half of a client. Any number of threads may call it.
    """
    def __new__(cls, /, *, is_async: bool, app_id: str | None, app_secret: str | None, base_url: str, allow_other_hosts: bool, allow_insecure_loopback: bool, deadline: SupportsFloat | SupportsIndex | None, rate_share: SupportsFloat | SupportsIndex, quotas: dict[str, tuple[SupportsIndex, SupportsFloat | SupportsIndex]], proxy: str | None, trust_env: bool, root_certificates: SupportsGetItem[int, SupportsIndex] | None, has_transport: bool, has_token_cache: bool) -> Client: ...
    def __repr__(self, /) -> str: ...
    def call(self, /, request: Any, host: Any, is_observed: bool, deadline: SupportsFloat | SupportsIndex | None, token: str | None, request_id: str | None, read_back: ReadBack, already: Already, check_first: bool) -> "Any":
        """
        Runs a call on this thread, Python released. `host` has the methods that callbacks need.
        """
    def check(self, /, request: Any, deadline: SupportsFloat | SupportsIndex | None, token: str | None, request_id: str | None) -> None:
        """
        Refuses a request, or what a caller chose for it, as a call would; nothing is sent.
        """
    def close(self, /) -> None:
        """
        Calls that begin later fail. Those in flight on other threads end as they would, those of event loops cancelled.
        """
    def request(self, /, request: Any, token: str | None) -> HttpRequest:
        """
        The request as data; nothing is sent.
        """
    def with_options(self, /, headers: "Any", is_heard: bool | None) -> Client:
        """
        The same client, which adds something to each of its calls; what is `None` stays as it is here.
        """

@final
class CodeCount:
    """
    So many items were refused with this code.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, code: SupportsIndex | None = None, count: SupportsIndex = ...) -> CodeCount: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def code(self, /) -> int | None:
        """
        Feishu's code; none where the refusal had none.
        """
    @property
    def count(self, /) -> int:
        """
        How many.
        """

@final
class Comment:
    """
    A comment on a process.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, commentor_id: str = ..., commentor_name: I18nText = ..., comment_time: SupportsIndex | None = None, comment_msg: str = ..., at_user_ids: SupportsGetItem[int, str] = ..., file_count: SupportsIndex = ..., image_count: SupportsIndex = ..., comment_id: str = ...) -> Comment: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def at_user_ids(self, /) -> list[str]:
        """
        Who is mentioned in it.
        """
    @property
    def comment_id(self, /) -> str:
        """
        The comment.
        """
    @property
    def comment_msg(self, /) -> str:
        """
        The text.
        """
    @property
    def comment_time(self, /) -> int | None:
        """
        When, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def commentor_id(self, /) -> str:
        """
        Who wrote it. Feishu spells it so.
        """
    @property
    def commentor_name(self, /) -> I18nText:
        """
        That person's name.
        """
    @property
    def file_count(self, /) -> int:
        """
        How many files are attached.
        """
    @property
    def image_count(self, /) -> int:
        """
        How many pictures are attached.
        """

@final
class CopiedTask:
    """
    A copy that somebody got.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, approver_id: str = ..., links: Link = ..., operator_id: str | None = None, operator_name: I18nText = ..., node_name: I18nText = ..., create_time: SupportsIndex | None = None, node_definition_id: str = ...) -> CopiedTask: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approver_id(self, /) -> str:
        """
        The task.
        """
    @property
    def create_time(self, /) -> int | None:
        """
        When it was made, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def links(self, /) -> Link:
        """
        The copy's document.
        """
    @property
    def node_definition_id(self, /) -> str:
        """
        The node's definition.
        """
    @property
    def node_name(self, /) -> I18nText:
        """
        The node's name.
        """
    @property
    def operator_id(self, /) -> str | None:
        """
        Who got it.
        """
    @property
    def operator_name(self, /) -> I18nText:
        """
        That person's name.
        """

@disjoint_base
class Decision:
    """
    What is decided about a task.

    In JSON `{"approve": {}}`, `{"approve": {"reason": "…"}}` or `{"reject": {"reason": "…"}}`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @final
    class Approve(Decision):
        """
        Approve it (通过).
        """
        __match_args__: Final = ("reason",)
        def __new__(cls, /, reason: str | None = None) -> Decision.Approve: ...
        @property
        def reason(self, /) -> str | None:
            """
            Why, for people: at most 1,000 characters.
            """
    @final
    class Reject(Decision):
        """
        Reject it (拒绝).
        """
        __match_args__: Final = ("reason",)
        def __new__(cls, /, reason: str) -> Decision.Reject: ...
        @property
        def reason(self, /) -> str:
            """
            Why, for people: not empty, and at most 1,000 characters.
            """

@final
class DepartmentIdType:
    """
    Which of a department's ids is meant (`department_id_type`).
    """
    DEPARTMENT_ID: Final[DepartmentIdType]
    """
    The department's id inside the tenant.
    """
    OPEN_DEPARTMENT_ID: Final[DepartmentIdType]
    """
    The department's id inside one app (`od-…`).
    """
    PEOPLE_COREHR_DEPARTMENT_ID: Final[DepartmentIdType]
    """
    The department's id in CoreHR (飞书人事).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class DoneStatus:
    """
    How a task ended. Its numbers are not those of [`Status`].
    """
    CANCELLED: Final[DoneStatus]
    """
    Cancelled.
    """
    COMPLETED: Final[DoneStatus]
    """
    Completed.
    """
    REJECTED: Final[DoneStatus]
    """
    Rejected.
    """
    UNKNOWN: Final[DoneStatus]
    """
    A number that no page lists; it stands in `status_number`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class DoneTask:
    """
    A task that somebody, or the system, has done.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, approver_id: str = ..., type: TaskType = ..., type_number: SupportsIndex | None = None, status: DoneStatus = ..., status_number: SupportsIndex | None = None, links: Link = ..., operator_id: str | None = None, operator_name: I18nText = ..., node_name: I18nText = ..., create_time: SupportsIndex | None = None, complete_time: SupportsIndex | None = None, node_definition_id: str = ..., approval_opinion: str = ...) -> DoneTask: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approval_opinion(self, /) -> str:
        """
        What the approver wrote.
        """
    @property
    def approver_id(self, /) -> str:
        """
        The task.
        """
    @property
    def complete_time(self, /) -> int | None:
        """
        When it ended, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def create_time(self, /) -> int | None:
        """
        When it was made, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def links(self, /) -> Link:
        """
        The task's document.
        """
    @property
    def node_definition_id(self, /) -> str:
        """
        The node's definition.
        """
    @property
    def node_name(self, /) -> I18nText:
        """
        The node's name.
        """
    @property
    def operator_id(self, /) -> str | None:
        """
        Whose task it was; none for the system.
        """
    @property
    def operator_name(self, /) -> I18nText:
        """
        That person's name.
        """
    @property
    def status(self, /) -> DoneStatus:
        """
        How it ended.
        """
    @property
    def status_number(self, /) -> int | None:
        """
        How it ended, as the number that was received.
        """
    @property
    def type(self, /) -> TaskType:
        """
        What was asked for.
        """
    @property
    def type_number(self, /) -> int | None:
        """
        What was asked for, as the number that was received.
        """

@final
class Driver:
    """
    Keeps a thread that drives sockets, as long as it lives.
    """

@final
class Effect:
    """
    What a call did to the process, as far as it can be proved.
    """
    APPLIED: Final[Effect]
    """
    The server acted.
    """
    NONE: Final[Effect]
    """
    Proved: the server did not act, and no request of this call can act later.
    """
    UNKNOWN: Final[Effect]
    """
    The server may have acted, or may still act: read the process before doing anything else.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class Empty:
    """
    A successful answer that says nothing more.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /) -> Empty: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...

@final
class Error:
    """
    What an error tells.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, kind: ErrorKind = ..., operation: str | None = None, effect: Effect = ..., retryable: bool = ..., retry_after_ms: SupportsIndex | None = None, http_status: SupportsIndex | None = None, code: SupportsIndex | None = None, msg: str | None = None, summary: str = ..., advice: Advice | None = None, log_id: str | None = None, scopes: SupportsGetItem[int, str] = ..., troubleshooter: str | None = None, field_violations: SupportsGetItem[int, FieldViolation] = ..., helps: SupportsGetItem[int, Help] = ..., problems: SupportsGetItem[int, Problem] = ..., status: SupportsIndex | None = None, location_host: str | None = None, same_token: bool = ..., attempts: SupportsIndex = ...) -> Error: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def advice(self, /) -> Advice | None:
        """
        What to do; nothing for codes that no page explains.
        """
    @property
    def attempts(self, /) -> int:
        """
        How many requests of the operation were sent.
        """
    @property
    def code(self, /) -> int | None:
        """
        Feishu's code in the last answer.
        """
    @property
    def effect(self, /) -> Effect:
        """
        What the call did to the process. For a read it is always `None`.
        """
    @property
    def field_violations(self, /) -> list[FieldViolation]:
        """
        The fields that Feishu's gateway refused.
        """
    @property
    def helps(self, /) -> list[Help]:
        """
        The pages that Feishu offers as help.
        """
    @property
    def http_status(self, /) -> int | None:
        """
        The HTTP status of the last answer.
        """
    @property
    def kind(self, /) -> ErrorKind:
        """
        What kind of failure ended the call.
        """
    @property
    def location_host(self, /) -> str | None:
        """
        Where a redirect pointed to: the host only.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id that Feishu's support asks for.
        """
    @property
    def msg(self, /) -> str | None:
        """
        Feishu's text for that code: at most 256 characters, without control characters. Never branch on it.
        """
    @property
    def operation(self, /) -> str | None:
        """
        The operation's name, for instance `withdraw_process`.
        """
    @property
    def problems(self, /) -> list[Problem]:
        """
        The arguments that break a rule, all of them.
        """
    @property
    def retry_after_ms(self, /) -> int | None:
        """
        How long to wait before trying again, in milliseconds, where the server or the pacing says so.
        """
    @property
    def retryable(self, /) -> bool:
        """
        Whether the same call may succeed later without anybody changing anything.
        """
    @property
    def same_token(self, /) -> bool:
        """
        Whether renewing a refused token gave the same token back.
        """
    @property
    def scopes(self, /) -> list[str]:
        """
        Any one of these scopes would be enough, where a scope is missing.
        """
    @property
    def status(self, /) -> int | None:
        """
        The process's status number, where a read told it.
        """
    @property
    def summary(self, /) -> str:
        """
        What happened, in this library's words.
        """
    @property
    def troubleshooter(self, /) -> str | None:
        """
        Feishu's troubleshooting link or text.
        """

@final
class ErrorKind:
    """
    What kind of failure ended a call.
    """
    API: Final[ErrorKind]
    """
    Feishu answered with a code that this operation's page does not list.
    """
    APP_UNAVAILABLE: Final[ErrorKind]
    """
    The app is disabled, or not installed in this tenant (99991662, 99991673).
    """
    AUTH_HEADER_STRIPPED: Final[ErrorKind]
    """
    The server saw no `Authorization` header although one was sent: something between removes it (99991661).
    """
    BAD_BODY: Final[ErrorKind]
    """
    The answer's body broke off, stalled, or could not be decompressed.
    """
    BAD_CREDENTIALS: Final[ErrorKind]
    """
    App id or secret is wrong (10003, 10014, 10015, 99991543, …).
    """
    BAD_ENVELOPE: Final[ErrorKind]
    """
    The answer looks like JSON but is not a well-formed envelope with an integer `code`.
    """
    CANCELLED: Final[ErrorKind]
    """
    The caller cancelled the call.
    """
    CONFLICT: Final[ErrorKind]
    """
    The process's state changed meanwhile, again and again (1161005).
    """
    CONNECT: Final[ErrorKind]
    """
    No connection: the server was not reached, nothing was sent.
    """
    CONTRADICTION: Final[ErrorKind]
    """
    Feishu says that the process has ended, and reading it says that it is running.
    """
    DEADLINE: Final[ErrorKind]
    """
    The call's deadline passed.
    """
    DISCONNECTED: Final[ErrorKind]
    """
    The connection broke after the request was (or may have been) written.
    """
    FORBIDDEN: Final[ErrorKind]
    """
    The app lacks a scope (99991672, 99991676, 99991679): see `scopes`.
    """
    HTTP: Final[ErrorKind]
    """
    The server, or something before it, answered with an HTTP error and no envelope.
    """
    INVALID_ARGUMENT: Final[ErrorKind]
    """
    An argument breaks a rule; `problems` lists all of them. Nothing was sent.
    """
    IP_DENIED: Final[ErrorKind]
    """
    This machine's address is not on the app's allow list (99991401).
    """
    NOT_AN_API_ANSWER: Final[ErrorKind]
    """
    The answer is not JSON at all: a login page, an empty body, a proxy's text.
    """
    NOT_REVIEWABLE: Final[ErrorKind]
    """
    The task was handled already, and not as it was meant to be.
    """
    NOT_REVOCABLE: Final[ErrorKind]
    """
    The process is not completed, so that it cannot be revoked: see `status`.
    """
    NOT_WITHDRAWABLE: Final[ErrorKind]
    """
    The process is not running any more, and not because it was withdrawn: see `status`.
    """
    PROXY: Final[ErrorKind]
    """
    A proxy failed.
    """
    PROXY_AUTH: Final[ErrorKind]
    """
    A proxy wants credentials, or refuses them.
    """
    QUOTA_EXHAUSTED: Final[ErrorKind]
    """
    The app's monthly call quota is used up (99991403).
    """
    RATE_LIMITED: Final[ErrorKind]
    """
    Too many calls, and waiting would pass the deadline: see `retry_after_ms`.
    """
    REJECTED: Final[ErrorKind]
    """
    Feishu refused the request by a business rule.
    """
    TIMEOUT: Final[ErrorKind]
    """
    No answer in time.
    """
    TLS_UNTRUSTED: Final[ErrorKind]
    """
    The server's TLS certificate, host name or version was refused. Never retried.
    """
    TOKEN_SOURCE: Final[ErrorKind]
    """
    The host's token function failed, or returned something that cannot be a token.
    """
    TOO_LARGE: Final[ErrorKind]
    """
    The answer is larger than an answer may be.
    """
    TRANSPORT: Final[ErrorKind]
    """
    The transport failed in a way that it does not explain.
    """
    UNAUTHORIZED: Final[ErrorKind]
    """
    The token was refused, and a fresh one too (or there was none to be had).
    """
    UNEXPECTED_REDIRECT: Final[ErrorKind]
    """
    The server answered a redirect, which is never followed: see `location_host`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class Explanation:
    """
    What is known about a code on an operation, for people.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, operation: str = ..., code: SupportsIndex = ..., kind: ErrorKind = ..., meaning: str = ..., effect: Effect = ..., retryable: bool = ..., advice: Advice | None = None) -> Explanation: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def advice(self, /) -> Advice | None:
        """
        What to do.
        """
    @property
    def code(self, /) -> int:
        """
        The code.
        """
    @property
    def effect(self, /) -> Effect:
        """
        What a write has done when this is its answer, before anything is read.
        """
    @property
    def kind(self, /) -> ErrorKind:
        """
        The kind of error that it becomes.
        """
    @property
    def meaning(self, /) -> str:
        """
        What it means.
        """
    @property
    def operation(self, /) -> str:
        """
        The operation's name.
        """
    @property
    def retryable(self, /) -> bool:
        """
        Whether the same call may succeed later without anybody changing anything.
        """

@final
class ExtraType:
    """
    Where the added approval stands.
    """
    AFTER: Final[ExtraType]
    """
    After the approval that it is added to.
    """
    BEFORE: Final[ExtraType]
    """
    Before the approval that it is added to.
    """
    PARALLEL: Final[ExtraType]
    """
    Beside it, at the same time.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class FieldViolation:
    """
    A field that Feishu's gateway refused (`error.field_violations`, `docs/api.md` section 14).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, field: str = ..., value: str | None = None, description: str = ...) -> FieldViolation: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def description(self, /) -> str:
        """
        What is wrong with it.
        """
    @property
    def field(self, /) -> str:
        """
        The field's name.
        """
    @property
    def value(self, /) -> str | None:
        """
        What was sent; may be absent.
        """

@final
class FileValue:
    """
    A file in a form, as it is read.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, open_file_id: str = ..., file_name: str = ..., length: SupportsIndex | None = None, mime_type: str = ...) -> FileValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def file_name(self, /) -> str:
        """
        Its name.
        """
    @property
    def length(self, /) -> int | None:
        """
        Its size in bytes. Pages and types differ on whether it is a number or a text; both are read.
        """
    @property
    def mime_type(self, /) -> str:
        """
        Its media type.
        """
    @property
    def open_file_id(self, /) -> str:
        """
        The file.
        """

@final
class FlowKind:
    """
    What kind of flow a process is. A revocation or correction is one only if it was started in the approval centre.
    """
    CORRECTION: Final[FlowKind]
    """
    It corrects another process.
    """
    ORDINARY: Final[FlowKind]
    """
    An ordinary flow.
    """
    REVOCATION: Final[FlowKind]
    """
    It revokes another process.
    """
    UNKNOWN: Final[FlowKind]
    """
    A number that no page lists; it stands in `properties_number`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class FlowTemplate:
    """
    Of which form the values of a flow's variables are.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, field_values: SupportsGetItem[int, FormVariable] = ..., error_info: str = ..., log_id: str | None = None, raw: str = ...) -> FlowTemplate: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def error_info(self, /) -> str:
        """
        What is wrong with the names that were asked for, in Feishu's words; empty where nothing is. It is no failure of
        the call: the other variables are here.
        """
    @property
    def field_values(self, /) -> list[FormVariable]:
        """
        The variables, with examples of their values.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON: with fields that this version does not know.
        """

@final
class FormValue:
    """
    A value: of one kind, and in the one field that this kind names.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, kind: ValueKind = ..., text: str | None = None, boolean: bool | None = None, days: SupportsIndex | None = None, milliseconds: SupportsIndex | None = None, i18n: I18nText | None = None, object: ObjectValue | None = None, records: SupportsGetItem[int, RecordValue] = ..., items: SupportsGetItem[int, str] = ..., file: FileValue | None = None, unknown: str | None = None) -> FormValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def boolean(self, /) -> bool | None:
        """
        A boolean.
        """
    @property
    def days(self, /) -> int | None:
        """
        A date, in days since 1970-01-01.
        """
    @property
    def file(self, /) -> FileValue | None:
        """
        A file.
        """
    @property
    def i18n(self, /) -> I18nText | None:
        """
        A text in two languages.
        """
    @property
    def items(self, /) -> list[str]:
        """
        A list: each is a key of `sub_values`, or else an index in it, or else a text.
        """
    @property
    def kind(self, /) -> ValueKind:
        """
        Which kind it is.
        """
    @property
    def milliseconds(self, /) -> int | None:
        """
        A moment, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def object(self, /) -> ObjectValue | None:
        """
        An object of the master data.
        """
    @property
    def records(self, /) -> list[RecordValue]:
        """
        A record, by its fields.
        """
    @property
    def text(self, /) -> str | None:
        """
        A text, a decimal number, or the id of an enum's option, a user, a department or an employee.
        """
    @property
    def unknown(self, /) -> str | None:
        """
        A value of an unknown kind, as JSON.
        """

@final
class FormVariable:
    """
    A variable of a form or a flow.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, variable_api_name: str = ..., variable_name: I18nText = ..., variable_value: FormValue = ..., sub_values: SupportsGetItem[int, SubValue] = ...) -> FormVariable: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def sub_values(self, /) -> list[SubValue]:
        """
        What records and lists in it point at.
        """
    @property
    def variable_api_name(self, /) -> str:
        """
        Its name in the API, unique in its flow.
        """
    @property
    def variable_name(self, /) -> I18nText:
        """
        Its name for people; only a form has it.
        """
    @property
    def variable_value(self, /) -> FormValue:
        """
        Its value.
        """

@final
class FormVariables:
    """
    What a process's form or flow holds.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., field_variable_values: SupportsGetItem[int, FormVariable] = ..., log_id: str | None = None, raw: str = ...) -> FormVariables: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def field_variable_values(self, /) -> list[FormVariable]:
        """
        The variables.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON: with fields that this version does not know.
        """

@final
class GetFlowVariables:
    """
    Reads the data of one process's flow: the fields of the business and of its own, and what the flow itself has, such as
    who started it and when. What belongs to an employee, such as the department, is not in it.

    GET `/open-apis/corehr/v2/processes/{process_id}/flow_variable_data`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/flow_variable_data)).
    For processes of CoreHR and of attendance only. The app needs the scope `corehr:process:read`. At most 10 calls a
    minute.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, user_id_type: UserIdType | None = None, department_id_type: DepartmentIdType | None = None, variable_keys: SupportsGetItem[int, str] = ...) -> GetFlowVariables: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def department_id_type(self, /) -> DepartmentIdType | None:
        """
        The kind of the departments' ids in the answer; here Feishu's default is `people_corehr_department_id`.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of the users' ids in the answer; here Feishu's default is `people_corehr_id`.
        """
    @property
    def variable_keys(self, /) -> list[str]:
        """
        Only these variables, by their names in the API; all when empty. How many may be named is not documented.
        """

@final
class GetFormVariables:
    """
    Reads what the form of one process holds: what it is made to show, and the data of its drill-downs.

    GET `/open-apis/corehr/v2/processes/{process_id}/form_variable_data`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-form_variable_data/get)).
    For processes of CoreHR and of attendance only; another, as of a recruiting flow, does not exist for it (1160100).
    The app needs the scope `corehr:process:read`. At most 100 calls a minute.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, user_id_type: UserIdType | None = None, department_id_type: DepartmentIdType | None = None) -> GetFormVariables: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def department_id_type(self, /) -> DepartmentIdType | None:
        """
        The kind of the departments' ids in the answer; here Feishu's default is `people_corehr_department_id`.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of the users' ids in the answer; here Feishu's default is `people_corehr_id`.
        """

@final
class GetProcess:
    """
    Reads one process.

    GET `/open-apis/corehr/v2/processes/{process_id}`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/get)).
    The app needs the scope `corehr:process:read`. At most 100 calls a minute.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, user_id_type: UserIdType | None = None) -> GetProcess: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of the users' ids in the answer; Feishu's default is `open_id`.
        """

@final
class GetTemplate:
    """
    Reads of which form the values of a flow's variables are, for whoever writes them: each comes with an example of its
    value. It is for development, and not for production.

    POST `/open-apis/corehr/v2/query_flow_data_template`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-query_flow_data_template/create)).
    It changes nothing, and yet the app needs the scope `corehr:process.instance:write`. At most 20 calls a minute.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, flow_definition_id: str, variable_api_names: SupportsGetItem[int, str] = ..., user_id_type: UserIdType | None = None) -> GetTemplate: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def flow_definition_id(self, /) -> str:
        """
        The flow definition: `people_<digits>_<digits>`.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of the users' ids in the answer; Feishu's default is `open_id`.
        """
    @property
    def variable_api_names(self, /) -> list[str]:
        """
        The variables, 1 to 1,000, by their names in the API; a drill-down is written with dots, as
        `batch_job_change.target_department`.
        """

@final
class Help:
    """
    A page that Feishu offers as help (`error.helps`).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, url: str = ..., description: str = ...) -> Help: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def description(self, /) -> str:
        """
        What the page is about.
        """
    @property
    def url(self, /) -> str:
        """
        The page's address. For a missing scope it opens the permission page of the app.
        """

@final
class HttpRequest:
    """
    A request as data: send it once, follow no redirect, resend nothing by yourself.
    """
    def __copy__(self, /) -> HttpRequest: ...
    def __deepcopy__(self, /, _memo: Any) -> HttpRequest: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]:
        """
        A request with a token or with credentials does not go into a pickle, which is kept and sent in plain text.
        """
    def __repr__(self, /) -> str: ...
    @property
    def body(self, /) -> bytes | None:
        """
        The body; `None` for a read. The body of a token request is a secret.
        """
    def curl(self, /) -> str:
        """
        The request as a `curl` command line, secrets replaced by `[redacted]`.
        """
    @property
    def fresh_connection(self, /) -> bool:
        """
        Whether a connection that was used before may not be used, because the last request on it went wrong.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The headers, names in lower case. `authorization` is a secret: do not log it.
        """
    @property
    def max_response(self, /) -> int:
        """
        The largest answer to read, in bytes after decompression.
        """
    @property
    def method(self, /) -> str:
        """
        `GET`, `POST` or `PUT`.
        """
    @property
    def timeout(self, /) -> float:
        """
        How long the whole request may take, in seconds.
        """
    @property
    def url(self, /) -> str:
        """
        The absolute URL, encoded.
        """

@final
class HttpResponse:
    """
    An answer as data: what a custom transport returns.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, status: "int", headers: "dict[str, str] | list[tuple[str, str]] | None" = None, body: "bytes | str | None" = None) -> HttpResponse:
        """
        `headers` is a mapping or an iterable of pairs; `body` is bytes, or text to be encoded as UTF-8.
        """
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def body(self, /) -> bytes:
        """
        The body.
        """
    @property
    def headers(self, /) -> list[tuple[str, str]]:
        """
        The headers as received.
        """
    @property
    def status(self, /) -> int:
        """
        The HTTP status.
        """

@final
class I18nText:
    """
    A text in two languages; empty where a language is missing.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, zh_cn: str = ..., en_us: str = ...) -> I18nText: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def en_us(self, /) -> str:
        """
        In English. One older page writes the name as `en-US`.
        """
    @property
    def zh_cn(self, /) -> str:
        """
        中文。One older page writes the name as `zh-CN`.
        """

@final
class Link:
    """
    The addresses of one document for each kind of device; empty where there is none.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, web_link: str = ..., pc_link: str = ..., mobile_link: str = ...) -> Link: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def mobile_link(self, /) -> str:
        """
        In the mobile app.
        """
    @property
    def pc_link(self, /) -> str:
        """
        In the desktop app.
        """
    @property
    def web_link(self, /) -> str:
        """
        In a browser.
        """

@final
class ListProcesses:
    """
    Asks for one page of the ids of the processes that were modified in a span of time.

    GET `/open-apis/corehr/v2/processes`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process/list)).
    "Modified" means that an approver acted, data or status changed, and the like. The app needs the scope
    `corehr:process:read`. At most 20 calls a minute. For more than one page, or a longer span, use [`Pages`].
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, statuses: SupportsGetItem[int, Status] = ..., page_size: SupportsIndex = ..., page_token: str | None = None, modify_time_from: SupportsIndex, modify_time_to: SupportsIndex, flow_definition_id: str | None = None) -> ListProcesses: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def flow_definition_id(self, /) -> str | None:
        """
        Only processes of this flow definition: `people_<digits>_<digits>`.
        """
    @property
    def modify_time_from(self, /) -> int:
        """
        The first moment of the span, itself included, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def modify_time_to(self, /) -> int:
        """
        The last moment of the span, itself included, in milliseconds since 1970-01-01 UTC: less than 31 days after
        the first.
        """
    @property
    def page_size(self, /) -> int:
        """
        How many ids a page may have: 1 to 100, by default 100.
        """
    @property
    def page_token(self, /) -> str | None:
        """
        Where to go on; none for the first page.
        """
    @property
    def statuses(self, /) -> list[Status]:
        """
        Only processes with one of these statuses; all when empty.
        """

@final
class ListTasks:
    """
    Asks for one page of the tasks of one person.

    GET `/open-apis/corehr/v2/approvers`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/approver/list)).
    The app needs the scope `corehr:process:read`. At most 10 calls a second. For more than one page use [`Pages`].
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, user_id: str, user_id_type: UserIdType | None = None, approver_status: TaskStatus | None = None, page_size: SupportsIndex = ..., page_token: str | None = None) -> ListTasks: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approver_status(self, /) -> TaskStatus | None:
        """
        Only tasks with this status; all if absent. Feishu filters by `started`, `in_progress`, `rejected`, `approved`,
        `copied`, `failed` and `rolled_back`.
        """
    @property
    def page_size(self, /) -> int:
        """
        How many tasks a page may have: 1 to 100, by default 100.
        """
    @property
    def page_token(self, /) -> str | None:
        """
        Where to go on; none for the first page.
        """
    @property
    def user_id(self, /) -> str:
        """
        The person, by an id of the kind that `user_id_type` names.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of `user_id`; Feishu's default is `open_id`.
        """

@final
class ListedTask:
    """
    A task of a person.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, approver_id: str = ..., process_id: str = ..., approver_status: TaskStatus = ..., approver_status_number: SupportsIndex | None = None) -> ListedTask: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approver_id(self, /) -> str:
        """
        The task.
        """
    @property
    def approver_status(self, /) -> TaskStatus:
        """
        Where it stands.
        """
    @property
    def approver_status_number(self, /) -> int | None:
        """
        Where it stands, as the number that was received.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process that it belongs to.
        """

@final
class NameValue:
    """
    A name with its value: of a query, of a path, of a header.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, name: str = ..., value: str = ...) -> NameValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def name(self, /) -> str:
        """
        The name.
        """
    @property
    def value(self, /) -> str:
        """
        The value.
        """

@final
class NewFile:
    """
    A file to write into a form.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, open_file_id: str, file_name: str | None = None, length: SupportsIndex | None = None) -> NewFile: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def file_name(self, /) -> str | None:
        """
        Its name with its suffix, in place of that of the upload.
        """
    @property
    def length(self, /) -> int | None:
        """
        Its size in bytes, at most 52,428,800, in place of that of the upload.
        """
    @property
    def open_file_id(self, /) -> str:
        """
        The file, as CoreHR's upload has named it.
        """

@disjoint_base
class NewFormValue:
    """
    A value to write into a form: of one kind.

    In JSON it is what Feishu takes, an object with one member, like `{"text_value": "…"}`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @final
    class Boolean(NewFormValue):
        """
        A boolean.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: bool) -> NewFormValue.Boolean: ...
        @property
        def value(self, /) -> bool:
            """
            The value.
            """
    @final
    class Date(NewFormValue):
        """
        A date, in days since 1970-01-01. In JSON a text of digits.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: SupportsIndex) -> NewFormValue.Date: ...
        @property
        def value(self, /) -> int:
            """
            The value.
            """
    @final
    class DateTime(NewFormValue):
        """
        A moment, in milliseconds since 1970-01-01 UTC. In JSON a text of digits.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: SupportsIndex) -> NewFormValue.DateTime: ...
        @property
        def value(self, /) -> int:
            """
            The value.
            """
    @final
    class Department(NewFormValue):
        """
        A department, by an id of the kind that `department_id_type` names.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: str) -> NewFormValue.Department: ...
        @property
        def value(self, /) -> str:
            """
            The value.
            """
    @final
    class Employment(NewFormValue):
        """
        An employee, by a user id of the kind that `user_id_type` names.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: str) -> NewFormValue.Employment: ...
        @property
        def value(self, /) -> str:
            """
            The value.
            """
    @final
    class Enum(NewFormValue):
        """
        The id of an enum's option.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: str) -> NewFormValue.Enum: ...
        @property
        def value(self, /) -> str:
            """
            The value.
            """
    @final
    class File(NewFormValue):
        """
        A file that was uploaded before.
        """
        __match_args__: Final = ("new_file",)
        def __new__(cls, /, new_file: NewFile) -> NewFormValue.File: ...
        @property
        def new_file(self, /) -> NewFile:
            """
            The new_file.
            """
    @final
    class I18n(NewFormValue):
        """
        A text in two languages.
        """
        __match_args__: Final = ("i18n_text",)
        def __new__(cls, /, i18n_text: I18nText) -> NewFormValue.I18n: ...
        @property
        def i18n_text(self, /) -> I18nText:
            """
            The i18n_text.
            """
    @final
    class Items(NewFormValue):
        """
        A list: the keys of its values among the `sub_values`, at most 10,000.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: SupportsGetItem[int, str]) -> NewFormValue.Items: ...
        @property
        def value(self, /) -> list[str]:
            """
            The value.
            """
    @final
    class Number(NewFormValue):
        """
        A number in decimal digits, as `-12.50`.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: str) -> NewFormValue.Number: ...
        @property
        def value(self, /) -> str:
            """
            The value.
            """
    @final
    class Object(NewFormValue):
        """
        An object of the master data.
        """
        __match_args__: Final = ("object_value",)
        def __new__(cls, /, object_value: ObjectValue) -> NewFormValue.Object: ...
        @property
        def object_value(self, /) -> ObjectValue:
            """
            The object_value.
            """
    @final
    class Record(NewFormValue):
        """
        A record, by its fields; each names the key of its value among the `sub_values`.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: SupportsGetItem[int, RecordValue]) -> NewFormValue.Record: ...
        @property
        def value(self, /) -> list[RecordValue]:
            """
            The value.
            """
    @final
    class Text(NewFormValue):
        """
        A text.
        """
        __match_args__: Final = ("value",)
        def __new__(cls, /, value: str) -> NewFormValue.Text: ...
        @property
        def value(self, /) -> str:
            """
            The value.
            """

@final
class NewFormVariable:
    """
    A variable to write into a form.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, variable_api_name: str, variable_value: NewFormValue | None = None, sub_values: SupportsGetItem[int, NewSubValue] = ...) -> NewFormVariable: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def sub_values(self, /) -> list[NewSubValue]:
        """
        What records and lists in it point at, at most 100,000.
        """
    @property
    def variable_api_name(self, /) -> str:
        """
        Its name in the API.
        """
    @property
    def variable_value(self, /) -> NewFormValue | None:
        """
        Its value.
        """

@final
class NewSubValue:
    """
    A value that another one points at by its key.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, key: str, value: NewFormValue) -> NewSubValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def key(self, /) -> str:
        """
        What records and lists call it.
        """
    @property
    def value(self, /) -> NewFormValue:
        """
        The value.
        """

@final
class ObjectValue:
    """
    An object of the master data.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, wk_id: str = ..., wk_api_name: str = ...) -> ObjectValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def wk_api_name(self, /) -> str:
        """
        The name of what it is: `job`, `job_level` and the like.
        """
    @property
    def wk_id(self, /) -> str:
        """
        Its id.
        """

@final
class Observation:
    """
    What happens to one request: for logs, metrics and traces. It holds no secret. One is made when the request starts, and
    one when it has ended; a call that is cancelled meanwhile makes no second one.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, phase: RequestPhase = ..., call: SupportsIndex = ..., operation: str = ..., method: str = ..., base_url: str = ..., path: str = ..., attempt: SupportsIndex = ..., started_ms: SupportsIndex = ..., duration_ms: SupportsIndex | None = None, http_status: SupportsIndex | None = None, code: SupportsIndex | None = None, log_id: str | None = None, kind: ErrorKind | None = None, effect: Effect = ..., summary: str = ..., pause_ms: SupportsIndex | None = None) -> Observation: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempt(self, /) -> int:
        """
        Which request of this call it was, from 1.
        """
    @property
    def base_url(self, /) -> str:
        """
        Where it is sent, without the path.
        """
    @property
    def call(self, /) -> int:
        """
        The call's number, from 1: a client's calls are counted, and all requests of one call have its number, those for a
        token included. A list is one call for each page.
        """
    @property
    def code(self, /) -> int | None:
        """
        Feishu's code, if there was one.
        """
    @property
    def duration_ms(self, /) -> int | None:
        """
        How long it took, in milliseconds; nothing when it starts.
        """
    @property
    def effect(self, /) -> Effect:
        """
        What this request did, as far as can be proved.
        """
    @property
    def http_status(self, /) -> int | None:
        """
        The HTTP status, if there was an answer.
        """
    @property
    def kind(self, /) -> ErrorKind | None:
        """
        What kind of failure it was; nothing for a success.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id.
        """
    @property
    def method(self, /) -> str:
        """
        The HTTP method.
        """
    @property
    def operation(self, /) -> str:
        """
        The operation's name; `tenant_access_token` for a token request.
        """
    @property
    def path(self, /) -> str:
        """
        The path with its parameters in braces.
        """
    @property
    def pause_ms(self, /) -> int | None:
        """
        How long the call pauses now, in milliseconds; nothing if it goes on at once or ends.
        """
    @property
    def phase(self, /) -> RequestPhase:
        """
        Whether the request starts or has ended.
        """
    @property
    def started_ms(self, /) -> int:
        """
        When it was sent, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def summary(self, /) -> str:
        """
        What happened, in words; empty for a success.
        """

@final
class OngoingCall:
    """
    One ongoing call.
    """
    def cancel(self, /, exception: Any) -> None:
        """
        Ends the call at once, closes its connection, and lets the exception that ended it say what the call has done.
        """
    def drop(self, /) -> None:
        """
        Ends the call at once, and closes its connection.
        """

@final
class Pages:
    """
    A walk through a list of any kind.
    """
    def __new__(cls, /, request: "ListProcesses | ListTasks | StartCandidates") -> Pages: ...
    def cursor(self, /) -> str | None:
        """
        Where another walk can go on from here; `None` when all pages have been taken.
        """
    def next(self, /) -> "Any":
        """
        The page to ask for; `None` when all have been taken.
        """
    def take(self, /, page: "Any") -> "list[Any]":
        """
        Takes a page, goes on to the next, and gives the items.
        """

@final
class PendingTask:
    """
    A task that somebody, or the system, has still to do.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, approver_id: str = ..., type: TaskType = ..., type_number: SupportsIndex | None = None, links: Link = ..., operator_id: str | None = None, operator_name: I18nText = ..., node_name: I18nText = ..., create_time: SupportsIndex | None = None, node_definition_id: str = ...) -> PendingTask: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approver_id(self, /) -> str:
        """
        The task. One person may have several.
        """
    @property
    def create_time(self, /) -> int | None:
        """
        When it was made, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def links(self, /) -> Link:
        """
        The task's document.
        """
    @property
    def node_definition_id(self, /) -> str:
        """
        The node's definition. After a roll-back one definition has several nodes.
        """
    @property
    def node_name(self, /) -> I18nText:
        """
        The node's name.
        """
    @property
    def operator_id(self, /) -> str | None:
        """
        Whose task it is; none for the system.
        """
    @property
    def operator_name(self, /) -> I18nText:
        """
        That person's name.
        """
    @property
    def type(self, /) -> TaskType:
        """
        What is asked for.
        """
    @property
    def type_number(self, /) -> int | None:
        """
        What is asked for, as the number that was received.
        """

@final
class Problem:
    """
    One argument that breaks a rule.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, field: str = ..., rule: str = ...) -> Problem: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def field(self, /) -> str:
        """
        The field's name, as Feishu writes it.
        """
    @property
    def rule(self, /) -> str:
        """
        The rule and the value's shape, for instance "has 612 characters; the server takes 500".
        """

@final
class Process:
    """
    A process, as [`GetProcess`] reads it.

    For a **leave** flow the page says to read the leave records instead of this, to learn whether it was revoked and
    whether it is a correction. A text or list that Feishu leaves out is empty.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., status: Status = ..., status_number: SupportsIndex | None = None, flow_template_id: str = ..., flow_template_name: I18nText = ..., flow_definition_id: str = ..., flow_definition_name: I18nText = ..., initiator_id: str | None = None, initiator_name: I18nText = ..., create_time: SupportsIndex | None = None, complete_time: SupportsIndex | None = None, start_links: Link = ..., abstracts: SupportsGetItem[int, AbstractLine] = ..., todos: SupportsGetItem[int, PendingTask] = ..., cc_list: SupportsGetItem[int, CopiedTask] = ..., done_list: SupportsGetItem[int, DoneTask] = ..., properties: FlowKind = ..., properties_number: SupportsIndex | None = None, system_todos: SupportsGetItem[int, PendingTask] = ..., system_done_list: SupportsGetItem[int, DoneTask] = ..., comment_infos: SupportsGetItem[int, Comment] = ..., original_process_id: str | None = None, is_last_completed_correct_process: bool = ..., process_name: I18nText = ..., log_id: str | None = None, raw: str = ...) -> Process: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def abstracts(self, /) -> list[AbstractLine]:
        """
        Summary lines; they change while it runs.
        """
    @property
    def cc_list(self, /) -> list[CopiedTask]:
        """
        The copies.
        """
    @property
    def comment_infos(self, /) -> list[Comment]:
        """
        The comments.
        """
    @property
    def complete_time(self, /) -> int | None:
        """
        When it ended, in milliseconds since 1970-01-01 UTC; none while it runs.
        """
    @property
    def create_time(self, /) -> int | None:
        """
        When it was started, in milliseconds since 1970-01-01 UTC.
        """
    @property
    def done_list(self, /) -> list[DoneTask]:
        """
        What people have done.
        """
    @property
    def flow_definition_id(self, /) -> str:
        """
        The flow definition, made by an administrator: `people_<digits>_<digits>`.
        """
    @property
    def flow_definition_name(self, /) -> I18nText:
        """
        The flow definition's name.
        """
    @property
    def flow_template_id(self, /) -> str:
        """
        The business type.
        """
    @property
    def flow_template_name(self, /) -> I18nText:
        """
        The business type's name.
        """
    @property
    def initiator_id(self, /) -> str | None:
        """
        Who started it; none when the system did.
        """
    @property
    def initiator_name(self, /) -> I18nText:
        """
        The initiator's name.
        """
    @property
    def is_last_completed_correct_process(self, /) -> bool:
        """
        Whether it is the newest completed correction.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def original_process_id(self, /) -> str | None:
        """
        Of a correction or revocation: the process that it corrects or revokes.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def process_name(self, /) -> I18nText:
        """
        The name, taken from the definition when it was started.
        """
    @property
    def properties(self, /) -> FlowKind:
        """
        What kind of flow it is.
        """
    @property
    def properties_number(self, /) -> int | None:
        """
        What kind of flow it is, as the number that was received.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON: with fields that this version does not know.
        """
    @property
    def start_links(self, /) -> Link:
        """
        The document that started it.
        """
    @property
    def status(self, /) -> Status:
        """
        Where it stands.
        """
    @property
    def status_number(self, /) -> int | None:
        """
        Where it stands, as the number that was received.
        """
    @property
    def system_done_list(self, /) -> list[DoneTask]:
        """
        What the system has done.
        """
    @property
    def system_todos(self, /) -> list[PendingTask]:
        """
        What the system has still to do.
        """
    @property
    def todos(self, /) -> list[PendingTask]:
        """
        What people have still to do.
        """

@final
class ProcessPage:
    """
    A page of ids.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_ids: SupportsGetItem[int, str] = ..., has_more: bool = ..., page_token: str | None = None, log_id: str | None = None, raw: str = ...) -> ProcessPage: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def has_more(self, /) -> bool:
        """
        Whether there are more pages.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def page_token(self, /) -> str | None:
        """
        Where to go on, while there are more pages.
        """
    @property
    def process_ids(self, /) -> list[str]:
        """
        The processes, in no documented order.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON: with fields that this version does not know.
        """

@final
class ReadBack:
    """
    Whether to read the process where an answer proves nothing. Reading needs the scope `corehr:process:read`, which
    an app that may withdraw need not have.
    """
    BEST_EFFORT: Final[ReadBack]
    """
    Read before sending again; where reading is forbidden, send again unread, and say so in the result.
    """
    NEVER: Final[ReadBack]
    """
    Never read, and never send again after a request that may have arrived.
    """
    REQUIRED: Final[ReadBack]
    """
    Read before sending again; where reading is forbidden, stop with effect unknown.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class RecordValue:
    """
    One field of a record.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, variable_api_name: str = ..., sub_value_key: str = ..., record_id: str = ...) -> RecordValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def record_id(self, /) -> str:
        """
        The record.
        """
    @property
    def sub_value_key(self, /) -> str:
        """
        The key of its value among the `sub_values`.
        """
    @property
    def variable_api_name(self, /) -> str:
        """
        The field's name.
        """

@final
class Registry:
    """
    One event loop's ongoing calls. Only the loop's thread uses it.
    """
    def __new__(cls, /) -> Registry: ...
    def drain(self, /) -> None:
        """
        Takes all events and acts on them. An interrupt is raised when that is done.
        """
    def fileno(self, /) -> int:
        """
        A socket that is readable while there are events. Raises `NotImplementedError` where there is none.
        """
    @property
    def is_idle(self, /) -> bool:
        """
        Whether there is no ongoing call.
        """
    @property
    def is_ours(self, /) -> bool:
        """
        Whether this process made it.
        """
    def start(self, /, client: Client, request: Any, future: Any, host: Any, context: Any, is_observed: bool, deadline: SupportsFloat | SupportsIndex | None, token: str | None, request_id: str | None, read_back: ReadBack, already: Already, check_first: bool) -> OngoingCall:
        """
        Begins a call, whose result becomes that of `future`.
        """
    def start_item(self, /, bulk: Bulk, number: SupportsIndex, future: Any, host: Any, context: Any, is_observed: bool) -> OngoingCall:
        """
        Begins the call of one item of a run; `future` hears when it has ended.
        """
    def wait(self, /, bulk: Bulk, seconds: SupportsFloat | SupportsIndex) -> None:
        """
        Waits for events on this thread, for so many seconds at most; for calls of a `Client`.
        """
    def wake_by(self, /, call: Any) -> None:
        """
        Calls `call` from another thread for new events, for loops that cannot watch a socket. It may not hold the
        registry.
        """

@final
class RequestPhase:
    """
    How far a request is.
    """
    ENDED: Final[RequestPhase]
    """
    It was answered, or failed.
    """
    STARTED: Final[RequestPhase]
    """
    It is about to be sent: nothing is known of an answer.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class ReviewTask:
    """
    Approves or rejects one task of a process. Where one approval is enough (或签) it passes the node; where all must
    approve (会签) the others still have to.

    PUT `/open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-approver/update)).
    The app needs the scope `corehr:process.instance:write`. At most 50 calls a second.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, approver_id: str, actor: Incomplete, decision: Decision, field_values_v2: SupportsGetItem[int, NewFormVariable] = ..., department_id_type: DepartmentIdType | None = None) -> ReviewTask: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who decides: the task's own approver, or the system in its place, after which that approver may not see the task
        any more.
        """
    @property
    def approver_id(self, /) -> str:
        """
        The task: an `approver_id` of the process's `todos`. The rules are those of a process's id.
        """
    @property
    def decision(self, /) -> Decision:
        """
        Approve, or reject with a reason.
        """
    @property
    def department_id_type(self, /) -> DepartmentIdType | None:
        """
        The kind of the departments' ids in these values; Feishu's default is `OpenDepartmentId`. Employees in them are by
        the kind of id that the actor has, and by `OpenId` where that is the system alone.
        """
    @property
    def field_values_v2(self, /) -> list[NewFormVariable]:
        """
        Values to write into the task's form along with the decision, at most 100,000.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """

@final
class Reviewed:
    """
    The task is approved, or rejected, as it was meant to be.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., attribution: Attribution = ..., attempts: SupportsIndex = ..., resent_unread: bool = ..., log_id: str | None = None) -> Reviewed: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many times the decision was sent.
        """
    @property
    def attribution(self, /) -> Attribution:
        """
        By whom, as far as can be known.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer that decided.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def resent_unread(self, /) -> bool:
        """
        Whether it was sent again without the process being read in between, because reading is forbidden.
        """

@final
class RevokeProcess:
    """
    Undoes a process that is completed (status 9): it becomes revoked (status 8), possibly after a time of being revoked
    (status 15).

    PUT `/open-apis/corehr/v2/process_revoke/{process_id}`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_revoke/update)).
    Who may: a process administrator, a document administrator, or the system. The app needs the scope
    `corehr:process.instance:write`. At most 50 calls a second.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, actor: Incomplete, reason: str | None = None) -> RevokeProcess: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who revokes it.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def reason(self, /) -> str | None:
        """
        Why, for people: at most 500 characters. Feishu does not say whether an empty one is accepted.
        """

@final
class Revoked:
    """
    The process is revoked, or is being revoked.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., status: Status = ..., status_number: SupportsIndex | None = None, attribution: Attribution = ..., attempts: SupportsIndex = ..., resent_unread: bool = ..., log_id: str | None = None) -> Revoked: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many times the revocation was sent.
        """
    @property
    def attribution(self, /) -> Attribution:
        """
        By whom, as far as can be known.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer that decided.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def resent_unread(self, /) -> bool:
        """
        Whether it was sent again without the process being read in between, because reading is forbidden.
        """
    @property
    def status(self, /) -> Status:
        """
        Where the process is, if a read has told it: `Revoked`, or `Revoking`, which is not over yet and may end otherwise.
        `Unknown` after Feishu's own success, which names no status.
        """
    @property
    def status_number(self, /) -> int | None:
        """
        The number of that status.
        """

@final
class Settle:
    """
    Finds out how a withdrawal or a revocation has ended that ended with effect unknown.

    It reads the process. Where it still is where the act starts from, the request may still be on its way: it is read
    again, with growing pauses, until 120 s have passed since `since`, the longest that a request is taken to live (an
    assumption: Feishu does not say), and a last time then. Where reads fail, it goes on for 120 s more. The app needs the
    scope `corehr:process:read`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, since: SupportsIndex, goal: Status | None = None) -> Settle: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def goal(self, /) -> Status | None:
        """
        Where the call was to lead: `withdrawn`, the default, or `revoked`.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def since(self, /) -> int:
        """
        When that call sent its last request, or later: when its error came. In milliseconds since 1970-01-01 UTC; at most
        5 s ahead, for clocks that differ.
        """

@final
class Settled:
    """
    How a write has ended.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., settled: SettledAs = ..., attribution: Attribution | None = None, status: Status = ..., status_number: SupportsIndex | None = None, log_id: str | None = None) -> Settled: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attribution(self, /) -> Attribution | None:
        """
        Where it is done, how sure it is that it was that call: `presumed`; or `unattributed`, where the process ended more
        than 120 s after `since`.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer that decided.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def settled(self, /) -> SettledAs:
        """
        How.
        """
    @property
    def status(self, /) -> Status:
        """
        Where the process is.
        """
    @property
    def status_number(self, /) -> int | None:
        """
        Where the process is, as the number that was received.
        """

@final
class SettledAs:
    """
    How an act has ended whose answer was lost.
    """
    DONE: Final[SettledAs]
    """
    The process is where the act was to lead.
    """
    ELSEWHERE: Final[SettledAs]
    """
    The process is elsewhere, so that the act cannot have happened as meant, and is not possible any more.
    """
    NOT_DONE: Final[SettledAs]
    """
    The process is where the act starts from, and no request can be on its way any more: it is safe to send it again.
    """
    UNCLEAR: Final[SettledAs]
    """
    The read does not tell: its status is none that a page lists.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class StartCandidates:
    """
    Asks which processes a [`StartProcess`] may have started that ended with effect unknown.

    No read proves a start as this one, and the request may still take effect: a caller judges, by name, status and moment.
    The app needs the scope `corehr:process:read`. The list takes its turn among 20 calls a minute, and each process on it
    is read, among 100 a minute.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, flow_definition_id: str, actor: Incomplete, since: SupportsIndex) -> StartCandidates: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who was to start it.
        """
    @property
    def flow_definition_id(self, /) -> str:
        """
        The flow definition that was to be started: `people_<digits>_<digits>`. At most 128 bytes, without spaces and
        control characters.
        """
    @property
    def since(self, /) -> int:
        """
        A moment before that call sent its first request: one's own clock before it, or the moment that its error tells. In
        milliseconds since 1970-01-01 UTC; at most 5 s ahead, for clocks that differ.
        """

@final
class StartProcess:
    """
    Starts a process of a flow definition whose business type is custom; no other can be started.

    POST `/open-apis/corehr/v2/process_start`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_start/create)).
    The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. Nothing keeps two requests from
    starting two processes, and nothing tells afterwards which request has started one: it is never sent again once it may
    have arrived.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, flow_definition_id: str, actor: Incomplete, flow_data: SupportsGetItem[int, NewFormVariable] = ..., department_id_type: DepartmentIdType | None = None) -> StartProcess: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who starts it (`initiator_id`, `system_initiator`).
        """
    @property
    def department_id_type(self, /) -> DepartmentIdType | None:
        """
        The kind of the departments' ids in these values; Feishu's default is `OpenDepartmentId`. Employees in them are by
        the kind of id that the actor has, and by `OpenId` where that is the system alone.
        """
    @property
    def flow_data(self, /) -> list[NewFormVariable]:
        """
        The values that the process starts with, at most 100,000. `get_template` shows their shape.
        """
    @property
    def flow_definition_id(self, /) -> str:
        """
        The flow definition: `people_<digits>_<digits>`. At most 128 bytes, without spaces and control characters.
        """

@final
class Started:
    """
    The process is started.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., attempts: SupportsIndex = ..., log_id: str | None = None) -> Started: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many times the request was sent; 0 where an answer was read by itself.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """

@final
class Status:
    """
    A process's status.
    """
    COMPLETED: Final[Status]
    """
    Every node passed (已完成). It can be revoked.
    """
    IN_PROGRESS: Final[Status]
    """
    Running (进行中): the only status in which a process can be withdrawn.
    """
    REJECTED: Final[Status]
    """
    An approver refused (拒绝).
    """
    REVOKED: Final[Status]
    """
    Undone after it was completed (撤销).
    """
    REVOKING: Final[Status]
    """
    Being undone (撤销中); newer than the other numbers.
    """
    UNKNOWN: Final[Status]
    """
    A number that no page lists; it stands in `status_number`.
    """
    WITHDRAWN: Final[Status]
    """
    Withdrawn while it was running (撤回).
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class StatusCount:
    """
    So many items have this status.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, status: SupportsIndex | None = None, count: SupportsIndex = ...) -> StatusCount: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def count(self, /) -> int:
        """
        How many.
        """
    @property
    def status(self, /) -> int | None:
        """
        The process's status number; none where it is not known.
        """

@final
class SubValue:
    """
    A value that another one points at.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, key: str = ..., value: FormValue = ...) -> SubValue: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def key(self, /) -> str:
        """
        What records and lists call it.
        """
    @property
    def value(self, /) -> FormValue:
        """
        The value.
        """

@disjoint_base
class Target:
    """
    One task, or a whole node, of a process. In JSON `{"approver_id": "…"}` or `{"node_id": "…"}`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @final
    class ApproverId(Target):
        """
        A task: an `approver_id` of the process's `todos`.
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> Target.ApproverId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """
    @final
    class NodeId(Target):
        """
        A node's instance. An approver's event names it (`node_id_str`); the details of a process do not.
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> Target.NodeId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """

@final
class TaskPage:
    """
    A page of tasks.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, approver_list: SupportsGetItem[int, ListedTask] = ..., has_more: bool = ..., page_token: str | None = None, log_id: str | None = None, raw: str = ...) -> TaskPage: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def approver_list(self, /) -> list[ListedTask]:
        """
        The tasks, in no documented order. Older versions of the API called the list `approvers`.
        """
    @property
    def has_more(self, /) -> bool:
        """
        Whether there are more pages.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer.
        """
    @property
    def page_token(self, /) -> str | None:
        """
        Where to go on, while there are more pages.
        """
    @property
    def raw(self, /) -> str:
        """
        The answer's `data` as received, as JSON: with fields that this version does not know.
        """

@final
class TaskStatus:
    """
    Where a task stands. Its numbers are those of no other status.
    """
    APPROVED: Final[TaskStatus]
    """
    Approved.
    """
    COPIED: Final[TaskStatus]
    """
    A copy for information.
    """
    FAILED: Final[TaskStatus]
    """
    Failed, at a node for electronic signatures.
    """
    FORM_SUBMITTED: Final[TaskStatus]
    """
    A form was submitted. Whoever filters asks for `approved`.
    """
    INTERVENED: Final[TaskStatus]
    """
    Somebody else has intervened (已干预).
    """
    IN_PROGRESS: Final[TaskStatus]
    """
    To do.
    """
    NOT_STARTED: Final[TaskStatus]
    """
    Not started.
    """
    REJECTED: Final[TaskStatus]
    """
    Rejected.
    """
    REVOCATION_STARTED: Final[TaskStatus]
    """
    A revocation was started.
    """
    ROLLED_BACK: Final[TaskStatus]
    """
    Rolled back.
    """
    SKIPPED: Final[TaskStatus]
    """
    Skipped.
    """
    STARTED: Final[TaskStatus]
    """
    Started.
    """
    UNKNOWN: Final[TaskStatus]
    """
    A number that no page lists; it stands in `approver_status_number`.
    """
    WITHDRAWN: Final[TaskStatus]
    """
    Withdrawn.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class TaskType:
    """
    What an approver is asked for.
    """
    APPROVAL: Final[TaskType]
    """
    An approval document.
    """
    FORM: Final[TaskType]
    """
    A form to fill in.
    """
    UNKNOWN: Final[TaskType]
    """
    A number that no page lists; it stands in `type_number`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class TransferTasks:
    """
    Hands tasks of a running process over to somebody else.

    PUT `/open-apis/corehr/v2/processes/{process_id}/transfer`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process-transfer/update)).
    The app needs the scope `corehr:process.instance:write`. At most 20 calls a minute. It is never sent again once it may
    have arrived.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, actor: Incomplete, to_user_id: User, approver_ids: SupportsGetItem[int, str] = ..., remark: str | None = None) -> TransferTasks: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who hands them over (`operator`).
        """
    @property
    def approver_ids(self, /) -> list[str]:
        """
        The tasks: 1 to 20, each once, by the `approver_id` that they have in the process's `todos`.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def remark(self, /) -> str | None:
        """
        A remark, for people. No limit of its length is documented.
        """
    @property
    def to_user_id(self, /) -> User:
        """
        Who gets them. Its id is of the same kind as that of the actor, if that is a user.
        """

@final
class TransportErrorKind:
    """
    How a transport failed.
    """
    BAD_BODY: Final[TransportErrorKind]
    """
    The body broke off, stalled, or could not be decompressed.
    """
    CLOSED: Final[TransportErrorKind]
    """
    A pooled connection was closed before the request was started on it.
    """
    CONNECT: Final[TransportErrorKind]
    """
    The connection was refused, unreachable, or not made in time.
    """
    DISCONNECTED: Final[TransportErrorKind]
    """
    The connection broke, or the head could not be read.
    """
    DNS: Final[TransportErrorKind]
    """
    The host name could not be resolved.
    """
    OTHER: Final[TransportErrorKind]
    """
    Anything else: a failure of the transport itself.
    """
    PROXY: Final[TransportErrorKind]
    """
    The proxy could not connect.
    """
    PROXY_AUTH: Final[TransportErrorKind]
    """
    The proxy answered 407 or 403.
    """
    TIMEOUT: Final[TransportErrorKind]
    """
    The whole answer did not come within the budget.
    """
    TLS_IO: Final[TransportErrorKind]
    """
    The TLS handshake was cut off.
    """
    TLS_UNTRUSTED: Final[TransportErrorKind]
    """
    Certificate, host name, pin or version was refused.
    """
    TOO_LARGE: Final[TransportErrorKind]
    """
    The answer passed `max_response`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@disjoint_base
class User:
    """
    A user, by an id of a named kind: at most 128 bytes, without spaces and control characters.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @final
    class OpenId(User):
        """
        By the id inside one app (`ou_…`).
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> User.OpenId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """
    @final
    class PeopleCorehrId(User):
        """
        By the id in CoreHR.
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> User.PeopleCorehrId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """
    @final
    class UnionId(User):
        """
        By the id across the apps of one developer (`on_…`).
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> User.UnionId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """
    @final
    class UserId(User):
        """
        By the id inside the tenant; see [`UserIdType::UserId`].
        """
        __match_args__: Final = ("id",)
        def __new__(cls, /, id: str) -> User.UserId: ...
        @property
        def id(self, /) -> str:
            """
            The id.
            """

@final
class UserIdType:
    """
    Which of a user's ids is meant (`user_id_type`).
    """
    OPEN_ID: Final[UserIdType]
    """
    The user's id inside one app (`ou_…`).
    """
    PEOPLE_COREHR_ID: Final[UserIdType]
    """
    The user's id in CoreHR (飞书人事).
    """
    UNION_ID: Final[UserIdType]
    """
    The user's id across the apps of one developer (`on_…`).
    """
    USER_ID: Final[UserIdType]
    """
    The user's id inside the tenant. The app needs the field scope `contact:user.employee_id:readonly`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class ValueKind:
    """
    Which kind of value a [`FormValue`] is.
    """
    BOOLEAN: Final[ValueKind]
    """
    `boolean` has it.
    """
    DATE: Final[ValueKind]
    """
    `days` has it.
    """
    DATE_TIME: Final[ValueKind]
    """
    `milliseconds` has it.
    """
    DEPARTMENT: Final[ValueKind]
    """
    `text` has the department's id, of the kind that `department_id_type` asked for.
    """
    EMPLOYMENT: Final[ValueKind]
    """
    `text` has the employee, as a user id of the kind that `user_id_type` asked for.
    """
    EMPTY: Final[ValueKind]
    """
    Nothing was set.
    """
    ENUM: Final[ValueKind]
    """
    `text` has the id of the option.
    """
    FILE: Final[ValueKind]
    """
    `file` has it.
    """
    I18N: Final[ValueKind]
    """
    `i18n` has it.
    """
    LIST: Final[ValueKind]
    """
    `items` has it: each stands for one of the `sub_values`.
    """
    NUMBER: Final[ValueKind]
    """
    `text` has it, in decimal digits: it may be longer than any number type.
    """
    OBJECT: Final[ValueKind]
    """
    `object` has it.
    """
    RECORD: Final[ValueKind]
    """
    `records` has it: each points at one of the `sub_values`.
    """
    TEXT: Final[ValueKind]
    """
    `text` has it.
    """
    UNKNOWN: Final[ValueKind]
    """
    Of no known kind, of two kinds at once, or not what its kind should be: `unknown` has it.
    """
    USER: Final[ValueKind]
    """
    `text` has the user's id, of the kind that `user_id_type` asked for.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __int__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...

@final
class WaitFor:
    """
    Reads one process until it has come to one of some statuses.

    It reads at once, then after 2 s, and after pauses that double up to 30 s (each up to a quarter shorter, so that many
    waiting calls do not come together), within the quota that all reads of a process share, and a last time 1 s before its
    time is over. A read that fails and may succeed later is repeated after the next pause; any other failure ends it. The
    app needs the scope `corehr:process:read`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, until: SupportsGetItem[int, Status] | None = None, timeout: SupportsIndex | None = None, user_id_type: UserIdType | None = None) -> WaitFor: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def timeout(self, /) -> int | None:
        """
        How long to wait in all, in milliseconds; by default 600,000: ten minutes. There is no upper limit.
        """
    @property
    def until(self, /) -> list[Status] | None:
        """
        The statuses to wait for; by default those in which a process has ended: completed, rejected, revoked, withdrawn.
        """
    @property
    def user_id_type(self, /) -> UserIdType | None:
        """
        The kind of the users' ids in the answer; Feishu's default is `open_id`.
        """

@final
class WithdrawProcess:
    """
    Ends a process that is still running (status 1): it becomes withdrawn (status 4).

    PUT `/open-apis/corehr/v2/process_withdraw/{process_id}`
    ([page](https://open.feishu.cn/document/uAjLw4CM/ukTMukTMukTM/corehr-v2/process_withdraw/update)).
    Who may: its initiator, a process administrator, a document administrator, or the system. The app needs the scope
    `corehr:process.instance:write`. At most 50 calls a second.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str, actor: Incomplete, reason: str | None = None) -> WithdrawProcess: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actor(self, /) -> Actor:
        """
        Who withdraws it.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process: a number of 19 digits, as text. At most 128 bytes; no separator, space or control character.
        """
    @property
    def reason(self, /) -> str | None:
        """
        Why, for people: at most 500 characters. Feishu does not say whether an empty one is accepted.
        """

@final
class Withdrawn:
    """
    The process is withdrawn.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, process_id: str = ..., attribution: Attribution = ..., attempts: SupportsIndex = ..., resent_unread: bool = ..., log_id: str | None = None) -> Withdrawn: ...
    def __reduce__(self, /) -> tuple[Any, tuple]: ...
    def __repr__(self, /) -> str: ...
    @property
    def attempts(self, /) -> int:
        """
        How many times the withdrawal was sent.
        """
    @property
    def attribution(self, /) -> Attribution:
        """
        By whom, as far as can be known.
        """
    @property
    def log_id(self, /) -> str | None:
        """
        The log id of the answer that decided.
        """
    @property
    def process_id(self, /) -> str:
        """
        The process.
        """
    @property
    def resent_unread(self, /) -> bool:
        """
        Whether it was sent again without the process being read in between, because reading is forbidden.
        """

def claim_interpreter() -> None:
    """
    Raises `ImportError` in every interpreter but the first that asks. pyo3 itself no longer refuses.
    """

def decode_reply(operation: "str", status: "int", headers: "dict[str, str] | list[tuple[str, str]] | None" = None, body: "bytes | str | None" = None) -> "Empty | FlowTemplate | FormVariables | Process | ProcessPage | TaskPage":
    """
    Reads an answer that another HTTP stack fetched: the result, or the error that it stands for is raised.

    `operation` is a name out of `OPERATIONS`. The error's `effect` is judged by this one answer alone.
    """

def explain(operation: "str", code: "int") -> "Explanation | None":
    """
    What is known about a code that an operation answered, or `None`: no page explains it then.
    """

def invalid_argument(operation: str, problems: SupportsGetItem[int, tuple[str, str]]) -> BaseException:
    """
    The error for arguments that Python alone can judge: pairs of a field and the rule that it breaks.
    """

def is_proxy(url: "str") -> "bool":
    """
    Whether this is a URL that `proxy` takes.
    """

def operations() -> list[str]:
    """
    The names of all operations.
    """

def plain_values(variables: "FormVariables | FlowTemplate | list[FormVariable]") -> "dict[str, Any]":
    """
    Variables of a form or a flow as plain nested data, by name: a record is a dict of its fields, a list a list, and what
    they point at stands in its place.

    Texts, numbers, options and ids are str, a date is its days and a moment its milliseconds since 1970-01-01 UTC, an
    empty value is `None`, and a value of an unknown kind is its own JSON. A record with several record ids is a list of
    dicts; what points at nothing is `None` in a record, and its own text in a list. Values nested more than 32 deep, as in
    a circle, and more than 1,000,000 of them raise a `BadEnvelopeError`.
    """

def restore_request(method: str, url: str, headers: SupportsGetItem[int, tuple[str, str]], body: SupportsGetItem[int, SupportsIndex] | None, numbers: tuple[SupportsIndex, SupportsIndex, SupportsIndex, bool]) -> HttpRequest:
    """
    The request that was pickled.
    """
