//! Named faults: what they are, and which of them have been ordered.

mod body;
mod business;
pub(crate) mod catalogue;
mod cut;
mod framing;
pub(crate) mod redirect;
mod status;
mod surplus;
mod token;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::{Answer, Source};
use crate::delivery::{Act, Delivery};
use crate::error::Error;
use crate::operations::Operation;
use crate::request::Received;
use crate::state::Ports;

/// The groups of faults.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// The body is not what it should be.
    Body,
    /// The platform refuses, or somebody else was faster.
    Business,
    /// The connection dies or falls silent.
    Cut,
    /// The bytes are not well-formed HTTP, or too many.
    Framing,
    /// The answer points elsewhere.
    Redirect,
    /// The status is not 200.
    Status,
    /// Tokens are refused, rotten or late.
    Token,
}

/// Whether a request that a fault strikes still does what it asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It does, as far as the real state allows.
    Applied,
    /// The `apply` flag of the order decides; without one it does not.
    ByFlag,
    /// It does, but only later.
    Late,
    /// It does not.
    NotApplied,
    /// It does, and is then delivered a second time, whose answer is sent.
    Twice,
}

/// Which operations a fault can strike.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// What changes a process.
    Acts,
    /// All.
    Any,
    /// All but the token request.
    Calls,
    /// Listing and reading.
    Reads,
    /// The token request.
    Token,
}

/// One named fault, as the catalogue shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Fault {
    /// The name that orders and scripts use.
    pub name: &'static str,
    /// Its number in the test programme, or an empty text.
    pub number: &'static str,
    /// Its group.
    pub group: Group,
    /// Where its shape is known from.
    pub source: Source,
    /// Whether the request still takes effect.
    pub effect: Effect,
    /// Which operations it can strike.
    pub aim: Aim,
    /// Its one duration in milliseconds, which an order may change; 0 if it has none.
    pub ms: u64,
    /// What it does, in one line.
    pub does: &'static str,
    #[serde(skip)]
    pub(crate) before: Before,
    #[serde(skip)]
    pub(crate) shape: Shape,
}

/// What happens to the real state before the request is served.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Before {
    /// The effect of this request stays hidden from readers until the next request to act.
    Hide,
    Nothing,
    /// The next token is of this many bytes.
    LongToken(usize),
    /// All tokens become invalid; the flag says whether they are handed out again all the same.
    RevokeTokens {
        same_again: bool,
    },
    /// Somebody else ends the process with this status.
    SetStatus(i64),
    /// The same, and readers see it only after the fault's duration.
    SetStatusUnseen(i64),
}

/// How the answer is made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// No answer: it strikes before the request is completely read.
    Early(Early),
    /// As long as the fault's duration, counted from its first strike, every answer is made so.
    Lasting(fn(&Blow<'_>) -> Delivery),
    Made(fn(&Blow<'_>) -> Delivery),
    /// The real answer, after what happened before.
    Real,
}

/// How a request is cut before it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Early {
    /// Whether it spares the first request of a connection.
    pub(crate) on_used_connection: bool,
    /// RST, else FIN.
    pub(crate) reset: bool,
}

impl Early {
    pub(crate) fn end(self) -> Act {
        if self.reset { Act::Reset } else { Act::Close }
    }
}

/// What a fault has at hand when it strikes.
#[derive(Debug)]
pub(crate) struct Blow<'a> {
    pub(crate) operation: Operation,
    /// The real answer if the request was served, else a sample of success.
    pub(crate) answer: Answer,
    /// Whether the request was served for real.
    pub(crate) served: bool,
    pub(crate) ms: u64,
    pub(crate) source: Source,
    pub(crate) received: &'a Received,
    pub(crate) ports: Ports,
    pub(crate) app_id: String,
}

impl Blow<'_> {
    /// An answer that a client may well understand must not claim what did not happen.
    pub(crate) fn honest(&self) -> Answer {
        if self.served {
            return self.answer.clone();
        }
        Answer::text(502, "text/html", status::BAD_GATEWAY, self.source)
    }

    /// The envelope of the answer, changed, or an empty one if the answer has none.
    pub(crate) fn changed(&self, change: impl FnOnce(&mut Value)) -> Answer {
        let mut envelope = serde_json::from_slice(&self.answer.body).unwrap_or_else(|_| serde_json::json!({}));
        change(&mut envelope);
        self.with_body(envelope.to_string().into_bytes())
    }

    /// The answer with another body, which is no envelope any more.
    pub(crate) fn with_body(&self, body: Vec<u8>) -> Answer {
        Answer { body, code: None, ..self.answer.clone() }
    }
}

