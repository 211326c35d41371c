//! Errors: what happened, whether it took effect, what to do, the log id.

use std::fmt;
use std::ops::{Deref, DerefMut};

use feishu_corehr_macros::wire;
use serde::Serialize;

use crate::http::{Header, HttpResponse};

/// What a call did to the process, as far as it can be proved.
#[wire(word)]
#[derive(Default)]
pub enum Effect {
    /// The server acted.
    Applied,
    /// Proved: the server did not act, and no request of this call can act later.
    #[default]
    None,
    /// The server may have acted, or may still act: read the process before doing anything else.
    Unknown,
}

/// What kind of failure ended a call.
#[wire(word)]
#[derive(Default)]
pub enum ErrorKind {
    /// Feishu answered with a code that this operation's page does not list.
    #[default]
    Api,
    /// The app is disabled, or not installed in this tenant (99991662, 99991673).
    AppUnavailable,
    /// The server saw no `Authorization` header although one was sent: something between removes it (99991661).
    AuthHeaderStripped,
    /// The answer's body broke off, stalled, or could not be decompressed.
    BadBody,
    /// App id or secret is wrong (10003, 10014, 10015, 99991543, …).
    BadCredentials,
    /// The answer looks like JSON but is not a well-formed envelope with an integer `code`.
    BadEnvelope,
    /// The caller cancelled the call.
    Cancelled,
    /// The process's state changed meanwhile, again and again (1161005).
    Conflict,
    /// No connection: the server was not reached, nothing was sent.
    Connect,
    /// Feishu says that the process has ended, and reading it says that it is running.
    Contradiction,
    /// The call's deadline passed.
    Deadline,
    /// The connection broke after the request was (or may have been) written.
    Disconnected,
    /// The app lacks a scope (99991672, 99991676, 99991679): see `scopes`.
    Forbidden,
    /// The server, or something before it, answered with an HTTP error and no envelope.
    Http,
    /// An argument breaks a rule; `problems` lists all of them. Nothing was sent.
    InvalidArgument,
    /// This machine's address is not on the app's allow list (99991401).
    IpDenied,
    /// The answer is not JSON at all: a login page, an empty body, a proxy's text.
    NotAnApiAnswer,
    /// The task was handled already, and not as it was meant to be.
    NotReviewable,
    /// The process is not completed, so that it cannot be revoked: see `status`.
    NotRevocable,
    /// The process is not running any more, and not because it was withdrawn: see `status`.
    NotWithdrawable,
    /// A proxy failed.
    Proxy,
    /// A proxy wants credentials, or refuses them.
    ProxyAuth,
    /// The app's monthly call quota is used up (99991403).
    QuotaExhausted,
    /// Too many calls, and waiting would pass the deadline: see `retry_after_ms`.
    RateLimited,
    /// Feishu refused the request by a business rule.
    Rejected,
    /// No answer in time.
    Timeout,
    /// The server's TLS certificate, host name or version was refused. Never retried.
    TlsUntrusted,
    /// The host's token function failed, or returned something that cannot be a token.
    TokenSource,
    /// The answer is larger than an answer may be.
    TooLarge,
    /// The transport failed in a way that it does not explain.
    Transport,
    /// The token was refused, and a fresh one too (or there was none to be had).
    Unauthorized,
    /// The server answered a redirect, which is never followed: see `location_host`.
    UnexpectedRedirect,
}

/// One argument that breaks a rule.
#[wire(reply)]
#[derive(Eq)]
pub struct Problem {
    /// The field's name, as Feishu writes it.
    pub field: String,
    /// The rule and the value's shape, for instance "has 612 characters; the server takes 500".
    pub rule: String,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(field: &str, rule: impl Into<String>) -> Self {
        Self { field: field.to_owned(), rule: rule.into() }
    }
}

/// A field that Feishu's gateway refused (`error.field_violations`, `docs/api.md` section 14).
#[wire(reply)]
#[derive(Eq)]
pub struct FieldViolation {
    /// The field's name.
    pub field: String,
    /// What was sent; may be absent.
    pub value: Option<String>,
    /// What is wrong with it.
    pub description: String,
}

