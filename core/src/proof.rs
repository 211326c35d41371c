//! What proves that an act has happened, after its answer was lost: a read of the process's details.

use feishu_corehr_macros::wire;

use crate::error::ErrorKind;

/// How sure it is that this call has reached what it was meant to reach.
#[wire(word)]
#[derive(Default)]
pub enum Attribution {
    /// The server said so.
    Ours,
    /// An answer was lost, and the process is where the call should have brought it: most probably by this call.
    Presumed,
    /// The process is where the call should have brought it, and no answer of this call is missing: by somebody else,
    /// or by a hidden repetition of this call's own request.
    #[default]
    Unattributed,
}

/// Which read tells whether an act has happened, and how.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The process to read.
    pub process_id: String,
    /// What of its details tells.
    pub sign: Sign,
    /// What the caller is told where the act is neither still possible nor done.
    pub missed: Missed,
}

/// What of a process's details tells whether an act has happened.
#[derive(Clone, Debug)]
pub enum Sign {
    /// The process's status.
    Status {
        /// The status that the act starts from: only in this one may it be sent again.
        from: i64,
        /// The statuses that it is meant to reach.
        goals: &'static [i64],
    },
    /// Where one task of the process stands: in `todos` it is still to do, and only then may the act be sent again; in
    /// `done_list` its own status tells how it has ended.
    Task {
        /// The task.
        approver_id: String,
        /// The task's status that the act is meant to reach.
        goal: i64,
    },
}

/// The error where the act is not possible any more.
#[derive(Clone, Copy, Debug)]
pub struct Missed {
    /// Its kind.
    pub kind: ErrorKind,
    /// What is the matter; the status that was read follows.
    pub summary: &'static str,
    /// What to do, in English.
    pub en: &'static str,
    /// 中文。
    pub zh: &'static str,
}
