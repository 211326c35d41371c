//! How a run goes on: what is begun, stored, told and given up.

mod opening;
mod progress;
mod results;
mod turns;

use std::collections::{BTreeMap, VecDeque};

use super::journal::{self, CHUNK, Identity};
use super::plan::{self, Plan, Template};
use super::report::{BulkEnd, BulkOutcome, BulkReport, BulkResult};
use super::sweep::Sweep;
use super::{BulkOptions, BulkStep};
use crate::act::{Act, ActOptions};
use crate::action::Action;
use crate::error::{Error, ErrorKind, Problem};
use crate::machine::CallOptions;
use crate::session::{Credentials, Session};
use crate::time::Instant;
use crate::token::Secret;

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// It has sent nothing yet.
    Fresh,
    /// A request of it is on its way.
    Sending,
    /// It waits between two requests.
    Between,
}

#[derive(Debug)]
enum Phase {
    /// The journal is asked which tables it has.
    Tables,
    /// The journal is asked which run it is of.
    Identity,
    /// The journal is asked for its items, from this number on.
    Items(usize),
    /// The journal is made; the items from this number on are missing in it.
    Creating {
        next: usize,
        is_begun: bool,
    },
    Running,
    /// The journal is told how it ended.
    Closing,
    Over,
}

/// Nothing more is begun.
#[derive(Debug)]
pub(super) struct Drain {
    end: BulkEnd,
    reason: String,
    error: Option<Error>,
    /// By when the calls must have ended, once the clock is known.
    until: Option<u64>,
    /// How often the host was told to cancel calls.
    orders: u32,
}

/// The state of one run.
pub(super) struct Run {
    session: Session,
    pub(super) template: Box<dyn Template>,
    plan: Plan,
    options: BulkOptions,
    identity: Identity,
    run_id: u64,
    phase: Phase,
    refused: Option<Error>,
    /// The first item that was never begun.
    next: usize,
    /// Whether an item needs nothing more, or is done by [`Self::again`] or [`Self::doubts`].
    is_settled: Vec<bool>,
    /// Items that were begun without any effect, and are to be begun again.
    again: VecDeque<usize>,
    /// Items of which a request may have had an effect.
    doubts: VecDeque<usize>,
    /// What is known of an item in doubt.
    doubted: BTreeMap<usize, BulkResult>,
    /// The items in doubt have their turn when nothing else is left.
    sweep: Sweep,
    /// Since when an item may have been sent, in milliseconds since 1970.
    first_intent: Option<u64>,
    /// Items whose intent is being stored.
    intents: Vec<usize>,
    /// Items whose intent is stored.
    ready: Vec<usize>,
    pub(super) going: BTreeMap<usize, Going>,
    /// Results that are not stored yet.
    results: Vec<BulkResult>,
    storing: Vec<BulkResult>,
    is_storing: bool,
    /// Results that are stored and not told yet.
    untold: Vec<BulkResult>,
    /// Items whose intent stands in the journal, and is void.
    void: Vec<usize>,
    last_stored: Option<u64>,
    is_journal_lost: bool,
    report: BulkReport,
    failures: u64,
    /// How often the last failure came in a row.
    streak: (ErrorKind, Option<i64>, u32),
    successes: u64,
    /// How often an item was throttled until it gave up, and how many successes there were before.
    throttled: BTreeMap<usize, (u32, u64)>,
    pub(super) drain: Option<Drain>,
    /// How many items had ended by when, of the last seconds.
    history: VecDeque<(u64, u64)>,
}

