//! What acts on a process by order of somebody: withdrawing and revoking have the same body and the same checks.

use serde_json::{Value, json};

use super::query::{Query, invalid, no_such_process};
use super::{Call, gateway};
use crate::answer::{Answer, Source};
use crate::processes::Process;
use crate::request::Received;
use crate::state::State;
use crate::users::UserIdType;

/// Documented: at most so many. Whether bytes or characters are counted is not; characters were chosen.
const REASON_CAP: usize = 500;

/// Acts, if the one who is named may: `may` says who.
pub(super) fn act(
    state: &mut State,
    call: &Call<'_>,
    may: impl Fn(&Process, UserIdType, &str) -> bool,
    forbidden: &str,
) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let order = Order::of(call.received)?;
    if order.reason.chars().count() > REASON_CAP {
        return Err(invalid("reason is longer than 500 characters"));
    }
    if order.user_id.is_empty() && !order.system_user {
        return Err(invalid("user_id is required unless system_user is true"));
    }
    let process = state.processes.truth(call.process_id).ok_or_else(no_such_process)?;
    // With both given the system acts: the official sample sends both.
    if !order.system_user && !may(process, kind, &order.user_id) {
        return Err(Answer::refusal(403, 1_161_003, forbidden, Source::Official));
    }
    let lag = state.lag(call.now_ms);
    if let Some(act) = call.row.act
        && !state.processes.act(call.process_id, act, lag)
    {
        let (code, message) = act.refused;
        return Err(Answer::refusal(400, code, message, Source::Official));
    }
    Ok(Answer::success(&json!({})))
}

#[derive(Default)]
struct Order {
    user_id: String,
    reason: String,
    system_user: bool,
}

impl Order {
    fn of(received: &Received) -> Result<Self, Answer> {
        let content_type = received.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !received.body.is_empty() && !media_type.eq_ignore_ascii_case("application/json") {
            // The header is documented as required; what happens without it is not.
            return Err(Answer::refusal(400, 9499, "Content-Type is not application/json", Source::Invented));
        }
        if received.body.is_empty() {
            return Ok(Self::default());
        }
        let body: Value = serde_json::from_slice(&received.body)
            .map_err(|_| Answer::refusal(400, 9499, "Bad Request: the body is not JSON", Source::Official))?;
        let Value::Object(fields) = body else {
            return Err(Answer::refusal(400, 9499, "Bad Request: the body is not a JSON object", Source::Official));
        };
        let mut order = Self::default();
        for (name, value) in fields {
            match (name.as_str(), value) {
                (_, Value::Null) => {}
                ("user_id", Value::String(text)) => order.user_id = text,
                ("reason", Value::String(text)) => order.reason = text,
                ("system_user", Value::Bool(flag)) => order.system_user = flag,
                ("user_id" | "reason" | "system_user", value) => return Err(wrong_type(&name, &value)),
                _ => {}
            }
        }
        Ok(order)
    }
}

/// 99992402, whose page documents `field_violations`.
fn wrong_type(field: &str, value: &Value) -> Answer {
    let violation = json!({"field": field, "value": value.to_string(), "description": "wrong type"});
    let error = json!({"field_violations": [violation]});
    Answer::gateway_with(400, 99_992_402, "field validation failed", Source::Official, error)
}
