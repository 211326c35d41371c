//! What is told of a run: each item's result, how far it is, and what it came to.

use feishu_corehr_macros::wire;

use crate::error::{Advice, Effect, ErrorKind};

/// How one item of a run has ended.
#[wire(word)]
#[derive(Default)]
pub enum BulkOutcome {
    /// It was not sent, or it is proved that nothing of it had an effect and it may be sent by a later run.
    #[default]
    NotAttempted,
    /// The process is not in the status that the act starts from: `status` says in which.
    NotWithdrawable,
    /// Done, the server said so.
    Ours,
    /// Done, and an answer was lost: most probably by this run.
    Presumed,
    /// The server refused it: see `code`.
    Rejected,
    /// Done already, by somebody else or by a hidden repetition of this run's own request.
    Unattributed,
    /// No answer told how it ended: `effect` says whether something may have happened.
    Unresolved,
}

impl BulkOutcome {
    /// Whether the process is where the run was to bring it.
    pub const fn is_reached(self) -> bool {
        matches!(self, Self::Ours | Self::Presumed | Self::Unattributed)
    }
}

/// How a run has ended.
#[wire(word)]
#[derive(Default)]
pub enum BulkEnd {
    /// The caller cancelled it.
    Cancelled,
    /// Every item has ended.
    Complete,
    /// Too many items failed: the same failure 20 times in a row, or `max_failures`.
    Paused,
    /// It has not ended.
    #[default]
    Running,
    /// Something that concerns every item: credentials, a scope, the quota of the month, the journal.
    Stopped,
}

/// The end of one item.
#[wire(reply)]
#[derive(Eq)]
pub struct BulkResult {
    /// Its place in the list that the caller gave, counted from 0.
    pub position: u64,
    /// The process.
    pub process_id: String,
    /// How it has ended.
    pub outcome: BulkOutcome,
    /// What the run did to the process, as far as it can be proved.
    pub effect: Effect,
    /// What kind of failure it was; nothing for a success.
    pub kind: Option<ErrorKind>,
    /// Feishu's code, where it refused.
    pub code: Option<i64>,
    /// The process's status number, where a read told it.
    pub status: Option<i64>,
    /// How many times it was sent in this run.
    pub attempts: u32,
    /// The log id of the answer that decided.
    pub log_id: Option<String>,
    /// What happened, in words; empty for a success.
    pub summary: String,
    /// What to do; nothing for a success, and for codes that no page explains.
    pub advice: Option<Advice>,
    /// Whether an earlier run with the same journal has ended it.
    pub is_earlier: bool,
}

/// So many items have this status.
#[wire(reply)]
#[derive(Eq)]
pub struct StatusCount {
    /// The process's status number; none where it is not known.
    pub status: Option<i64>,
    /// How many.
    pub count: u64,
}

/// So many items were refused with this code.
#[wire(reply)]
#[derive(Eq)]
pub struct CodeCount {
    /// Feishu's code; none where the refusal had none.
    pub code: Option<i64>,
    /// How many.
    pub count: u64,
}

/// What a run came to. `planned` is the sum of all the others but `doubled` and `requests`.
#[wire(reply)]
#[derive(Eq)]
pub struct BulkReport {
    /// How many processes there were, each counted once.
    pub planned: u64,
    /// How many entries were left out of the list because the same process stood there before.
    pub doubled: u64,
    /// Done, the server said so.
    pub ours: u64,
    /// Done, and an answer was lost.
    pub presumed: u64,
    /// Done already, not by an answer to this run.
    pub unattributed: u64,
    /// Not in the status that the act starts from, by status, in order.
    pub not_withdrawable: Vec<StatusCount>,
    /// Refused, by code, in order.
    pub rejected: Vec<CodeCount>,
    /// No answer told how it ended.
    pub unresolved: u64,
    /// Not sent, or without any effect; a later run with the same journal sends them.
    pub not_attempted: u64,
    /// How many requests of the operation this run sent.
    pub requests: u64,
    /// How it has ended.
    pub ended: BulkEnd,
    /// Whether there is a journal, with which a later run goes on with it. Without one a run cannot be gone on with.
    pub is_resumable: bool,
    /// Why it did not come to its end, in words; nothing where it did.
    pub reason: Option<String>,
    /// The kind of failure that stopped it, where one did.
    pub kind: Option<ErrorKind>,
    /// What to do about that.
    pub advice: Option<Advice>,
}

impl BulkReport {
    /// Counts one item.
    pub(super) fn count(&mut self, outcome: BulkOutcome, code: Option<i64>, status: Option<i64>) {
        match outcome {
            BulkOutcome::NotAttempted => self.not_attempted += 1,
            BulkOutcome::NotWithdrawable => {
                let row = self.not_withdrawable.binary_search_by_key(&status, |row| row.status);
                let row = row.unwrap_or_else(|row| {
                    self.not_withdrawable.insert(row, StatusCount { status, count: 0 });
                    row
                });
                self.not_withdrawable[row].count += 1;
            }
            BulkOutcome::Ours => self.ours += 1,
            BulkOutcome::Presumed => self.presumed += 1,
            BulkOutcome::Rejected => {
                let row = self.rejected.binary_search_by_key(&code, |row| row.code).unwrap_or_else(|row| {
                    self.rejected.insert(row, CodeCount { code, count: 0 });
                    row
                });
                self.rejected[row].count += 1;
            }
            BulkOutcome::Unattributed => self.unattributed += 1,
            BulkOutcome::Unresolved => self.unresolved += 1,
        }
    }

    /// How many items have ended, those counted that an earlier run has ended.
    pub fn done(&self) -> u64 {
        self.reached() + self.failed()
    }

    /// How many processes are where the run was to bring them.
    pub const fn reached(&self) -> u64 {
        self.ours + self.presumed + self.unattributed
    }

    /// How many items have ended elsewhere.
    pub fn failed(&self) -> u64 {
        let elsewhere: u64 = self.not_withdrawable.iter().map(|row| row.count).sum();
        let refused: u64 = self.rejected.iter().map(|row| row.count).sum();
        elsewhere + refused + self.unresolved
    }
}

/// How far a run has come.
#[wire(reply)]
pub struct BulkProgress {
    /// How many items have ended.
    pub done: u64,
    /// How many there are.
    pub total: u64,
    /// How many ended in each of the last seconds.
    pub rate: f64,
    /// How long the rest takes at that rate, in milliseconds; nothing while none ended.
    pub left_ms: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_stand_in_order_each_once() {
        let mut report = BulkReport::default();
        for status in [Some(9), None, Some(2), Some(9)] {
            report.count(BulkOutcome::NotWithdrawable, None, status);
            report.count(BulkOutcome::Rejected, status, None);
        }
        let statuses: Vec<_> = report.not_withdrawable.iter().map(|row| (row.status, row.count)).collect();
        let codes: Vec<_> = report.rejected.iter().map(|row| (row.code, row.count)).collect();
        assert_eq!(statuses, [(None, 1), (Some(2), 1), (Some(9), 2)]);
        assert_eq!(codes, statuses);
    }
}