impl Run {
    pub(super) fn new(
        session: &Session,
        template: Box<dyn Template>,
        process_ids: Vec<String>,
        options: BulkOptions,
    ) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let plan = Plan::new(&*template, process_ids, options.allow_any_id);
        let plan = plan.map_err(|broken| problems.extend(broken)).ok();
        if let Some(most) = options.max_in_flight.filter(|most| !(1..=MOST_IN_FLIGHT as u32).contains(most)) {
            problems.push(Problem::new("max_in_flight", format!("is {most}; 1 to {MOST_IN_FLIGHT} are taken")));
        }
        if options.max_failures == Some(0) {
            problems.push(Problem::new("max_failures", "must be at least 1"));
        }
        if let (Some(expected), Some(plan)) = (options.expect_count, &plan)
            && expected != plan.len() as u64
        {
            let doubled = match plan.doubled {
                0 => String::new(),
                doubled => format!(", {doubled} doubled entries left out"),
            };
            let rule = format!("is {expected}, and the list has {} processes{doubled}", plan.len());
            problems.push(Problem::new("expect_count", rule));
        }
        problems.extend(Self::call_options(&options).problems());
        let Some(plan) = plan.filter(|_| problems.is_empty()) else {
            return Err(plan::refused(&*template, problems));
        };
        let config = session.config();
        let identity = Identity {
            operation: template.operation().name,
            base_url: config.base_url.as_str().to_owned(),
            app_id: match &config.credentials {
                Credentials::App { app_id, .. } => app_id.clone(),
                Credentials::Backend | Credentials::Host => String::new(),
            },
            digest: plan.digest(),
            count: plan.len(),
            options: plan::options(&*template, options.keep_reasons),
        };
        let report = BulkReport {
            planned: plan.len() as u64,
            doubled: plan.doubled,
            is_resumable: options.has_journal,
            ..BulkReport::default()
        };
        Ok(Self {
            run_id: session.random().next(),
            phase: if options.has_journal { Phase::Tables } else { Phase::Running },
            is_settled: vec![false; plan.len()],
            session: session.clone(),
            template,
            plan,
            options,
            identity,
            refused: None,
            next: 0,
            again: VecDeque::new(),
            doubts: VecDeque::new(),
            doubted: BTreeMap::new(),
            sweep: Sweep::NotYet,
            first_intent: None,
            intents: Vec::new(),
            ready: Vec::new(),
            going: BTreeMap::new(),
            results: Vec::new(),
            storing: Vec::new(),
            is_storing: false,
            untold: Vec::new(),
            void: Vec::new(),
            last_stored: None,
            is_journal_lost: false,
            report,
            failures: 0,
            streak: (ErrorKind::Api, None, 0),
            successes: 0,
            throttled: BTreeMap::new(),
            drain: None,
            history: VecDeque::new(),
        })
    }

    pub(super) fn poll(&mut self, now: Instant) -> BulkStep {
        if let Some(error) = self.refused.take() {
            self.phase = Phase::Over;
            return BulkStep::Refused(error);
        }
        if !self.untold.is_empty() {
            return BulkStep::Tell(std::mem::take(&mut self.untold));
        }
        match self.phase {
            Phase::Tables => BulkStep::Query(journal::tables()),
            Phase::Identity => BulkStep::Query(journal::run()),
            Phase::Items(next) => BulkStep::Query(journal::items(self.plan.position(next))),
            Phase::Creating { next, is_begun } => self.create(now, next, is_begun),
            Phase::Running => self.go_on(now),
            Phase::Closing => BulkStep::Store(vec![journal::closed(self.told_report().ended.as_str())]),
            Phase::Over => BulkStep::Done(Box::new(self.told_report())),
        }
    }

    pub(super) fn journal_failed(&mut self, words: &str) {
        let meant = if words.contains("locked") {
            format!("is in use: another run has it open ({words})")
        } else if words.contains("not a database") || words.contains("malformed") {
            format!("cannot be read: {words}; SQLite's own `.recover` may save what it holds")
        } else {
            format!("cannot be written: {words}")
        };
        match self.phase {
            Phase::Creating { .. } | Phase::Identity | Phase::Items(_) | Phase::Tables => self.refuse(meant),
            Phase::Closing | Phase::Over => self.phase = Phase::Over,
            Phase::Running => {
                self.is_journal_lost = true;
                self.is_storing = false;
                // Nobody is told what may not be durable; that nothing was sent is certain.
                self.storing.clear();
                for number in std::mem::take(&mut self.intents) {
                    self.again.push_back(number);
                }
                self.drain(BulkEnd::Stopped, format!("the journal {meant}"), None);
            }
        }
    }

    pub(super) fn stored(&mut self, now: Instant) {
        match self.phase {
            Phase::Creating { next, .. } => {
                let end = self.plan.len().min(next + CHUNK);
                let is_whole = end == self.plan.len();
                self.phase = if is_whole { Phase::Running } else { Phase::Creating { next: end, is_begun: false } };
            }
            Phase::Closing => self.phase = Phase::Over,
            Phase::Running if self.is_storing => {
                self.is_storing = false;
                self.last_stored = Some(now.monotonic);
                self.untold.append(&mut self.storing);
                let intents = std::mem::take(&mut self.intents);
                if self.drain.is_none() {
                    self.ready.extend(intents);
                } else {
                    self.void.extend(&intents);
                    self.again.extend(intents);
                }
            }
            Phase::Identity | Phase::Items(_) | Phase::Over | Phase::Running | Phase::Tables => {}
        }
    }

    /// The next step of a run that is under way.
    fn go_on(&mut self, now: Instant) -> BulkStep {
        let done = self.report.done();
        if self.history.back().is_none_or(|(_, before)| *before != done) {
            self.history.push_back((now.monotonic, done));
            self.forget(now);
        }
        if let Some(drain) = &mut self.drain {
            for number in std::mem::take(&mut self.ready) {
                self.void.push(number);
                self.again.push_back(number);
            }
            let until = *drain.until.get_or_insert(now.monotonic.saturating_add(LONGEST_DRAIN));
            let is_over = now.monotonic >= until;
            if is_over || drain.orders == 0 {
                drain.orders += 1;
                let may_end = |going: Going| is_over || going != Going::Sending;
                let numbers: Vec<usize> =
                    self.going.iter().filter(|(_, it)| may_end(**it)).map(|(it, _)| *it).collect();
                if drain.orders > MOST_ORDERS {
                    // The host has lost them.
                    for number in numbers {
                        self.going.remove(&number);
                        if number < self.plan.len() {
                            self.doubt(number, None);
                        }
                    }
                } else if !numbers.is_empty() {
                    return BulkStep::Abandon(numbers);
                }
            }
        }
        if !self.ready.is_empty() {
            let numbers = std::mem::take(&mut self.ready);
            self.going.extend(numbers.iter().map(|number| (*number, Going::Fresh)));
            return BulkStep::Begin(numbers);
        }
        let next_store = self.last_stored.filter(|_| self.options.has_journal).map_or(0, |last| last + BETWEEN_STORES);
        let wait = next_store.saturating_sub(now.monotonic);
        let is_idle = self.going.is_empty();
        if wait > 0 && !is_idle {
            return BulkStep::Wait(wait);
        }
        let later = self.choose(now);
        if !self.ready.is_empty() {
            return self.go_on(now);
        }
        if !self.intents.is_empty() || !self.results.is_empty() || !self.void.is_empty() {
            return self.store(now);
        }
        if is_idle && later.is_none() {
            return self.end(now);
        }
        let until = self.drain.as_ref().and_then(|drain| drain.until);
        let left = until.map_or(u64::MAX, |until| until.saturating_sub(now.monotonic));
        BulkStep::Wait(later.unwrap_or(LONGEST_WAIT).min(left).clamp(1, LONGEST_WAIT))
    }

    /// What is to be durable before anything else happens.
    fn store(&mut self, now: Instant) -> BulkStep {
        let results = std::mem::take(&mut self.results);
        let void = std::mem::take(&mut self.void);
        if self.is_journal_lost {
            // It was not durable, so nobody is told; the report counts it.
            return BulkStep::Wait(1);
        }
        self.storing = results;
        self.is_storing = true;
        if !self.intents.is_empty() {
            self.first_intent = self.first_intent.or(Some(now.wall));
        }
        if !self.options.has_journal {
            self.stored(now);
            return self.poll(now);
        }
        let ended = self.storing.iter().map(|result| journal::ended(result, now.wall));
        let given_back = void.iter().map(|number| journal::given_back(self.plan.position(*number)));
        let intended = self.intents.iter().map(|number| journal::intended(self.plan.position(*number), now.wall));
        BulkStep::Store(ended.chain(given_back).chain(intended).collect())
    }

    fn end(&mut self, now: Instant) -> BulkStep {
        // What is in doubt when a run is stopped stays in doubt, and its caller is told so.
        for number in std::mem::take(&mut self.doubts) {
            let mut result = self.doubted.remove(&number).unwrap_or_else(|| self.unanswered(number, true));
            result.outcome = BulkOutcome::Unresolved;
            self.conclude(number, result);
        }
        if !self.results.is_empty() {
            return self.store(now);
        }
        let keeps = self.options.has_journal && !self.is_journal_lost;
        self.phase = if keeps { Phase::Closing } else { Phase::Over };
        self.poll(now)
    }

    /// The machine of a call that was asked for.
    pub(super) fn call(&self, number: usize) -> Result<Action, Error> {
        let options = Self::call_options(&self.options);
        if number == self.page() {
            let Some(request) = self.next_page() else {
                return Err(Error::new(ErrorKind::InvalidArgument, "no page is asked for"));
            };
            return Action::new(&self.session, request, options, ActOptions::default());
        }
        let request = self.template.of(self.plan.id(number));
        let Some(proof) = request.proved_by() else {
            return Err(Error::new(ErrorKind::InvalidArgument, "no read proves this operation"));
        };
        let act = if self.is_sweeping() { Act::in_doubt } else { Act::new };
        Ok(Action::Act(Box::new(act(&self.session, &*request, proof, options, self.options.act)?)))
    }

    fn call_options(options: &BulkOptions) -> CallOptions {
        let token = options.token.as_ref().map(|token| Secret::new(token.expose().to_owned()));
        CallOptions { deadline: options.deadline, token, request_id: None, headers: options.headers.clone() }
    }

    pub(super) fn drain(&mut self, end: BulkEnd, reason: String, error: Option<Error>) {
        let is_over = matches!(self.phase, Phase::Closing | Phase::Over);
        if self.drain.is_none() && !is_over {
            self.drain = Some(Drain { end, reason, error, until: None, orders: 0 });
        }
    }
}

/// Calls at once.
const MOST_IN_FLIGHT: usize = 256;
/// A host is told so often to cancel calls before they count as lost.
const MOST_ORDERS: u32 = 3;
/// How long a run that begins nothing more waits for what is on its way, in milliseconds.
const LONGEST_DRAIN: u64 = 10_000;
/// A host looks again after so many milliseconds at the latest.
const LONGEST_WAIT: u64 = 1_000;
/// Results and intents are stored together, in one transaction in so many milliseconds.
const BETWEEN_STORES: u64 = 50;

#[cfg(test)]
mod tests;
