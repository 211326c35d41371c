//! Scripts, step by step.

use feishu_corehr_sandbox::{Operation, Outcome, Sandbox, Script, Source};
use serde_json::{Value, json};

use crate::client::{
    Connection, End, eventually, exchange, get_request, last, sandbox, token, token_request, withdraw_request,
};

fn load(sandbox: &Sandbox, script: Value) {
    let script: Script = serde_json::from_value(script).expect("the script has the right form");
    sandbox.load_script(&script).expect("the script is valid");
}

fn running(sandbox: &Sandbox) -> String {
    sandbox.demo().processes["running"].clone()
}

#[tokio::test]
async fn steps_are_taken_per_operation_and_the_rest_is_real() {
    let sandbox = sandbox().await;
    load(
        &sandbox,
        json!({"steps": [
            {"on": "withdraw_process", "answer": {"status": 500, "headers": {"x-tt-logid": "L1"}, "json": {"code": 7}}},
            {"on": "get_process", "answer": {"status": 404, "text": "gone"}},
            {"on": "withdraw_process", "answer": {"real": true}},
        ]}),
    );
    let token = token(&sandbox).await;
    let id = running(&sandbox);
    let got = exchange(&sandbox, &get_request(&id, "any")).await;
    assert_eq!((got.status, got.body.as_slice()), (404, b"gone".as_slice()));
    assert_eq!(got.header("x-tt-logid"), None);
    let scripted = exchange(&sandbox, &withdraw_request(&id, "any")).await;
    assert_eq!((scripted.status, scripted.header("X-Tt-Logid")), (500, Some("L1")));
    assert_eq!(scripted.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(scripted.code(), 7);
    assert_eq!(last(&sandbox, Operation::WithdrawProcess).source, Some(Source::Scripted));
    assert_eq!(sandbox.steps_left(), 1);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &token)).await.code(), 0);
    assert_eq!(sandbox.steps_left(), 0);
    assert_eq!(exchange(&sandbox, &get_request(&id, &token)).await.json()["data"]["status"], json!(4));
}

#[tokio::test]
async fn json_is_sent_byte_for_byte() {
    let sandbox = sandbox().await;
    let text = r#"{"steps":[{"on":"token","answer":{"json":{"code": 1e3, "b": 0.0, "code": 18446744073709551616}}}]}"#;
    sandbox.load_script(&serde_json::from_str(text).expect("a script")).expect("it is valid");
    let reply = exchange(&sandbox, &token_request(&sandbox)).await;
    assert_eq!(reply.body, br#"{"code": 1e3, "b": 0.0, "code": 18446744073709551616}"#);
}

#[tokio::test]
async fn an_applied_step_withdraws_whatever_it_answers() {
    let sandbox = sandbox().await;
    let id = running(&sandbox);
    let step = json!({"on": "withdraw_process", "apply": true, "answer": {"cut": "request"}});
    load(&sandbox, json!({"steps": [step, step, step]}));
    for (id, applied) in [(id.as_str(), true), (id.as_str(), false), ("999", true)] {
        let mut connection = Connection::open(&sandbox).await;
        connection.send(&withdraw_request(id, "t-of-a-script")).await;
        assert_eq!(connection.read_to_end().await, End::Reset);
        assert!(connection.bytes.is_empty());
        assert_eq!(last(&sandbox, Operation::WithdrawProcess).applied, applied);
        assert_eq!(sandbox.process(id).map(|process| process.status), Some(4));
    }
}

#[tokio::test]
async fn a_forced_fault_needs_no_good_token() {
    let sandbox = sandbox().await;
    let id = running(&sandbox);
    load(
        &sandbox,
        json!({"steps": [
            {"on": "withdraw_process", "answer": {"fault": "rst-after-head-half"}},
            {"on": "withdraw_process", "apply": true, "answer": {"fault": "500-after"}},
        ]}),
    );
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&withdraw_request(&id, "t-any")).await;
    assert_eq!(connection.read_to_end().await, End::Reset);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, "t-any")).await.status, 500);
    let entry = last(&sandbox, Operation::WithdrawProcess);
    assert_eq!((entry.applied, entry.attempt, entry.fault.as_deref()), (true, 2, Some("500-after")));
}

