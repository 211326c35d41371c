//! Tokens, scopes and apps.

use feishu_corehr_sandbox::{App, READ_SCOPE, Settings, SettingsChange, WRITE_SCOPE};
use serde_json::{Value, json};

use crate::client::{TOKEN_PATH, exchange, get_request, read_status, request, sandbox, start, token, withdraw_request};
use crate::operations::{LIST, WITHDRAW, refusal};

#[tokio::test]
async fn a_failed_token_request_is_http_200_with_a_code() {
    let sandbox = sandbox().await;
    let ask = async |body: Value| exchange(&sandbox, &request("POST", TOKEN_PATH, None, &body.to_string())).await;
    for (body, code) in [
        (json!({}), 10_003),
        (json!({"app_id": "malformed", "app_secret": "s"}), 10_003),
        (json!({"app_id": "cli_unknown", "app_secret": "s"}), 10_014),
        (json!({"app_id": sandbox.app_id(), "app_secret": "wrong"}), 10_014),
        (json!({"app_id": sandbox.app_id(), "app_secret": sandbox.app_secret()}), 0),
    ] {
        assert_eq!(refusal(&ask(body.clone()).await), (200, code), "{body}");
    }
    sandbox.change_settings(SettingsChange { token_failure_status: Some(400), ..SettingsChange::default() });
    assert_eq!(refusal(&ask(json!({})).await), (400, 10_003));
}

#[tokio::test]
async fn a_token_lives_as_long_as_set_and_is_renewed_in_its_last_half_hour() {
    let sandbox = sandbox().await;
    let id = sandbox.demo().processes["running"].clone();
    let first = token(&sandbox).await;
    let at = |seconds: u64| SettingsChange { clock_offset_ms: Some(seconds * 1000), ..SettingsChange::default() };
    sandbox.change_settings(at(5000));
    assert_eq!(token(&sandbox).await, first);
    sandbox.change_settings(at(5401));
    let second = token(&sandbox).await;
    assert_ne!(second, first);
    assert_eq!(read_status(&sandbox, &id, &first).await, 1, "both are valid");
    assert_eq!(read_status(&sandbox, &id, &second).await, 1);
    sandbox.change_settings(at(7201));
    assert_eq!(exchange(&sandbox, &get_request(&id, &first)).await.code(), 99_991_663);
    assert_eq!(read_status(&sandbox, &id, &second).await, 1);
}

#[tokio::test]
async fn a_bad_token_is_refused_with_the_code_of_its_kind() {
    let sandbox = sandbox().await;
    let id = sandbox.demo().processes["running"].clone();
    for (token, code) in
        [("t-void", 99_991_663), ("u-user", 99_991_668), ("eyJhbGciOi.J9", 99_991_668), ("x", 99_991_671)]
    {
        let reply = exchange(&sandbox, &get_request(&id, token)).await;
        assert_eq!(refusal(&reply), (400, code), "{token}");
        assert_eq!(reply.json()["error"]["log_id"].as_str(), reply.header("X-Tt-Logid"));
    }
    let without = request("GET", &format!("{LIST}/{id}"), None, "");
    assert_eq!(refusal(&exchange(&sandbox, &without).await), (400, 99_991_661));
    let no_prefix = get_request(&id, "t-void").replace("Bearer ", "");
    assert_eq!(refusal(&exchange(&sandbox, &no_prefix).await), (400, 99_991_661));
    sandbox.change_settings(SettingsChange { token_error_status: Some(200), ..SettingsChange::default() });
    assert_eq!(refusal(&exchange(&sandbox, &get_request(&id, "t-void")).await), (200, 99_991_663));
}

#[tokio::test]
async fn a_missing_scope_is_named_with_all_its_links() {
    let sandbox = sandbox().await;
    let token = token(&sandbox).await;
    let id = sandbox.demo().processes["running"].clone();
    let scopes = Some([WRITE_SCOPE.to_owned()].into());
    sandbox.change_settings(SettingsChange { scopes, ..SettingsChange::default() });
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, &token)).await.code(), 0);
    let reply = exchange(&sandbox, &get_request(&id, &token)).await;
    assert_eq!(refusal(&reply), (400, 99_991_672));
    let body = reply.json();
    assert!(body["msg"].as_str().is_some_and(|text| text.contains(&format!("[{READ_SCOPE}]"))));
    assert_eq!(
        body["error"]["permission_violations"],
        json!([{"type": "action_scope_required", "subject": READ_SCOPE}])
    );
    let link = format!(
        "https://open.feishu.cn/app/{}/auth?q={READ_SCOPE}&op_from=openapi&token_type=tenant",
        sandbox.app_id()
    );
    assert_eq!(body["error"]["helps"][0]["url"], json!(link));
    assert!(body["error"]["troubleshooter"].is_string());
    let path = format!("{WITHDRAW}/{id}?user_id_type=user_id");
    let named = exchange(&sandbox, &request("PUT", &path, Some(&token), r#"{"user_id":"x"}"#)).await;
    assert_eq!(refusal(&named), (400, 99_991_672));
}

#[tokio::test]
async fn apps_have_their_own_tokens_limits_and_scopes() {
    let sandbox = start(Settings { limit_scale: 0.01, ..Settings::default() }).await;
    let other =
        App { app_id: "cli_other".into(), app_secret: "s".into(), scopes: Some([READ_SCOPE.to_owned()].into()) };
    sandbox.add_app(other);
    let body = json!({"app_id": "cli_other", "app_secret": "s"}).to_string();
    let reply = exchange(&sandbox, &request("POST", TOKEN_PATH, None, &body)).await.json();
    let theirs = reply["tenant_access_token"].as_str().expect("a token");
    let ours = token(&sandbox).await;
    assert_ne!(ours, theirs);
    let id = sandbox.demo().processes["running"].clone();
    assert_eq!(exchange(&sandbox, &get_request(&id, &ours)).await.status, 200);
    assert_eq!(exchange(&sandbox, &get_request(&id, &ours)).await.status, 429);
    assert_eq!(exchange(&sandbox, &get_request(&id, theirs)).await.status, 200);
    assert_eq!(exchange(&sandbox, &withdraw_request(&id, theirs)).await.code(), 99_991_672);
}
