"""How a typed program uses the package: it is checked by mypy and pyright, and never run."""

import asyncio
from datetime import datetime, timezone
from typing import Any

import feishu_corehr
from feishu_corehr import (
    Accepted,
    Already,
    Approve,
    AsyncClient,
    Attribution,
    CallAnswer,
    Client,
    Effect,
    Error,
    ExtraType,
    FormVariables,
    HttpRequest,
    HttpResponse,
    ListedTask,
    NewFormValue,
    NewFormVariable,
    NodeId,
    NotWithdrawableError,
    Observation,
    OpenId,
    Page,
    ReadBack,
    Reject,
    Settled,
    SettledAs,
    Started,
    Status,
    System,
    TaskStatus,
    UserIdType,
    Withdrawn,
    plain_values,
)


def seen(observation: Observation) -> None:
    """A hook."""
    attempt: int = observation.attempt
    del attempt


class Cache:
    """A token cache."""

    def load(self, key: str) -> "bytes | None":
        """Nothing."""
        return None

    def save(self, key: str, value: bytes) -> None:
        """Nothing."""


def transport(request: HttpRequest) -> HttpResponse:
    """A test double."""
    return HttpResponse(200, {"x-tt-logid": "LOG"}, request.body or b"")


async def async_transport(request: HttpRequest) -> HttpResponse:
    """A test double."""
    return transport(request)


async def token() -> str:
    """A token function."""
    return "t"


def use() -> Status:
    """Threads."""
    with Client(app_id="a", on_attempt=seen, token_cache=Cache(), transport=transport) as client:
        done: Withdrawn = client.withdraw_process("7", actor=System(), read_back=ReadBack.REQUIRED, deadline=5)
        client.withdraw_process("7", actor=System(user=OpenId("ou_1")), reason=None)
        client.withdraw_process("7", actor=OpenId("ou_1"), check_first=True, already_withdrawn=Already.ERROR)
        tasks: list[ListedTask] = list(client.list_tasks("ou_1", approver_status=TaskStatus.IN_PROGRESS))
        form: FormVariables = client.get_form_variables(tasks[0].process_id)
        plain: dict[str, Any] = plain_values(form)
        NewFormVariable(variable_api_name="a", variable_value=NewFormValue.Text("x"))
        del plain
        client.review_task("7", "8", actor=System(), decision=Approve(), field_values_v2=[])
        client.review_task("7", "8", actor=OpenId("ou_1"), decision=Reject(reason="no"), already_reviewed=Already.ERROR)
        client.add_approvers(
            "7", actor=System(), target=NodeId("9"), extra_type=ExtraType.AFTER, extra_user_ids=[OpenId("ou_1")]
        )
        moved: Accepted = client.transfer_tasks("7", actor=System(), to_user_id=OpenId("ou_1"), approver_ids=["8"])
        started: Started = client.start_process("people_7_7", actor=System())
        answer: CallAnswer = client.call("PATCH", "/open-apis/a/{id}", path_parameters={"id": "1"}, body=[None, 1.5])
        client.call("GET", "/open-apis/a", query={"a": "1", "ids": ["x", "y"]}, quota=(20, 60))
        client.call("GET", "/open-apis/a", query=[("ids", "x"), ("ids", "y")])
        settled: Settled = client.settle("7", since=datetime.now(timezone.utc), goal=Status.REVOKED)
        safe: bool = settled.settled is SettledAs.NOT_DONE
        client.settle("7", since=1_766_000_000_000)
        for candidate in client.list_start_candidates("people_7_7", actor=System(), since=datetime.now(timezone.utc)):
            name: str | None = candidate.initiator_id
            del name
        del moved, started, answer, safe
        answers: list[HttpResponse] = []
        mine: Client = client.with_options(headers={"x-a": "1"}, on_answer=answers.append)
        mine.with_options(headers=[("x-a", "1")])
        pages: list[Page[str]] = list(mine.list_processes(modify_time_from=0, modify_time_to=1).pages())
        kept: tuple[list[str], str | None, bool] = (pages[0].items, pages[0].page_token, pages[0].has_more)
        del kept
        attribution: Attribution = done.attribution
        del attribution
        ids: list[str] = list(client.list_processes(modify_time_from=0, modify_time_to=datetime.now(timezone.utc)))
        try:
            return client.get_process(ids[0], user_id_type=UserIdType.OPEN_ID).status
        except NotWithdrawableError as error:
            number: int | None = error.status
            del number
        except Error as error:
            effect: Effect = error.effect
            text: str = error.advice.zh if error.advice else str(error)
            del effect, text
    explanation = feishu_corehr.explain("withdraw_process", 1161006)
    assert explanation is not None
    return Status.UNKNOWN


async def use_async() -> None:
    """Asyncio."""
    async with AsyncClient(token=token, transport=async_transport) as client:
        done: Withdrawn = await client.withdraw_process("7", actor=System())
        del done
        async for process_id in client.list_processes(
            modify_time_from=0, modify_time_to=1, statuses=[Status.WITHDRAWN]
        ):
            length: int = len(process_id)
            del length
        candidates = client.list_start_candidates("people_7_7", actor=OpenId("ou_1"), since=1_766_000_000_000)
        async for candidate in candidates:
            at: int | None = candidate.create_time
            del at
        mine: AsyncClient = client.with_options(headers={"x-a": "1"})
        async for page in mine.list_tasks("ou_1").pages():
            tasks: list[ListedTask] = page.items
            del tasks


if __name__ == "__main__":
    use()
    asyncio.run(use_async())