/// A page that Feishu offers as help (`error.helps`).
#[wire(reply)]
#[derive(Eq)]
pub struct Help {
    /// The page's address. For a missing scope it opens the permission page of the app.
    pub url: String,
    /// What the page is about.
    pub description: String,
}

/// What to do about a failure, in two languages.
#[wire(reply)]
#[derive(Eq)]
pub struct Advice {
    /// In English.
    pub en: String,
    /// 中文。
    pub zh: String,
}

/// The one error of this library. It is a box of its fields, since every result has room for one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Error(Box<fields::Error>);

/// The fields of the error, as other languages see them.
pub mod fields {
    use feishu_corehr_macros::wire;

    use super::{Advice, Effect, ErrorKind, FieldViolation, Help, Problem};

    /// What an error tells.
    #[wire(details)]
    #[derive(Eq)]
    pub struct Error {
        /// What kind of failure ended the call.
        pub kind: ErrorKind,
        /// The operation's name, for instance `withdraw_process`.
        pub operation: Option<String>,
        /// What the call did to the process. For a read it is always `None`.
        pub effect: Effect,
        /// Whether the same call may succeed later without anybody changing anything.
        pub retryable: bool,
        /// How long to wait before trying again, in milliseconds, where the server or the pacing says so.
        pub retry_after_ms: Option<u64>,
        /// The HTTP status of the last answer.
        pub http_status: Option<u16>,
        /// Feishu's code in the last answer.
        pub code: Option<i64>,
        /// Feishu's text for that code: at most 256 characters, without control characters. Never branch on it.
        pub msg: Option<String>,
        /// What happened, in this library's words.
        pub summary: String,
        /// What to do; nothing for codes that no page explains.
        pub advice: Option<Advice>,
        /// The log id that Feishu's support asks for.
        pub log_id: Option<String>,
        /// Any one of these scopes would be enough, where a scope is missing.
        pub scopes: Vec<String>,
        /// Feishu's troubleshooting link or text.
        pub troubleshooter: Option<String>,
        /// The fields that Feishu's gateway refused.
        pub field_violations: Vec<FieldViolation>,
        /// The pages that Feishu offers as help.
        pub helps: Vec<Help>,
        /// The arguments that break a rule, all of them.
        pub problems: Vec<Problem>,
        /// The process's status number, where a read told it.
        pub status: Option<i64>,
        /// Where a redirect pointed to: the host only.
        pub location_host: Option<String>,
        /// Whether renewing a refused token gave the same token back.
        pub same_token: bool,
        /// How many requests of the operation were sent.
        pub attempts: u32,
    }
}

/// So many problems stand in the summary; all of them are listed beside it.
const MOST_TOLD: usize = 20;

impl Error {
    /// An error of that kind, without effect.
    pub fn new(kind: ErrorKind, summary: impl Into<String>) -> Self {
        let mut error = Self::default();
        (error.kind, error.summary) = (kind, summary.into());
        error
    }

    /// Its fields.
    pub fn into_fields(self) -> fields::Error {
        *self.0
    }

    /// `Ok` without problems, else the one error that lists them all.
    pub fn check(operation: &str, problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self::invalid(operation, problems)) }
    }

    /// The error that lists these problems of arguments.
    pub fn invalid(operation: &str, problems: Vec<Problem>) -> Self {
        let mut summary = "invalid request:".to_owned();
        for Problem { field, rule } in problems.iter().take(MOST_TOLD) {
            summary += &format!(" `{field}` {rule};");
        }
        summary.pop();
        if problems.len() > MOST_TOLD {
            summary += &format!("; and {} problems more", problems.len() - MOST_TOLD);
        }
        let mut error = Self::new(ErrorKind::InvalidArgument, summary);
        error.operation = Some(operation.to_owned());
        error.problems = problems;
        error
    }
}

impl From<fields::Error> for Error {
    fn from(fields: fields::Error) -> Self {
        Self(Box::new(fields))
    }
}

impl Deref for Error {
    type Target = fields::Error;

