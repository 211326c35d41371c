//! GET /open-apis/corehr/v2/processes/{process_id}

use super::gateway;
use super::query::{Query, no_such_process};
use crate::answer::Answer;
use crate::detail;
use crate::operation::Operation;
use crate::request::Received;
use crate::state::State;

pub(super) fn serve(state: &mut State, process_id: &str, received: &Received, now_ms: u64) -> Result<Answer, Answer> {
    let query = Query::of(received);
    gateway::admit(state, Operation::GetProcess, received, query.get("user_id_type"), now_ms)?;
    let kind = query.user_id_type()?;
    let process = state.processes.read(process_id, now_ms).ok_or_else(no_such_process)?;
    Ok(Answer::success(&detail::of(process, kind)))
}
