//! `/open-apis/contact/v3/departments/{department_id}`: something beside CoreHR, for calls that a client has no method for.
//!
//! Every method is served on it, so that each can be tried. What is answered is invented.

use serde_json::{Map, Value, json};

use super::{Call, Operation, Row, gateway};
use crate::answer::{Answer, Source};
use crate::percent;
use crate::state::State;

pub(super) const DELETE: Row = row("DELETE");
pub(super) const GET: Row = row("GET");
pub(super) const PATCH: Row = row("PATCH");
pub(super) const POST: Row = row("POST");
pub(super) const PUT: Row = row("PUT");

const PATH: &str = "/open-apis/contact/v3/departments/{department_id}";

const fn row(method: &'static str) -> Row {
    Row { operation: Operation::Call, name: "call", method, path: PATH, scope: None, limit: None, act: None, serve }
}

/// Whoever writes a field reads it again; a department is there whatever its id, until it is deleted.
fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    gateway::admit(state, call, None)?;
    let received = call.received;
    let id = received.path.rsplit('/').next().map(percent::decoded).unwrap_or_default();
    let known = state.departments.entry(id.clone()).or_insert_with(|| Some(Map::new()));
    if received.method == "DELETE" {
        *known = None;
    }
    let Some(fields) = known else {
        return Ok(Answer::success(&json!({})));
    };
    if received.method != "GET" {
        let Ok(Value::Object(more)) = serde_json::from_slice(&received.body) else {
            return Err(Answer::refusal(400, 9499, "the body is no object", Source::Invented));
        };
        fields.extend(more);
    }
    fields.entry("name").or_insert_with(|| "Department".into());
    fields.insert("department_id".to_owned(), id.into());
    Ok(Answer { source: Source::Invented, ..Answer::success(&json!({ "department": fields })) })
}
