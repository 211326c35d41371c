//! PUT /open-apis/corehr/v2/process_withdraw/{process_id}

use super::{Act, Call, Operation, Row, actor};
use crate::answer::Answer;
use crate::processes::{Process, RUNNING, WITHDRAWN};
use crate::settings::WRITE_SCOPE;
use crate::state::State;

pub(super) const ROW: Row = Row {
    operation: Operation::WithdrawProcess,
    name: "withdraw_process",
    method: "PUT",
    path: "/open-apis/corehr/v2/process_withdraw/{process_id}",
    scope: Some(WRITE_SCOPE),
    limit: Some((50, 1000)),
    act: Some(Act {
        refused: (1_161_006, "all approvals have ended"),
        force: |state, call| actor::force(state, call, WITHDRAWN),
    }),
    serve,
};

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let may =
        |process: &Process, kind, id: &str| process.is_initiated_by(kind, id) || process.is_administered_by(kind, id);
    let message = "no permission: not the initiator, a process administrator or a document administrator";
    actor::act(state, call, (RUNNING, WITHDRAWN), may, message)
}
