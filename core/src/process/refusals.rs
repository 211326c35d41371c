//! Refusals that several operations have in common.

use crate::codes::{Code, refused};
use crate::error::ErrorKind;

/// The process that a request names does not exist.
pub(super) const NO_SUCH_PROCESS: Code = refused(
    1160100,
    ErrorKind::Rejected,
    "there is no such process",
    "check the process id, and that app and tenant are the ones that it belongs to",
    "流程不存在，请检查流程 ID 以及应用所属租户",
);

/// Something is wrong in what acts on a process: withdrawing and revoking have the same parameters.
pub(super) const BAD_ORDER: Code = refused(
    1160101,
    ErrorKind::Rejected,
    "a parameter is wrong",
    "check `process_id`, `user_id` with its `user_id_type`, and `reason`",
    "参数有误，请检查 process_id、user_id（及 user_id_type）与 reason",
);
