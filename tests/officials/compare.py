"""The official SDKs against the sandbox: each of the twelve calls works, and is on the wire what ours is.

A driver of each SDK (`python.py`, `node.mjs`, `Java.java`) reads the same cases and makes each call by the official
method, or by the SDK's call of any path where it has no method, and says which. What it sends is taken from the
sandbox's log, what ours sends from the request as data. Method, path, query, content type and body must be equal. A
difference that is known stands in `DIFFERENCES` with its reason, and one that is not seen any more fails, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import feishu_corehr as ours

NODE, JAVA = "@larksuiteoapi/node-sdk", "oapi-sdk"
DIFFERENCES: dict[tuple[str, str, str], tuple[Any, str]] = {
    (NODE, "GET", "body"): ({}, "an empty object goes with every read"),
    (NODE, "GET", "content type"): (["application/json"], "it is said of the empty object"),
    (NODE, "POST", "content type"): (["application/json"], "it names no charset; JSON is UTF-8 without it"),
    (NODE, "PUT", "content type"): (["application/json"], "it names no charset; JSON is UTF-8 without it"),
    (JAVA, "GET", "content type"): (["application/json; charset=utf-8"], "it is said of no body"),
}
"""SDK, method and part; what the SDK sends with every request of that method in place of what ours does, and why."""


class Case(NamedTuple):
    """Our request; and what the official method is given for the same, in the API's own words."""

    request: Any
    path: dict[str, str]
    query: dict[str, Any]
    body: Any


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


def cases(sandbox: Sandbox) -> dict[str, Case]:
    """Every operation once."""
    users = sandbox.about["users"]
    admin, other = users["process_administrator"]["open_id"], users["stranger"]["open_id"]
    withdrawn, reviewed, added, transferred = (sandbox.created(1) for _ in range(4))
    completed, rich = sandbox.created(9), sandbox.about["processes"]["rich"]
    flow = "people_7000000000000000000_7100000000000000000"
    reason = '重复提交 "a/é"'
    by_open_id = {"user_id_type": "open_id"}
    span = {"modify_time_from": 1_766_000_000_000, "modify_time_to": 1_766_000_000_001}
    return {
        "add_approvers": Case(
            ours.AddApprovers(
                process_id=added,
                actor=ours.OpenId(admin),
                target=ours.ApproverId(sandbox.task(added)),
                extra_type=ours.ExtraType.AFTER,
                extra_user_ids=[ours.OpenId(other)],
                approval_type=ours.ApprovalType.ANY_OF,
                remark=reason,
            ),
            {"process_id": added},
            by_open_id,
            {
                "operator": admin,
                "approver_id": sandbox.task(added),
                "extra_type": 2,
                "approval_type": 0,
                "extra_user_ids": [other],
                "remark": reason,
            },
        ),
        "get_flow_variables": Case(
            ours.GetFlowVariables(process_id=rich, user_id_type=ours.UserIdType.OPEN_ID, variable_keys=["initiator"]),
            {"process_id": rich},
            {**by_open_id, "variable_keys": ["initiator"]},
            None,
        ),
        "get_form_variables": Case(
            ours.GetFormVariables(
                process_id=rich,
                user_id_type=ours.UserIdType.UNION_ID,
                department_id_type=ours.DepartmentIdType.OPEN_DEPARTMENT_ID,
            ),
            {"process_id": rich},
            {"user_id_type": "union_id", "department_id_type": "open_department_id"},
            None,
        ),
        "get_process": Case(
            ours.GetProcess(process_id=rich, user_id_type=ours.UserIdType.USER_ID),
            {"process_id": rich},
            {"user_id_type": "user_id"},
            None,
        ),
        "get_template": Case(
            ours.GetTemplate(flow_definition_id=flow, variable_api_names=["days"]),
            {},
            {},
            {"flow_definition_id": flow, "variable_api_names": ["days"]},
        ),
        "list_processes": Case(
            ours.ListProcesses(
                statuses=[ours.Status.IN_PROGRESS, ours.Status.REVOKING], page_size=7, flow_definition_id=flow, **span
            ),
            {},
            {
                "statuses": [1, 15],
                "page_size": 7,
                "flow_definition_id": flow,
                **{name: str(moment) for name, moment in span.items()},
            },
            None,
        ),
        "list_tasks": Case(
            ours.ListTasks(user_id=admin, user_id_type=ours.UserIdType.OPEN_ID, page_size=7),
            {},
            {**by_open_id, "user_id": admin, "page_size": 7},
            None,
        ),
        "review_task": Case(
            ours.ReviewTask(
                process_id=reviewed,
                approver_id=sandbox.task(reviewed),
                actor=ours.OpenId(admin),
                decision=ours.Reject(reason=reason),
            ),
            {"process_id": reviewed, "approver_id": sandbox.task(reviewed)},
            by_open_id,
            {"status": 2, "user_id": admin, "reason": reason},
        ),
        "revoke_process": Case(
            ours.RevokeProcess(process_id=completed, actor=ours.OpenId(admin), reason=reason),
            {"process_id": completed},
            by_open_id,
            {"user_id": admin, "reason": reason},
        ),
        "start_process": Case(
            ours.StartProcess(flow_definition_id=flow, actor=ours.OpenId(admin)),
            {},
            by_open_id,
            {"flow_definition_id": flow, "initiator_id": admin},
        ),
        "transfer_tasks": Case(
            ours.TransferTasks(
                process_id=transferred,
                actor=ours.OpenId(admin),
                to_user_id=ours.OpenId(other),
                approver_ids=[sandbox.task(transferred)],
                remark=reason,
            ),
            {"process_id": transferred},
            by_open_id,
            {"operator": admin, "to_user_id": other, "approver_ids": [sandbox.task(transferred)], "remark": reason},
        ),
        "withdraw_process": Case(
            ours.WithdrawProcess(process_id=withdrawn, actor=ours.OpenId(admin), reason=reason),
            {"process_id": withdrawn},
            by_open_id,
            {"user_id": admin, "reason": reason},
        ),
    }


