//! Many acts in one run: looked through before, paced, kept in a journal, and reported (`docs/policy.md` 3).
//!
//! A host begins with [`Bulk::poll`] and does what the step wants: it stores and reads the journal, begins calls, tells
//! results, waits. Each call is one like any other ([`Bulk::begin`] gives its machine), and the run hears by itself how it
//! ends.

mod item;
mod journal;
mod plan;
mod report;
mod run;
mod sweep;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use item::Item;
pub use journal::{JOURNAL_PRAGMAS, SqlValue, Statement};
pub use report::{BulkEnd, BulkOutcome, BulkProgress, BulkReport, BulkResult, CodeCount, StatusCount};

use crate::act::ActOptions;
use crate::endpoint::{Operation, Outcome};
use crate::error::Error;
use crate::parameter::NameValue;
use crate::per_process::PerProcess;
use crate::session::Session;
use crate::time::Instant;
use crate::token::Secret;
use run::{Going, Run};

/// What a caller may choose for a run.
#[derive(Default)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "mobile", uniffi::export(Debug))]
pub struct BulkOptions {
    /// How long each call may take, in milliseconds, from when it is begun; by default as for a single one.
    pub deadline: Option<u64>,
    /// A tenant access token for all calls of this run.
    pub token: Option<Secret>,
    /// More headers for all calls of this run, as for a single one.
    pub headers: Vec<NameValue>,
    /// As for a single call.
    pub act: ActOptions,
    /// How many calls may go on at once, 1 to 256, which is the default. How many do depends on the pace and on how long
    /// answers take.
    pub max_in_flight: Option<u32>,
    /// The run pauses when so many items have failed; by default it goes on.
    pub max_failures: Option<u64>,
    /// How many processes the caller expects: another number is an error before anything is sent.
    pub expect_count: Option<u64>,
    /// Whether ids may be other than numbers of at most 32 digits.
    pub allow_any_id: bool,
    /// Whether the journal keeps the reason as text; by default only its SHA-256.
    pub keep_reasons: bool,
    /// Whether the host keeps a journal.
    pub has_journal: bool,
}

/// Without the values of the headers, which may be secrets.
impl fmt::Debug for BulkOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|header| header.name.as_str()).collect();
        let mut shown = f.debug_struct("BulkOptions");
        shown.field("deadline", &self.deadline).field("token", &self.token).field("headers", &names);
        shown.finish_non_exhaustive()
    }
}

/// What a run wants next.
#[derive(Debug)]
pub enum BulkStep {
    /// Cancel these calls, then poll.
    Abandon(Vec<usize>),
    /// Begin these calls, side by side: [`Bulk::begin`] gives the machine of each. A number names one call at a time.
    Begin(Vec<usize>),
    /// The end; nothing goes on any more.
    Done(Box<BulkReport>),
    /// Ask the journal, and hand in the rows by [`Bulk::rows`].
    Query(Statement),
    /// The journal is not one to go on with. Nothing was sent; the run is over.
    Refused(Error),
    /// Run these statements in one transaction, and say by [`Bulk::stored`] when they are durable.
    Store(Vec<Statement>),
    /// These have ended, and that is durable: tell the caller, then poll.
    Tell(Vec<BulkResult>),
    /// Poll as soon as a call has ended, and after so many milliseconds at the latest.
    Wait(u64),
}

/// One run, shared by its calls. Cloning gives another handle to the same.
#[derive(Clone)]
pub struct Bulk {
    run: Arc<Mutex<Run>>,
}

impl Bulk {
    /// A run over these processes by a request like `template`, whose own process id is of no account. List and options
    /// are checked here, all together; nothing has been sent. A process that stands twice is done once.
    pub fn new<T: PerProcess>(
        session: &Session,
        template: T,
        process_ids: Vec<String>,
        options: BulkOptions,
    ) -> Result<Self, Error> {
        Run::new(session, Box::new(template), process_ids, options).map(|run| Self { run: Arc::new(Mutex::new(run)) })
    }

    /// What it does to each process.
    pub fn operation(&self) -> &'static Operation {
        self.run().template.operation()
    }

    /// What to do now. `now` never goes backwards.
    pub fn poll(&self, now: Instant) -> BulkStep {
        self.run().poll(now)
    }

    /// The rows that the journal answered, each with the columns that the query names.
    pub fn rows(&self, rows: Vec<Vec<SqlValue>>) {
        self.run().rows(&rows);
    }

    /// What was to be stored is durable.
    pub fn stored(&self, now: Instant) {
        self.run().stored(now);
    }

    /// The journal failed, in the database's words. Nothing more is sent.
    pub fn failed(&self, words: &str) {
        self.run().journal_failed(words);
    }

    /// The machine of one call that a step has asked for.
    pub fn begin(&self, number: usize) -> Result<Item, Error> {
        let call = self.run().call(number);
        match call {
            Ok(call) => Ok(Item::new(call, self.clone(), number)),
            Err(error) => {
                self.ended(number, &Err(error.clone()));
                Err(error)
            }
        }
    }

    /// Begins nothing more; what is on its way is waited for, for at most 10 seconds. The run goes on to be polled.
    pub fn cancel(&self) {
        self.run().drain(BulkEnd::Cancelled, "the run was cancelled".to_owned(), None);
    }

    /// How far it has come.
    pub fn progress(&self, now: Instant) -> BulkProgress {
        self.run().progress(now)
    }

    /// What it has come to so far.
    pub fn report(&self) -> BulkReport {
        self.run().told_report()
    }

    fn ended(&self, number: usize, result: &Result<Outcome, Error>) {
        self.run().ended(number, result);
    }

    fn sending(&self, number: usize, is_sending: bool) {
        if let Some(state) = self.run().going.get_mut(&number) {
            *state = if is_sending { Going::Sending } else { Going::Between };
        }
    }

    fn is_draining(&self) -> bool {
        self.run().drain.is_some()
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        // Every change is complete before anything can panic, so a poisoned lock guards a sound state.
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bulk")
    }
}
