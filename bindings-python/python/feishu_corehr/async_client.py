"""The client for asyncio."""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context, copy_context
from weakref import ref

from . import _options
from ._arguments import any_call, lasting, listed, milliseconds
from ._host import AsyncHost
from ._native import (
    AddApprovers,
    Already,
    Bulk,
    GetFlowVariables,
    GetFormVariables,
    GetProcess,
    GetTemplate,
    ListProcesses,
    ListTasks,
    Pages,
    ReadBack,
    Registry,
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
from .items import AsyncItems

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    import os
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any

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
    from .async_bulk import AsyncBulkRun
    from .call_answer import CallAnswer
    from .client import _Method, _Request
    from .token_cache import AsyncTokenCache, TokenCache


class AsyncClient:
    """Calls Feishu from asyncio, without blocking the event loop. Its options and methods are those of `Client`.

    One client keeps one token, the pace of each operation's quota, and connections; make one and keep it. A thread of
    its own drives the connections. Cancelling the task that waits closes the call's connection at once; the
    `CancelledError` then has an attribute `effect`, and from Python 3.11 on a note. (Before 3.11, who awaits that task
    from another one gets a new `CancelledError`, whose `__context__` is this one.)

    Args:
        token: As for `Client`; it may be an async function.
        transport: As for `Client`; it may be an async function.
        token_cache: As for `Client`; its methods may be async.

    All others are those of `Client`, and so is what is raised.
    """

    __slots__ = ("__weakref__", "_host", "_loops", "_native")

    def __init__(
        self,
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        token: Callable[..., str | Awaitable[str]] | None = None,
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
        token_cache: TokenCache | AsyncTokenCache | None = None,
        transport: Callable[[HttpRequest], Awaitable[HttpResponse] | HttpResponse] | None = None,
    ) -> None:
        """See the class."""
        self._native = _options.native(
            is_async=True,
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
        self._host = AsyncHost(_options.token_function(token), token_cache, transport, on_attempt)
        self._loops = _Loops()

    async def withdraw_process(
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
        """Withdraw a running process, and know what happened: as `Client.withdraw_process`."""
        request = WithdrawProcess(process_id=process_id, actor=actor, reason=reason)
        return await self._call(  # type: ignore[no-any-return]
            request, deadline, token, request_id, read_back, already_withdrawn, check_first
        )

    async def revoke_process(
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
        """Undo a completed process, and know what happened: as `Client.revoke_process`."""
        request = RevokeProcess(process_id=process_id, actor=actor, reason=reason)
        return await self._call(  # type: ignore[no-any-return]
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
    ) -> AsyncBulkRun:
        """As `Client.withdraw_processes`, for `async for`."""
        # Programs for single calls need neither.
        from .async_bulk import AsyncBulkRun
        from .bulk import opened

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
        return AsyncBulkRun(bulk, opened(journal), self._host, on_progress, self._loops.registry)

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
    ) -> AsyncBulkRun:
        """As `Client.revoke_processes`, for `async for`."""
        # Programs for single calls need neither.
        from .async_bulk import AsyncBulkRun
        from .bulk import opened

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
        return AsyncBulkRun(bulk, opened(journal), self._host, on_progress, self._loops.registry)

    async def get_flow_variables(
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
        """Read the data of one process's flow: as `Client.get_flow_variables`."""
        request = GetFlowVariables(
            process_id=process_id,
            user_id_type=user_id_type,
            department_id_type=department_id_type,
            variable_keys=listed("variable_keys", variable_keys),
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def get_form_variables(
        self,
        process_id: str,
        *,
        user_id_type: UserIdType | None = None,
        department_id_type: DepartmentIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> FormVariables:
        """Read what the form of one process holds: as `Client.get_form_variables`."""
        request = GetFormVariables(
            process_id=process_id, user_id_type=user_id_type, department_id_type=department_id_type
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def review_task(
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
        """Approve or reject one task, and know what happened: as `Client.review_task`."""
        request = ReviewTask(
            process_id=process_id,
            approver_id=approver_id,
            actor=actor,
            decision=decision,
            field_values_v2=listed("field_values_v2", field_values_v2),
            department_id_type=department_id_type,
        )
        return await self._call(  # type: ignore[no-any-return]
            request, deadline, token, request_id, read_back, already_reviewed, check_first
        )

    async def transfer_tasks(
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
        """Hand tasks over to somebody else: as `Client.transfer_tasks`."""
        request = TransferTasks(
            process_id=process_id,
            actor=actor,
            to_user_id=to_user_id,
            approver_ids=listed("approver_ids", approver_ids),
            remark=remark,
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def add_approvers(
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
        """Add people who must approve, too: as `Client.add_approvers`."""
        request = AddApprovers(
            process_id=process_id,
            actor=actor,
            target=target,
            extra_type=extra_type,
            extra_user_ids=listed("extra_user_ids", extra_user_ids),
            approval_type=approval_type,
            remark=remark,
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def start_process(
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
        """Start a process: as `Client.start_process`."""
        request = StartProcess(
            flow_definition_id=flow_definition_id,
            actor=actor,
            flow_data=listed("flow_data", flow_data),
            department_id_type=department_id_type,
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def get_process(
        self,
        process_id: str,
        *,
        user_id_type: UserIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Process:
        """Read one process: as `Client.get_process`."""
        request = GetProcess(process_id=process_id, user_id_type=user_id_type)
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

    async def call(
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
        """Call any method and path of Feishu's API: as `Client.call`."""
        request = any_call(method, path, path_parameters, query, body, quota)
        return of_native(await self._call(request, deadline, token, request_id))

    async def wait_for(
        self,
        process_id: str,
        *,
        until: Iterable[Status] | None = None,
        timeout: float = 600,
        user_id_type: UserIdType | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Process:
        """Read one process until it has come to one of some statuses: as `Client.wait_for`."""
        request = WaitFor(
            process_id=process_id,
            until=None if until is None else listed("until", until),
            timeout=lasting("wait_for", "timeout", timeout),
            user_id_type=user_id_type,
        )
        return await self._call(request, None, token, request_id)  # type: ignore[no-any-return]

    async def settle(
        self,
        process_id: str,
        *,
        since: datetime | int,
        goal: Status = Status.WITHDRAWN,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Settled:
        """Find out how a withdrawal or a revocation has ended whose effect is unknown: as `Client.settle`."""
        (moment,) = milliseconds("settle", since=since)
        request = Settle(process_id=process_id, since=moment, goal=goal)
        return await self._call(request, None, token, request_id)  # type: ignore[no-any-return]

    async def get_template(
        self,
        flow_definition_id: str,
        variable_api_names: Iterable[str],
        *,
        user_id_type: UserIdType | None = None,
        deadline: float | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> FlowTemplate:
        """Read of which form the values of a flow's variables are: as `Client.get_template`."""
        request = GetTemplate(
            flow_definition_id=flow_definition_id,
            variable_api_names=listed("variable_api_names", variable_api_names),
            user_id_type=user_id_type,
        )
        return await self._call(request, deadline, token, request_id)  # type: ignore[no-any-return]

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
    ) -> AsyncItems[str]:
        """List the ids of processes, for `async for`: as `Client.list_processes`."""
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
    ) -> AsyncItems[ListedTask]:
        """List the tasks of one person, for `async for`: as `Client.list_tasks`."""
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
    ) -> AsyncIterator[Process]:
        """List what a start may have started, for `async for`: as `Client.list_start_candidates`."""
        (moment,) = milliseconds("list_start_candidates", since=since)
        start = StartCandidates(flow_definition_id=flow_definition_id, actor=actor, since=moment)
        return self._items(start, deadline, token, request_id)

    def with_options(
        self,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        on_answer: Callable[[HttpResponse], object] | None = None,
    ) -> AsyncClient:
        """Give this client once more, with own headers or a look at each answer: as `Client.with_options`."""
        _options.check_on_answer(on_answer)
        other = AsyncClient.__new__(AsyncClient)
        other._native = self._native.with_options(headers, None if on_answer is None else True)
        other._host = self._host if on_answer is None else self._host.hearing(on_answer)
        other._loops = self._loops
        return other

    def request(self, request: _Request, *, token: str | None = None) -> HttpRequest:
        """Give the request as data; nothing is sent: as `Client.request`."""
        return self._native.request(request, token)

    async def close(self) -> None:
        """Close the connections. Calls that begin later raise `RuntimeError`; those in flight end cancelled."""
        from asyncio import sleep

        self._native.close()
        registry = self._loops.registry_if_any()
        try:
            # The thread that stops now ends the calls in flight; whether it can still wake this loop does not matter.
            while registry is not None and registry.is_ours and not registry.is_idle:
                registry.drain()
                await sleep(0.001)
        finally:
            self._loops.leave()

    async def __aenter__(self) -> AsyncClient:
        """The client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.close()

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
    ) -> AsyncItems[Any]:
        pages = Pages(request)
        self._native.check(pages.next(), deadline, token, request_id)
        return AsyncItems(pages, lambda page: self._call(page, deadline, token, request_id))

    async def _call(
        self,
        request: object,
        deadline: float | None,
        token: str | None,
        request_id: str | None,
        read_back: ReadBack = ReadBack.BEST_EFFORT,
        already: Already = Already.SUCCESS,
        check_first: bool = False,
    ) -> Any:
        loops, host = self._loops, self._host
        registry = loops.registry()
        future = loops.running().create_future()
        ongoing = registry.start(
            self._native,
            request,
            future,
            host,
            copy_context(),
            host.is_observed,
            deadline,
            token,
            request_id,
            read_back,
            already,
            check_first,
        )
        try:
            return await future
        except loops.cancelled as cancelled:
            ongoing.cancel(cancelled)
            raise
        except GeneratorExit:
            ongoing.drop()
            raise


class _Loops:
    """The event loops that a client is called on, and what each hears of its calls by."""

    __slots__ = ("__weakref__", "_registries", "cancelled", "running")

    def __init__(self) -> None:
        # asyncio is imported by who uses it, not by who imports this package.
        import asyncio

        self.cancelled = asyncio.CancelledError
        self.running = asyncio.get_running_loop
        self._registries: dict[asyncio.AbstractEventLoop, Registry] = {}

    def registry_if_any(self) -> Registry | None:
        """What the running loop hears of its calls by, where there have been any."""
        return self._registries.get(self.running())

    def registry(self) -> Registry:
        """What the running loop hears of its calls by."""
        loop = self.running()
        registry = self._registries.get(loop)
        if registry is None or not registry.is_ours:
            registry = self._open(loop)
        return registry

    def _open(self, loop: asyncio.AbstractEventLoop) -> Registry:
        """Watch a registry on this loop: a client outlives loops, and may serve several at once."""
        for closed in [known for known in self._registries if known.is_closed()]:
            del self._registries[closed]
        registry = Registry()
        try:
            # In no call's context: it serves all of them.
            Context().run(loop.add_reader, registry.fileno(), registry.drain)
        except NotImplementedError:
            registry.wake_by(_wake(loop, registry))
        self._registries[loop] = registry
        return registry

    def leave(self) -> None:
        """Let the loops forget the registries; called from any thread."""
        while self._registries:
            loop, registry = self._registries.popitem()
            if registry.is_ours and not loop.is_closed():
                with suppress(RuntimeError):  # it was closed meanwhile
                    loop.call_soon_threadsafe(_forget, loop, registry)

    def __del__(self) -> None:
        """Let a client that nobody closed leave nothing behind."""
        if hasattr(self, "_registries"):
            self.leave()


def _wake(loop: asyncio.AbstractEventLoop, registry: Registry) -> Callable[[], object]:
    """Tell a loop that cannot watch a socket of new events. What wakes it must not keep the registry."""
    known = ref(registry)

    def wake() -> None:
        registry = known()
        if registry is not None:
            loop.call_soon_threadsafe(registry.drain, context=Context())

    return wake


def _forget(loop: asyncio.AbstractEventLoop, registry: Registry) -> None:
    """Leave a loop, once the calls that it waits for have been told their end."""
    registry.drain()
    if not registry.is_idle:
        loop.call_later(0.001, _forget, loop, registry)
        return
    with suppress(NotImplementedError):
        loop.remove_reader(registry.fileno())