def parts(method: str, target: str, body: Any, headers: Any) -> dict[str, Any]:
    """What must be equal. The order of a query and of a body's fields means nothing."""
    split = urlsplit(target)
    return {
        "body": json.loads(body) if body else None,
        "content type": [value.lower() for name, value in headers if name.lower() == "content-type"],
        "method": method,
        "path": split.path,
        "query": sorted(parse_qsl(split.query, keep_blank_values=True)),
    }


def compared(sandbox: Sandbox, sdk: str, driver: list[str]) -> list[str]:
    """What is wrong, after a line on the screen for each operation."""
    all_cases, client = cases(sandbox), ours.Client(token=lambda: "t-1")
    given = [{**case._asdict(), "operation": name, "request": None} for name, case in all_cases.items()]
    asked = json.dumps({**sandbox.about, "cases": given})
    printed = subprocess.run(driver, input=asked, stdout=subprocess.PIPE, text=True, check=True).stdout
    told = {answer["operation"]: answer for answer in map(json.loads, printed.splitlines())}
    log = sandbox.control("log")
    missing = set(ours.OPERATIONS) - set(all_cases) - {"call", "settle", "wait_for"}
    wrong = [f"{name}: no request of it stands in `cases`" for name in sorted(missing)]
    unseen = {key for key in DIFFERENCES if key[0] == sdk}
    for name, case in all_cases.items():
        entries = [entry for entry in log if entry["operation"] == name]
        if name not in told or len(entries) != 1:
            wrong.append(f"{name}: {len(entries)} requests arrived, and the driver told {told.get(name)}")
            continue
        answer, entry, prepared = told[name], entries[0], client.request(case.request)
        if answer["code"] != 0 or entry["code"] != 0:
            wrong.append(f"{name}: the official call ends with {answer['code']}: {answer['msg']}")
        mine = parts(prepared.method, prepared.url, prepared.body, prepared.headers)
        their = parts(entry["method"], f"{entry['path']}?{entry['query']}", entry["body"], entry["headers"])
        notes = ""
        for part, value in mine.items():
            key = (sdk, prepared.method, part)
            unseen.discard(key)
            wanted, reason = DIFFERENCES.get(key, (value, None))
            if their[part] != wanted:
                wrong.append(f"{name}: wrong {part}\n  ours:   {value}\n  wanted: {wanted}\n  theirs: {their[part]}")
            elif reason is not None:
                notes += f"; {part} {wanted}: {reason}"
        print(f"{sdk}: {name}: {answer['by']}: code {answer['code']}{notes}", flush=True)
    return wrong + [f"nothing is sent that could have the known difference {key}" for key in sorted(unseen)]


def main() -> None:
    """Compare, and say what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sandbox", help="the sandbox's program")
    parser.add_argument("sdk", help="the SDK's name")
    parser.add_argument("driver", nargs=argparse.REMAINDER, help="its driver's command line")
    arguments = parser.parse_args()
    sandbox = Sandbox(arguments.sandbox)
    try:
        wrong = compared(sandbox, arguments.sdk, arguments.driver)
    finally:
        sandbox.process.kill()
    if wrong:
        sys.exit("\n".join(f"{arguments.sdk}: {line}" for line in wrong))


if __name__ == "__main__":
    main()
