"""Runs the vectors on the Python package and writes what came out, one JSON object a line.

    python tests/shims/python.py --sandbox BINARY --out FILE [--all]

It judges nothing: `cargo run -p feishu-corehr-tests --bin compare -- --runtime python FILE` does. Outcomes are built
from the attributes that a caller sees.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from inspect import isgetsetdescriptor, signature
from pathlib import Path
from typing import Any

from feishu_corehr import (
    OPERATIONS,
    Actor,
    Already,
    ApprovalType,
    Approve,
    ApproverId,
    CallAnswer,
    Client,
    DepartmentIdType,
    Empty,
    Error,
    ExtraType,
    Items,
    ListProcesses,
    ListTasks,
    NewFormValue,
    NewFormVariable,
    NewSubValue,
    NodeId,
    ReadBack,
    RecordValue,
    Reject,
    Status,
    TaskStatus,
    User,
    UserIdType,
    decode_reply,
)

VECTORS = Path(__file__).parents[1] / "vectors"
PHRASES = "steps.json"
SAMPLE = "7328345170959681068"
# Most vectors wait most of the time.
THREADS = 16


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sandbox", required=True, help="the sandbox's program")
    options.add_argument("--out", required=True, help="the file to write")
    options.add_argument("--all", action="store_true", help="not only the crossing vectors")
    chosen = options.parse_args()
    wanted = [vector for vector in vectors() if is_wanted(vector, chosen.all)]
    stage = Stage(chosen.sandbox)
    with ThreadPoolExecutor(THREADS) as threads, open(chosen.out, "w", encoding="utf-8") as out:
        out.write(json.dumps({"runtime": "python", "set": "all" if chosen.all else "crossing"}) + "\n")
        for line in threads.map(stage.play, wanted):
            out.write(json.dumps(line) + "\n")
    stage.close()


def is_wanted(vector: dict[str, Any], every: bool) -> bool:
    return (every or vector.get("crossing", False)) and "python" in (vector.get("runtimes") or ["python"])


def vectors() -> Iterator[dict[str, Any]]:
    """Read all vectors, their phrases and expressions written out."""
    phrases = json.loads((VECTORS / PHRASES).read_text("utf-8"))
    for path in sorted(VECTORS.rglob("*.json")):
        if path.name == PHRASES:
            continue
        for vector in json.loads(path.read_text("utf-8")):
            if "script" in vector:
                steps = vector["script"]["steps"]
                vector["script"]["steps"] = [phrases[step] if isinstance(step, str) else step for step in steps]
            yield expanded(vector)


def expanded(value: Any) -> Any:
    """Write out `{"$repeat": [text, count]}` and `{"$join": [texts]}`."""
    if isinstance(value, list):
        return [expanded(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: expanded(field) for name, field in value.items()}
    if list(fields) == ["$repeat"]:
        text, count = fields["$repeat"]
        return text * count
    if list(fields) == ["$join"]:
        return "".join(fields["$join"])
    return fields


class Sandbox:
    """A running sandbox and its control endpoint."""

    def __init__(self, program: str) -> None:
        self.process = subprocess.Popen(
            [program, "--no-limits", "--exit-with-stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        self.url: str = json.loads(self.process.stdout.readline())["http"]

    def control(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        connection.request(method, f"/_sandbox/{path}", body=data)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {text.decode()}")
        return json.loads(text or b"null")

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


class Stage:
    """One sandbox for each thread."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.mine = threading.local()
        self.sandboxes: list[Sandbox] = []

    def play(self, vector: dict[str, Any]) -> dict[str, Any]:
        if "reply" in vector:
            return {"name": vector["name"], "outcomes": [read(vector["reply"])], "log": []}
        script = vector["script"] if "script" in vector else as_script(vector["request"])
        sandbox = self.sandbox()
        sandbox.control("POST", "reset", {})
        sandbox.control("POST", "script", {"ordered": True, "steps": [for_sandbox(step) for step in script["steps"]]})
        outcomes = perform(script.get("client", {}), script.get("calls") or [{}], sandbox.url)
        return {"name": vector["name"], "outcomes": outcomes, "log": sandbox.control("GET", "log")}

    def sandbox(self) -> Sandbox:
        if not hasattr(self.mine, "sandbox"):
            self.mine.sandbox = Sandbox(self.program)
            self.sandboxes.append(self.mine.sandbox)
        return self.mine.sandbox  # type: ignore[no-any-return]

    def close(self) -> None:
        for sandbox in self.sandboxes:
            sandbox.close()


