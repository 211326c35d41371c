"""The client for threads."""

from __future__ import annotations

from . import _options
from ._arguments import any_call, lasting, listed, milliseconds
from ._host import Host
from ._native import (
    AddApprovers,
    Already,
    AnyCall,
    Bulk,
    GetFlowVariables,
    GetFormVariables,
    GetProcess,
    GetTemplate,
    ListProcesses,
    ListTasks,
    Pages,
    ReadBack,
    ReviewTask,
    RevokeProcess,
    Settle,
    StartCandidates,
    StartProcess,
    Status,
    TransferTasks,
    WaitFor,
    WithdrawProcess,
)
from .call_answer import of_native
from .items import Items

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any, Literal, Union

    from ._arguments import _Pairs
    from ._native import (
        Accepted,
        Actor,
        ApprovalType,
        BulkProgress,
        Decision,
        DepartmentIdType,
        ExtraType,
        FlowTemplate,
        FormVariables,
        HttpRequest,
        HttpResponse,
        ListedTask,
        NewFormVariable,
        Observation,
        Process,
        Reviewed,
        Revoked,
        Settled,
        Started,
        Target,
        TaskStatus,
        User,
        UserIdType,
        Withdrawn,
    )
    from .bulk import BulkRun
    from .call_answer import CallAnswer
    from .token_cache import TokenCache

    _Method = Literal["DELETE", "GET", "PATCH", "POST", "PUT"]
    """What may be called."""
    _Request = Union[
        AddApprovers,
        AnyCall,
        GetFlowVariables,
        GetFormVariables,
        GetProcess,
        GetTemplate,
        ListProcesses,
        ListTasks,
        ReviewTask,
        RevokeProcess,
        StartProcess,
        TransferTasks,
        WithdrawProcess,
    ]
    """The request of any call."""


