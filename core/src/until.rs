//! Which read a call repeats, and what it waits for.

use feishu_corehr_macros::wire;

use crate::proof::Sign;

/// Reading one process again and again, until it is where the caller waits for it.
#[derive(Clone, Debug)]
pub struct Until {
    /// The process.
    pub process_id: String,
    /// What ends the waiting.
    pub goal: Goal,
    /// How long to wait in all, in milliseconds from the first poll.
    pub timeout: u64,
}

/// What ends a waiting.
#[derive(Clone, Debug)]
pub enum Goal {
    /// That it is known how an act has ended.
    Settled {
        /// What tells it.
        sign: Sign,
        /// When the act sent its last request, or later, in milliseconds since 1970-01-01 UTC.
        since: i64,
    },
    /// That the process's status is one of these.
    Statuses(Vec<i64>),
}

/// How an act has ended whose answer was lost.
#[wire(word)]
#[derive(Default)]
pub enum SettledAs {
    /// The process is where the act was to lead.
    Done,
    /// The process is elsewhere, so that the act cannot have happened as meant, and is not possible any more.
    Elsewhere,
    /// The process is where the act starts from, and no request can be on its way any more: it is safe to send it again.
    NotDone,
    /// The read does not tell: its status is none that a page lists.
    #[default]
    Unclear,
}