def as_script(request: dict[str, Any]) -> dict[str, Any]:
    """Make a request vector a script whose server answers with plain successes."""
    call, client = request["call"], request.get("client", {})
    operation = call.get("operation", "withdraw_process")
    success = {"json": {"code": 0, "msg": "success", "data": {}}}
    steps = [{"on": operation, "apply": operation == "withdraw_process", "answer": success}]
    if "token" not in call and "token_function" not in client:
        token = {"code": 0, "msg": "ok", "tenant_access_token": "t-1", "expire": 7200}
        steps.insert(0, {"on": "token", "answer": {"json": token}})
    return {"client": client, "calls": [call], "steps": steps}


def for_sandbox(step: dict[str, Any]) -> dict[str, Any]:
    answer = dict(step["answer"])
    if "fault" not in answer:
        answer.setdefault("status", 200)
    return {**{name: step[name] for name in ("on", "apply", "delay_ms") if name in step}, "answer": answer}


def perform(client: dict[str, Any], calls: list[dict[str, Any]], url: str) -> list[Any]:
    """Make the client and the calls."""
    try:
        made = Client(**client_options(client, url))
    except Error as error:
        return [failed(error)]
    outcomes = []
    with made:
        for call in calls:
            time.sleep(call.get("after_ms", 0) / 1000)
            outcomes.append(outcome(made, call))
    return outcomes


def client_options(client: dict[str, Any], url: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "base_url": client.get("base_url", url),
        "allow_other_hosts": client.get("allow_other_hosts", False),
        "allow_insecure_loopback": client.get("allow_insecure_loopback", "base_url" not in client),
        "rate_share": client.get("rate_share", 1.0),
        "quotas": {
            name: (quota["calls"], quota["window_ms"] / 1000) for name, quota in client.get("quotas", {}).items()
        },
    }
    if "token_function" in client:
        return {**options, "token": token_function(client["token_function"])}
    app_id, app_secret = client.get("app_id", "cli_vector"), client.get("app_secret", "secret-of-the-vectors")
    return {**options, "app_id": app_id, "app_secret": app_secret}


def token_function(answers: list[dict[str, str]]) -> Callable[[], str]:
    left = iter(answers)

    def token() -> str:
        answer = next(left)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["token"]

    return token


def outcome(client: Client, call: dict[str, Any]) -> dict[str, Any]:
    """Call the method of the operation's name with what the vector says of its arguments."""
    operation = call.get("operation", "withdraw_process")
    if operation not in (*OPERATIONS, "call", "settle", "wait_for"):
        raise ValueError(f"a vector names {operation}, which is no operation")
    method = getattr(client, operation)
    known = signature(method).parameters
    given = {**{name: value for name, value in DEFAULTS.items() if name in known}, **call}
    arguments = {name: READINGS.get(name, unchanged)(value) for name, value in given.items() if name in known}
    if "quota_calls" in call:
        arguments["quota"] = (call["quota_calls"], call["quota_window_ms"] / 1000)
    if "deadline_ms" in call:
        arguments["deadline"] = call["deadline_ms"] / 1000
    found: list[Any] = []
    try:
        if "headers" in call:
            method = getattr(client.with_options(headers=[(name, value) for name, value in call["headers"]]), operation)
        if call.get("one_page"):
            client.request(LISTS[operation](**arguments))
            return {"value": {}}
        result = method(**arguments)
        if not isinstance(result, Items):
            return {"value": plain(result)}
        for item in result:
            found.append(plain(item))
            if len(found) == call.get("take"):
                break
    except Error as error:
        return {**failed(error), "items": found} if operation.startswith("list_") else failed(error)
    return {"value": {"items": found, "page_token": result.page_token}}


def unchanged(value: Any) -> Any:
    return value


def moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def read(reply: dict[str, Any]) -> dict[str, Any]:
    """Read an answer by itself, with the content type that the sandbox would give it."""
    answer = reply["answer"]
    body, content_type = b"", None
    if "json" in answer:
        body, content_type = json.dumps(answer["json"], ensure_ascii=False).encode(), "application/json; charset=utf-8"
    elif "text" in answer:
        body, content_type = answer["text"].encode(), "text/plain"
    elif "base64" in answer:
        body, content_type = base64.b64decode(answer["base64"]), "application/octet-stream"
    headers = dict(answer.get("headers", {}))
    if content_type is not None:
        headers.setdefault("content-type", content_type)
    try:
        return {"value": plain(decode_reply(reply["operation"], answer.get("status", 200), headers, body))}
    except Error as error:
        return failed(error)


