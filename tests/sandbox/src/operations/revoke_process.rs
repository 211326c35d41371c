//! PUT /open-apis/corehr/v2/process_revoke/{process_id}

use super::{Act, Call, Operation, Row, actor};
use crate::answer::Answer;
use crate::processes::Process;
use crate::settings::WRITE_SCOPE;
use crate::state::State;

const COMPLETED: i64 = 9;
const REVOKED: i64 = 8;

pub(super) const ROW: Row = Row {
    operation: Operation::RevokeProcess,
    name: "revoke_process",
    method: "PUT",
    path: "/open-apis/corehr/v2/process_revoke/{process_id}",
    scope: Some(WRITE_SCOPE),
    limit: Some((50, 1000)),
    act: Some(Act {
        refused: (1_161_007, "the process cannot be revoked"),
        force: |state, call| actor::force(state, call, REVOKED),
    }),
    serve,
};

fn serve(state: &mut State, call: &Call<'_>) -> Result<Answer, Answer> {
    let may = |process: &Process, kind, id: &str| process.is_administered_by(kind, id);
    actor::act(
        state,
        call,
        (COMPLETED, REVOKED),
        may,
        "no permission: neither a process administrator nor a document administrator",
    )
}
