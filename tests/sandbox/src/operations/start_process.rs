//! POST /open-apis/corehr/v2/process_start

use serde_json::json;

use super::body::Body;
use super::query::Query;
use super::{Act, Call, Operation, Row, gateway, people};
use crate::answer::{Answer, Source};
use crate::demo;
use crate::processes::Process;
use crate::settings::WRITE_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::StartProcess,
    name: "start_process",
    method: "POST",
    path: "/open-apis/corehr/v2/process_start",
    scope: Some(WRITE_SCOPE),
    limit: Some((20, 60_000)),
    // Nothing is done already: each request starts another process.
    act: Some(Act { refused: (1_161_001, "parameter error"), force }),
    serve,
};

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let query = Query::of(call.received);
    gateway::admit(state, call, query.get("user_id_type"))?;
    let refused = |code, message: &str| Err(Answer::refusal(400, code, message, Source::Official));
    let Ok(kind) = query.user_id_type() else {
        return refused(1_161_001, "user_id_type is none of the documented values");
    };
    let body = Body::of(call.received)?;
    let (initiator_id, by_system) = (body.text("initiator_id")?, body.flag("system_initiator")?);
    if initiator_id.is_empty() && !by_system {
        return refused(1_161_001, "initiator_id is required unless system_initiator is true");
    }
    let flow_definition_id = match body.text("flow_definition_id")? {
        demo::FLOW_DEFINITION => demo::FLOW_DEFINITION.to_owned(),
        demo::DISABLED_FLOW_DEFINITION => return refused(1_161_059, "the flow is not enabled"),
        // What another one is answered is not documented.
        _ => return Err(Answer::refusal(400, 1_161_001, "no such flow definition", Source::Invented)),
    };
    // With both given the system starts it, as it acts elsewhere.
    let initiator = if by_system { None } else { people::known(state, kind, initiator_id) };
    if initiator.is_none() && !by_system {
        return refused(1_161_060, "user id could not be obtained");
    }
    let process_id = state.processes.add(Process { initiator, flow_definition_id, ..Process::default() });
    Ok(Answer::success(&json!({"process_id": process_id})))
}

fn force(state: &mut State, _: &Call<'_>) -> bool {
    state.processes.add(Process::default());
    true
}
