"""The official Python SDK as the driver of `compare.py`: reads the cases, makes each call, tells how it ended."""

from __future__ import annotations

import json
import sys
from typing import Any

import lark_oapi
from lark_oapi.api.corehr.v2 import model

METHODS = {
    "add_approvers": ("process_extra.update", "UpdateProcessExtra", "ProcessExtra"),
    "get_flow_variables": ("process.flow_variable_data", "FlowVariableDataProcess", None),
    "get_form_variables": ("process_form_variable_data.get", "GetProcessFormVariableData", None),
    "get_process": ("process.get", "GetProcess", None),
    "get_template": (
        "process_query_flow_data_template.create",
        "CreateProcessQueryFlowDataTemplate",
        "QueryProcessFlowDataTemplateReq",
    ),
    "list_processes": ("process.list", "ListProcess", None),
    "list_tasks": ("approver.list", "ListApprover", None),
    "review_task": ("process_approver.update", "UpdateProcessApprover", "ProcessApprover"),
    "revoke_process": ("process_revoke.update", "UpdateProcessRevoke", "ProcessRevokeAndWithdraw"),
    "start_process": ("process_start.create", "CreateProcessStart", "StartProcessParam"),
    "transfer_tasks": ("process_transfer.update", "UpdateProcessTransfer", "ProcessTransfer"),
    "withdraw_process": ("process_withdraw.update", "UpdateProcessWithdraw", "ProcessRevokeAndWithdraw"),
}
"""Of each operation, the method, its request and the type of the body."""

asked = json.load(sys.stdin)
builder = lark_oapi.Client.builder().domain(asked["http"]).app_id(asked["app_id"]).app_secret(asked["app_secret"])
client = builder.log_level(lark_oapi.LogLevel.CRITICAL).build()
for case in asked["cases"]:
    path, request_type, body_type = METHODS[case["operation"]]
    request: Any = getattr(model, f"{request_type}Request").builder()
    for field, value in {**case["path"], **case["query"]}.items():
        request = getattr(request, field)(value)
    if body_type is not None:
        request = request.request_body(getattr(model, body_type)(case["body"]))
    method: Any = client.corehr.v2
    for name in path.split("."):
        method = getattr(method, name)
    answer = method(request.build())
    told = {"operation": case["operation"], "by": path, "code": answer.code, "msg": answer.msg}
    print(json.dumps(told), flush=True)
