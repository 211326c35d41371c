//! What proves that an act has happened, after its answer was lost: a read of the process's status.

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
    /// The status that the act starts from: only in this one may it be sent again.
    pub from: i64,
    /// The statuses that it is meant to reach.
    pub goals: &'static [i64],
    /// What the caller is told where the process is in neither.
    pub missed: Missed,
}

/// The error for a process on which the act is not possible any more.
#[derive(Clone, Copy, Debug)]
pub struct Missed {
    /// Its kind.
    pub kind: ErrorKind,
    /// What is the matter; the process's status follows.
    pub summary: &'static str,
    /// What to do, in English.
    pub en: &'static str,
    /// 中文。
    pub zh: &'static str,
}
