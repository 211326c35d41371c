"""The Python side of the sandbox: run with pytest where the wheel is installed."""

import json
import ssl
import urllib.error
import urllib.request

import pytest
from feishu_corehr_sandbox import Sandbox, SandboxError


def ask(sandbox: Sandbox, base: str) -> str:
    body = json.dumps({"app_id": sandbox.app_id, "app_secret": sandbox.app_secret}).encode()
    url = base + "/open-apis/auth/v3/tenant_access_token/internal"
    context = ssl.create_default_context(cafile=sandbox.certificate) if base.startswith("https") else None
    with urllib.request.urlopen(urllib.request.Request(url, data=body), context=context) as answer:
        token: str = json.load(answer)["tenant_access_token"]
        return token


def test_both_addresses_answer(feishu_sandbox: Sandbox) -> None:
    assert ask(feishu_sandbox, feishu_sandbox.http) == ask(feishu_sandbox, feishu_sandbox.https)
    assert [entry["tls"] for entry in feishu_sandbox.log()] == [False, True]


def test_every_test_begins_anew(feishu_sandbox: Sandbox) -> None:
    assert feishu_sandbox.log() == []
    assert feishu_sandbox.settings()["limits"] is False


def test_faults_and_scripts_are_taken(feishu_sandbox: Sandbox) -> None:
    feishu_sandbox.faults("token", "500-before")
    feishu_sandbox.script([{"on": "token", "answer": {"status": 418}}])
    assert feishu_sandbox.steps_left() == 1
    statuses = []
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError) as caught:
            ask(feishu_sandbox, feishu_sandbox.http)
        statuses.append(caught.value.code)
    assert statuses == [418, 500]
    assert feishu_sandbox.log()[1]["fault"] == "500-before"


def test_processes_are_added(feishu_sandbox: Sandbox) -> None:
    process_id = feishu_sandbox.add_process(status=9, initiator=None)
    assert feishu_sandbox.process(process_id)["status"] == 9


def test_a_wrong_order_says_what_is_wrong(feishu_sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="no fault is called `nope`"):
        feishu_sandbox.faults("token", "nope")


def test_it_ends_with_its_block() -> None:
    with Sandbox(demo_processes=2) as sandbox:
        assert len(sandbox.more) == 2
    with pytest.raises(urllib.error.URLError):
        ask(sandbox, sandbox.http)
    sandbox.close()
