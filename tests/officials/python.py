"""The official Python SDK against the sandbox: each of the twelve calls works, and is on the wire what ours is.

Both ask for the same. What the official SDK sends is taken from the sandbox's log, what ours sends from the request as
data. Method, path, query, content type and body must be equal; a difference that is known stands in `DIFFERENCES` with
its reason, and one that is not seen any more fails, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import feishu_corehr as ours
import lark_oapi
from lark_oapi.api.corehr.v2 import model as theirs

DIFFERENCES: dict[tuple[str, str], str] = {}
"""Operation and part, and why the two differ."""


class Sandbox:
    """A local Feishu without limits."""

    def __init__(self, program: str) -> None:
        command = [program, "--exit-with-stdin", "--no-limits"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.about: dict[str, Any] = json.loads(self.process.stdout.readline())

    def control(self, path: str, body: Any = None) -> Any:
        """Ask for something that no client can ask for."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.about['control']}/{path}", data)) as answer:
            return json.loads(answer.read() or b"null")

    def created(self, status: int) -> str:
        """A new process."""
        return str(self.control("processes", {"status": status})["process_ids"][0])

    def task(self, process_id: str) -> str:
        """The first task of a process."""
        return str(self.control(f"processes/{process_id}")["nodes"][0]["tasks"][0]["approver_id"])


def built(name: str, body: Any = None, **fields: Any) -> Any:
    """A request of the official SDK, by its builder."""
    builder = getattr(theirs, f"{name}Request").builder()
    for field, value in fields.items():
        builder = getattr(builder, field)(value)
    return (builder if body is None else builder.request_body(body)).build()


def cases(sandbox: Sandbox, client: Any) -> list[tuple[Any, Any, Any]]:
    """Our request, the official method, and its request: each once for every operation."""
    v2 = client.corehr.v2
    users = sandbox.about["users"]
    admin, other = users["process_administrator"]["open_id"], users["stranger"]["open_id"]
    running = [sandbox.created(1) for _ in range(5)]
    rich, flow = sandbox.about["processes"]["rich"], "people_7000000000000000000_7100000000000000000"
    completed = sandbox.created(9)
    tasks = [sandbox.task(process_id) for process_id in running]
    reason = "重复提交 \"a/é\""
    act = theirs.ProcessRevokeAndWithdraw({"user_id": admin, "reason": reason})
    span = {"modify_time_from": 1_766_000_000_000, "modify_time_to": 1_766_000_000_001}
    return [
        (
            ours.WithdrawProcess(process_id=running[0], actor=ours.OpenId(admin), reason=reason),
            v2.process_withdraw.update,
            built("UpdateProcessWithdraw", act, process_id=running[0], user_id_type="open_id"),
        ),
        (
            ours.RevokeProcess(process_id=completed, actor=ours.OpenId(admin), reason=reason),
            v2.process_revoke.update,
            built("UpdateProcessRevoke", act, process_id=completed, user_id_type="open_id"),
        ),
        (
            ours.ListProcesses(
                statuses=[ours.Status.IN_PROGRESS, ours.Status.REVOKING], page_size=7, flow_definition_id=flow, **span
            ),
            v2.process.list,
            built(
                "ListProcess",
                statuses=[1, 15],
                page_size=7,
                flow_definition_id=flow,
                **{name: str(moment) for name, moment in span.items()},
            ),
        ),
        (
            ours.GetProcess(process_id=rich, user_id_type=ours.UserIdType.USER_ID),
            v2.process.get,
            built("GetProcess", process_id=rich, user_id_type="user_id"),
        ),
        (
            ours.GetFormVariables(
                process_id=rich,
                user_id_type=ours.UserIdType.UNION_ID,
                department_id_type=ours.DepartmentIdType.OPEN_DEPARTMENT_ID,
            ),
            v2.process_form_variable_data.get,
            built(
                "GetProcessFormVariableData",
                process_id=rich,
                user_id_type="union_id",
                department_id_type="open_department_id",
            ),
        ),
        (
            ours.GetFlowVariables(process_id=rich, user_id_type=ours.UserIdType.OPEN_ID, variable_keys=["initiator"]),
            v2.process.flow_variable_data,
            built("FlowVariableDataProcess", process_id=rich, user_id_type="open_id", variable_keys=["initiator"]),
        ),
        (
            ours.GetTemplate(flow_definition_id=flow, variable_api_names=["days"]),
            v2.process_query_flow_data_template.create,
            built(
                "CreateProcessQueryFlowDataTemplate",
                theirs.QueryProcessFlowDataTemplateReq({"flow_definition_id": flow, "variable_api_names": ["days"]}),
            ),
        ),
        (
            ours.ListTasks(user_id=admin, user_id_type=ours.UserIdType.OPEN_ID, page_size=7),
            v2.approver.list,
            built("ListApprover", user_id=admin, user_id_type="open_id", page_size=7),
        ),
        (
            ours.ReviewTask(
                process_id=running[1],
                approver_id=tasks[1],
                actor=ours.OpenId(admin),
                decision=ours.Reject(reason=reason),
            ),
            v2.process_approver.update,
            built(
                "UpdateProcessApprover",
                theirs.ProcessApprover({"status": 2, "user_id": admin, "reason": reason}),
                process_id=running[1],
                approver_id=tasks[1],
                user_id_type="open_id",
            ),
        ),
        (
            ours.AddApprovers(
                process_id=running[2],
                actor=ours.OpenId(admin),
                target=ours.ApproverId(tasks[2]),
                extra_type=ours.ExtraType.AFTER,
                extra_user_ids=[ours.OpenId(other)],
                approval_type=ours.ApprovalType.ANY_OF,
                remark=reason,
            ),
            v2.process_extra.update,
            built(
                "UpdateProcessExtra",
                theirs.ProcessExtra(
                    {
                        "operator": admin,
                        "approver_id": tasks[2],
                        "extra_type": 2,
                        "approval_type": 0,
                        "extra_user_ids": [other],
                        "remark": reason,
                    }
                ),
                process_id=running[2],
                user_id_type="open_id",
            ),
        ),
        (
            ours.TransferTasks(
                process_id=running[3],
                actor=ours.OpenId(admin),
                to_user_id=ours.OpenId(other),
                approver_ids=[tasks[3]],
                remark=reason,
            ),
            v2.process_transfer.update,
            built(
                "UpdateProcessTransfer",
                theirs.ProcessTransfer(
                    {"operator": admin, "to_user_id": other, "approver_ids": [tasks[3]], "remark": reason}
                ),
                process_id=running[3],
                user_id_type="open_id",
            ),
        ),
        (
            ours.StartProcess(flow_definition_id=flow, actor=ours.OpenId(admin)),
            v2.process_start.create,
            built(
                "CreateProcessStart",
                theirs.StartProcessParam({"flow_definition_id": flow, "initiator_id": admin}),
                user_id_type="open_id",
            ),
        ),
    ]


