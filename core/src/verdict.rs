//! The failure table: what one answer proves, and what may be done next (`docs/policy.md` 2.3 to 2.5).

use crate::codes::{self, Class, Code};
use crate::endpoint::{Operation, Prepared, Replay, Reply};
use crate::envelope::{self, Envelope, NotEnvelope};
use crate::error::{Advice, Effect, Error, ErrorKind, TransportError, TransportErrorKind};
use crate::http::HttpResponse;
use crate::retry;

/// Statuses that an edge refuses with, before the request is routed: proof that nobody acted.
const EDGE_REFUSALS: [u16; 8] = [400, 403, 404, 405, 413, 414, 415, 431];
/// By this header a backend of the caller's own says that it has sent nothing on, and why. It counts with a status of
/// 400 or more and a body that is no envelope.
pub const NOT_SENT: &str = "x-corehr-not-sent";
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// An answer that is not a success.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What the caller is told if nothing better comes.
    pub error: Error,
    /// What may be done about it.
    pub next: Next,
}

/// What may be done after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait, then send again; a write whose effect is unknown is read first. At most `resends` times, and not
    /// before `after` milliseconds.
    Again {
        /// How many resends this failure allows; the smallest number met counts.
        resends: u32,
        /// What the server asked for, in milliseconds.
        after: Option<u64>,
    },
    /// Wait at least 500 ms, read, and send again only if the process is still in its first state.
    Conflict,
    /// Read: the process's state decides.
    Finished,
    /// Renew the token and send again, once.
    Refresh,
    /// Nothing.
    Stop,
    /// Wait as long as the server says, then send again.
    Throttle {
        /// What the server asked for, in milliseconds; none when it said nothing usable.
        after: Option<u64>,
    },
    /// Send again at once: the request was never started.
    Unstarted,
}

/// Judges one answer to this request. Of a read it is wanted, too, that it is about the process that was asked for.
pub fn judge_request(
    request: &Prepared,
    answer: Result<&HttpResponse, &TransportError>,
) -> Result<Reply, Box<Failure>> {
    let mut reply = judge(request.operation, answer)?;
    if request.has_inner_code {
        reply = judge_inner(request.operation, reply)?;
    }
    let Some(misfit) = request.reads.as_deref().and_then(|asked| reply.misfit(Some(asked))) else { return Ok(reply) };
    let mut failure = doubt(ErrorKind::NotAnApiAnswer, &misfit, 1);
    failure.error.http_status = Some(reply.http_status);
    failure.error.log_id = reply.log_id;
    Err(concluded(request.operation, failure))
}

/// Judges a success by the second code inside its `data`, with the table that the first one has; an unlisted code
/// proves nothing.
pub fn judge_inner(operation: &'static Operation, reply: Reply) -> Result<Reply, Box<Failure>> {
    let (mut failure, code, msg) = match envelope::inner(&reply.data) {
        Ok((0, _)) => return Ok(reply),
        Ok((code, msg)) => {
            // The head is that of a success: it says nothing more about the code.
            let response = HttpResponse::default();
            let listed = codes::lookup(operation.codes, code).map(|row| judge_code(operation, &response, row));
            let unlisted = || doubt(ErrorKind::Api, "inside `data` stands a code that no page lists", 0);
            (listed.unwrap_or_else(unlisted), Some(code), msg)
        }
        Err(NotEnvelope::Malformed(reason)) => {
            let summary = format!("the answer is not what the page documents: {reason}");
            (doubt(ErrorKind::BadEnvelope, &summary, 1), None, None)
        }
        Err(NotEnvelope::NotJson) => return Ok(reply),
    };
    failure.error.code = code;
    failure.error.msg = msg;
    failure.error.http_status = Some(reply.http_status);
    failure.error.log_id = reply.log_id;
    Err(concluded(operation, failure))
}

/// Judges one answer to any request of `operation`, by this answer alone.
pub fn judge(
    operation: &'static Operation,
    answer: Result<&HttpResponse, &TransportError>,
) -> Result<Reply, Box<Failure>> {
    match answer {
        Ok(response) => judge_response(operation, response).map_err(|failure| concluded(operation, failure)),
        Err(error) => Err(concluded(operation, judge_transport(error))),
    }
}