class Client:
    """Calls Feishu from threads; any number of them may share one client.

    One client keeps one token, the pace of each operation's quota, and connections; make one and keep it. After a
    fork the child makes its own of these by itself. Ctrl-C ends a waiting call within 0.2 s.

    Args:
        app_id: `cli_…`; by default the environment's `FEISHU_APP_ID`.
        app_secret: By default the environment's `FEISHU_APP_SECRET`.
        token: A function that returns a tenant access token, in place of app id and secret. It is asked once per
            call. If it has a parameter `refused`, that says whether the last token was refused.
        base_url: `FEISHU` (the default), `LARK`, or another URL; by default the environment's `FEISHU_BASE_URL`.
        allow_other_hosts: Whether the base URL may name another host than Feishu's and Lark's.
        allow_insecure_loopback: Whether the base URL may be plain http on this machine, and https on it.
        deadline: How long a call may take, waiting and resending included, in seconds; by default 60,
            and 120 for a read, which may have to wait for the next minute of its quota.
        rate_share: The part of every quota that this client may use, above 0 and at most 1: two processes that share
            an app take 0.5 each.
        quotas: Quotas that differ from the documented ones: `{"withdraw_process": (calls, seconds)}`.
        proxy: A proxy's URL, for instance `http://user:password@proxy.example:8080`.
        trust_env: Whether `HTTPS_PROXY`, `NO_PROXY` and the like are obeyed. They are ignored by default.
        root_certificates: Roots beside the system's: the path of a PEM file, or PEM as bytes. A server's own
            self-signed certificate may be one.
        on_attempt: Is called with an `Observation` when a request starts, and with one when it has ended. What it
            raises goes to `sys.unraisablehook`.
        token_cache: An object with `load(key)` and `save(key, value)`, to share a token between processes.
        transport: A function from `HttpRequest` to `HttpResponse`, in place of the built-in HTTP: an app's own
            networking, or a test double. It raises `TransportFailure` when there is no answer.

    Functions that are given run on the thread of the call that they are for, which waits for them beyond its deadline:
    a token function or a transport that may hang needs a timeout of its own, which `HttpRequest.timeout` is for.

    Raises:
        InvalidArgumentError: An option breaks a rule, or the credentials are missing.
        TypeError: An option is of a wrong type.
    """

    __slots__ = ("__weakref__", "_host", "_native")

    def __init__(
        self,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        token: Callable[..., str] | None = None,
        base_url: str | None = None,
        allow_other_hosts: bool = False,
        allow_insecure_loopback: bool = False,
        deadline: float | None = None,
        rate_share: float = 1.0,
        quotas: Mapping[str, tuple[int, float]] | None = None,
        proxy: str | None = None,
        trust_env: bool = False,
        root_certificates: str | bytes | os.PathLike[str] | None = None,
        on_attempt: Callable[[Observation], object] | None = None,
        token_cache: TokenCache | None = None,
        transport: Callable[[HttpRequest], HttpResponse] | None = None,
    ) -> None:
        """See the class."""
        self._native = _options.native(
            is_async=False,
            app_id=app_id,
            app_secret=app_secret,
            token=token,
            base_url=base_url,
            allow_other_hosts=allow_other_hosts,
            allow_insecure_loopback=allow_insecure_loopback,
            deadline=deadline,
            rate_share=rate_share,
            quotas=quotas,
            proxy=proxy,
            trust_env=trust_env,
            root_certificates=root_certificates,
            on_attempt=on_attempt,
            token_cache=token_cache,
            transport=transport,
        )
        self._host = Host(_options.token_function(token), token_cache, transport, on_attempt)

    def withdraw_process(
        self,
        process_id: str,
        *,
        actor: Actor | User,
        reason: str | None = None,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        check_first: bool = False,
        already_withdrawn: Already = Already.SUCCESS,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Withdrawn:
        """Withdraw a running process, and know what happened.

        Where an answer proves nothing, the process is read before the request is sent again; where the app may not
        read, `read_back` decides.

        Args:
            process_id: A number of 19 digits, as text.
            actor: `System()`, or a user: `OpenId("ou_…")`, `UnionId(…)`, `UserId(…)`, `PeopleCorehrId(…)`.
            reason: Why, for people: at most 500 characters.
            read_back: What to do where reading is forbidden; see `ReadBack`.
            check_first: Whether to read the process first, within the same deadline and quota, and to write nothing
                unless it is running. Where reading is forbidden, the call ends with `ForbiddenError`.
            already_withdrawn: Whether a process that is withdrawn already, and not by an answer to this call, is a
                success or `NotWithdrawableError`; see `Already`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            NotWithdrawableError: It is not running any more: completed, rejected or revoked.
            Error: Any other failure; its `effect` says whether the process may have been withdrawn.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = WithdrawProcess(process_id=process_id, actor=actor, reason=reason)
        return self._call(  # type: ignore[no-any-return]
            request, deadline, token, request_id, read_back, already_withdrawn, check_first
        )

    def revoke_process(
        self,
        process_id: str,
        *,
        actor: Actor | User,
        reason: str | None = None,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        check_first: bool = False,
        already_revoked: Already = Already.SUCCESS,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Revoked:
        """Undo a completed process, and know what happened.

        Where an answer proves nothing, the process is read before the request is sent again, as for a withdrawal.
        `Revoked.status` says whether it is revoked or still being revoked, where a read has told it.

        Args:
            process_id: A number of 19 digits, as text.
            actor: Who revokes: a process administrator or a document administrator as a user, or `System()`.
            reason: Why, for people: at most 500 characters.
            read_back: What to do where reading is forbidden; see `ReadBack`.
            check_first: Whether to read the process first, within the same deadline and quota, and to write nothing
                unless it is completed. Where reading is forbidden, the call ends with `ForbiddenError`.
            already_revoked: Whether a process that is revoked already, and not by an answer to this call, is a
                success or `NotRevocableError`; see `Already`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            NotRevocableError: It is not completed.
            Error: Any other failure; its `effect` says whether the process may have been revoked.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = RevokeProcess(process_id=process_id, actor=actor, reason=reason)
        return self._call(  # type: ignore[no-any-return]
            request, deadline, token, request_id, read_back, already_revoked, check_first
        )

    def withdraw_processes(
        self,
        process_ids: Iterable[str],
        *,
        actor: Actor | User,
        reason: str | None = None,
        journal: str | os.PathLike[str] | None = None,
        on_progress: Callable[[BulkProgress], object] | None = None,
        max_in_flight: int | None = None,
        max_failures: int | None = None,
        expect_count: int | None = None,
        allow_any_id: bool = False,
        keep_reasons: bool = False,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        check_first: bool = False,
        already_withdrawn: Already = Already.SUCCESS,
        deadline: float | None = None,
        token: str | None = None,
    ) -> BulkRun:
        """Withdraw many running processes, and know what happened to each.

        The list is looked through before anything is sent: every bad entry is named, and a process that stands twice
        is done once. Calls go at the pace of the quota, at most `max_in_flight` at once; what is in doubt at the end is
        read. Partial failure is no exception: each result has its outcome, and `report` the totals.

        With a `journal`, a SQLite file, nothing is lost when the program or the machine stops: the same call with the
        same file goes on with the run, tells the earlier results again (`is_earlier`), sends nothing that has ended,
        and reads what is in doubt before it sends it.

        Args:
            process_ids: Numbers of 19 digits, as text; at most 1,000,000.
            actor: As for one process; the same for all.
            reason: Why, for people: at most 500 characters; the same for all.
            journal: The path of the journal; without one a run cannot be gone on with.
            on_progress: Is called with a `BulkProgress` after results were told.
            max_in_flight: How many calls may go on at once: 1 to 256, by default 256.
            max_failures: The run pauses when so many processes have failed; by default it does not.
            expect_count: How many processes there must be, each counted once; another number is an error.
            allow_any_id: Whether ids may be other than numbers of at most 32 digits.
            keep_reasons: Whether the journal keeps the reason as text; by default it keeps its SHA-256.
            read_back: As for one process.
            check_first: As for one process; a read for each, so at most 100 a minute.
            already_withdrawn: As for one process.
            deadline: How long the call for one process may take, in seconds; by default the client's.
            token: A tenant access token for this run only.

        Raises:
            InvalidArgumentError: An argument breaks a rule; nothing was sent. The first step of the iteration raises it
                for a journal that is in use, damaged, or another run's.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        # Programs for single calls need neither.
        from .bulk import BulkRun, opened

        bulk = Bulk(
            self._native,
            WithdrawProcess(process_id="", actor=actor, reason=reason),
            listed("process_ids", process_ids),
            deadline=deadline,
            token=token,
            read_back=read_back,
            already=already_withdrawn,
            check_first=check_first,
            max_in_flight=max_in_flight,
            max_failures=max_failures,
            expect_count=expect_count,
            allow_any_id=allow_any_id,
            keep_reasons=keep_reasons,
            has_journal=journal is not None,
        )
        return BulkRun(bulk, opened(journal), self._host, on_progress)

    def revoke_processes(
        self,
        process_ids: Iterable[str],
        *,
        actor: Actor | User,
        reason: str | None = None,
        journal: str | os.PathLike[str] | None = None,
        on_progress: Callable[[BulkProgress], object] | None = None,
        max_in_flight: int | None = None,
        max_failures: int | None = None,
        expect_count: int | None = None,
        allow_any_id: bool = False,
        keep_reasons: bool = False,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        check_first: bool = False,
        already_revoked: Already = Already.SUCCESS,
        deadline: float | None = None,
        token: str | None = None,
    ) -> BulkRun:
        """Undo many completed processes, and know what happened to each.

        All is as for `withdraw_processes`, and for one process as for `revoke_process`.
        """
        # Programs for single calls need neither.
        from .bulk import BulkRun, opened

        bulk = Bulk(
            self._native,
            RevokeProcess(process_id="", actor=actor, reason=reason),
            listed("process_ids", process_ids),
            deadline=deadline,
            token=token,
            read_back=read_back,
            already=already_revoked,
            check_first=check_first,
            max_in_flight=max_in_flight,
            max_failures=max_failures,
            expect_count=expect_count,
            allow_any_id=allow_any_id,
            keep_reasons=keep_reasons,
            has_journal=journal is not None,
        )
        return BulkRun(bulk, opened(journal), self._host, on_progress)

    def get_flow_variables(
        self,
        process_id: str,
        *,
        user_id_type: UserIdType | None = None,
        department_id_type: DepartmentIdType | None = None,
        variable_keys: Iterable[str] = (),
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> FormVariables:
        """Read the data of one process's flow, who started it and when included; `plain_values` makes plain data of it.

        For processes of CoreHR and of attendance only.

        Args:
            process_id: A number of 19 digits, as text.
            user_id_type: The kind of the users' ids in the answer; here Feishu's default is
                `UserIdType.PEOPLE_COREHR_ID`.
            department_id_type: The kind of the departments' ids in the answer; here Feishu's default is
                `DepartmentIdType.PEOPLE_COREHR_DEPARTMENT_ID`.
            variable_keys: Only these variables, by their names in the API; all by default.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = GetFlowVariables(
            process_id=process_id,
            user_id_type=user_id_type,
            department_id_type=department_id_type,
            variable_keys=listed("variable_keys", variable_keys),
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def get_form_variables(
        self,
        process_id: str,
        *,
        user_id_type: UserIdType | None = None,
        department_id_type: DepartmentIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> FormVariables:
        """Read what the form of one process holds; `plain_values` makes plain data of it.

        For processes of CoreHR and of attendance only.

        Args:
            process_id: A number of 19 digits, as text.
            user_id_type: The kind of the users' ids in the answer; here Feishu's default is
                `UserIdType.PEOPLE_COREHR_ID`.
            department_id_type: The kind of the departments' ids in the answer; here Feishu's default is
                `DepartmentIdType.PEOPLE_COREHR_DEPARTMENT_ID`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = GetFormVariables(
            process_id=process_id, user_id_type=user_id_type, department_id_type=department_id_type
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def review_task(
        self,
        process_id: str,
        approver_id: str,
        *,
        actor: Actor | User,
        decision: Decision,
        field_values_v2: Iterable[NewFormVariable] = (),
        department_id_type: DepartmentIdType | None = None,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        check_first: bool = False,
        already_reviewed: Already = Already.SUCCESS,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Reviewed:
        """Approve or reject one task, and know what happened.

        Where an answer proves nothing, the process is read before the request is sent again, as for a withdrawal: the
        task's place in it tells.

        Args:
            process_id: A number of 19 digits, as text.
            approver_id: The task: an `approver_id` of the process's `todos`.
            actor: Who decides: the task's own approver as a user, or `System()` in its place.
            decision: `Approve()`, `Approve(reason="…")` or `Reject("…")`; a reason has at most 1,000 characters.
            field_values_v2: Values to write into the task's form along with the decision.
            department_id_type: The kind of the departments' ids in these; Feishu's default is `OPEN_DEPARTMENT_ID`.
            read_back: What to do where reading is forbidden; see `ReadBack`.
            check_first: Whether to read the process first, within the same deadline and quota, and to write nothing
                unless the task is still to do. Where reading is forbidden, the call ends with `ForbiddenError`.
            already_reviewed: Whether a task that has ended so already, and not by an answer to this call, is a success
                or `NotReviewableError`; see `Already`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            NotReviewableError: The task has ended otherwise.
            Error: Any other failure; its `effect` says whether the decision may have been taken.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = ReviewTask(
            process_id=process_id,
            approver_id=approver_id,
            actor=actor,
            decision=decision,
            field_values_v2=listed("field_values_v2", field_values_v2),
            department_id_type=department_id_type,
        )
        return self._call(  # type: ignore[no-any-return]
            request, deadline, token, request_id, read_back, already_reviewed, check_first
        )

    def transfer_tasks(
        self,
        process_id: str,
        *,
        actor: Actor | User,
        to_user_id: User,
        approver_ids: Iterable[str],
        remark: str | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Accepted:
        """Hand tasks of a running process over to somebody else.

        It is never sent again once it may have arrived.

        Args:
            process_id: A number of 19 digits, as text.
            actor: Who hands them over: a user, or `System()`.
            to_user_id: Who gets them, by the same kind of id as the actor, if that is a user.
            approver_ids: The tasks: 1 to 20, each once, of the process's `todos`.
            remark: For people.
            deadline: How long the call may take, in seconds; by default the client's, or 120.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; where `effect` is unknown, `advice` says where to look.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = TransferTasks(
            process_id=process_id,
            actor=actor,
            to_user_id=to_user_id,
            approver_ids=listed("approver_ids", approver_ids),
            remark=remark,
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def add_approvers(
        self,
        process_id: str,
        *,
        actor: Actor | User,
        target: Target,
        extra_type: ExtraType,
        extra_user_ids: Iterable[User],
        approval_type: ApprovalType | None = None,
        remark: str | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Accepted:
        """Add people who must approve, too.

        It is never sent again once it may have arrived: nothing would keep people from being asked twice.

        Args:
            process_id: A number of 19 digits, as text.
            actor: Who adds them: a user, or `System()`.
            target: What they are added to: `ApproverId("…")`, a task, or `NodeId("…")`.
            extra_type: Before it, beside it (`PARALLEL`) or after it.
            extra_user_ids: The people: 1 to 20, each once, by one kind of id, also that of the actor.
            approval_type: Whether all or one of them must approve; beside a target only `ALL_OF` is possible.
            remark: For people.
            deadline: How long the call may take, in seconds; by default the client's, or 120.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; where `effect` is unknown, `advice` says where to look.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = AddApprovers(
            process_id=process_id,
            actor=actor,
            target=target,
            extra_type=extra_type,
            extra_user_ids=listed("extra_user_ids", extra_user_ids),
            approval_type=approval_type,
            remark=remark,
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def start_process(
        self,
        flow_definition_id: str,
        *,
        actor: Actor | User,
        flow_data: Iterable[NewFormVariable] = (),
        department_id_type: DepartmentIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Started:
        """Start a process, if its flow's business type is custom.

        It is never sent again once it may have arrived, and nothing tells afterwards which request has started a
        process.

        Args:
            flow_definition_id: `people_<digits>_<digits>`.
            actor: Who starts it: a user, or `System()`.
            flow_data: The values that the process starts with.
            department_id_type: The kind of the departments' ids in these; Feishu's default is `OPEN_DEPARTMENT_ID`.
            deadline: How long the call may take, in seconds; by default the client's, or 120.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; where `effect` is unknown, `advice` says how to look for the process.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = StartProcess(
            flow_definition_id=flow_definition_id,
            actor=actor,
            flow_data=listed("flow_data", flow_data),
            department_id_type=department_id_type,
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def get_process(
        self,
        process_id: str,
        *,
        user_id_type: UserIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Process:
        """Read one process.

        Args:
            process_id: A number of 19 digits, as text.
            user_id_type: The kind of the users' ids in the answer; Feishu's default is `UserIdType.OPEN_ID`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = GetProcess(process_id=process_id, user_id_type=user_id_type)
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def call(
        self,
        method: _Method,
        path: str,
        *,
        path_parameters: Mapping[str, str] | None = None,
        query: _Pairs | None = None,
        body: object = None,
        quota: tuple[int, float] | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> CallAnswer:
        """Call any method and path of Feishu's API that this library has no method for, with the same care.

        A `GET` is a read and is repeated like any. Every other method is a write that nothing proves: it is never sent
        again once it may have arrived, and ends then with an error whose `effect` is `Effect.UNKNOWN`. Nothing is known
        of its own codes, its scope and its quota.

        Args:
            method: `"DELETE"`, `"GET"`, `"PATCH"`, `"POST"` or `"PUT"`.
            path: From `/open-apis/` on, with its parameters in braces: `/open-apis/contact/v3/departments/{id}`. Not
                below `/open-apis/auth/` and `/open-apis/authen/`.
            path_parameters: The parameters by name; each becomes one segment, encoded, of at most 512 bytes.
            query: Values by name, of which one may be several texts; or pairs, in order.
            body: What `json.dumps` takes; a `GET` has none, and `None` is none.
            quota: `(calls, seconds)` of this method and path, as Feishu's page says; without it nothing paces the call.
            deadline: How long the call may take, in seconds; by default the client's, and without that 60, and for a
                read the quota's seconds more.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; its `effect` says whether it may have taken effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = any_call(method, path, path_parameters, query, body, quota)
        return of_native(self._call(request, deadline, token, request_id))

    def wait_for(
        self,
        process_id: str,
        *,
        until: Iterable[Status] | None = None,
        timeout: float = 600,
        user_id_type: UserIdType | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Process:
        """Read one process until it has ended, or has come to one of some statuses.

        It is read at once, then after 2 s, and after pauses that double up to 30 s, within the quota of all reads of a
        process, and a last time 1 s before the time is over. A read that fails and may succeed later is waited out.

        Args:
            process_id: A number of 19 digits, as text.
            until: The statuses to wait for; by default those in which a process has ended: completed, rejected,
                revoked, withdrawn.
            timeout: How long to wait in all, in seconds, without an upper limit; the `deadline` of calls is another.
            user_id_type: The kind of the users' ids in the answer; Feishu's default is `UserIdType.OPEN_ID`.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            DeadlineError: The time is over; `status` is the last status that was read.
            Error: It cannot be read; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = WaitFor(
            process_id=process_id,
            until=None if until is None else listed("until", until),
            timeout=lasting("wait_for", "timeout", timeout),
            user_id_type=user_id_type,
        )
        return self._call(request, None, token, request_id)  # type: ignore[no-any-return]

    def settle(
        self,
        process_id: str,
        *,
        since: datetime | int,
        goal: Status = Status.WITHDRAWN,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Settled:
        """Find out how a withdrawal or a revocation has ended that ended with effect `UNKNOWN`.

        The process is read. Where that does not decide it, because the request may still be on its way, it is read
        again until 120 s have passed since `since`, the longest that a request is taken to live (an assumption). So
        this may take two minutes, and two more where reads fail; the `deadline` of calls is another.

        Args:
            process_id: A number of 19 digits, as text.
            since: When that call sent its last request, or later (when it raised its error): a `datetime` with a time
                zone, or milliseconds since 1970-01-01 UTC.
            goal: Where it was to lead: `Status.WITHDRAWN`, or `Status.REVOKED` for a revocation.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Returns:
            How it has ended: `SettledAs.DONE` (`attribution` says how sure it is that it was that call), `NOT_DONE` (it
            is safe to send it again), `ELSEWHERE` (it is not possible any more), `UNCLEAR`; and the process's status.

        Raises:
            DeadlineError: The process could not be read in that time.
            Error: It cannot be read, or `since` lies ahead or is not in milliseconds; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        (moment,) = milliseconds("settle", since=since)
        request = Settle(process_id=process_id, since=moment, goal=goal)
        return self._call(request, None, token, request_id)  # type: ignore[no-any-return]

    def get_template(
        self,
        flow_definition_id: str,
        variable_api_names: Iterable[str],
        *,
        user_id_type: UserIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> FlowTemplate:
        """Read of which form the values of a flow's variables are; for development, not for production.

        `FlowTemplate.error_info` has what is wrong with the names, in Feishu's words.

        Args:
            flow_definition_id: `people_<digits>_<digits>`.
            variable_api_names: The variables, 1 to 1,000; a drill-down is written with dots.
            user_id_type: The kind of the users' ids in the answer; Feishu's default is `UserIdType.OPEN_ID`.
            deadline: How long the call may take, in seconds; by default the client's.
            token: A tenant access token for this call only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            Error: It failed; a read has no effect.
            TypeError: An argument is of a wrong type; nothing was sent.
        """
        request = GetTemplate(
            flow_definition_id=flow_definition_id,
            variable_api_names=listed("variable_api_names", variable_api_names),
            user_id_type=user_id_type,
        )
        return self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    def list_processes(
        self,
        *,
        modify_time_from: datetime | int,
        modify_time_to: datetime | int,
        statuses: Iterable[Status] = (),
        page_size: int = 100,
        page_token: str | None = None,
        flow_definition_id: str | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Items[str]:
        """List the ids of the processes that were modified in a span of time, however long.

        A span of 31 days or more is asked for in parts, oldest first; an id may then come twice.

        Args:
            modify_time_from: The span's first moment, itself included: a `datetime` with a time zone, or milliseconds
                since 1970-01-01 UTC.
            modify_time_to: The span's last moment, itself included.
            statuses: Only processes with one of these statuses; all by default.
            page_size: How many ids one request asks for: 1 to 100.
            page_token: Where to go on: the `page_token` of an earlier walk with the same arguments.
            flow_definition_id: Only processes of this flow definition: `people_<digits>_<digits>`.
            deadline: How long each request may take, in seconds; by default the client's.
            token: A tenant access token for this walk only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            InvalidArgumentError: An argument breaks a rule, here and now; other errors come while iterating.
            TypeError: An argument is of a wrong type.
        """
        since, until = milliseconds("list_processes", modify_time_from=modify_time_from, modify_time_to=modify_time_to)
        request = ListProcesses(
            statuses=listed("statuses", statuses),
            page_size=page_size,
            page_token=page_token,
            modify_time_from=since,
            modify_time_to=until,
            flow_definition_id=flow_definition_id,
        )
        return self._items(request, deadline, token, request_id)

    def list_tasks(
        self,
        user_id: str,
        *,
        user_id_type: UserIdType | None = None,
        approver_status: TaskStatus | None = None,
        page_size: int = 100,
        page_token: str | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Items[ListedTask]:
        """List the tasks of one person.

        Args:
            user_id: The person, by an id of the kind that `user_id_type` names.
            user_id_type: The kind of `user_id`; Feishu's default is `UserIdType.OPEN_ID`.
            approver_status: Only tasks with this status: `STARTED`, `IN_PROGRESS`, `REJECTED`, `APPROVED`, `COPIED`,
                `FAILED` or `ROLLED_BACK`; all by default.
            page_size: How many tasks one request asks for: 1 to 100.
            page_token: Where to go on: the `page_token` of an earlier walk with the same arguments.
            deadline: How long each request may take, in seconds; by default the client's.
            token: A tenant access token for this walk only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            InvalidArgumentError: An argument breaks a rule, here and now; other errors come while iterating.
            TypeError: An argument is of a wrong type.
        """
        request = ListTasks(
            user_id=user_id,
            user_id_type=user_id_type,
            approver_status=approver_status,
            page_size=page_size,
            page_token=page_token,
        )
        return self._items(request, deadline, token, request_id)

    def list_start_candidates(
        self,
        flow_definition_id: str,
        *,
        actor: Actor | User,
        since: datetime | int,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Iterator[Process]:
        """List the processes that a `start_process` of unknown effect may have started, for you to judge.

        No read proves that one of them is this one, and the request may still take effect. They are of that
        definition, were created 5 s before `since` or later, and have the actor as their initiator, or none where the
        system started them; what an answer does not have excludes nothing.

        The ids are listed, which takes its turn among 20 calls a minute, and each process is read, among 100 a
        minute. After an error, the next step asks for the same again.

        Args:
            flow_definition_id: That of the start.
            actor: Who was to start it, as in the start.
            since: When that call sent its first request, which its error's `advice` tells, or a moment before the
                call by your own clock: a `datetime` with a time zone, or milliseconds since 1970-01-01 UTC.
            deadline: How long each request may take, in seconds; by default the client's.
            token: A tenant access token for this walk only; it always wins.
            request_id: An id of your own for Feishu's logs: at most 128 visible ASCII characters.

        Raises:
            InvalidArgumentError: An argument breaks a rule, here and now; other errors come while iterating.
            TypeError: An argument is of a wrong type.
        """
        (moment,) = milliseconds("list_start_candidates", since=since)
        start = StartCandidates(flow_definition_id=flow_definition_id, actor=actor, since=moment)
        return self._items(start, deadline, token, request_id)

    def with_options(
        self,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        on_answer: Callable[[HttpResponse], object] | None = None,
    ) -> Client:
        """Give this client once more, with headers of your own or a look at each answer as received.

        `client.with_options(headers={"x-trace": "1"}).withdraw_process(…)` is for one call; the client may be kept for
        more. It shares everything with this one: tokens, pace, connections, and being closed. What is left out stays as
        it is here.

        Args:
            headers: Are sent with every request but those for a token: at most 32, each once, of visible ASCII. Those
                that say what a request is and whose are refused: `authorization`, `content-…`, `cookie`, `host`,
                `user-agent` and the like; `oapi-sdk-request-id` is the option `request_id`. They replace those that
                this client adds.
            on_answer: Is called with the `HttpResponse` of every request but those for a token, before the call goes
                on: `status`, `headers` and `body` as received (decompressed). The last one of a call is that which its
                result or error was made of. What it raises goes to `sys.unraisablehook`.

        Raises:
            InvalidArgumentError: A header breaks a rule.
            TypeError: An argument is of a wrong type.
        """
        _options.check_on_answer(on_answer)
        other = Client.__new__(Client)
        other._native = self._native.with_options(headers, None if on_answer is None else True)
        other._host = self._host if on_answer is None else self._host.hearing(on_answer)
        return other

    def request(self, request: _Request, *, token: str | None = None) -> HttpRequest:
        """Give the request as data, for another HTTP stack or to look at; nothing is sent.

        Without `token` it has no `authorization` header.
        """
        return self._native.request(request, token)

    def close(self) -> None:
        """Close the connections. Calls that begin later raise `RuntimeError`; those in flight end as they would."""
        self._native.close()

    def __enter__(self) -> Client:
        """The client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Say where it calls, and no secret."""
        return repr(self._native)

    def __reduce__(self) -> str:
        """Refuse: a client holds secrets and connections."""
        raise TypeError("a client cannot be pickled or copied")

    def _items(
        self,
        request: ListProcesses | ListTasks | StartCandidates,
        deadline: float | None,
        token: str | None,
        request_id: str | None,
    ) -> Items[Any]:
        pages = Pages(request)
        self._native.check(pages.next(), deadline, token, request_id)
        return Items(pages, lambda page: self._call(page, deadline, token, request_id))

    def _call(
        self,
        request: object,
        deadline: float | None,
        token: str | None,
        request_id: str | None,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        already: Already = Already.SUCCESS,
        check_first: bool = False,
    ) -> Any:
        host = self._host
        return self._native.call(
            request, host, host.is_observed, deadline, token, request_id, read_back, already, check_first
        )
