//! One call: its machine, and what it was told so far.

use std::pin::Pin;

use feishu_corehr::{
    Action, Already, Answer, Error, Exchange, Instant, Machine, Observation, Process, ReadBack, Reply, Session,
    Settled, Status, Step, Withdrawn,
};

use crate::ending::{LAST_READ, LONGEST_LIFE};
use crate::invariant::{Checked, Invariant, check};
use crate::log::Log;

/// The shortest pause between two reads of a wait, in milliseconds.
pub(crate) const SHORTEST_PAUSE: u64 = 1_500;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Reads a process.
    Read,
    /// Finds out how another call's withdrawal has ended.
    Settle(Doubted),
    /// Reads a process until it has one of these statuses.
    WaitFor(&'static [Status]),
    /// Withdraws one, by the machine that reads in doubt.
    Withdraw(ReadBack),
    /// Withdraws one, by the machine that does not.
    Write,
}

impl Kind {
    /// Whether it reads again and again, each time as if for the first time.
    pub(crate) const fn waits(self) -> bool {
        matches!(self, Self::Settle(_) | Self::WaitFor(_))
    }
}

/// A withdrawal of which its caller does not know how it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubted {
    /// The call that sent it.
    pub(crate) call: usize,
    /// The last moment at which it did, or a later one, as the caller's wall clock told.
    pub(crate) since: i64,
    /// How far that clock was off.
    pub(crate) offset: i64,
}

/// What an action's end means for the operation that it is of.
pub(crate) type Read = fn(feishu_corehr::Outcome) -> Result<Outcome, Error>;

pub(crate) enum Work {
    Action(Box<Action>, Read),
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
    Settled(Settled),
    Waited(Box<Process>),
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
    /// When it has sent a withdrawal last, by its wall clock, and how far that was off.
    pub(crate) wrote: Option<(u64, i64)>,
    /// How it ended.
    pub(crate) end: Option<Outcome>,
}

impl Call {
    pub(crate) const fn is_alive(&self) -> bool {
        !matches!(self.state, State::Ended | State::Idle)
    }

    /// From when on nothing can be on its way of what it finds out about, by the monotonic clock.
    pub(crate) fn safe(&self) -> Option<u64> {
        let (Kind::Settle(doubted), Some(started)) = (self.kind, self.started) else { return None };
        let left = doubted.since.saturating_add(LONGEST_LIFE).saturating_sub(started.wall as i64);
        Some(started.monotonic.saturating_add_signed(left.max(0)))
    }

    /// Between the reads of a wait are pauses, but before the last one and the one that decides.
    pub(crate) fn reads_rarely(&self, now: Instant) -> Checked {
        let (Some((asked, told)), Some(started)) = (self.log.read.filter(|_| self.kind.waits()), self.started) else {
            return Ok(());
        };
        let decides = self.safe().is_some_and(|safe| asked.monotonic < safe && now.monotonic >= safe);
        let is_last = started.after(self.deadline).remaining(now) <= LAST_READ;
        check(decides || is_last || told.elapsed(now) >= SHORTEST_PAUSE, Invariant::I5, || {
            format!("it reads again after {} ms", told.elapsed(now))
        })
    }
}

impl Work {
    pub(crate) fn poll(&mut self, now: Instant) -> Step<Outcome> {
        match self {
            Self::Action(action, read) => ended(action.poll(now).map(|result| result.and_then(*read))),
            Self::Exchange(exchange) => ended(exchange.poll(now).map(|result| result.map(Outcome::Replied))),
        }
    }

    pub(crate) fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match self {
            Self::Action(action, _) => action.handle(now, answer),
            Self::Exchange(exchange) => exchange.handle(now, answer),
        }
    }

    pub(crate) fn cancel(&mut self) -> Error {
        match self {
            Self::Action(action, _) => action.cancel(),
            Self::Exchange(exchange) => exchange.cancel(),
        }
    }

    pub(crate) fn session(&self) -> &Session {
        match self {
            Self::Action(action, _) => action.session(),
            Self::Exchange(exchange) => exchange.session(),
        }
    }
}

fn ended(step: Step<Result<Outcome, Error>>) -> Step<Outcome> {
    step.map(|result| result.unwrap_or_else(Outcome::Failed))
}
