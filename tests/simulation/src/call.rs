//! One call: its machine, and what it was told so far.

use std::pin::Pin;

use feishu_corehr::{
    Answer, Error, Exchange, Instant, Machine, Observation, ReadBack, Reply, Session, Step, Withdrawal, Withdrawn,
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
    Exchange(Box<Exchange>),
    Withdrawal(Box<Withdrawal>),
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
            Self::Exchange(exchange) => ended(exchange.poll(now), Outcome::Replied),
            Self::Withdrawal(withdrawal) => ended(withdrawal.poll(now), Outcome::Withdrawn),
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match self {
            Self::Exchange(exchange) => exchange.handle(now, answer),
            Self::Withdrawal(withdrawal) => withdrawal.handle(now, answer),
        }
    }

    pub(crate) fn cancel(&mut self) -> Error {
        match self {
            Self::Exchange(exchange) => exchange.cancel(),
            Self::Withdrawal(withdrawal) => withdrawal.cancel(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        match self {
            Self::Exchange(exchange) => exchange.session(),
            Self::Withdrawal(withdrawal) => withdrawal.session(),
        }
    }
}

fn ended<T>(step: Step<Result<T, Error>>, success: impl FnOnce(T) -> Outcome) -> Step<Outcome> {
    match step {
        Step::Ask(ask, budget) => Step::Ask(ask, budget),
        Step::Done(result) => Step::Done(result.map_or_else(Outcome::Failed, success)),
        Step::Send(request) => Step::Send(request),
        Step::Wait(pause) => Step::Wait(pause),
    }
}