def parts(method: str, target: str, body: Any, headers: Any) -> dict[str, Any]:
    """What must be equal. The order of a query and of a body's fields means nothing."""
    split = urlsplit(target)
    return {
        "content type": [value.lower() for name, value in headers if name.lower() == "content-type"],
        "method": method,
        "path": split.path,
        "query": sorted(parse_qsl(split.query, keep_blank_values=True)),
        "body": json.loads(body) if body else None,
    }


def main() -> None:
    """Compare, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sandbox", required=True, help="the sandbox's program")
    sandbox = Sandbox(parser.parse_args().sandbox)
    about = sandbox.about
    builder = lark_oapi.Client.builder().domain(about["http"]).app_id(about["app_id"]).app_secret(about["app_secret"])
    official = builder.log_level(lark_oapi.LogLevel.CRITICAL).build()
    client = ours.Client(token=lambda: "t-1")
    wrong, seen = [], set()
    for request, method, their_request in cases(sandbox, official):
        prepared = client.request(request)
        answer = method(their_request)
        entry = sandbox.control("log")[-1]
        name = entry["operation"]
        seen.add(name)
        if answer.code != 0:
            wrong.append(f"{name}: the official call ends with {answer.code}: {answer.msg}")
        mine = parts(prepared.method, prepared.url, prepared.body, prepared.headers)
        their = parts(entry["method"], f"{entry['path']}?{entry['query']}", entry["body"], entry["headers"])
        differing = {part for part in mine if mine[part] != their[part]}
        known = {part for operation, part in DIFFERENCES if operation == name}
        for part in sorted(differing - known):
            wrong.append(f"{name}: the {part} differs\n  ours:   {mine[part]}\n  theirs: {their[part]}")
        for part in sorted(known - differing):
            wrong.append(f"{name}: the {part} does not differ any more")
        notes = [f"; {part} differs: {DIFFERENCES[name, part]}" for part in sorted(differing & known)]
        print(f"{name}: code {answer.code}{''.join(notes)}")
    missing = {name for name in ours.OPERATIONS if name not in seen} - {"call", "settle", "wait_for"}
    if missing:
        wrong.append(f"not compared: {', '.join(sorted(missing))}")
    sandbox.process.kill()
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(seen)} operations: lark-oapi sends what this library sends")


if __name__ == "__main__":
    main()
