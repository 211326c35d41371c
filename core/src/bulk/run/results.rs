//! How the items of a run end, and when that stops the run.

use super::Run;
use crate::bulk::report::{BulkEnd, BulkOutcome, BulkResult};
use crate::bulk::sweep::{Checking, Found, Listed, Sweep};
use crate::endpoint::{Outcome, Reply};
use crate::error::{Effect, Error, ErrorKind};
use crate::proof::Attribution;

impl Run {
    /// How one call has ended.
    pub(in crate::bulk) fn ended(&mut self, number: usize, result: &Result<Outcome, Error>) {
        if self.going.remove(&number).is_none() {
            return;
        }
        if number == self.page() {
            return self.page_ended(result.as_ref().ok().map(|outcome| &outcome.reply));
        }
        self.report.requests += u64::from(result.as_ref().map_or_else(|error| error.attempts, |done| done.attempts));
        match result {
            Ok(done) => {
                self.successes += 1;
                self.reached(number, done.attribution, done.attempts, done.status, done.reply.log_id.clone());
            }
            Err(error) => self.not_done(number, error),
        }
        if let Sweep::Checking(checking) = &mut self.sweep {
            // Where it was listed, no answer was missing but the one that made the item one in doubt.
            let is_as_listed = matches!(result, Ok(done) if done.attribution == Attribution::Presumed);
            if let Some(found) = checking.read(number, is_as_listed) {
                self.believe(found);
            }
        }
    }

    pub(super) fn reached(
        &mut self,
        number: usize,
        attribution: Attribution,
        attempts: u32,
        status: Option<i64>,
        log_id: Option<String>,
    ) {
        let sent = self.doubted.get(&number).map_or(0, |known| known.attempts);
        let outcome = match attribution {
            Attribution::Ours => BulkOutcome::Ours,
            Attribution::Presumed => BulkOutcome::Presumed,
            Attribution::Unattributed => BulkOutcome::Unattributed,
        };
        let effect = if outcome == BulkOutcome::Unattributed { Effect::None } else { Effect::Applied };
        let told = self.unanswered(number, false);
        self.conclude(number, BulkResult { outcome, effect, attempts: sent + attempts, status, log_id, ..told });
    }

    /// A page has come, or none that says anything: whoever was not named is read then.
    pub(super) fn page_ended(&mut self, reply: Option<&Reply>) {
        let Sweep::Listing(mut listing) = std::mem::replace(&mut self.sweep, Sweep::Reading) else { return };
        if reply.is_some_and(|reply| listing.take(&self.plan, reply)) {
            self.sweep = Sweep::Listing(listing);
            return;
        }
        let checking = Checking::new(listing.found());
        let checks = checking.checks();
        if !checks.is_empty() {
            self.doubts.retain(|number| !checks.contains(number));
            checks.iter().for_each(|number| self.doubts.push_front(*number));
            self.sweep = Sweep::Checking(Box::new(checking));
        }
    }

    /// The lists have told the truth where that was read, so they are believed; the rest is read.
    pub(super) fn believe(&mut self, found: Found) {
        self.sweep = Sweep::Reading;
        self.doubts.retain(|number| !found.contains_key(number));
        for (number, Listed { status, log_id }) in found {
            self.reached(number, Attribution::Presumed, 0, Some(status), log_id);
        }
    }

    pub(super) fn not_done(&mut self, number: usize, error: &Error) {
        let mut told = self.unanswered(number, self.is_sweeping());
        told.outcome = BulkOutcome::Unresolved;
        (told.effect, told.kind, told.attempts) = (error.effect, Some(error.kind), error.attempts);
        (told.code, told.status) = (error.code, error.status);
        told.log_id.clone_from(&error.log_id);
        told.summary.clone_from(&error.summary);
        told.advice.clone_from(&error.advice);
        let concerns_all = STOPS.contains(&error.kind);
        if concerns_all {
            let reason = format!("{}: {}", error.kind, error.summary);
            self.drain(BulkEnd::Stopped, reason, Some(error.clone()));
        }
        match error.effect {
            Effect::Applied => {
                told.outcome = BulkOutcome::Ours;
                self.conclude(number, told);
            }
            // A read has told where the process is, which is an end, whoever brought it there.
            _ if self.is_elsewhere(number, error) => {
                told.outcome = BulkOutcome::NotWithdrawable;
                self.conclude(number, told);
            }
            Effect::Unknown if self.is_sweeping() => {
                // The sweep has found out nothing: what made it necessary says more.
                if let Some(known) = self.doubted.remove(&number) {
                    let attempts = known.attempts + told.attempts;
                    told = BulkResult { attempts, log_id: known.log_id.clone().or(told.log_id), ..known };
                }
                self.conclude(number, told);
            }
            Effect::Unknown => {
                self.note_failure(&told);
                self.doubt(number, Some(told));
            }
            Effect::None if concerns_all || error.kind == ErrorKind::Cancelled => {
                self.void.push(number);
                self.again.push_back(number);
            }
            Effect::None if matches!(error.kind, ErrorKind::RateLimited | ErrorKind::Deadline) => {
                self.throttled(number, told, error);
            }
            Effect::None => {
                if error.code.is_some() {
                    told.outcome = BulkOutcome::Rejected;
                }
                self.conclude(number, told);
            }
        }
    }