/// What is the same for every failure.
fn concluded(operation: &'static Operation, mut failure: Box<Failure>) -> Box<Failure> {
    failure.error.operation = Some(operation.name.to_owned());
    if !operation.replay.is_write() {
        failure.error.effect = Effect::None;
    }
    // A code that no page explains gets no advice of ours.
    if failure.error.advice.is_none() && failure.error.code.is_none() {
        let (en, zh) = advice(failure.error.kind, failure.error.effect);
        failure = failure.with_advice(en, zh);
    }
    failure
}

/// What to do where there is no code to look up.
const fn advice(kind: ErrorKind, effect: Effect) -> (&'static str, &'static str) {
    match (kind, effect) {
        (ErrorKind::TlsUntrusted, _) => (
            "check the base URL and this machine's clock; behind a proxy that opens TLS, add its root certificate",
            "请检查接口域名与本机时钟；若代理会解密 TLS，请添加其根证书",
        ),
        (ErrorKind::Proxy | ErrorKind::ProxyAuth, _) => {
            ("check the proxy's address and credentials", "请检查代理的地址与凭证")
        }
        (_, Effect::Unknown) => (
            "read the process before sending anything again: the request may have taken effect, or may still",
            "再次发送前请先查询流程状态：请求可能已经生效，也可能稍后才生效",
        ),
        (ErrorKind::Connect, _) => (
            "check the network, the name service and the base URL, then try again",
            "请检查网络、域名解析与接口域名后重试",
        ),
        (ErrorKind::BadEnvelope | ErrorKind::NotAnApiAnswer | ErrorKind::TooLarge, _) => (
            "check the base URL and any proxy: such an answer does not come from the API",
            "请检查接口域名与网络代理：这不像是接口的应答",
        ),
        (ErrorKind::RateLimited, _) => {
            ("wait as long as `retry_after_ms` says, and lower the rate", "请按 retry_after_ms 等待，并降低请求频率")
        }
        (ErrorKind::Unauthorized, _) => {
            ("check that app, token and base URL belong together", "请检查应用、令牌与接口域名是否匹配")
        }
        _ => ("try again later", "请稍后重试"),
    }
}

fn judge_response(operation: &'static Operation, response: &HttpResponse) -> Result<Reply, Box<Failure>> {
    let header_bytes: usize = response.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    let reading = envelope::read(response);
    let log_id = envelope::log_id(response, reading.as_ref().ok());
    let too_large = response.body.len() as u64 > retry::max_response(operation.replay)
        || response.headers.len() > MAX_HEADERS
        || header_bytes > MAX_HEADER_BYTES;
    let mut failure = match reading {
        _ if too_large => doubt(ErrorKind::TooLarge, "the answer is larger than an answer of this operation may be", 0),
        Ok(envelope) if envelope.code == 0 && (200..300).contains(&response.status) => {
            let data = match operation.replay {
                // Token answers carry their fields beside `code`, not under `data`.
                // An envelope is UTF-8.
                Replay::Token => String::from_utf8(response.body.clone()).unwrap_or_default(),
                Replay::Never | Replay::Proved | Replay::Read => envelope.data.unwrap_or_else(|| "{}".to_owned()),
            };
            return Ok(Reply { data, http_status: response.status, headers: response.headers.clone(), log_id });
        }
        Ok(envelope) => judge_envelope(operation, response, envelope),
        Err(_) if response.status >= 400 && response.header(NOT_SENT).is_some() => judge_unsent(response),
        Err(NotEnvelope::Malformed(reason)) if !matches!(response.status, 300..=399 | 429) => {
            doubt(ErrorKind::BadEnvelope, &format!("the answer is not a well-formed envelope: {reason}"), 1)
        }
        Err(NotEnvelope::Malformed(_) | NotEnvelope::NotJson) => judge_status(operation, response),
    };
    failure.error.http_status = Some(response.status);
    failure.error.log_id = log_id;
    failure.error.retry_after_ms = match failure.next {
        Next::Again { after, .. } | Next::Throttle { after } => after,
        Next::Conflict | Next::Finished | Next::Refresh | Next::Stop | Next::Unstarted => None,
    };
    Err(failure)
}

