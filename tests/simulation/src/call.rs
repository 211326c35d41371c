//! One call: its machine, and what it was told so far.

use std::pin::Pin;

use feishu_corehr::{
    Action, Already, Answer, Endpoint, Error, Exchange, Instant, Machine, Observation, ReadBack, Reply, Session, Step,
    WithdrawProcess, Withdrawn,
};

use crate::log::Log;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads a process.
    Read,
    /// Withdraws one, by the machine that reads in doubt.
    Withdraw(ReadBack),
    /// Withdraws one, by the machine that does not.
    Write,
}

pub(crate) enum Work {
    Action(Box<Action>),
    Exchange(Box<Exchange>),
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Cancelled(Error),
    /// Nobody asked.
    Dropped,
    Failed(Error),
    Replied(Reply),
    Withdrawn(Withdrawn),
}

/// What a call does right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Its host was asked.
    Asking,
    Ended,
    Idle,
    /// Its request of that number is under way.
    Sending(usize),
    /// It pauses.
    Waiting {
        /// Whether it waits for somebody else's token.
        for_change: bool,
    },
}

pub(crate) struct Call {
    pub(crate) kind: Kind,
    /// How it ends where somebody else has withdrawn the process.
    pub(crate) already: Already,
    pub(crate) client: usize,
    pub(crate) process: usize,
    /// How long it may take, in milliseconds.
    pub(crate) deadline: u64,
    /// A token of its own.
    pub(crate) given: Option<String>,
    pub(crate) work: Option<Work>,
    pub(crate) state: State,
    /// Which of its timers is the current one.
    pub(crate) timer: u32,
    pub(crate) changed: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    pub(crate) started: Option<Instant>,
    /// The same in true time.
    pub(crate) started_at: u64,
    /// When it could act since its last request, in true time and as it reads it.
    pub(crate) moments: Vec<(u64, Instant)>,
    pub(crate) log: Log,
    /// How it ended.
    pub(crate) end: Option<Outcome>,
}

impl Call {
    pub(crate) const fn is_alive(&self) -> bool {
        !matches!(self.state, State::Ended | State::Idle)
    }
}

impl Work {
    pub(crate) fn poll(&mut self, now: Instant) -> Step<Outcome> {
        match self {
            Self::Action(action) => {
                ended(action.poll(now).map(|result| result.and_then(WithdrawProcess::output)), Outcome::Withdrawn)
            }
            Self::Exchange(exchange) => ended(exchange.poll(now), Outcome::Replied),
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match self {
            Self::Action(action) => action.handle(now, answer),
            Self::Exchange(exchange) => exchange.handle(now, answer),
        }
    }

    pub(crate) fn cancel(&mut self) -> Error {
        match self {
            Self::Action(action) => action.cancel(),
            Self::Exchange(exchange) => exchange.cancel(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        match self {
            Self::Action(action) => action.session(),
            Self::Exchange(exchange) => exchange.session(),
        }
    }
}

fn ended<T>(step: Step<Result<T, Error>>, success: impl FnOnce(T) -> Outcome) -> Step<Outcome> {
    step.map(|result| result.map_or_else(Outcome::Failed, success))
}
