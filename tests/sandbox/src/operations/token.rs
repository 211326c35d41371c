//! POST /open-apis/auth/v3/tenant_access_token/internal

use serde_json::{Value, json};

use super::{Call, Operation, Row};
use crate::answer::{Answer, Source};
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::Token,
    name: "token",
    method: "POST",
    path: "/open-apis/auth/v3/tenant_access_token/internal",
    scope: None,
    // No page limits it.
    limit: None,
    act: None,
    serve,
};

/// Any Content-Type is taken, and none: the official Python SDK sends none.
fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let status = state.settings.token_failure_status;
    // Failures were seen with HTTP 200 and a code.
    let refuse = |code, message| Err(failure(status, code, message));
    let body: Value = serde_json::from_slice(&call.received.body).unwrap_or_default();
    let field = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let (app_id, app_secret) = (field("app_id"), field("app_secret"));
    if !app_id.starts_with("cli_") || app_secret.is_empty() {
        return refuse(10_003, "invalid param");
    }
    let Some(app) = state.apps.get(app_id) else {
        return refuse(10_014, "app id not exists");
    };
    if app.app_secret != app_secret {
        return refuse(10_014, "app secret invalid");
    }
    let now_ms = state.gateway_ms(call.now_ms);
    let life_ms = state.settings.token_life_s.saturating_mul(1000);
    let grant = state.tokens.grant(app_id, life_ms, now_ms);
    let envelope = json!({"code": 0, "msg": "ok", "tenant_access_token": grant.token, "expire": grant.expire_s});
    Ok(Answer::envelope(200, Source::Official, &envelope))
}

fn failure(status: u16, code: i64, message: &str) -> Answer {
    Answer::envelope(status, Source::Observed, &json!({"code": code, "msg": message}))
}