fn judge_envelope(operation: &'static Operation, response: &HttpResponse, envelope: Envelope) -> Box<Failure> {
    let code = envelope.code;
    let mut failure = match codes::lookup(operation.codes, code) {
        Some(row) => judge_code(operation, response, row),
        None if code == 0 || matches!(response.status, 300..=399 | 429) => judge_status(operation, response),
        None if (1_160_000..1_170_000).contains(&code) && operation.replay.is_write() => failure(
            ErrorKind::Api,
            "the server answered a code that this operation's page does not list",
            Next::Finished,
        )
        .with_effect(Effect::Unknown),
        None if (99_990_000..100_000_000).contains(&code) && (400..500).contains(&response.status) => {
            failure(ErrorKind::Api, "the gateway refused the request with an unlisted code", Next::Stop)
        }
        None => doubt(ErrorKind::Api, "the server answered a code that this library does not know", 0),
    };
    failure.error.code = Some(code);
    failure.error.msg = envelope.msg;
    failure.error.scopes = envelope.error.scopes;
    failure.error.troubleshooter = envelope.error.troubleshooter;
    failure.error.field_violations = envelope.error.field_violations;
    failure.error.helps = envelope.error.helps;
    failure
}

fn judge_code(operation: &'static Operation, response: &HttpResponse, row: &'static Code) -> Box<Failure> {
    let next = match row.class {
        Class::Conflict => Next::Conflict,
        Class::Failed => Next::Again { resends: u32::MAX, after: None },
        Class::Finished => Next::Finished,
        // A server that fails while it refuses may have acted all the same.
        Class::Refused if operation.replay.is_write() && response.status >= 500 => {
            let next = Next::Again { resends: 0, after: None };
            let mut failure = failure(row.kind, row.meaning, next).with_effect(Effect::Unknown);
            failure.error.advice = row.advice();
            return failure;
        }
        Class::Refused => Next::Stop,
        Class::Throttled => Next::Throttle { after: reset(response) },
        Class::Token if operation.replay == Replay::Token => Next::Stop,
        Class::Token => Next::Refresh,
        Class::Unhelpful if operation.replay.is_write() => Next::Again { resends: 0, after: None },
        Class::Unhelpful => Next::Again { resends: 2, after: None },
    };
    let mut failure = failure(row.kind, row.meaning, next).with_effect(row.effect());
    failure.error.retryable = row.retryable();
    failure.error.advice = row.advice();
    failure
}

/// An answer whose body says nothing: the status is all there is.
fn judge_status(operation: &'static Operation, response: &HttpResponse) -> Box<Failure> {
    let status = response.status;
    match status {
        200..=299 => doubt(ErrorKind::NotAnApiAnswer, "the answer is not JSON: it does not come from the API", 1),
        300..=399 => {
            let mut failure =
                doubt(ErrorKind::UnexpectedRedirect, "the server answered a redirect, which is never followed", 0);
            failure.error.location_host = response.header("location").and_then(host);
            failure
                .with_advice("check the base URL: the API never redirects", "接口不会重定向，请检查接口域名与网络代理")
        }
        401 if operation.replay != Replay::Token => {
            failure(ErrorKind::Unauthorized, "the server refused the token", Next::Refresh)
        }
        429 => {
            let mut failure =
                failure(ErrorKind::RateLimited, "too many calls", Next::Throttle { after: reset(response) });
            failure.error.retryable = true;
            failure
        }
        408 | 500 | 502 => again(ErrorKind::Http, &format!("the server answered HTTP {status}"), None),
        503 | 504 => again(
            ErrorKind::Http,
            &format!("the server answered HTTP {status}"),
            response.header("retry-after").and_then(retry::seconds),
        ),
        // An envelope, even an odd one, was not written by an edge.
        101 | 400 | 402..500 if envelope::read(response).is_err() => {
            let summary = format!("the server answered HTTP {status} and no envelope");
            if EDGE_REFUSALS.contains(&status) {
                failure(ErrorKind::Http, &summary, Next::Stop)
                    .with_advice("check the base URL and any proxy", "请检查接口域名与网络代理")
            } else {
                doubt(ErrorKind::Http, &summary, 1)
            }
        }
        _ => doubt(ErrorKind::Http, &format!("the server answered HTTP {status}"), 0),
    }
}

