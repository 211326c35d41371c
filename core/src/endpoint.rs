//! What an operation is: how it is addressed, written and read. It knows nothing of retries.

use serde::Serialize;
use serde_json::Value;

use crate::codes::Code;
use crate::error::{Advice, Effect, Error, ErrorKind, Problem};
use crate::http::{Header, Method, push_query};
use crate::limit::Quota;
use crate::parameter::Parameter;
use crate::proof::{Attribution, Proof};
use crate::shape::Shape;
use crate::until::{SettledAs, Until};
use crate::wire::{self, FromJson};

/// Whether a request that may have arrived may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replay {
    /// A write that nothing proves: never, unless it is proved that the server has not acted.
    Never,
    /// A write that a read proves: never blindly.
    Proved,
    /// A read: as often as needed.
    Read,
    /// A request for a token: as often as needed.
    Token,
}

impl Replay {
    /// Whether such a request may change something.
    pub const fn is_write(self) -> bool {
        matches!(self, Self::Never | Self::Proved)
    }
}

/// What stays the same from one call of an operation to the next.
#[derive(Debug)]
pub struct Operation {
    /// Its name in every language, in `snake_case`.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path with its parameters in braces. Method and path are what Feishu counts a quota by.
    pub path: &'static str,
    /// Whether it may be sent again.
    pub replay: Replay,
    /// The documented quota, per app and tenant.
    pub quota: Quota,
    /// The scope that the app needs; empty where none is needed.
    pub scope: &'static str,
    /// Its own codes; they win over the gateway's.
    pub codes: &'static [Code],
    /// Where the fields of a request stand on the wire: a page's backend reads a request back by them.
    pub parameters: &'static [Parameter],
}

/// A validated and encoded request, ready to be given a base URL and a token.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What it calls.
    pub operation: &'static Operation,
    /// Path and query, encoded.
    pub target: String,
    /// The body, as JSON.
    pub body: Option<Vec<u8>>,
    /// The one process that it reads, where it reads one.
    pub reads: Option<String>,
    /// The caller's own headers, all of them taken for secrets.
    pub headers: Vec<Header>,
    /// The path with its parameters in braces, where the operation itself has none.
    pub template: Option<String>,
    /// What it is paced by; nothing where no quota is known.
    pub quota: Option<Quota>,
    /// As [`Endpoint::HAS_INNER_CODE`].
    pub has_inner_code: bool,
    /// As [`Endpoint::when_unknown`].
    pub when_unknown: Option<Advice>,
}

impl Prepared {
    /// One that calls this operation, and has nothing special about it.
    pub const fn new(operation: &'static Operation, target: String, body: Option<Vec<u8>>) -> Self {
        let quota = Some(operation.quota);
        Self {
            operation,
            target,
            body,
            reads: None,
            headers: Vec::new(),
            template: None,
            quota,
            has_inner_code: false,
            when_unknown: None,
        }
    }

    /// The path with its parameters in braces.
    pub fn path(&self) -> &str {
        self.template.as_deref().unwrap_or(self.operation.path)
    }
}

/// A successful answer before it is read into a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// `data` as JSON text, exactly as received; `{}` when it was absent or null.
    pub data: String,
    /// The HTTP status, 200 to 299.
    pub http_status: u16,
    /// The headers as received.
    pub headers: Vec<Header>,
    /// The log id that Feishu's support asks for.
    pub log_id: Option<String>,
}

impl Reply {
    /// Reads `data`.
    pub fn read<T: FromJson>(&self, operation: &Operation) -> Result<T, Error> {
        wire::parsed(&self.data).and_then(T::read).map_err(|problem| self.unreadable(operation, &problem))
    }

    /// Reads `data` by the shape of the answer's type, into what a caller is given as JSON.
    pub fn shaped(&self, operation: &Operation, shape: &Shape) -> Result<Value, Error> {
        let mut problem = None;
        let mut read = wire::parsed(&self.data).map(|data| shape.read(data, &mut problem));
        if let Some(problem) = problem {
            read = Err(problem);
        }
        let mut read = read.map_err(|problem| self.unreadable(operation, &problem))?;
        for (name, told) in [("log_id", self.log_id.as_deref()), ("raw", Some(self.data.as_str()))] {
            if let Some(field) = read.get_mut(name) {
                *field = told.into();
            }
        }
        Ok(read)
    }

    /// Why this cannot be the answer about a process (`docs/policy.md` 2.3): it names another one than `asked`, or its
    /// status is no integer. An answer that names none is taken at its word, since no field of it is promised.
    pub fn misfit(&self, asked: Option<&str>) -> Option<String> {
        let data = wire::parsed(&self.data).unwrap_or_default();
        match &data["process_id"] {
            Value::Null => {}
            Value::String(named) if named.is_empty() || asked.is_none_or(|asked| asked == named) => {}
            Value::String(_) => return Some("the answer is about another process than the one asked for".to_owned()),
            other @ (Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                return Some(format!("`process_id` {}", wire::wrong("a string", other).rule));
            }
        }
        let status = &data["status"];
        let is_status = status.is_null() || status.is_i64();
        (!is_status).then(|| format!("`status` {}", wire::wrong("an integer", status).rule))
    }