def actor_of(actor: dict[str, Any]) -> Any:
    if "system" in actor:
        return Actor.System(user_of(actor["user"])) if "user" in actor else Actor.System()
    return user_of(actor)


def user_of(user: dict[str, str]) -> Any:
    (kind, value), *_ = user.items()
    classes: dict[str, Callable[[str], Any]] = {
        "open_id": User.OpenId,
        "people_corehr_id": User.PeopleCorehrId,
        "union_id": User.UnionId,
        "user_id": User.UserId,
    }
    return classes[kind](value)


def decision_of(choice: tuple[str, dict[str, str]]) -> Any:
    word, inside = choice
    return {"approve": Approve, "reject": Reject}[word](**inside)


def variable_of(variable: dict[str, Any]) -> NewFormVariable:
    value = variable.get("variable_value")
    return NewFormVariable(
        variable_api_name=variable["variable_api_name"],
        variable_value=None if value is None else value_of(value),
        sub_values=[
            NewSubValue(key=sub["key"], value=value_of(sub["value"])) for sub in variable.get("sub_values", [])
        ],
    )


def value_of(value: dict[str, Any]) -> Any:
    """Make a value of one of the kinds that vectors write."""
    ((kind, given),) = value.items()
    if kind == "record_values":
        return NewFormValue.Record([RecordValue(**record) for record in given])
    classes: dict[str, Callable[[Any], Any]] = {
        "department_value": NewFormValue.Department,
        "list_values": NewFormValue.Items,
        "number_value": NewFormValue.Number,
        "text_value": NewFormValue.Text,
    }
    return classes[kind](given)


DEFAULTS = {"process_id": SAMPLE, "actor": {"system": True}}
LISTS: dict[str, Any] = {"list_processes": ListProcesses, "list_tasks": ListTasks}
READINGS: dict[str, Callable[[Any], Any]] = {
    "actor": actor_of,
    "already_reviewed": lambda word: getattr(Already, word.upper()),
    "already_revoked": lambda word: getattr(Already, word.upper()),
    "already_withdrawn": lambda word: getattr(Already, word.upper()),
    "approver_status": lambda word: getattr(TaskStatus, word.upper()),
    "department_id_type": lambda word: getattr(DepartmentIdType, word.upper()),
    "goal": lambda word: getattr(Status, word.upper()),
    "modify_time_from": moment,
    "modify_time_to": moment,
    "path_parameters": dict,
    "query": lambda pairs: [(name, value) for name, value in pairs],
    "approval_type": lambda word: getattr(ApprovalType, word.upper()),
    "decision": lambda decision: decision_of(*decision.items()),
    "extra_type": lambda word: getattr(ExtraType, word.upper()),
    "extra_user_ids": lambda users: [user_of(user) for user in users],
    "field_values_v2": lambda variables: [variable_of(variable) for variable in variables],
    "flow_data": lambda variables: [variable_of(variable) for variable in variables],
    "read_back": lambda word: getattr(ReadBack, word.upper()),
    "statuses": lambda words: [getattr(Status, word.upper()) for word in words],
    "target": lambda target: NodeId(target["node_id"]) if "node_id" in target else ApproverId(target["approver_id"]),
    "timeout": lambda milliseconds: milliseconds / 1000,
    "to_user_id": lambda user: user_of(user),
    "until": lambda words: [getattr(Status, word.upper()) for word in words],
    "user_id_type": lambda word: getattr(UserIdType, word.upper()),
}


def failed(error: Error) -> dict[str, Any]:
    return {"error": fields(error, *ERROR)}


def fields(of: object, *names: str) -> dict[str, Any]:
    return {name: plain(getattr(of, name)) for name in names}


def plain(value: Any) -> Any:
    """Make JSON of what the package hands out."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    # All fields but the text that says everything a second time; what has none is a word.
    if isinstance(value, CallAnswer):
        return {name: getattr(value, name) for name in CallAnswer.__slots__ if name != "raw"}
    names = [name for name, field in vars(type(value)).items() if isgetsetdescriptor(field) and name != "raw"]
    return fields(value, *names) if names or isinstance(value, Empty) else str(value)


ERROR = (
    "kind", "operation", "effect", "retryable", "retry_after_ms", "http_status", "code", "msg", "summary", "advice",
    "log_id", "scopes", "troubleshooter", "field_violations", "helps", "problems", "status", "location_host",
    "same_token", "attempts",
)  # fmt: skip

if __name__ == "__main__":
    main()