    fn deref(&self) -> &fields::Error {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut fields::Error {
        &mut self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.summary)?;
        match (self.http_status, self.code) {
            (Some(status), Some(code)) => write!(f, " (HTTP {status}, code {code})")?,
            (Some(status), None) => write!(f, " (HTTP {status})")?,
            (None, Some(code)) => write!(f, " (code {code})")?,
            (None, None) => {}
        }
        if let Some(msg) = &self.msg {
            write!(f, "; the server says: {msg}")?;
        }
        match self.effect {
            Effect::Applied => f.write_str("; it took effect")?,
            Effect::None => f.write_str("; it had no effect")?,
            Effect::Unknown => f.write_str("; whether it took effect is unknown")?,
        }
        if let Some(advice) = &self.advice {
            write!(f, "; {}", advice.en)?;
        }
        if let Some(milliseconds) = self.retry_after_ms {
            write!(f, "; try again in {milliseconds} ms")?;
        }
        match &self.log_id {
            Some(log_id) => write!(f, "; log id {log_id}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// How a transport failed.
#[wire(word)]
pub enum TransportErrorKind {
    /// The body broke off, stalled, or could not be decompressed.
    BadBody,
    /// A pooled connection was closed before the request was started on it.
    Closed,
    /// The connection was refused, unreachable, or not made in time.
    Connect,
    /// The connection broke, or the head could not be read.
    Disconnected,
    /// The host name could not be resolved.
    Dns,
    /// Anything else: a failure of the transport itself.
    Other,
    /// The proxy could not connect.
    Proxy,
    /// The proxy answered 407 or 403.
    ProxyAuth,
    /// The whole answer did not come within the budget.
    Timeout,
    /// The TLS handshake was cut off.
    TlsIo,
    /// Certificate, host name, pin or version was refused.
    TlsUntrusted,
    /// The answer passed `max_response`.
    TooLarge,
}

/// What a transport reports instead of an answer.
///
/// Where the answer's head was read and its body was then cut, stalled, broken or too large, the transport hands in
/// what it has, by [`with_head`](Self::with_head): so that the error has the HTTP status and the log id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// How it failed.
    pub kind: TransportErrorKind,
    /// Whether any byte of the request was written, `true` when the transport cannot know: only a `false`
    /// here proves that the server did not act.
    pub bytes_written: bool,
    /// What the HTTP stack says, without URL and without secrets.
    pub detail: String,
    /// The answer's head, with an empty body; nothing where no head was read.
    pub head: Option<HttpResponse>,
}

impl TransportError {
    /// A failure of that kind, before any head was read.
    pub fn new(kind: TransportErrorKind, bytes_written: bool, detail: impl Into<String>) -> Self {
        Self { kind, bytes_written, detail: detail.into(), head: None }
    }

    /// The same failure, after this status and these headers had been read.
    #[must_use]
    pub fn with_head(mut self, status: u16, headers: Vec<Header>) -> Self {
        self.head = Some(HttpResponse { status, headers, body: Vec::new() });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_one_sentence_for_a_person() {
        let mut error = Error::new(ErrorKind::NotWithdrawable, "all approvals have ended");
        error.operation = Some("withdraw_process".into());
        error.http_status = Some(400);
        error.code = Some(1161006);
        error.msg = Some("ended".into());
        error.advice = Some(Advice { en: "check whether it is completed".into(), zh: "".into() });
        error.log_id = Some("2026".into());
        assert_eq!(
            error.to_string(),
            "withdraw_process: all approvals have ended (HTTP 400, code 1161006); the server says: ended; \
             it had no effect; check whether it is completed; log id 2026"
        );
    }

    #[test]
    fn all_problems_stand_in_one_error() {
        let error = Error::check(
            "withdraw_process",
            vec![
                Problem::new("reason", "has 612 characters; the server takes 500"),
                Problem::new("process_id", "is empty"),
            ],
        );
        assert_eq!(
            error.expect_err("two problems").summary,
            "invalid request: `reason` has 612 characters; the server takes 500; `process_id` is empty"
        );
    }
}
