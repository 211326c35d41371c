//! What a call ended with; an error is built field by field from what a Rust caller sees.

use feishu_corehr::Error;
use serde_json::{Value, json};

/// An object of the fields that are named; their values are texts, numbers and the like.
macro_rules! object {
    ($of:expr; $($field:ident),* $(,)?) => { json!({ $(stringify!($field): $of.$field),* }) };
}

/// A call that failed.
pub fn error(error: &Error, items: &[Value]) -> Value {
    json!({ "error": fields(error), "items": items })
}

fn fields(error: &Error) -> Value {
    let mut fields = object!(error;
        operation, retryable, retry_after_ms, http_status, code, msg, summary, log_id, scopes, troubleshooter, status,
        location_host, same_token, attempts);
    fields["kind"] = error.kind.as_str().into();
    fields["effect"] = error.effect.as_str().into();
    fields["advice"] = error.advice.as_ref().map(|advice| object!(advice; en, zh)).into();
    fields["field_violations"] =
        error.field_violations.iter().map(|violation| object!(violation; field, value, description)).collect();
    fields["helps"] = error.helps.iter().map(|help| object!(help; url, description)).collect();
    fields["problems"] = error.problems.iter().map(|problem| object!(problem; field, rule)).collect();
    fields
}

/// A call that ended well.
pub fn value(value: &Value) -> Value {
    json!({ "value": value })
}

/// A walk through a list: its items, and where another one would go on.
pub fn walk(items: &[Value], page_token: Option<&str>) -> Value {
    json!({ "value": { "items": items, "page_token": page_token } })
}

/// A success that says nothing more.
pub fn empty() -> Value {
    json!({ "value": {} })
}
