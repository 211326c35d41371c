//! How a run goes on: what is begun, stored, told and given up.

use std::collections::{BTreeMap, VecDeque};

use super::journal::{self, CHUNK, Identity, JOURNAL, Known, SqlValue};
use super::plan::{self, Plan, Template};
use super::report::{BulkEnd, BulkOutcome, BulkProgress, BulkReport, BulkResult};
use super::sweep::{Checking, Found, Listed, Listing, Sweep};
use super::{BulkOptions, BulkStep};
use crate::act::{Act, ActOptions, ReadBack};
use crate::action::Action;
use crate::codes;
use crate::endpoint::{Endpoint, Outcome, Reply};
use crate::error::{Effect, Error, ErrorKind, Problem};
use crate::machine::CallOptions;
use crate::process::{GetProcess, ListProcesses};
use crate::proof::{Attribution, Sign};
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

    /// The journal of a new run, so many rows at a time.
    fn create(&self, now: Instant, next: usize, is_begun: bool) -> BulkStep {
        let mut statements = if next == 0 { journal::created(is_begun) } else { Vec::new() };
        let end = self.plan.len().min(next + CHUNK);
        statements.extend((next..end).map(|it| journal::planned(self.plan.position(it), self.plan.id(it))));
        if end == self.plan.len() {
            statements.push(journal::begun(&self.identity, format!("{:016x}", self.run_id), now.wall));
        }
        BulkStep::Store(statements)
    }

    pub(super) fn rows(&mut self, rows: &[Vec<SqlValue>]) {
        match self.phase {
            Phase::Tables => {
                let names: Vec<&str> = rows
                    .iter()
                    .filter_map(
                        |row| if let [SqlValue::Text(name)] = row.as_slice() { Some(name.as_str()) } else { None },
                    )
                    .collect();
                match names.as_slice() {
                    [] => self.phase = Phase::Creating { next: 0, is_begun: false },
                    ["item", "run"] => self.phase = Phase::Identity,
                    _ => {
                        self.refuse(format!("is a database of something else: it has the tables {}", names.join(", ")))
                    }
                }
            }
            Phase::Identity => match rows {
                [] => self.phase = Phase::Creating { next: 0, is_begun: true },
                [row] => match journal::problem(row, &self.identity) {
                    Some(problem) => self.refused = Some(plan::refused(&*self.template, vec![problem])),
                    None => self.phase = Phase::Items(0),
                },
                _ => self.refuse("holds more than one run".to_owned()),
            },
            Phase::Items(next) => self.resume(next, rows),
            Phase::Closing | Phase::Creating { .. } | Phase::Over | Phase::Running => {}
        }
    }

    /// Takes what an earlier run has left.
    fn resume(&mut self, next: usize, rows: &[Vec<SqlValue>]) {
        for (number, row) in (next..).zip(rows) {
            let known = journal::known(row)
                .filter(|(position, ..)| number < self.plan.len() && *position == self.plan.position(number));
            let Some((_, known, intended)) = known else {
                return self.refuse(format!("is damaged: the row of item {number} cannot be read"));
            };
            match known {
                Known::Planned => {}
                Known::Intended => {
                    self.doubt(number, None);
                    self.first_intent = earlier(self.first_intent, intended);
                }
                // What has ended without an answer is open still.
                Known::Ended(result) if result.outcome == BulkOutcome::Unresolved => {
                    if result.effect != Effect::None {
                        // What was sent then is counted already.
                        self.doubt(number, Some(BulkResult { attempts: 0, ..*result }));
                        self.first_intent = earlier(self.first_intent, intended);
                    }
                }
                Known::Ended(mut result) => {
                    self.is_settled[number] = true;
                    let codes = self.template.operation().codes;
                    result.advice = result.code.and_then(|code| codes::lookup(codes, code)?.advice());
                    self.report.count(result.outcome, result.code, result.status);
                    self.untold.push(*result);
                }
            }
        }
        let end = next + rows.len();
        self.phase = if rows.len() < CHUNK || end >= self.plan.len() { Phase::Running } else { Phase::Items(end) };
        if rows.len() < CHUNK && end < self.plan.len() {
            self.refuse(format!("is damaged: it has {end} items of {}", self.plan.len()));
        }
    }

    fn refuse(&mut self, rule: String) {
        self.refused = Some(plan::refused(&*self.template, vec![Problem::new(JOURNAL, rule)]));
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

    /// Takes the items that may be begun now. Says in how many milliseconds the next one may be, while there is one.
    fn choose(&mut self, now: Instant) -> Option<u64> {
        if self.drain.is_some() {
            return None;
        }
        let has_more = self.peek().is_some();
        if !has_more && self.going.is_empty() && self.results.is_empty() && !self.is_sweeping() {
            self.sweep = self.listing(now).map_or(Sweep::Reading, |listing| Sweep::Listing(Box::new(listing)));
        }
        if matches!(self.sweep, Sweep::Listing(_)) {
            return Some(self.begin_page(now));
        }
        self.peek()?;
        let most = self.options.max_in_flight.map_or(MOST_IN_FLIGHT, |most| most as usize);
        let free = most.saturating_sub(self.going.len());
        if free == 0 {
            return Some(LONGEST_WAIT);
        }
        // Those that have sent nothing yet take their turns before anything that begins now.
        let fresh = self.going.values().filter(|going| **going == Going::Fresh).count();
        let reads_first = self.is_sweeping() || self.options.act.check_first;
        let write = (!self.is_sweeping()).then(|| self.session.room(self.template.operation(), now, fresh + free));
        let read = reads_first.then(|| self.session.room(const { &GetProcess::OPERATION }, now, fresh + free));
        let rooms = [write, read].into_iter().flatten();
        let (room, delay) = rooms.min_by_key(|(room, _)| *room).unwrap_or_default();
        for _ in fresh..room {
            let number = self.peek()?;
            self.take(number);
            self.intents.push(number);
        }
        Some(if room < fresh + free { delay } else { LONGEST_WAIT })
    }

    /// The next item to begin.
    fn peek(&mut self) -> Option<usize> {
        let doubt = self.doubts.front().copied();
        match &self.sweep {
            Sweep::NotYet => {}
            Sweep::Listing(_) => return None,
            Sweep::Checking(checking) => return doubt.filter(|number| checking.checks().contains(number)),
            Sweep::Reading => return doubt,
        }
        if let Some(number) = self.again.front() {
            return Some(*number);
        }
        while self.is_settled.get(self.next) == Some(&true) {
            self.next += 1;
        }
        (self.next < self.plan.len()).then_some(self.next)
    }

    fn take(&mut self, number: usize) {
        if self.is_sweeping() {
            self.doubts.pop_front();
        } else if self.again.front() == Some(&number) {
            self.again.pop_front();
        } else {
            self.is_settled[number] = true;
            self.next += 1;
        }
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

    /// How one call has ended.
    pub(super) fn ended(&mut self, number: usize, result: &Result<Outcome, Error>) {
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

    fn reached(
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

    /// What lists can say of many items in doubt; nothing where they are too few, or where nothing is to be read.
    fn listing(&self, now: Instant) -> Option<Listing> {
        if self.options.act.read_back == ReadBack::Never {
            return None;
        }
        let Sign::Status { goals, .. } = self.template.of(self.plan.id(0)).proved_by()?.sign else { return None };
        Listing::new(&self.plan, &self.doubts, goals, self.first_intent?, now.wall)
    }

    /// The number of a call that is no item's.
    fn page(&self) -> usize {
        self.plan.len()
    }

    fn next_page(&self) -> Option<&ListProcesses> {
        if let Sweep::Listing(listing) = &self.sweep { listing.request() } else { None }
    }

    /// Lets the next page be asked for, or says in how many milliseconds it may be.
    fn begin_page(&mut self, now: Instant) -> u64 {
        if self.going.is_empty() {
            match self.session.room(const { &ListProcesses::OPERATION }, now, 1) {
                (0, delay) => return delay,
                _ => self.ready.push(self.page()),
            }
        }
        LONGEST_WAIT
    }

    /// A page has come, or none that says anything: whoever was not named is read then.
    fn page_ended(&mut self, reply: Option<&Reply>) {
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
    fn believe(&mut self, found: Found) {
        self.sweep = Sweep::Reading;
        self.doubts.retain(|number| !found.contains_key(number));
        for (number, Listed { status, log_id }) in found {
            self.reached(number, Attribution::Presumed, 0, Some(status), log_id);
        }
    }

    const fn is_sweeping(&self) -> bool {
        !matches!(self.sweep, Sweep::NotYet)
    }

    fn not_done(&mut self, number: usize, error: &Error) {
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
    fn is_elsewhere(&self, number: usize, error: &Error) -> bool {
        let missed = self.template.of(self.plan.id(number)).proved_by().map(|proof| proof.missed.kind);
        error.status.is_some() && missed == Some(error.kind)
    }

    /// The server took no more calls for as long as the item had time. It has another try, unless nothing gets through.
    fn throttled(&mut self, number: usize, told: BulkResult, error: &Error) {
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

    fn doubt(&mut self, number: usize, known: Option<BulkResult>) {
        self.is_settled[number] = true;
        self.doubts.push_back(number);
        if let Some(known) = known {
            self.doubted.insert(number, known);
        }
    }

    /// The item has ended.
    fn conclude(&mut self, number: usize, result: BulkResult) {
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
    fn note_failure(&mut self, result: &BulkResult) {
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

    pub(super) fn drain(&mut self, end: BulkEnd, reason: String, error: Option<Error>) {
        let is_over = matches!(self.phase, Phase::Closing | Phase::Over);
        if self.drain.is_none() && !is_over {
            self.drain = Some(Drain { end, reason, error, until: None, orders: 0 });
        }
    }

    /// An item of which nothing is known yet, but whether it is in doubt.
    fn unanswered(&self, number: usize, is_doubted: bool) -> BulkResult {
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

    pub(super) fn told_report(&self) -> BulkReport {
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
    fn forget(&mut self, now: Instant) {
        while self.history.len() > 1 && self.history.front().is_some_and(|(at, _)| at + RECENT < now.monotonic) {
            self.history.pop_front();
        }
    }

    pub(super) fn progress(&mut self, now: Instant) -> BulkProgress {
        let (done, total) = (self.report.done(), self.report.planned);
        self.forget(now);
        let (since, before) = self.history.front().copied().unwrap_or((now.monotonic, done));
        let seconds = now.monotonic.saturating_sub(since) as f64 / 1_000.0;
        let rate = if seconds > 0.0 { (done - before) as f64 / seconds } else { 0.0 };
        let left_ms = (rate > 0.0).then(|| ((total - done) as f64 / rate * 1_000.0) as u64);
        BulkProgress { done, total, rate, left_ms }
    }
}

/// The earlier one of what is known.
fn earlier(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    [one, other].into_iter().flatten().min()
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
/// Calls at once.
const MOST_IN_FLIGHT: usize = 256;
/// So many equal failures in a row pause a run.
const MOST_ALIKE: u32 = 20;
/// So often an item may be throttled until its time is over.
const MOST_THROTTLES: u32 = 3;
/// A host is told so often to cancel calls before they count as lost.
const MOST_ORDERS: u32 = 3;
/// How long a run that begins nothing more waits for what is on its way, in milliseconds.
const LONGEST_DRAIN: u64 = 10_000;
/// A host looks again after so many milliseconds at the latest.
const LONGEST_WAIT: u64 = 1_000;
/// Results and intents are stored together, in one transaction in so many milliseconds.
const BETWEEN_STORES: u64 = 50;
/// What a rate is taken over, in milliseconds.
const RECENT: u64 = 10_000;

#[cfg(test)]
mod tests;
