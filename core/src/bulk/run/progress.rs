//! How far a run is, and how it stands in its report.

use super::{Phase, Run};
use crate::bulk::report::{BulkEnd, BulkProgress, BulkReport};
use crate::time::Instant;

impl Run {
    pub(in crate::bulk) fn told_report(&self) -> BulkReport {
        let mut report = self.report.clone();
        report.not_attempted = report.planned - report.done();
        if matches!(self.phase, Phase::Closing | Phase::Over) {
            report.ended = self.drain.as_ref().map_or(BulkEnd::Complete, |drain| drain.end);
        }
        if let Some(drain) = &self.drain {
            report.reason = Some(drain.reason.clone());
            report.kind = drain.error.as_ref().map(|error| error.kind);
            report.advice = drain.error.as_ref().and_then(|error| error.advice.clone());
        }
        report
    }

    /// Forgets how far the run was long ago.
    pub(super) fn forget(&mut self, now: Instant) {
        while self.history.len() > 1 && self.history.front().is_some_and(|(at, _)| at + RECENT < now.monotonic) {
            self.history.pop_front();
        }
    }

    pub(in crate::bulk) fn progress(&mut self, now: Instant) -> BulkProgress {
        let (done, total) = (self.report.done(), self.report.planned);
        self.forget(now);
        let (since, before) = self.history.front().copied().unwrap_or((now.monotonic, done));
        let seconds = now.monotonic.saturating_sub(since) as f64 / 1_000.0;
        let rate = if seconds > 0.0 { (done - before) as f64 / seconds } else { 0.0 };
        let left_ms = (rate > 0.0).then(|| ((total - done) as f64 / rate * 1_000.0) as u64);
        BulkProgress { done, total, rate, left_ms }
    }
}

/// What a rate is taken over, in milliseconds.
const RECENT: u64 = 10_000;
