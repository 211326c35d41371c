//! GET /open-apis/corehr/v2/processes/{process_id}

use super::query::{Query, no_such_process};
use super::{Call, Operation, Row, gateway};
use crate::answer::Answer;
use crate::detail;
use crate::settings::READ_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::GetProcess,
    name: "get_process",
    method: "GET",
    path: "/open-apis/corehr/v2/processes/{process_id}",
    scope: Some(READ_SCOPE),
    limit: Some((100, 60_000)),
    act: None,
    serve,
};

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let process = state.processes.read(call.process_id, call.now_ms).ok_or_else(no_such_process)?;
    Ok(Answer::success(&detail::of(process, kind)))
}
