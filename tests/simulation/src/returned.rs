//! What comes back, written by hand as bytes, and what it means by the policy. The core's classifier is not asked.

use std::fmt;

use feishu_corehr::{Header, HttpResponse, TransportError, TransportErrorKind};

use crate::dice::Dice;

/// What an answer means, in the words of the one who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Done, says the server.
    Accepted,
    /// The app's credentials are wrong.
    BadCredentials,
    /// A token that cannot be used.
    BadToken,
    /// The state changed meanwhile.
    Conflict,
    /// Refused before routing, without an envelope.
    EdgeRefused,
    /// The process has ended, says the server.
    Finished,
    /// The app may not.
    Forbidden,
    /// Proves nothing; one more try.
    Garbled,
    /// Proves nothing; no more tries.
    Hopeless,
    /// Proves nothing; try again.
    Lost,
    /// Refused by a rule.
    Refused,
    /// The token was refused.
    Rejected,
    /// The process's status.
    Shown,
    /// Too many calls.
    Throttled,
    /// Nothing was written; try again.
    Unreachable,
    /// Nothing was written, since a pooled connection was closed; try again at once.
    Unstarted,
    /// Nothing was written; no more tries.
    Untrusted,
}

impl Meaning {
    pub(crate) const ALL: [Self; 17] = [
        Self::Accepted,
        Self::BadCredentials,
        Self::BadToken,
        Self::Conflict,
        Self::EdgeRefused,
        Self::Finished,
        Self::Forbidden,
        Self::Garbled,
        Self::Hopeless,
        Self::Lost,
        Self::Refused,
        Self::Rejected,
        Self::Shown,
        Self::Throttled,
        Self::Unreachable,
        Self::Unstarted,
        Self::Untrusted,
    ];

    /// Whether an answer like that to a withdrawal leaves open whether the server acted.
    pub(crate) const fn proves_nothing(self) -> bool {
        matches!(self, Self::Conflict | Self::Finished | Self::Garbled | Self::Hopeless | Self::Lost)
    }

    /// Whether an answer may be missing after it, so that a withdrawn process is presumably ours.
    pub(crate) const fn is_ambiguous(self) -> bool {
        matches!(self, Self::Garbled | Self::Hopeless | Self::Lost)
    }

    /// Whether another try is paid for as a transient failure.
    pub(crate) const fn is_transient(self) -> bool {
        matches!(self, Self::Conflict | Self::Garbled | Self::Hopeless | Self::Lost | Self::Unreachable)
    }
}

/// An answer, or the lack of one.
#[derive(Clone)]
pub(crate) struct Returned {
    pub(crate) result: Result<HttpResponse, TransportError>,
    pub(crate) meaning: Meaning,
    /// The status that a read shows.
    pub(crate) shown: Option<i64>,
    /// When the process ended, if the read tells.
    pub(crate) ended: Option<i64>,
    /// How long the server asks to wait, in milliseconds.
    pub(crate) reset: Option<u64>,
    /// A token, and its life in seconds.
    pub(crate) token: Option<(String, u64)>,
}

impl Returned {
    fn new(meaning: Meaning, result: Result<HttpResponse, TransportError>) -> Self {
        Self { result, meaning, shown: None, ended: None, reset: None, token: None }
    }

    fn answered(meaning: Meaning, status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![Header::new("X-Tt-Logid", "20261207")];
        Self::new(meaning, Ok(HttpResponse { status, headers, body: body.into() }))
    }

    fn failed(meaning: Meaning, kind: TransportErrorKind, bytes_written: bool) -> Self {
        Self::new(meaning, Err(TransportError::new(kind, bytes_written, "")))
    }

    fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Ok(response) = &mut self.result {
            response.headers.push(Header::new(name, value));
        }
        self
    }

    fn code(meaning: Meaning, status: u16, code: i64) -> Self {
        Self::answered(meaning, status, format!(r#"{{"code":{code},"msg":"no"}}"#))
    }

    /// How long a caller may pause because of it, in milliseconds, beyond its own backoff.
    pub(crate) fn longest_pause(&self) -> u64 {
        match (self.meaning, self.reset) {
            (Meaning::Throttled, Some(reset)) => reset + reset / 10 + 250,
            (Meaning::Throttled, None) => 60_000,
            (_, reset) => reset.unwrap_or(0),
        }
    }

    pub(crate) fn accepted(dice: &mut Dice) -> Self {
        let body =
            dice.pick(&[r#"{"code":0,"msg":"success","data":{}}"#, r#"{"code":0}"#, r#"{"data":null,"code":0}"#]);
        Self::answered(Meaning::Accepted, 200, body)
    }

    pub(crate) fn token(value: &str, life: u64) -> Self {
        let body = format!(r#"{{"code":0,"msg":"ok","tenant_access_token":"{value}","expire":{life}}}"#);
        Self { token: Some((value.to_owned(), life)), ..Self::answered(Meaning::Accepted, 200, body) }
    }

    pub(crate) fn shown(process_id: &str, status: i64, ended: Option<i64>) -> Self {
        let complete_time = ended.map(|ended| format!(r#","complete_time":"{ended}""#)).unwrap_or_default();
        let data = format!(r#"{{"process_id":"{process_id}","status":{status}{complete_time}}}"#);
        let body = format!(r#"{{"code":0,"msg":"ok","data":{data}}}"#);
        Self { shown: Some(status), ended, ..Self::answered(Meaning::Shown, 200, body) }
    }

    pub(crate) fn finished(dice: &mut Dice) -> Self {
        // A code of the family that the page does not list is read as carefully.
        Self::code(Meaning::Finished, 400, dice.pick(&[1161006, 1161006, 1161006, 1169999]))
    }

    pub(crate) fn conflict() -> Self {
        Self::code(Meaning::Conflict, 400, 1161005)
    }

    pub(crate) fn rejected(dice: &mut Dice) -> Self {
        match dice.between(0, 9) {
            0 => Self::answered(Meaning::Rejected, 401, ""),
            1 => Self::code(Meaning::Rejected, 200, 99991663),
            2 => Self::code(Meaning::Rejected, 400, dice.pick(&[99991664, 99991665, 99991668, 99991671, 99991677])),
            _ => Self::code(Meaning::Rejected, 400, 99991663),
        }
    }

    pub(crate) fn forbidden(dice: &mut Dice) -> Self {
        let (status, code) = dice.pick(&[(400, 99991672), (403, 99991679), (200, 99991672)]);
        let body = format!(
            r#"{{"code":{code},"msg":"no","error":{{"permission_violations":[{{"subject":"corehr:process:read"}}]}}}}"#
        );
        Self::answered(Meaning::Forbidden, status, body)
    }

    pub(crate) fn refused(is_put: bool, dice: &mut Dice) -> Self {
        let gateway = [(400, 99991661), (400, 99991401), (403, 99991403), (400, 99992402), (400, 99998888)];
        let (status, code) = match (is_put, dice.chance(300)) {
            (_, true) => dice.pick(&gateway),
            (true, false) => dice.pick(&[(400, 1160101), (403, 1161003), (404, 1160100)]),
            (false, false) => dice.pick(&[(400, 1160101), (404, 1160100)]),
        };
        Self::code(Meaning::Refused, status, code)
    }

    pub(crate) fn bad_credentials(dice: &mut Dice) -> Self {
        Self::code(Meaning::BadCredentials, 200, dice.pick(&[10003, 10014, 10015]))
    }

    pub(crate) fn bad_token(dice: &mut Dice) -> Self {
        let body = dice.pick(&[
            r#"{"code":0,"tenant_access_token":"t-a","expire":0}"#,
            r#"{"code":0,"tenant_access_token":"t-a","expire":-1}"#,
            r#"{"code":0,"tenant_access_token":"t-a","expire":1099511627776}"#,
            r#"{"code":0,"tenant_access_token":"t-a"}"#,
            r#"{"code":0,"tenant_access_token":"","expire":7200}"#,
            r#"{"code":0,"tenant_access_token":"t-a\r\nx: y","expire":7200}"#,
            r#"{"code":0,"tenant_access_token":null,"expire":7200}"#,
        ]);
        Self::answered(Meaning::BadToken, 200, body)
    }

    pub(crate) fn throttled(dice: &mut Dice) -> Self {
        let returned = match dice.between(0, 4) {
            0 => Self::answered(Meaning::Throttled, 429, ""),
            1 => Self::answered(Meaning::Throttled, 429, "<html>slow down</html>"),
            2 => Self::answered(Meaning::Throttled, 429, r#"{"code":0}"#),
            3 => Self::code(Meaning::Throttled, 429, 99991400),
            _ => Self::code(Meaning::Throttled, 400, 99991400),
        };
        let (header, reset) = dice.pick(&[
            ("", None),
            ("0.2", Some(200)),
            ("1", Some(1_000)),
            ("2", Some(2_000)),
            ("2.5", Some(2_500)),
            ("30", Some(30_000)),
            ("0", None),
            ("-1", None),
            ("abc", None),
            ("9e11", None),
        ]);
        let returned = if header.is_empty() { returned } else { returned.with_header("x-ogw-ratelimit-reset", header) };
        Self { reset, ..returned }
    }

    pub(crate) fn edge_refused(dice: &mut Dice) -> Self {
        let status = dice.pick(&[400, 403, 404, 405, 413, 414, 415, 431]);
        let body = dice.pick(&["", "404 page not found", "<html><h1>no</h1></html>"]);
        Self::answered(Meaning::EdgeRefused, status, body)
    }

    pub(crate) fn server_error(is_put: bool, dice: &mut Dice) -> Self {
        match dice.between(0, 8) {
            0 => Self::answered(Meaning::Lost, 408, ""),
            1 => Self::answered(Meaning::Lost, 500, ""),
            2 => Self::answered(Meaning::Lost, 502, "<html>bad gateway</html>"),
            3 => {
                let (header, reset) =
                    dice.pick(&[("1", Some(1_000)), ("2", Some(2_000)), ("120", Some(120_000)), ("x", None)]);
                Self { reset, ..Self::answered(Meaning::Lost, 503, "").with_header("retry-after", header) }
            }
            4 => Self::answered(Meaning::Lost, 504, "upstream timed out"),
            // Whatever a failing proxy writes, it is no success.
            5 => Self::answered(Meaning::Lost, dice.pick(&[500, 502, 503, 504]), r#"{"code":0,"msg":"ok"}"#),
            6 => Self::code(Meaning::Lost, 500, dice.pick(&[1500, 1663, 1668, 2200, 5000, 55001])),
            7 => Self::code(Meaning::Lost, 200, dice.pick(&[10101, 10105])),
            // "Contact support": a read is worth two more tries, a withdrawal is not.
            _ if is_put => Self::code(Meaning::Hopeless, 500, 1000003),
            _ => Self::answered(Meaning::Lost, 502, ""),
        }
    }

    pub(crate) fn garbled(dice: &mut Dice) -> Self {
        match dice.between(0, 14) {
            0 => Self::answered(Meaning::Garbled, 200, ""),
            1 => Self::answered(Meaning::Garbled, 204, ""),
            2 => Self::answered(Meaning::Garbled, 200, "<html>please log in</html>"),
            3 => Self::answered(Meaning::Garbled, 200, "welcome"),
            4 => Self::answered(Meaning::Garbled, 200, r#"{"code":0,"msg":"su"#),
            5 => Self::answered(Meaning::Garbled, 400, r#"{"code":1160101,"msg":"#),
            6 => Self::answered(Meaning::Garbled, 500, r#"{"code":"#),
            7 => Self::answered(Meaning::Garbled, 200, r#"{"code":"0"}"#),
            8 => Self::answered(Meaning::Garbled, 200, r#"{"code":0.0}"#),
            9 => Self::answered(Meaning::Garbled, 200, r#"{"code":1180591620717411303424}"#),
            10 => Self::answered(Meaning::Garbled, 200, r#"{"code":0,"code":1161006}"#),
            11 => Self::answered(Meaning::Garbled, 200, dice.pick(&[r#"[{"code":0}]"#, "null", r#"{"msg":"ok"}"#])),
            12 => Self::answered(Meaning::Garbled, 200, b"{\"code\":0,\"msg\":\"\xff\"}"),
            13 => Self::answered(Meaning::Garbled, 200, b"\xef\xbb\xbf{\"code\":0}"),
            _ => Self::answered(Meaning::Garbled, 200, r#"{"code":0}"#).with_header("content-type", "text/html"),
        }
    }

    pub(crate) fn hopeless(dice: &mut Dice) -> Self {
        let redirect = |status, body: &str| {
            Self::answered(Meaning::Hopeless, status, body).with_header("location", "https://elsewhere.example/")
        };
        match dice.between(0, 9) {
            0 => redirect(dice.pick(&[301, 302, 303, 307, 308]), ""),
            1 => redirect(307, r#"{"code":0,"msg":"success"}"#),
            2 => Self::answered(Meaning::Hopeless, dice.pick(&[501, 505, 599]), ""),
            3 => Self::code(Meaning::Hopeless, 200, 7),
            4 => Self::code(Meaning::Hopeless, 500, 424242),
            5 => Self::code(Meaning::Hopeless, 400, 230001),
            6 => Self::answered(Meaning::Hopeless, 400, r#"{"code":0,"msg":"success"}"#),
            7 => (0..101)
                .fold(Self::answered(Meaning::Hopeless, 200, r#"{"code":0}"#), |all, _| all.with_header("a", "b")),
            8 => Self::failed(Meaning::Hopeless, TransportErrorKind::TooLarge, true),
            _ => Self::failed(Meaning::Hopeless, TransportErrorKind::Other, true),
        }
    }

    pub(crate) fn lost(dice: &mut Dice) -> Self {
        let kind = dice.pick(&[
            TransportErrorKind::BadBody,
            TransportErrorKind::Closed,
            TransportErrorKind::Connect,
            TransportErrorKind::Disconnected,
            TransportErrorKind::TlsIo,
        ]);
        Self::failed(Meaning::Lost, kind, true)
    }

    pub(crate) fn timed_out() -> Self {
        Self::failed(Meaning::Lost, TransportErrorKind::Timeout, true)
    }

    pub(crate) fn unreachable(dice: &mut Dice) -> Self {
        let kind = dice.pick(&[
            TransportErrorKind::Connect,
            TransportErrorKind::Disconnected,
            TransportErrorKind::Dns,
            TransportErrorKind::Proxy,
            TransportErrorKind::Timeout,
            TransportErrorKind::TlsIo,
        ]);
        Self::failed(Meaning::Unreachable, kind, false)
    }

    pub(crate) fn unstarted() -> Self {
        Self::failed(Meaning::Unstarted, TransportErrorKind::Closed, false)
    }

    pub(crate) fn untrusted(dice: &mut Dice) -> Self {
        let kind =
            dice.pick(&[TransportErrorKind::Other, TransportErrorKind::ProxyAuth, TransportErrorKind::TlsUntrusted]);
        Self::failed(Meaning::Untrusted, kind, false)
    }
}

impl fmt::Display for Returned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: ", self.meaning)?;
        match &self.result {
            Ok(response) => {
                write!(f, "HTTP {} {}", response.status, String::from_utf8_lossy(&response.body))?;
                response.headers.iter().skip(1).take(3).try_for_each(|header| write!(f, ", {header:?}"))
            }
            Err(error) => write!(f, "{:?}, bytes written: {}", error.kind, error.bytes_written),
        }
    }
}