#[tokio::test]
async fn answers_are_cut_and_stalled_where_asked() {
    let sandbox = sandbox().await;
    load(
        &sandbox,
        json!({"steps": [
            {"on": "token", "answer": {"cut": "head"}},
            {"on": "token", "answer": {"cut": "body", "status": 200, "json": {"code":0}}},
            {"on": "token", "answer": {"stall": "body", "text": "abcd"}},
            {"on": "token", "answer": {"stall": "head"}},
        ]}),
    );
    let mut cut = Connection::open(&sandbox).await;
    cut.send(&token_request(&sandbox)).await;
    assert_eq!(cut.read_to_end().await, End::Fin);
    assert_eq!(cut.bytes, b"HTTP/1.1 20");
    let mut cut = Connection::open(&sandbox).await;
    cut.send(&token_request(&sandbox)).await;
    assert_eq!(cut.read_to_end().await, End::Fin);
    assert!(String::from_utf8_lossy(&cut.bytes).ends_with("Content-Length: 10\r\n\r\n{\"cod"));
    assert_eq!(last(&sandbox, Operation::Token).outcome, Some(Outcome::Cut));

    let mut stalled = Connection::open(&sandbox).await;
    stalled.send(&token_request(&sandbox)).await;
    stalled.read_until(b"\r\n\r\nab").await;
    drop(stalled);
    let entry = eventually(&sandbox, Operation::Token, |entry| entry.client_closed_at_ms.is_some()).await;
    assert_eq!(entry.outcome, Some(Outcome::Stalled));

    let mut stalled = Connection::open(&sandbox).await;
    stalled.send(&token_request(&sandbox)).await;
    eventually(&sandbox, Operation::Token, |entry| entry.attempt == 4).await;
    assert!(stalled.is_silent());
}

#[tokio::test]
async fn a_client_that_leaves_during_a_delay_is_noticed() {
    let sandbox = sandbox().await;
    let id = running(&sandbox);
    let answer = json!({"json": {"code": 0}});
    let step = json!({"on": "withdraw_process", "apply": true, "delay_ms": 600_000, "answer": answer});
    load(&sandbox, json!({"steps": [step]}));
    let mut connection = Connection::open(&sandbox).await;
    connection.send(&withdraw_request(&id, "any")).await;
    eventually(&sandbox, Operation::WithdrawProcess, |entry| entry.applied).await;
    drop(connection);
    let entry = eventually(&sandbox, Operation::WithdrawProcess, |entry| entry.client_closed_at_ms.is_some()).await;
    assert_eq!(entry.outcome, Some(Outcome::ClientGone));
    assert!(entry.applied);
}

#[tokio::test]
async fn an_ordered_script_refuses_what_comes_too_early() {
    let sandbox = sandbox().await;
    let id = running(&sandbox);
    let ok = |on: &str| json!({"on": on, "answer": {"json": {"code": 0}}});
    load(&sandbox, json!({"ordered": true, "steps": [ok("token"), ok("withdraw_process")]}));
    let early = exchange(&sandbox, &withdraw_request(&id, "any")).await;
    assert_eq!((early.status, early.body.as_slice()), (599, b"sandbox: unexpected withdraw_process".as_slice()));
    assert!(last(&sandbox, Operation::WithdrawProcess).unexpected);
    assert_eq!(exchange(&sandbox, &token_request(&sandbox)).await.code(), 0);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, "any")).await.code(), 0);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, "any")).await.status, 599, "no step is left");
    assert_eq!(exchange(&sandbox, &get_request(&id, "t-x")).await.code(), 99_991_663, "not named: real");
}

#[tokio::test]
async fn a_step_must_be_one_thing() {
    let sandbox = sandbox().await;
    for answer in [
        json!({}),
        json!({"real": true, "status": 200}),
        json!({"fault": "204", "cut": "head"}),
        json!({"text": "a", "json": 1}),
        json!({"fault": "no-such-fault"}),
        json!({"base64": "?"}),
    ] {
        let script: Script =
            serde_json::from_value(json!({"steps": [{"on": "token", "answer": answer}]})).expect("the form is right");
        let refused = sandbox.load_script(&script).is_err();
        assert!(refused, "{answer}");
    }
    assert!(serde_json::from_value::<Script>(json!({"steps": [{"on": "token", "answer": {"colour": 1}}]})).is_err());
}
