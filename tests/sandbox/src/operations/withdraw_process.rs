//! PUT /open-apis/corehr/v2/process_withdraw/{process_id}

use serde_json::{Value, json};

use super::query::{Query, invalid, no_such_process};
use super::{Served, gateway};
use crate::answer::{Answer, Source};
use crate::operation::Operation;
use crate::processes::RUNNING;
use crate::request::Received;
use crate::state::State;

/// Documented: at most so many. Whether bytes or characters are counted is not; characters were chosen.
const REASON_CAP: usize = 500;

pub(super) fn serve(state: &mut State, process_id: &str, received: &Received, now_ms: u64) -> Served {
    match withdraw(state, process_id, received, now_ms) {
        Ok(()) => Served { answer: Answer::success(&json!({})), applied: true },
        Err(answer) => Served { answer, applied: false },
    }
}

fn withdraw(state: &mut State, process_id: &str, received: &Received, now_ms: u64) -> Result<(), Answer> {
    let query = Query::of(received);
    gateway::admit(state, Operation::WithdrawProcess, received, query.get("user_id_type"), now_ms)?;
    let kind = query.user_id_type()?;
    let order = Order::of(received)?;
    if order.reason.chars().count() > REASON_CAP {
        return Err(invalid("reason is longer than 500 characters"));
    }
    if order.user_id.is_empty() && !order.system_user {
        return Err(invalid("user_id is required unless system_user is true"));
    }
    let process = state.processes.truth(process_id).ok_or_else(no_such_process)?;
    // With both given the system acts: the official sample sends both.
    if !order.system_user && !process.may_be_ended_by(kind, &order.user_id) {
        let message = "no permission: not the initiator, a process administrator or a document administrator";
        return Err(Answer::refusal(403, 1_161_003, message, Source::Official));
    }
    if process.status != RUNNING {
        return Err(Answer::refusal(400, 1_161_006, "all approvals have ended", Source::Official));
    }
    let lag = state.lag(now_ms);
    state.processes.withdraw(process_id, lag);
    Ok(())
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
