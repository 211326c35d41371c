//! PUT /open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}

use serde_json::json;

use super::body::Body;
use super::query::Query;
use super::{Act, Call, Operation, Row, gateway, people};
use crate::answer::{Answer, Source};
use crate::processes::Process;
use crate::settings::WRITE_SCOPE;
use crate::state::State;
use crate::tasks;

pub(super) const ROW: Row = Row {
    operation: Operation::ReviewTask,
    name: "review_task",
    method: "PUT",
    path: "/open-apis/corehr/v2/processes/{process_id}/approvers/{approver_id}",
    scope: Some(WRITE_SCOPE),
    limit: Some((50, 1000)),
    act: Some(Act { refused: (1_161_001, "the task was handled already"), force }),
    serve,
};

/// Documented: at most so many. Whether bytes or characters are counted is not; characters were chosen.
const REASON_CAP: usize = 1000;

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type().map_err(|_| invalid("user_id_type is none of the documented values"))?;
    let body = Body::of(call.received)?;
    let (status, reason) = (body.integer("status")?, body.text("reason")?);
    let (user_id, by_system) = (body.text("user_id")?, body.flag("system_approval")?);
    let Some(status @ (tasks::REJECTED | tasks::COMPLETED)) = status else {
        return Err(invalid("status must be 2 or 3"));
    };
    if reason.chars().count() > REASON_CAP || status == tasks::REJECTED && reason.is_empty() {
        return Err(invalid("reason must have 1 to 1000 characters to reject, and at most 1000 to approve"));
    }
    if user_id.is_empty() && !by_system {
        return Err(invalid("user_id is required unless system_approval is true"));
    }
    // No code is documented for a process or a task that there is not.
    let process = state.processes.truth(call.process_id).ok_or_else(|| invalid("process does not exist"))?;
    let approver_id = call.approver_id();
    let (at, place) = tasks::find(&process.nodes, &approver_id).ok_or_else(|| invalid("task does not exist"))?;
    if people::open_task(process, &approver_id).is_none() {
        return Err(Answer::refusal(400, 1_161_001, "the task was handled already", Source::Official));
    }
    if tasks::current(&process.nodes).is_none_or(|node| node.node_id != process.nodes[at].node_id) {
        return Err(Answer::refusal(400, 1_161_005, "it is not this node's turn", Source::Invented));
    }
    if !by_system && process.nodes[at].tasks[place].user.id(kind) != user_id {
        return Err(Answer::refusal(403, 1_161_003, "no permission: not the task's approver", Source::Official));
    }
    let lag = state.lag(call.now_ms);
    state.processes.change(call.process_id, lag, |process| decide(process, (at, place), status, reason));
    Ok(Answer::success(&json!({"code": 0, "msg": "success"})))
}

fn decide(process: &mut Process, place: (usize, usize), status: i64, reason: &str) {
    let now = process.modify_time;
    if let Some(status) = tasks::decide(&mut process.nodes, place, status, reason, now) {
        process.status = status;
    }
}

/// A task that there is not needs no decision to be decided.
fn force(state: &mut State, call: &Call<'_>) -> bool {
    let body = Body::of(call.received).ok();
    let status = body.and_then(|body| body.integer("status").ok().flatten()).unwrap_or(tasks::COMPLETED);
    if state.processes.truth(call.process_id).is_none() {
        state.processes.add(Process { process_id: call.process_id.to_owned(), ..Process::default() });
    }
    let lag = state.lag(call.now_ms);
    let mut is_changed = true;
    state.processes.change(call.process_id, lag, |process| match tasks::find(&process.nodes, &call.approver_id()) {
        Some((at, place)) if process.nodes[at].tasks[place].status == tasks::TO_DO => {
            decide(process, (at, place), status, "");
        }
        Some(_) => is_changed = false,
        None => {}
    });
    is_changed
}

/// 1161002, which this page has where its neighbours have 1160101.
fn invalid(message: &str) -> Answer {
    Answer::refusal(400, 1_161_002, message, Source::Official)
}
