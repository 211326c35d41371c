//! What the front does on the socket for one request: a list of small acts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Source};
use crate::log::Ticket;

/// How a request ended on the wire.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was meant to be sent was sent.
    Answered,
    /// The client closed its socket while it was being answered.
    ClientGone,
    /// We closed or reset the connection before a complete answer.
    Cut,
    /// We left the client waiting until it closed its socket.
    Stalled,
}

/// One act on the socket.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Close in the ordinary way (FIN).
    Close,
    /// Send byte by byte, with this pause between two.
    Drip {
        bytes: Vec<u8>,
        pause: Duration,
    },
    /// Send this again and again until the client leaves.
    Endless(Vec<u8>),
    /// Close with RST.
    Reset,
    Send(Vec<u8>),
    /// Send no more, but notice when the client leaves.
    Stall,
    /// Neither read nor write any more, for at most this time: the peer that lost its power.
    Vanish(Duration),
    Wait(Duration),
}

/// The acts for one request, and what the log says about them.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) acts: Vec<Act>,
    pub(crate) outcome: Outcome,
    /// The status and the code that were put on the wire, as far as they were.
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<i64>,
    pub(crate) source: Source,
    /// The line of the log that this request has, if it has one.
    pub(crate) ticket: Option<Ticket>,
}

impl Delivery {
    /// The whole answer, well formed; the connection stays open.
    pub(crate) fn whole(answer: &Answer) -> Self {
        let mut bytes = answer.head();
        bytes.extend_from_slice(&answer.body);
        Self::of(answer, vec![Act::Send(bytes)])
    }

    /// The answer in a form of its own.
    pub(crate) fn of(answer: &Answer, acts: Vec<Act>) -> Self {
        Self {
            acts,
            outcome: Outcome::Answered,
            status: Some(answer.status),
            code: answer.code,
            source: answer.source,
            ticket: None,
        }
    }

    /// No answer at all.
    pub(crate) fn nothing(act: Act, source: Source) -> Self {
        let outcome = if matches!(act, Act::Stall | Act::Vanish(_)) { Outcome::Stalled } else { Outcome::Cut };
        Self { acts: vec![act], outcome, status: None, code: None, source, ticket: None }
    }

    /// A part of the status line, then `end`.
    pub(crate) fn part_of_head(end: Act, source: Source) -> Self {
        let mut delivery = Self::nothing(end, source);
        delivery.acts.insert(0, Act::Send(b"HTTP/1.1 20".to_vec()));
        delivery
    }

    /// The whole head with the true length, half of the body, then `end`.
    pub(crate) fn half_of_body(answer: &Answer, end: Act) -> Self {
        let nothing = Self::nothing(end, answer.source);
        let mut bytes = answer.head();
        bytes.extend_from_slice(&answer.body[..answer.body.len() / 2]);
        let mut acts = vec![Act::Send(bytes)];
        acts.extend(nothing.acts);
        Self { outcome: nothing.outcome, ..Self::of(answer, acts) }
    }

    /// The same acts, after a pause.
    #[must_use]
    pub(crate) fn after(mut self, pause: Duration) -> Self {
        if !pause.is_zero() {
            self.acts.insert(0, Act::Wait(pause));
        }
        self
    }

    #[must_use]
    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}
