//! PUT /open-apis/corehr/v2/processes/{process_id}/transfer

use serde_json::json;

use super::body::Body;
use super::query::{Query, invalid};
use super::{Act, Call, Operation, Row, gateway, people};
use crate::answer::{Answer, Source};
use crate::processes::{Process, RUNNING};
use crate::settings::WRITE_SCOPE;
use crate::state::State;
use crate::tasks;
use crate::users::User;

pub(super) const ROW: Row = Row {
    operation: Operation::TransferTasks,
    name: "transfer_tasks",
    method: "PUT",
    path: "/open-apis/corehr/v2/processes/{process_id}/transfer",
    scope: Some(WRITE_SCOPE),
    limit: Some((20, 60_000)),
    act: Some(Act { refused: (1_160_245, "the receiver handles this node already"), force }),
    serve,
};

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let kind = query.user_id_type()?;
    let body = Body::of(call.received)?;
    let operator = people::operator(&body)?;
    let ids = people::counted(&body, "approver_ids")?;
    let to = body.text("to_user_id")?;
    if to.is_empty() {
        return Err(invalid("to_user_id is required"));
    }
    let refused = |code, message: &str| Err(Answer::refusal(400, code, message, Source::Official));
    let process = people::process(state, call)?;
    if process.status != RUNNING {
        return refused(1_160_221, "illegal process status");
    }
    let Some(to) = people::known(state, kind, to) else { return refused(1_160_117, "employee does not exist") };
    let places: Option<Vec<_>> = ids.iter().map(|id| people::open_task(process, id)).collect();
    let Some(places) = places else { return Err(invalid("approver_ids has a task that is not to do")) };
    if places.iter().any(|(at, _)| process.nodes[*at].has(&to)) {
        return refused(1_160_245, "the receiver handles this node already");
    }
    people::admitted(process, kind, operator, &places)?;
    let lag = state.lag(call.now_ms);
    state.processes.change(call.process_id, lag, |process| hand_over(process, &places, &to));
    Ok(Answer::success(&json!({})))
}

/// The task keeps its id; whether it does is not documented.
fn hand_over(process: &mut Process, places: &[(usize, usize)], to: &User) {
    for (at, place) in places {
        process.nodes[*at].tasks[*place].user = to.clone();
    }
}

fn force(state: &mut State, call: &Call<'_>) -> bool {
    let (Ok(kind), Ok(body)) = (Query::of(call.received).user_id_type(), Body::of(call.received)) else { return false };
    let to = people::any(state, kind, body.text("to_user_id").unwrap_or_default());
    let ids = body.texts("approver_ids").unwrap_or_default();
    let lag = state.lag(call.now_ms);
    state.processes.change(call.process_id, lag, |process| {
        let places: Vec<_> = ids.iter().filter_map(|id| tasks::find(&process.nodes, id)).collect();
        hand_over(process, &places, &to);
    });
    true
}
