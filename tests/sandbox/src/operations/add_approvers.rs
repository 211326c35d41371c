//! PUT /open-apis/corehr/v2/processes/{process_id}/extra

use serde_json::json;

use super::body::Body;
use super::query::{Query, invalid};
use super::{Act, Call, Operation, Row, gateway, people};
use crate::answer::{Answer, Source};
use crate::processes::RUNNING;
use crate::settings::WRITE_SCOPE;
use crate::state::State;
use crate::tasks::{self, Node, Task};
use crate::users::User;

pub(super) const ROW: Row = Row {
    operation: Operation::AddApprovers,
    name: "add_approvers",
    method: "PUT",
    path: "/open-apis/corehr/v2/processes/{process_id}/extra",
    scope: Some(WRITE_SCOPE),
    limit: Some((20, 60_000)),
    act: Some(Act { refused: (1_160_114, "the added person is already on this node"), force }),
    serve,
};

const BEFORE: i64 = 0;
const PARALLEL: i64 = 1;
const AFTER: i64 = 2;
const ANY_OF: i64 = 0;
const ALL_OF: i64 = 1;

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let body = Body::of(call.received)?;
    let operator = people::operator(&body)?;
    let ids = people::counted(&body, "extra_user_ids")?;
    let Some(extra_type @ (BEFORE | PARALLEL | AFTER)) = body.integer("extra_type")? else {
        return Err(invalid("extra_type must be 0, 1 or 2"));
    };
    // No default is documented; all of them was chosen.
    let approval_type = body.integer("approval_type")?.unwrap_or(ALL_OF);
    if !(ANY_OF..=ALL_OF).contains(&approval_type) || extra_type == PARALLEL && approval_type == ANY_OF {
        return Err(invalid("approval_type must be 0 or 1, and 1 where extra_type is 1"));
    }
    let (node_id, approver_id) = (body.text("node_id")?, body.text("approver_id")?);
    if node_id.is_empty() && approver_id.is_empty() {
        return Err(invalid("node_id or approver_id is required"));
    }
    let refused = |code, message: &str| Err(Answer::refusal(400, code, message, Source::Official));
    let people: Option<Vec<User>> = ids.iter().map(|id| people::known(state, kind, id)).collect();
    let Some(people) = people else { return refused(1_160_001, "user id could not be obtained") };
    let process = people::process(state, call)?;
    if process.status != RUNNING {
        return refused(1_160_015, "all approvals have ended");
    }
    // Documented: the node wins when both are given.
    let mut task = None;
    let at = if node_id.is_empty() {
        task = tasks::find(&process.nodes, approver_id);
        task.map(|(at, _)| at)
    } else {
        process.nodes.iter().position(|node| node.node_id == node_id)
    };
    let Some(at) = at else { return Err(invalid("no such node or task")) };
    let node = &process.nodes[at];
    if !node.is_open() {
        return refused(1_160_016, "the node has ended");
    }
    if task.is_some_and(|(at, place)| process.nodes[at].tasks[place].status != tasks::TO_DO) {
        return refused(1_160_129, "the approval is done already");
    }
    let is_there = |node: &Node| people.iter().any(|user| node.has(user));
    let beside = if extra_type == BEFORE { at.checked_sub(1) } else { Some(at + 1) };
    let beside = beside.and_then(|beside| process.nodes.get(beside));
    if is_there(node) || beside.is_some_and(is_there) {
        return refused(1_160_114, "the added person is already on this node");
    }
    // Of a node, whoever has a task there.
    let own = |task: &Task| operator.is_some_and(|operator| task.user.id(kind) == operator);
    let place = task.unwrap_or((at, node.tasks.iter().position(own).unwrap_or_default()));
    people::admitted(process, kind, operator, &[place])?;
    add(state, call, at, extra_type, approval_type == ANY_OF, people);
    Ok(Answer::success(&json!({})))
}

fn add(state: &mut State, call: &Call<'_>, at: usize, extra_type: i64, any_of: bool, people: Vec<User>) {
    let node_id = state.processes.new_id();
    let task = |user| Task { approver_id: state.processes.new_id(), user, ..Task::default() };
    let added: Vec<Task> = people.into_iter().map(task).collect();
    let lag = state.lag(call.now_ms);
    state.processes.change(call.process_id, lag, |process| match (extra_type, process.nodes.get_mut(at)) {
        (PARALLEL, Some(node)) => node.tasks.extend(added),
        (BEFORE, Some(_)) => process.nodes.insert(at, Node { node_id, any_of, tasks: added }),
        (_, Some(_)) => process.nodes.insert(at + 1, Node { node_id, any_of, tasks: added }),
        (_, None) => {}
    });
}

/// To the node whose turn it is, whatever the request names.
fn force(state: &mut State, call: &Call<'_>) -> bool {
    let (Ok(kind), Ok(body)) = (Query::of(call.received).user_id_type(), Body::of(call.received)) else { return false };
    let ids = body.texts("extra_user_ids").unwrap_or_default();
    let people = ids.iter().map(|id| people::any(state, kind, id)).collect();
    add(state, call, 0, PARALLEL, false, people);
    true
}
