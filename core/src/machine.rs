//! What every machine speaks: steps out, answers in, and an observation for whoever watches.

use std::fmt;

use feishu_corehr_macros::wire;

use crate::endpoint::Prepared;
use crate::error::{Effect, Error, ErrorKind, Problem, TransportError};
use crate::http::{HttpRequest, HttpResponse};
use crate::key;
use crate::own_headers;
use crate::parameter::NameValue;
use crate::session::Session;
use crate::time::Instant;
use crate::token::{Secret, token_problem};

const LONGEST_REQUEST_ID: usize = 128;

/// What a caller may set for one call.
#[derive(Default)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "mobile", uniffi::export(Debug))]
pub struct CallOptions {
    /// How long the whole call may take, waiting and resending included, in milliseconds; by default 60,000, and for
    /// a read its quota's window more: 120,000.
    #[cfg_attr(feature = "mobile", uniffi(default = None))]
    pub deadline: Option<u64>,
    /// A tenant access token for this call only. It always wins, and is never renewed.
    #[cfg_attr(feature = "mobile", uniffi(default = None))]
    pub token: Option<Secret>,
    /// An id of the caller's own for Feishu's logs, sent as `Oapi-Sdk-Request-Id`: at most 128 visible ASCII characters.
    #[cfg_attr(feature = "mobile", uniffi(default = None))]
    pub request_id: Option<String>,
    /// More headers for each request of the call but the one for a token: at most 32, each once, with values of visible
    /// ASCII. Those that say what a request is and whose are refused: `authorization`, `content-…`, `cookie`, `host`,
    /// `user-agent` and the like.
    #[cfg_attr(feature = "mobile", uniffi(default = []))]
    pub headers: Vec<NameValue>,
}

/// Without the values of the headers, which may be secrets.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|header| header.name.as_str()).collect();
        let Self { deadline, token, request_id, .. } = self;
        let mut shown = f.debug_struct("CallOptions");
        shown.field("deadline", deadline).field("token", token).field("request_id", request_id);
        shown.field("headers", &names).finish()
    }
}

impl CallOptions {
    /// Every rule that these options break.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.deadline == Some(0) {
            problems.push(Problem::new("deadline", "must be at least 1 millisecond"));
        }
        if let Some(problem) = self.token.as_ref().and_then(|token| token_problem(token.expose())) {
            problems.push(Problem::new("token", problem));
        }
        if let Some(id) = &self.request_id {
            problems.extend(request_id_problem(id));
        }
        problems.extend(own_headers::problems(&self.headers));
        problems
    }
}

/// What is wrong with a text that becomes a header of its own. A space may stand within it.
fn request_id_problem(id: &str) -> Option<Problem> {
    let stranger = key::stranger(id, |letter| letter.is_ascii_graphic() || letter == ' ');
    let detail = match stranger {
        Some(stranger) => format!("; it {stranger}"),
        None if id.trim() != id => "; it begins or ends with a space".to_owned(),
        None if (1..=LONGEST_REQUEST_ID).contains(&id.len()) => return None,
        None => String::new(),
    };
    Some(Problem::new("request_id", format!("must be 1 to {LONGEST_REQUEST_ID} visible ASCII characters{detail}")))
}

/// What a machine wants next.
#[derive(Debug)]
pub enum Step<T> {
    /// Ask the host, and hand in its answer, or [`Answer::Late`] after so many milliseconds.
    Ask(Ask, u64),
    /// The end.
    Done(T),
    /// Send this, once, and hand in what came back.
    Send(HttpRequest),
    /// Poll again after a pause.
    Wait(Pause),
}

impl<T> Step<T> {
    /// The same step, with another end.
    pub fn map<U>(self, end: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Ask(ask, budget) => Step::Ask(ask, budget),
            Self::Done(output) => Step::Done(end(output)),
            Self::Send(request) => Step::Send(request),
            Self::Wait(pause) => Step::Wait(pause),
        }
    }
}

/// What only the host knows.
#[derive(Clone, PartialEq, Eq)]
pub enum Ask {
    /// What a shared cache has under this key.
    Load {
        /// An opaque key of 64 hexadecimal digits.
        key: String,
    },
    /// Keep these bytes under this key. They hold a token: a secret.
    Save {
        /// The same key.
        key: String,
        /// Opaque bytes.
        value: Vec<u8>,
    },
    /// A tenant access token from the host's token function.
    Token {
        /// Whether the last one was refused, so that a kept copy of it must not be returned.
        refused: bool,
    },
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Load { .. } => "Load",
            Self::Save { .. } => "Save",
            Self::Token { .. } => "Token",
        })
    }
}