impl Fault {
    /// A fault with neither a duration nor something before it. The table rows add those.
    pub(crate) const fn new(
        name: &'static str,
        number: &'static str,
        group: Group,
        source: Source,
        effect: Effect,
        shape: Shape,
        does: &'static str,
    ) -> Self {
        Self { name, number, group, source, effect, aim: Aim::Any, ms: 0, does, before: Before::Nothing, shape }
    }

    pub(crate) const fn does(mut self, does: &'static str) -> Self {
        self.does = does;
        self
    }

    pub(crate) const fn aim(mut self, aim: Aim) -> Self {
        self.aim = aim;
        self
    }

    pub(crate) const fn before(mut self, before: Before) -> Self {
        self.before = before;
        self
    }

    pub(crate) const fn lasting_ms(mut self, ms: u64) -> Self {
        self.ms = ms;
        self
    }

    pub(crate) fn strikes(&self, operation: Operation) -> bool {
        match self.aim {
            Aim::Acts => operation.acts(),
            Aim::Any => true,
            Aim::Calls => operation != Operation::Token,
            Aim::Reads => operation != Operation::Token && !operation.acts(),
            Aim::Token => operation == Operation::Token,
        }
    }

    /// How it strikes before the request is read, on a connection that was used or not.
    pub(crate) fn early(&self, used: bool) -> Option<Early> {
        match self.shape {
            Shape::Early(early) => (used || !early.on_used_connection).then_some(early),
            Shape::Lasting(_) | Shape::Made(_) | Shape::Real => None,
        }
    }
}

/// An order for a named fault.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// The operation to strike.
    pub on: Operation,
    /// The name in the catalogue; `-applied` or `-not-applied` after it sets the flag.
    pub fault: String,
    /// How many requests to strike; 0 for every one.
    #[serde(default = "once")]
    pub times: u64,
    /// Whether the request takes effect, for faults that leave it open.
    #[serde(default)]
    pub apply: Option<bool>,
    /// The fault's duration, if not its usual one.
    #[serde(default)]
    pub ms: Option<u64>,
}

fn once() -> u64 {
    1
}

impl FaultOrder {
    /// An order to strike the next request of an operation.
    #[must_use]
    pub fn once(on: Operation, fault: &str) -> Self {
        Self { on, fault: fault.to_owned(), times: once(), apply: None, ms: None }
    }
}

/// A fault that strikes now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strike {
    pub(crate) fault: &'static Fault,
    pub(crate) apply: Option<bool>,
    pub(crate) ms: u64,
}

/// The orders that are open, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    on: Operation,
    strike: Strike,
    /// `None` for every request.
    left: Option<u64>,
    first_struck_ms: Option<u64>,
}

impl Orders {
    pub(crate) fn place(&mut self, order: &FaultOrder) -> Result<(), Error> {
        let (fault, named) = catalogue::find(&order.fault)
            .ok_or_else(|| Error::Invalid(format!("no fault is called `{}`", order.fault)))?;
        if order.on == Operation::Unknown || !fault.strikes(order.on) {
            return Err(Error::Invalid(format!("fault `{}` does not strike `{}`", fault.name, order.on.name())));
        }
        let strike = Strike { fault, apply: named.or(order.apply), ms: order.ms.unwrap_or(fault.ms) };
        let left = (order.times > 0).then_some(order.times);
        self.open.push(Open { on: order.on, strike, left, first_struck_ms: None });
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.open.clear();
    }

    /// Takes the fault for a request that has been read.
    pub(crate) fn take(&mut self, operation: Operation, now_ms: u64) -> Option<Strike> {
        self.open.retain(|open| !open.is_over(now_ms));
        self.take_where(operation, now_ms, |fault| !matches!(fault.shape, Shape::Early(_)))
    }

    /// Takes the fault for a request of which only the first line has been read.
    pub(crate) fn take_early(&mut self, operation: Operation, used: bool, now_ms: u64) -> Option<&'static Fault> {
        self.take_where(operation, now_ms, |fault| fault.early(used).is_some()).map(|strike| strike.fault)
    }

    fn take_where(&mut self, operation: Operation, now_ms: u64, takes: impl Fn(&Fault) -> bool) -> Option<Strike> {
        let at = self.open.iter().position(|open| open.on == operation && takes(open.strike.fault))?;
        let open = &mut self.open[at];
        let mut strike = open.strike;
        if matches!(strike.fault.shape, Shape::Lasting(_)) {
            let first = *open.first_struck_ms.get_or_insert(now_ms);
            strike.ms = (first + strike.ms).saturating_sub(now_ms);
            return Some(strike);
        }
        if let Some(left) = &mut open.left {
            *left -= 1;
            if *left == 0 {
                self.open.remove(at);
            }
        }
        Some(strike)
    }
}

impl Open {
    fn is_over(&self, now_ms: u64) -> bool {
        self.first_struck_ms.is_some_and(|first| now_ms >= first + self.strike.ms)
    }
}