    /// Whether the process was read in a status that the act does not start from.
    pub(super) fn is_elsewhere(&self, number: usize, error: &Error) -> bool {
        let missed = self.template.of(self.plan.id(number)).proved_by().map(|proof| proof.missed.kind);
        error.status.is_some() && missed == Some(error.kind)
    }

    /// The server took no more calls for as long as the item had time. It has another try, unless nothing gets through.
    pub(super) fn throttled(&mut self, number: usize, told: BulkResult, error: &Error) {
        let successes = self.successes;
        let (count, before) = self.throttled.entry(number).or_insert((0, successes));
        *count += 1;
        if *count < MOST_THROTTLES {
            return self.again.push_front(number);
        }
        if *before == successes {
            self.void.push(number);
            self.again.push_front(number);
            let reason = format!("no call has got through for a long time: {}", error.summary);
            return self.drain(BulkEnd::Stopped, reason, Some(error.clone()));
        }
        self.conclude(number, told);
    }

    pub(super) fn doubt(&mut self, number: usize, known: Option<BulkResult>) {
        self.is_settled[number] = true;
        self.doubts.push_back(number);
        if let Some(known) = known {
            self.doubted.insert(number, known);
        }
    }

    /// The item has ended.
    pub(super) fn conclude(&mut self, number: usize, result: BulkResult) {
        self.doubted.remove(&number);
        self.throttled.remove(&number);
        self.report.count(result.outcome, result.code, result.status);
        if result.outcome.is_reached() {
            self.streak.2 = 0;
        } else {
            self.failures += 1;
            self.note_failure(&result);
        }
        if let Some(most) = self.options.max_failures.filter(|most| self.failures >= *most) {
            self.drain(BulkEnd::Paused, format!("{most} items have failed"), None);
        }
        self.results.push(result);
    }

    /// The same failure again and again is a reason for somebody to look.
    pub(super) fn note_failure(&mut self, result: &BulkResult) {
        if result.outcome == BulkOutcome::NotWithdrawable {
            self.streak.2 = 0;
            return;
        }
        let kind = result.kind.unwrap_or_default();
        if (self.streak.0, self.streak.1) != (kind, result.code) {
            self.streak = (kind, result.code, 0);
        }
        self.streak.2 += 1;
        if self.streak.2 >= MOST_ALIKE {
            let reason = format!("the last {MOST_ALIKE} items have failed alike: {kind}: {}", result.summary);
            self.drain(BulkEnd::Paused, reason, None);
        }
    }

    /// An item of which nothing is known yet, but whether it is in doubt.
    pub(super) fn unanswered(&self, number: usize, is_doubted: bool) -> BulkResult {
        BulkResult {
            position: self.plan.position(number).into(),
            process_id: self.plan.id(number).to_owned(),
            effect: if is_doubted { Effect::Unknown } else { Effect::None },
            kind: is_doubted.then_some(ErrorKind::Disconnected),
            summary: if is_doubted {
                "it may have been sent, and no answer is known".to_owned()
            } else {
                String::new()
            },
            ..BulkResult::default()
        }
    }
}

/// What concerns every item, so that the run stops.
const STOPS: &[ErrorKind] = &[
    ErrorKind::AppUnavailable,
    ErrorKind::AuthHeaderStripped,
    ErrorKind::BadCredentials,
    ErrorKind::Forbidden,
    ErrorKind::InvalidArgument,
    ErrorKind::IpDenied,
    ErrorKind::ProxyAuth,
    ErrorKind::QuotaExhausted,
    ErrorKind::TlsUntrusted,
    ErrorKind::Unauthorized,
];
/// So many equal failures in a row pause a run.
const MOST_ALIKE: u32 = 20;
/// So often an item may be throttled until its time is over.
const MOST_THROTTLES: u32 = 3;