/// What comes back.
#[derive(Debug)]
pub enum Answer {
    /// From the transport.
    Http(Result<HttpResponse, TransportError>),
    /// From the host, too late.
    Late,
    /// From the shared cache: nothing is a miss, and so is a failure.
    Loaded(Option<Vec<u8>>),
    /// From the shared cache.
    Saved,
    /// From the host's token function; the error text must hold no secret.
    Token(Result<Secret, String>),
}

/// Why a call waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A request has failed: before it, or a read, is sent again.
    Backoff,
    /// The operation's quota is used up: for the call's turn.
    Quota,
    /// The process is not where it is waited for: before it is read again.
    Status,
    /// The server has answered that there are too many calls.
    Throttle,
    /// Another call fetches the token.
    Token,
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// At most so many milliseconds.
    pub delay: u64,
    /// What for.
    pub reason: Reason,
    /// Shorter as soon as [`Session::changed`] resolves for this number.
    pub seen: Option<u64>,
}

/// How far a request is.
#[wire(word)]
#[derive(Default)]
pub enum RequestPhase {
    /// It was answered, or failed.
    #[default]
    Ended,
    /// It is about to be sent: nothing is known of an answer.
    Started,
}

/// What happens to one request: for logs, metrics and traces. It holds no secret. One is made when the request starts, and
/// one when it has ended; a call that is cancelled meanwhile makes no second one.
#[wire(reply)]
#[derive(Eq)]
pub struct Observation {
    /// Whether the request starts or has ended.
    pub phase: RequestPhase,
    /// The call's number, from 1: a client's calls are counted, and all requests of one call have its number, those for a
    /// token included. A list is one call for each page.
    pub call: u64,
    /// The operation's name; `tenant_access_token` for a token request.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// Where it is sent, without the path.
    pub base_url: String,
    /// The path with its parameters in braces.
    pub path: String,
    /// Which request of this call it was, from 1.
    pub attempt: u32,
    /// When it was sent, in milliseconds since 1970-01-01 UTC.
    pub started_ms: u64,
    /// How long it took, in milliseconds; nothing when it starts.
    pub duration_ms: Option<u64>,
    /// The HTTP status, if there was an answer.
    pub http_status: Option<u16>,
    /// Feishu's code, if there was one.
    pub code: Option<i64>,
    /// The log id.
    pub log_id: Option<String>,
    /// What kind of failure it was; nothing for a success.
    pub kind: Option<ErrorKind>,
    /// What this request did, as far as can be proved.
    pub effect: Effect,
    /// What happened, in words; empty for a success.
    pub summary: String,
    /// How long the call pauses now, in milliseconds; nothing if it goes on at once or ends.
    pub pause_ms: Option<u64>,
}

impl Observation {
    /// The same after so many requests of other parts of the call. A request for a token counts by itself.
    pub(crate) fn after(mut self, earlier: u32, part: &Prepared) -> Self {
        if self.operation == part.operation.name {
            self.attempt += earlier;
        }
        self
    }
}

/// A state machine that ends with `Output`: one call, or more, without I/O, clock or randomness.
///
/// **The rule of one step** is for whoever drives it. Poll, do what the step says, and come back:
///
/// 1. After `Send` and `Ask`, [`handle`](Self::handle) with what came back, once; then poll. A poll instead means that
///    nothing came back: of a write nobody knows then what it did.
/// 2. After `Wait`, poll when the time is over, or sooner as [`Pause::seen`] says; an early poll only waits on.
/// 3. After `Done`, nothing more.
/// 4. `now` never goes backwards by the monotonic clock, and is read for each poll and each answer.
/// 5. Nothing is sent that no step asked for, and nothing a second time: the machine decides about that.
pub trait Machine {
    /// What it ends with.
    type Output;

    /// What to do now. Once it has answered `Done`, it is not polled again.
    fn poll(&mut self, now: Instant) -> Step<Self::Output>;

    /// Takes an answer; what nobody asked for is ignored.
    fn handle(&mut self, now: Instant, answer: Answer) -> Option<Observation>;

    /// What is known of the request that the last step sends, for whoever watches; nothing after any other step.
    fn started(&self) -> Option<Observation> {
        None
    }

    /// Ends the call: nothing is sent any more. Says what it has done so far.
    fn cancel(&mut self) -> Error;

    /// What it shares with other calls.
    fn session(&self) -> &Session;
}

/// What a machine answers that is polled after its end.
pub(crate) fn ended_already() -> Error {
    Error::new(ErrorKind::Cancelled, "the call has ended already")
}
