//! What acts on a process by order of somebody: withdrawing and revoking have the same body and the same checks.

use serde_json::json;

use super::body::Body;
use super::query::{Query, invalid, no_such_process};
use super::{Call, gateway};
use crate::answer::{Answer, Source};
use crate::processes::Process;
use crate::state::State;
use crate::users::UserIdType;

/// Documented: at most so many. Whether bytes or characters are counted is not; characters were chosen.
const REASON_CAP: usize = 500;

/// Acts, if the one who is named may: `may` says who. The process goes from the one status to the other.
pub(super) fn act(
    state: &mut State,
    call: &Call<'_>,
    (from, to): (i64, i64),
    may: impl Fn(&Process, UserIdType, &str) -> bool,
    forbidden: &str,
) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let body = Body::of(call.received)?;
    let (user_id, system_user) = (body.text("user_id")?, body.flag("system_user")?);
    if body.text("reason")?.chars().count() > REASON_CAP {
        return Err(invalid("reason is longer than 500 characters"));
    }
    if user_id.is_empty() && !system_user {
        return Err(invalid("user_id is required unless system_user is true"));
    }
    let process = state.processes.truth(call.process_id).ok_or_else(no_such_process)?;
    // With both given the system acts: the official sample sends both.
    if !system_user && !may(process, kind, user_id) {
        return Err(Answer::refusal(403, 1_161_003, forbidden, Source::Official));
    }
    let lag = state.lag(call.now_ms);
    if !state.processes.act(call.process_id, from, to, lag) {
        let (code, message) = call.row.act.map(|act| act.refused).unwrap_or_default();
        return Err(Answer::refusal(400, code, message, Source::Official));
    }
    Ok(Answer::success(&json!({})))
}

/// Brings a process to that status without any check; one that there is not is made.
pub(super) fn force(state: &mut State, call: &Call<'_>, to: i64) -> bool {
    let id = call.process_id;
    let lag = state.lag(call.now_ms);
    match state.processes.truth(id).map(|process| process.status) {
        Some(status) => status != to && state.processes.set_status(id, to, lag),
        None => {
            state.processes.add(Process { process_id: id.to_owned(), status: to, ..Process::default() });
            true
        }
    }
}
