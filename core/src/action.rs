//! Any call as one machine, and the same call as data.

use crate::act::{Act, ActOptions};
#[cfg(feature = "bulk")]
use crate::bulk::{Bulk, Item};
use crate::endpoint::{Outcome, Reply, Request};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::machine::{Answer, CallOptions, Machine, Observation, Step};
use crate::proof::Attribution;
use crate::session::Session;
use crate::time::Instant;
use crate::wait::Wait;

/// A call of any operation. There is one type of them all, so that the loop that drives them is compiled once.
#[derive(Debug)]
pub enum Action {
    /// A write that a read can prove.
    Act(Box<Act>),
    /// Anything else.
    Exchange(Box<Exchange>),
    /// One item of a run over many.
    #[cfg(feature = "bulk")]
    Item(Box<Item>),
    /// A read that is repeated.
    Wait(Box<Wait>),
}

impl Action {
    /// A call of `request`, whose arguments and options are all checked here; nothing has been sent. `act` is for what
    /// a read can prove.
    pub fn new(session: &Session, request: &dyn Request, options: CallOptions, act: ActOptions) -> Result<Self, Error> {
        Ok(match (request.proved_by(), request.waits_for()) {
            (Some(proof), _) => Self::Act(Box::new(Act::new(session, request, proof, options, act)?)),
            (None, Some(until)) => Self::Wait(Box::new(Wait::new(session, request, until, options)?)),
            (None, None) => Self::Exchange(Box::new(Exchange::new(session, request, options)?)),
        })
    }

    /// One call that a run has asked for.
    #[cfg(feature = "bulk")]
    pub fn of_bulk(bulk: &Bulk, number: usize) -> Result<Self, Error> {
        Ok(Self::Item(Box::new(bulk.begin(number)?)))
    }

    /// One request for a client elsewhere: see [`Exchange::into_relayed`].
    pub fn relayed(session: &Session, request: &dyn Request, options: CallOptions) -> Result<Self, Error> {
        Ok(Self::Exchange(Box::new(Exchange::new(session, request, options)?.into_relayed())))
    }
}

impl Machine for Action {
    type Output = Result<Outcome, Error>;

    fn poll(&mut self, now: Instant) -> Step<Self::Output> {
        match self {
            Self::Act(act) => act.poll(now),
            #[cfg(feature = "bulk")]
            Self::Item(item) => item.poll(now),
            Self::Wait(wait) => wait.poll(now),
            Self::Exchange(exchange) => {
                let step = exchange.poll(now);
                let attempts = exchange.sent();
                step.map(|result| result.map(|reply| answered(reply, attempts)))
            }
        }
    }

    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation> {
        match self {
            Self::Act(act) => act.handle(now, answer),
            Self::Exchange(exchange) => exchange.handle(now, answer),
            #[cfg(feature = "bulk")]
            Self::Item(item) => item.handle(now, answer),
            Self::Wait(wait) => wait.handle(now, answer),
        }
    }

    fn started(&self) -> Option<Observation> {
        match self {
            Self::Act(act) => act.started(),
            Self::Exchange(exchange) => exchange.started(),
            #[cfg(feature = "bulk")]
            Self::Item(item) => item.started(),
            Self::Wait(wait) => wait.started(),
        }
    }

    fn cancel(&mut self) -> Error {
        match self {
            Self::Act(act) => act.cancel(),
            Self::Exchange(exchange) => exchange.cancel(),
            #[cfg(feature = "bulk")]
            Self::Item(item) => item.cancel(),
            Self::Wait(wait) => wait.cancel(),
        }
    }

    fn session(&self) -> &Session {
        match self {
            Self::Act(act) => act.session(),
            Self::Exchange(exchange) => exchange.session(),
            #[cfg(feature = "bulk")]
            Self::Item(item) => item.session(),
            Self::Wait(wait) => wait.session(),
        }
    }
}

/// The server said so, and nothing was read.
fn answered(reply: Reply, attempts: u32) -> Outcome {
    Outcome {
        reply,
        process_id: String::new(),
        attribution: Attribution::Ours,
        status: None,
        attempts,
        resent_unread: false,
        settled: None,
    }
}
