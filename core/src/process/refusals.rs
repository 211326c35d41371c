//! Refusals that several operations have in common.

use crate::codes::{Class, Code, refused};
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

/// Somebody else was faster.
pub(super) const STATE_CHANGED: Code = Code {
    code: 1161005,
    class: Class::Conflict,
    kind: ErrorKind::Conflict,
    meaning: "the process's state changed meanwhile",
    en: "try again later",
    zh: "审批状态已更新，请稍后重试",
};

/// Somebody else is at it right now.
pub(super) const TASK_IN_USE: Code = Code {
    code: 1161103,
    class: Class::Conflict,
    kind: ErrorKind::Conflict,
    meaning: "the task is being processed",
    en: "try again later",
    zh: "任务正在处理中，请稍后重试",
};

/// Who acts on somebody's task may not. (HTTP 400 there.)
pub(super) const NOT_ALLOWED: Code = refused(
    1161003,
    ErrorKind::Rejected,
    "no permission for these tasks",
    "check that `operator` may act on these tasks, and grant the app the scope corehr:process.instance:write",
    "没有权限：请检查操作人（operator）是否有权处理这些任务，且应用须开通 corehr:process.instance:write 权限",
);

/// An id that belongs to nobody, or to another tenant.
pub(super) const fn unknown_ids(code: i64) -> Code {
    refused(
        code,
        ErrorKind::Rejected,
        "tenant or user could not be found",
        "check the users' ids, and that they are of the kind that `user_id_type` names and of this app and tenant",
        "无法获取租户或用户，请检查用户 ID 是否存在，且与 user_id_type、应用、租户一致",
    )
}