/// A backend has refused the request, or has failed, before it sent anything on.
fn judge_unsent(response: &HttpResponse) -> Box<Failure> {
    let (kind, next) = match response.status {
        401 => (ErrorKind::Unauthorized, Next::Stop),
        429 => (ErrorKind::RateLimited, Next::Throttle { after: reset(response) }),
        503 => (ErrorKind::Http, Next::Again { resends: u32::MAX, after: reset(response) }),
        _ => (ErrorKind::Http, Next::Stop),
    };
    let mut failure = failure(kind, "the backend has sent nothing to Feishu", next);
    failure.error.msg = response.header(NOT_SENT).map(envelope::cleaned);
    failure.error.retryable = next != Next::Stop;
    if kind == ErrorKind::Unauthorized {
        return failure.with_advice("sign in, then try again", "请登录后重试");
    }
    if next == Next::Stop {
        return failure.with_advice("do what the backend says, then try again", "请按后端的提示处理后重试");
    }
    failure
}

fn judge_transport(error: &TransportError) -> Box<Failure> {
    let kind = error.kind;
    let (kind, what, next) = match kind {
        TransportErrorKind::BadBody => (ErrorKind::BadBody, "the answer broke off", Some(u32::MAX)),
        TransportErrorKind::Closed if !error.bytes_written => (ErrorKind::Connect, "the connection was closed", None),
        TransportErrorKind::Closed | TransportErrorKind::Disconnected => {
            (ErrorKind::Disconnected, "the connection broke", Some(u32::MAX))
        }
        TransportErrorKind::Connect => (ErrorKind::Connect, "no connection to the server", Some(u32::MAX)),
        TransportErrorKind::Dns => (ErrorKind::Connect, "the host name could not be resolved", Some(u32::MAX)),
        TransportErrorKind::Other => (ErrorKind::Transport, "the transport failed", Some(0)),
        TransportErrorKind::Proxy => (ErrorKind::Proxy, "the proxy failed", Some(u32::MAX)),
        TransportErrorKind::ProxyAuth => (ErrorKind::ProxyAuth, "the proxy refuses this client", Some(0)),
        TransportErrorKind::Timeout => (ErrorKind::Timeout, "no answer in time", Some(u32::MAX)),
        TransportErrorKind::TlsIo => (ErrorKind::Connect, "the TLS handshake was cut off", Some(u32::MAX)),
        TransportErrorKind::TlsUntrusted => {
            (ErrorKind::TlsUntrusted, "the server's certificate is not trusted", Some(0))
        }
        TransportErrorKind::TooLarge => (ErrorKind::TooLarge, "the answer is larger than an answer may be", Some(0)),
    };
    let detail =
        if error.detail.is_empty() { String::new() } else { format!(": {}", envelope::cleaned(&error.detail)) };
    let next = match next {
        None => Next::Unstarted,
        Some(0) if !error.bytes_written => Next::Stop,
        Some(resends) => Next::Again { resends, after: None },
    };
    let mut failure = failure(kind, &format!("{what}{detail}"), next);
    failure.error.effect = if error.bytes_written { Effect::Unknown } else { Effect::None };
    failure.error.retryable = next != Next::Stop && next != Next::Again { resends: 0, after: None };
    if let Some(head) = &error.head {
        failure.error.http_status = Some(head.status);
        failure.error.log_id = envelope::log_id(head, None);
    }
    failure
}

fn failure(kind: ErrorKind, summary: &str, next: Next) -> Box<Failure> {
    Box::new(Failure { error: Error::new(kind, summary), next })
}

