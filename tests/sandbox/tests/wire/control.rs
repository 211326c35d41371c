//! The control endpoint does what the library does.

use feishu_corehr_sandbox::{LogEntry, Operation, Sandbox};
use serde_json::{Value, json};

use crate::client::{Reply, exchange, get_request, read_status, request, sandbox, token, withdraw_request};

async fn control(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Reply {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    exchange(sandbox, &request(method, &format!("/_sandbox{path}"), None, &body)).await
}

#[tokio::test]
async fn it_is_never_in_the_log_and_shows_it() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let id = sandbox.demo().processes["running"].clone();
    exchange(&sandbox, &withdraw_request(&id, &token)).await;
    let log: Vec<LogEntry> =
        serde_json::from_value(control(&sandbox, "GET", "/log", Value::Null).await.json()).expect("a log");
    assert_eq!(log.len(), 2);
    assert_eq!(log[0].operation, Operation::Token);
    assert_eq!((log[1].n, log[1].process_id.as_deref(), log[1].applied), (2, Some(id.as_str()), true));
    assert!(log[1].headers.contains(&("Authorization".to_owned(), format!("Bearer {token}"))));
}

#[tokio::test]
async fn processes_are_added_and_seen_as_they_are() {
    let sandbox = sandbox().await;
    let body = json!([
        {"process_id": "42", "status": 9, "initiator": null},
        {"initiator": "ou_x", "detail": {"properties": 2}},
        {"initiator": {"open_id": "ou_y", "user_id": "y"}, "process_administrators": ["ou_z"]},
    ]);
    let ids = control(&sandbox, "POST", "/processes", body).await.json()["process_ids"].clone();
    assert_eq!(ids[0], json!("42"));
    let seen = control(&sandbox, "GET", "/processes/42", Value::Null).await.json();
    assert_eq!((&seen["status"], &seen["initiator"]), (&json!(9), &Value::Null));
    let third = ids[2].as_str().expect("an id");
    let seen = control(&sandbox, "GET", &format!("/processes/{third}"), Value::Null).await.json();
    assert_eq!(seen["initiator"]["user_id"], json!("y"));
    assert_eq!(control(&sandbox, "GET", "/processes/43", Value::Null).await.status, 404);
    let token = token(&sandbox).await;
    let second = exchange(&sandbox, &get_request(ids[1].as_str().expect("an id"), &token)).await.json();
    assert_eq!((&second["data"]["properties"], &second["data"]["initiator_id"]), (&json!(2), &json!("ou_x")));
}

#[tokio::test]
async fn tokens_are_revoked() {
    let sandbox = sandbox().await;
    let id = sandbox.demo().processes["running"].clone();
    let first = token(&sandbox).await;
    assert_eq!(control(&sandbox, "POST", "/tokens/revoke", json!({"same_again": true})).await.status, 200);
    assert_eq!(exchange(&sandbox, &get_request(&id, &first)).await.code(), 99_991_663);
    assert_eq!(token(&sandbox).await, first);
    control(&sandbox, "POST", "/tokens/revoke", Value::Null).await;
    assert_ne!(token(&sandbox).await, first);
}

#[tokio::test]
async fn a_reset_puts_everything_back() {
    let sandbox = sandbox().await;
    let first = token(&sandbox).await;
    let id = sandbox.demo().processes["running"].clone();
    exchange(&sandbox, &withdraw_request(&id, &first)).await;
    control(&sandbox, "POST", "/settings", json!({"read_lag_ms": 5})).await;
    control(&sandbox, "POST", "/faults", json!([{"on": "get_process", "fault": "204", "times": 9}])).await;
    control(&sandbox, "POST", "/script", json!({"steps": [{"on": "token", "answer": {"status": 500}}]})).await;
    assert_eq!(control(&sandbox, "GET", "/script", Value::Null).await.json(), json!({"steps_left": 1}));
    control(&sandbox, "POST", "/reset", Value::Null).await;
    assert!(sandbox.log().is_empty());
    assert_eq!(sandbox.steps_left(), 0);
    assert_eq!(sandbox.settings().read_lag_ms, 0);
    let second = token(&sandbox).await;
    assert_ne!(second, first);
    assert_eq!(read_status(&sandbox, &id, &second).await, 1);
}

#[tokio::test]
async fn a_wrong_order_says_what_is_wrong() {
    let sandbox = sandbox().await;
    for (path, body, word) in [
        ("/settings", json!({"speed": 1}), "speed"),
        ("/faults", json!({"on": "token", "fault": "nope"}), "nope"),
        ("/faults", json!({"on": "nobody", "fault": "204"}), "nobody"),
        ("/script", json!({"steps": [{"on": "token", "answer": {}}]}), "step 0"),
        ("/processes", json!({"colour": 1}), "colour"),
    ] {
        let reply = control(&sandbox, "POST", path, body).await;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status, 400, "{path}");
        assert!(text.contains(word), "{text}");
    }
    assert_eq!(control(&sandbox, "GET", "/nothing", Value::Null).await.status, 404);
}

#[tokio::test]
async fn the_catalogue_is_shown() {
    let sandbox = sandbox().await;
    let faults = control(&sandbox, "GET", "/faults", Value::Null).await.json();
    let all = faults.as_array().expect("a list");
    assert_eq!(all.len(), Sandbox::faults().count());
    let fault = all.iter().find(|fault| fault["name"] == "rst-after-applied").expect("it is there");
    assert_eq!(
        (&fault["group"], &fault["effect"], &fault["number"]),
        (&json!("cut"), &json!("applied"), &json!("F15"))
    );
    assert!(all.iter().all(|fault| fault["does"].as_str().is_some_and(|text| !text.is_empty())));
    control(&sandbox, "POST", "/faults", json!({"on": "token", "fault": "204", "times": 0})).await;
    control(&sandbox, "DELETE", "/faults", Value::Null).await;
    token(&sandbox).await;
}
