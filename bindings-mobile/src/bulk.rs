//! Runs over many processes: the core's steps, which a host takes until the run has ended.

use std::sync::Arc;

use feishu_corehr::bulk::JOURNAL_PRAGMAS;
use feishu_corehr::error::fields;
use feishu_corehr::{
    Action, Bulk, BulkOptions, BulkProgress, BulkReport, BulkResult, BulkStep, Error, Problem, Session, SqlValue,
    Statement, bulks,
};

use crate::call::{Begun, Call};
use crate::clock::now;
use crate::failure::{Failure, guarded};
use crate::handles::Handle;
use crate::operations::{Leave, Request};

/// A run over many processes. One coroutine or task takes its steps; the calls that it begins have loops of their own.
#[derive(uniffi::Object)]
pub struct NativeBulk {
    bulk: Bulk,
    leave: Leave,
    _handle: Handle,
}

/// What the host of a run does next.
#[derive(Debug, uniffi::Enum)]
pub enum RunStep {
    /// Cancel these calls, then poll.
    Abandon {
        /// The calls.
        numbers: Vec<u32>,
    },
    /// Begin these calls, side by side.
    Begin {
        /// The calls.
        numbers: Vec<u32>,
    },
    /// The end; nothing goes on any more.
    Done,
    /// Ask the journal, and hand in the rows.
    Query {
        /// What to ask.
        statement: Statement,
    },
    /// The journal is not one to go on with. Nothing was sent; the run is over.
    Refused {
        /// Why.
        error: fields::Error,
    },
    /// Run these statements in one transaction, and say when they are durable.
    Store {
        /// What to run.
        statements: Vec<Statement>,
    },
    /// Tell the caller of these, then poll.
    Tell {
        /// What has ended, and is durable.
        results: Vec<BulkResult>,
    },
    /// Poll as soon as a call has ended, and after this time at the latest.
    Wait {
        /// How long, in milliseconds.
        delay: u64,
    },
}

#[uniffi::export]
impl NativeBulk {
    /// What to do now.
    pub fn poll(&self) -> Result<RunStep, Failure> {
        guarded(|| Ok(RunStep::from(self.bulk.poll(now()))))
    }

    /// Begins a call that a step has asked for. The run hears by itself how it ends, also when nobody takes its steps.
    pub fn begin(&self, number: u32) -> Result<Begun, Failure> {
        guarded(|| {
            let action = Action::of_bulk(&self.bulk, number as usize)?;
            let call = Call::new(self.bulk.operation(), action, self.leave);
            Ok(Begun { step: call.begin(), call })
        })
    }

    /// The rows that the journal answered, each with the columns that the query names.
    pub fn rows(&self, rows: Vec<Vec<SqlValue>>) -> Result<(), Failure> {
        guarded(|| {
            self.bulk.rows(rows);
            Ok(())
        })
    }

    /// What was to be stored is durable.
    pub fn stored(&self) -> Result<(), Failure> {
        guarded(|| {
            self.bulk.stored(now());
            Ok(())
        })
    }

    /// The journal failed, in the database's words. Nothing more is sent.
    pub fn failed(&self, words: String) -> Result<(), Failure> {
        guarded(|| {
            self.bulk.failed(&words);
            Ok(())
        })
    }

    /// Begins nothing more; what is on its way is waited for, for at most 10 seconds. The run goes on to be polled.
    pub fn cancel(&self) -> Result<(), Failure> {
        guarded(|| {
            self.bulk.cancel();
            Ok(())
        })
    }

    /// How far it has come.
    pub fn progress(&self) -> Result<BulkProgress, Failure> {
        guarded(|| Ok(self.bulk.progress(now())))
    }

    /// What it has come to so far.
    pub fn report(&self) -> Result<BulkReport, Failure> {
        guarded(|| Ok(self.bulk.report()))
    }
}

impl NativeBulk {
    pub(crate) fn new(
        session: &Session,
        request: Request,
        process_ids: Vec<String>,
        options: BulkOptions,
    ) -> Result<Arc<Self>, Error> {
        let leave = request.leave();
        let bulk = begun(session, request, process_ids, options)?;
        Ok(Arc::new(Self { bulk, leave, _handle: Handle::open() }))
    }
}

/// The statements before all others on a journal, each by itself: nobody else may open it while its run goes on, and
/// what is committed stays, whatever happens to the machine.
#[uniffi::export]
pub fn journal_pragmas() -> Result<Vec<String>, Failure> {
    guarded(|| Ok(JOURNAL_PRAGMAS.iter().map(|&pragma| pragma.to_owned()).collect()))
}

impl From<BulkStep> for RunStep {
    fn from(step: BulkStep) -> Self {
        let small = |numbers: Vec<usize>| numbers.into_iter().map(|number| number as u32).collect();
        match step {
            BulkStep::Abandon(numbers) => Self::Abandon { numbers: small(numbers) },
            BulkStep::Begin(numbers) => Self::Begin { numbers: small(numbers) },
            // Whoever wants the report asks for it.
            BulkStep::Done(_) => Self::Done,
            BulkStep::Query(statement) => Self::Query { statement },
            BulkStep::Refused(error) => Self::Refused { error: error.into_fields() },
            BulkStep::Store(statements) => Self::Store { statements },
            BulkStep::Tell(results) => Self::Tell { results },
            BulkStep::Wait(delay) => Self::Wait { delay },
        }
    }
}

macro_rules! runs {
    ($($name:ident: $request:ident,)*) => {
        /// A run by a request like this one.
        fn begun(
            session: &Session,
            request: Request,
            process_ids: Vec<String>,
            options: BulkOptions,
        ) -> Result<Bulk, Error> {
            match request {
                $(Request::$request { request } => Bulk::new(session, request, process_ids, options),)*
                other => {
                    let operation = other.erased().operation().name;
                    Err(Error::invalid(operation, vec![Problem::new("request", "is not one that is done to many")]))
                }
            }
        }
    };
}

bulks!(runs);