/// Nobody knows whether the server acted.
fn doubt(kind: ErrorKind, summary: &str, resends: u32) -> Box<Failure> {
    failure(kind, summary, Next::Again { resends, after: None }).with_effect(Effect::Unknown)
}

/// Nobody knows whether the server acted, and trying again is what the failure suggests.
fn again(kind: ErrorKind, summary: &str, after: Option<u64>) -> Box<Failure> {
    let mut failure = failure(kind, summary, Next::Again { resends: u32::MAX, after }).with_effect(Effect::Unknown);
    failure.error.retryable = true;
    failure
}

impl Failure {
    fn with_effect(mut self: Box<Self>, effect: Effect) -> Box<Self> {
        self.error.effect = effect;
        self
    }

    fn with_advice(mut self: Box<Self>, en: &str, zh: &str) -> Box<Self> {
        self.error.advice = Some(Advice { en: en.to_owned(), zh: zh.to_owned() });
        self
    }
}

/// How long the gateway asks to wait.
fn reset(response: &HttpResponse) -> Option<u64> {
    response.header("x-ogw-ratelimit-reset").or_else(|| response.header("retry-after")).and_then(retry::seconds)
}

/// The host of an absolute URL, for people; nothing for a relative one.
fn host(location: &str) -> Option<String> {
    let authority = location.split_once(':')?.1.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    Some(envelope::cleaned(host)).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Header, Method};
    use crate::limit::Quota;

    const WRITE: Operation = Operation {
        name: "write",
        method: Method::Put,
        path: "/write",
        replay: Replay::Proved,
        quota: Quota::per_second(50),
        scope: "",
        codes: &[],
        parameters: &[],
    };

    fn judged(status: u16, headers: &[(&str, &str)], body: &str) -> Failure {
        let headers = headers.iter().map(|(name, value)| Header::new(name, *value)).collect();
        let response = HttpResponse { status, headers, body: body.into() };
        *judge(&WRITE, Ok(&response)).expect_err("no success")
    }

    #[test]
    fn a_backend_that_has_sent_nothing_on_says_so_and_why() {
        let again = Next::Again { resends: u32::MAX, after: Some(2_000) };
        for (status, kind, next, advice) in [
            (401, ErrorKind::Unauthorized, Next::Stop, "sign in, then try again"),
            (403, ErrorKind::Http, Next::Stop, "do what the backend says, then try again"),
            (429, ErrorKind::RateLimited, Next::Throttle { after: Some(2_000) }, "wait as long as `retry_after_ms`"),
            (500, ErrorKind::Http, Next::Stop, "do what the backend says, then try again"),
            (503, ErrorKind::Http, again, "try again later"),
        ] {
            let failure = judged(status, &[("retry-after", "2"), (NOT_SENT, "why")], "why");
            assert_eq!((failure.error.kind, failure.next), (kind, next), "{status}");
            assert_eq!((failure.error.effect, failure.error.msg.as_deref()), (Effect::None, Some("why")), "{status}");
            assert_eq!(failure.error.retryable, next != Next::Stop, "{status}");
            let told = failure.error.advice.clone().expect("there is one");
            assert!(told.en.starts_with(advice), "{status}: {}", told.en);
        }
    }

    #[test]
    fn an_answer_may_be_as_large_as_its_limits_and_no_larger() {
        let kind = |body: usize, headers: Vec<Header>| {
            let body = [br#"{"code":0}"#.to_vec(), b" ".repeat(body - 10)].concat();
            let response = HttpResponse { status: 200, headers, body };
            judge(&WRITE, Ok(&response)).err().map(|failure| failure.error.kind)
        };
        let headers = |count| vec![Header::new("a", "b"); count];
        let long = |value: usize| vec![Header::new("name", "v".repeat(value))];
        for (body, headers, expected) in [
            (1 << 20, Vec::new(), None),
            ((1 << 20) + 1, Vec::new(), Some(ErrorKind::TooLarge)),
            (99, headers(100), None),
            (99, headers(101), Some(ErrorKind::TooLarge)),
            (99, headers(500), Some(ErrorKind::TooLarge)),
            (99, long(65_532), None),
            (99, long(65_533), Some(ErrorKind::TooLarge)),
        ] {
            let about = format!("{body} bytes, {} headers", headers.len());
            assert_eq!(kind(body, headers), expected, "{about}");
        }
    }

    #[test]
    fn a_broken_envelope_hides_neither_a_redirect_nor_a_rate_limit() {
        for (status, kind) in [
            (302, ErrorKind::UnexpectedRedirect),
            (429, ErrorKind::RateLimited),
            (200, ErrorKind::BadEnvelope),
            (500, ErrorKind::BadEnvelope),
        ] {
            assert_eq!(judged(status, &[], r#"{"code":"#).error.kind, kind, "{status}");
        }
    }

    #[test]
    fn an_envelope_or_a_success_is_not_a_backends_refusal() {
        let header = [(NOT_SENT, "why")];
        assert_eq!(judged(500, &header, r#"{"code":1663}"#).error.effect, Effect::Unknown);
        assert_eq!(judged(200, &header, "").error.effect, Effect::Unknown);
        assert_eq!(judged(302, &header, "").error.effect, Effect::Unknown);
    }

    #[test]
    fn without_a_code_the_advice_is_that_of_the_kind_and_the_effect() {
        let lost =
            |kind, written| *judge(&WRITE, Err(&TransportError::new(kind, written, ""))).expect_err("no success");
        let advice = |failure: &Failure| failure.error.advice.clone().expect("there is one");
        for (failure, start) in [
            (lost(TransportErrorKind::TlsUntrusted, false), "check the base URL and this machine's clock"),
            (lost(TransportErrorKind::ProxyAuth, false), "check the proxy's address and credentials"),
            (lost(TransportErrorKind::Proxy, false), "check the proxy's address and credentials"),
            (lost(TransportErrorKind::Disconnected, true), "read the process before sending anything again"),
            (lost(TransportErrorKind::Dns, false), "check the network, the name service and the base URL"),
            (lost(TransportErrorKind::Timeout, false), "try again later"),
            (judged(429, &[], ""), "wait as long as `retry_after_ms` says"),
            (judged(401, &[], ""), "check that app, token and base URL belong together"),
        ] {
            let (kind, told) = (failure.error.kind, advice(&failure));
            assert!(told.en.starts_with(start), "{kind:?}: {}", told.en);
            assert!(!told.zh.is_ascii(), "{kind:?}: {}", told.zh);
        }
        // A read has no effect: there the kind decides.
        let read = Operation { replay: Replay::Read, ..WRITE };
        let read: &'static Operation = Box::leak(Box::new(read));
        let response = HttpResponse { status: 200, headers: Vec::new(), body: "welcome".into() };
        let told = advice(&judge(read, Ok(&response)).expect_err("no success"));
        assert!(told.en.starts_with("check the base URL and any proxy: such an answer"), "{}", told.en);
    }

    #[test]
    fn a_code_that_no_page_explains_gets_no_advice() {
        assert_eq!(judged(500, &[], r#"{"code":424242,"msg":"?"}"#).error.advice, None);
    }

    #[test]
    fn a_token_endpoint_that_answers_401_is_not_asked_for_another_token() {
        let operation: &'static Operation = Box::leak(Box::new(Operation { replay: Replay::Token, ..WRITE }));
        let response = HttpResponse { status: 401, headers: Vec::new(), body: Vec::new() };
        let failure = judge(operation, Ok(&response)).expect_err("no success");
        assert_ne!(failure.next, Next::Refresh);
        assert_eq!(failure.error.kind, ErrorKind::Http);
        assert_eq!(judged(401, &[], "").next, Next::Refresh, "an API's is");
        let response = HttpResponse { status: 400, headers: Vec::new(), body: r#"{"code":99991663}"#.into() };
        assert_eq!(judge(operation, Ok(&response)).expect_err("no success").next, Next::Stop);
        assert_eq!(judged(400, &[], r#"{"code":99991663}"#).next, Next::Refresh, "an API's is");
    }
}
