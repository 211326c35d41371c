//! What every business request passes first: its token, its scope, its rate limit.

use serde_json::json;

use super::Call;
use crate::answer::{Answer, Source};
use crate::limits::Exceeded;
use crate::request::Received;
use crate::settings::USER_ID_SCOPE;
use crate::state::State;

/// Lets a request pass, or refuses it. The order of the checks is invented.
pub(super) fn admit(state: &mut State, call: &Call<'_>, user_id_type: Option<&str>) -> Result<(), Answer> {
    let now_ms = state.gateway_ms(call.now_ms);
    let app_id = authorized(state, call.received, now_ms)?;
    for scope in [call.row.scope, (user_id_type == Some("user_id")).then_some(USER_ID_SCOPE)].into_iter().flatten() {
        if !state.scopes_of(&app_id).contains(scope) {
            // That the field scope refuses the whole request is invented.
            let source = if scope == USER_ID_SCOPE { Source::Invented } else { Source::Observed };
            return Err(missing_scope(&app_id, scope, source));
        }
    }
    if state.settings.limits {
        let scale = state.settings.limit_scale;
        let status = state.settings.limit_status;
        state
            .limits
            .take(call.row.operation, &app_id, scale, now_ms)
            .map_err(|exceeded| too_frequent(status, exceeded, Source::Official))?;
    }
    Ok(())
}

/// The app that the request's token belongs to.
fn authorized(state: &State, received: &Received, now_ms: u64) -> Result<String, Answer> {
    let status = state.settings.token_error_status;
    // 400 was probed, and one report has 200; the documents give no status.
    let refuse = |code, message| Err(Answer::gateway(status, code, message, Source::Observed));
    let Some(token) = received.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
        return refuse(99_991_661, "Missing access token for authorization.");
    };
    if let Some(app_id) = state.tokens.owner(token, now_ms) {
        return Ok(app_id.to_owned());
    }
    if token.starts_with("eyJ") || token.starts_with("u-") {
        return refuse(99_991_668, "Invalid access token for authorization: a user access token is not supported.");
    }
    if token.starts_with("t-") || token.starts_with("a-") {
        return refuse(99_991_663, "Invalid access token for authorization.");
    }
    let message = "Invalid access token format for authorization: it must start with t- or u-.";
    Err(Answer::gateway(status, 99_991_671, message, Source::Official))
}

/// 99991672 with everything that real responses carry.
pub(crate) fn missing_scope(app_id: &str, scope: &str, source: Source) -> Answer {
    let link = format!("https://open.feishu.cn/app/{app_id}/auth?q={scope}&op_from=openapi&token_type=tenant");
    let english = format!("Access denied. One of the following scopes is required: [{scope}].");
    let chinese = format!("应用尚未开通所需的应用身份权限：[{scope}]，点击链接申请并开通任一权限即可：");
    let message = format!("{english}{chinese}{link}");
    let error = json!({
        "message": message,
        "permission_violations": [{"type": "action_scope_required", "subject": scope}],
        "helps": [{"url": link, "description": "申请应用身份权限"}],
    });
    Answer::gateway_with(400, 99_991_672, &message, source, error)
}

/// 99991400 with the headers that the documents name.
pub(crate) fn too_frequent(status: u16, exceeded: Exceeded, source: Source) -> Answer {
    Answer::envelope(status, source, &json!({"code": 99_991_400, "msg": "request trigger frequency limit"}))
        .with_header("x-ogw-ratelimit-limit", exceeded.limit.to_string())
        .with_header("x-ogw-ratelimit-reset", exceeded.reset_s.to_string())
}