    fn unreadable(&self, operation: &Operation, Problem { field, rule }: &Problem) -> Error {
        let place = if field.is_empty() { String::new() } else { format!("`{field}` ") };
        let summary = format!("`data` is not what the page documents: {place}{rule}");
        let mut error = Error::new(ErrorKind::BadEnvelope, summary);
        error.operation = Some(operation.name.to_owned());
        error.http_status = Some(self.http_status);
        error.log_id.clone_from(&self.log_id);
        // The server has said that it acted; only what it said beside that is odd.
        error.effect = if operation.replay.is_write() { Effect::Applied } else { Effect::None };
        // What stands in the place of a process, and is none, does not come from the API.
        if let (Replay::Read, Some(misfit)) = (operation.replay, self.misfit(None)) {
            (error.kind, error.summary) = (ErrorKind::NotAnApiAnswer, misfit);
        }
        error
    }
}

/// How a call has ended well.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The answer that decided.
    pub reply: Reply,
    /// The process that was acted on; empty for an operation without a [`Proof`].
    pub process_id: String,
    /// How sure it is that this call has done it.
    pub attribution: Attribution,
    /// The process's status number, where a read told it.
    pub status: Option<i64>,
    /// How many requests of the operation were sent.
    pub attempts: u32,
    /// Whether it was sent again without the process being read in between, because reading is forbidden.
    pub resent_unread: bool,
    /// How an earlier act has ended, where that was the question.
    pub settled: Option<SettledAs>,
}

/// One operation with its arguments.
pub trait Endpoint {
    /// What stays the same from call to call.
    const OPERATION: Operation;

    /// The name of the option that says how a call ends whose work is done already; none where no read proves it.
    const ALREADY: Option<&'static str> = None;

    /// Whether a call ends with the answer itself, as a read does.
    const ENDS_WITH_ANSWER: bool = matches!(Self::OPERATION.replay, Replay::Read);

    /// What a successful answer is read into.
    type Response: FromJson;

    /// What a call ends with: the answer, or what is known of an act.
    type Output;

    /// Whether a success has a second code inside `data`, which may say that it is none.
    const HAS_INNER_CODE: bool = false;

    /// What a call ends with, made of how it has ended.
    fn output(outcome: Outcome) -> Result<Self::Output, Error>;

    /// What it calls: [`Self::OPERATION`], unless that depends on the request.
    fn called(&self) -> &'static Operation {
        const { &Self::OPERATION }
    }

    /// The path, with every parameter encoded as one segment.
    fn path(&self) -> String;

    /// Every rule that this request breaks.
    fn problems(&self) -> Vec<Problem>;

    /// The query, in order; a repeated name stands repeatedly.
    fn query(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The body.
    fn body(&self) -> Option<impl Serialize> {
        None::<()>
    }

    /// The one process that this request reads, where it reads one: then only an answer about it is an answer.
    fn reads(&self) -> Option<&str> {
        None
    }

    /// Which read tells whether the request has done what it was meant to do.
    fn proof(&self) -> Option<Proof> {
        None
    }

    /// What to do when it is not known what the request has done, where that is more than to read its process. `{sent}`
    /// stands for the moment at which it was first sent, in milliseconds since 1970-01-01 UTC.
    fn when_unknown(&self) -> Option<Advice> {
        None
    }

    /// What to wait for by repeating this request, which is a read.
    fn until(&self) -> Option<Until> {
        None
    }

    /// All problems at once, as one error.
    fn validate(&self) -> Result<(), Error> {
        Error::check(Self::OPERATION.name, self.problems())
    }

    /// Validates and encodes; nothing is sent.
    fn prepare(&self) -> Result<Prepared, Error>
    where
        Self: Sized,
    {
        self.validate()?;
        let body = self.body().map(|body| serde_json::to_vec(&body));
        let mut prepared = prepared(const { &Self::OPERATION }, self.path(), &self.query(), body)?;
        prepared.reads = self.reads().map(str::to_owned);
        prepared.has_inner_code = Self::HAS_INNER_CODE;
        prepared.when_unknown = self.when_unknown();
        Ok(prepared)
    }

    /// Reads a successful answer into its type.
    fn decode(reply: &Reply) -> Result<Self::Response, Error> {
        reply.read(&Self::OPERATION)
    }
}

/// Any endpoint, its type forgotten: what carries a call is compiled once for all of them.
pub trait Request {
    /// What it calls.
    fn operation(&self) -> &'static Operation;

    /// Every rule that it breaks.
    fn broken(&self) -> Vec<Problem>;

    /// Validates and encodes it; nothing is sent.
    fn encode(&self) -> Result<Prepared, Error>;

    /// As [`Endpoint::proof`].
    fn proved_by(&self) -> Option<Proof>;

    /// As [`Endpoint::until`].
    fn waits_for(&self) -> Option<Until>;
}

impl<E: Endpoint> Request for E {
    fn operation(&self) -> &'static Operation {
        self.called()
    }

    fn broken(&self) -> Vec<Problem> {
        self.problems()
    }

    fn encode(&self) -> Result<Prepared, Error> {
        self.prepare()
    }

    fn proved_by(&self) -> Option<Proof> {
        self.proof()
    }

    fn waits_for(&self) -> Option<Until> {
        self.until()
    }
}

/// What is the same for every endpoint, and so exists once.
fn prepared(
    operation: &'static Operation,
    mut target: String,
    query: &[(&'static str, String)],
    body: Option<serde_json::Result<Vec<u8>>>,
) -> Result<Prepared, Error> {
    let Ok(body) = body.transpose() else {
        let mut error = Error::new(ErrorKind::InvalidArgument, "the body cannot be written as JSON");
        error.operation = Some(operation.name.to_owned());
        return Err(error);
    };
    push_query(&mut target, query);
    Ok(Prepared::new(operation, target, body))
}
