//! An answer before it is put on the wire, and where its shape is known from.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock;

/// Where the shape of an answer is known from. No rule of a client may rest on `Invented` alone.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The documents neither say it nor has it been seen.
    Invented,
    /// Seen on the real platform, or in a quoted real response.
    Observed,
    /// Written in the official documents.
    Official,
    /// Given by a script: its author knows.
    Scripted,
}

/// One complete HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Without `Content-Length`, which is counted from the body.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The `code` of the envelope, if the body is one.
    pub(crate) code: Option<i64>,
    pub(crate) source: Source,
}

impl Answer {
    /// An answer with a JSON envelope, with a new log id.
    pub(crate) fn envelope(status: u16, source: Source, envelope: &Value) -> Self {
        Self {
            status,
            headers: vec![
                ("Content-Type".into(), "application/json; charset=utf-8".into()),
                ("X-Tt-Logid".into(), clock::log_id()),
            ],
            code: envelope.get("code").and_then(Value::as_i64),
            body: envelope.to_string().into_bytes(),
            source,
        }
    }

    /// A successful business answer. Official: every page shows it.
    pub(crate) fn success(data: &Value) -> Self {
        Self::envelope(200, Source::Official, &json!({"code": 0, "msg": "success", "data": data}))
    }

    /// A refusal by the operation itself: the code decides, the text may vary.
    pub(crate) fn refusal(status: u16, code: i64, message: &str, source: Source) -> Self {
        // Whether business errors carry `data` or `error` is not documented; an empty `data` was chosen.
        Self::envelope(status, source, &json!({"code": code, "msg": message, "data": {}}))
    }

    /// A refusal at the gateway, with the `error` object in the form that real responses have.
    pub(crate) fn gateway(status: u16, code: i64, message: &str, source: Source) -> Self {
        Self::gateway_with(status, code, message, source, json!({}))
    }

    /// The same, with more fields in the `error` object.
    pub(crate) fn gateway_with(status: u16, code: i64, message: &str, source: Source, mut error: Value) -> Self {
        let mut answer = Self::envelope(status, source, &Value::Null);
        let log_id = answer.header("X-Tt-Logid").unwrap_or_default().to_owned();
        error["log_id"] = json!(log_id);
        error["troubleshooter"] =
            json!(format!("https://open.feishu.cn/search?from=openapi&log_id={log_id}&code={code}&method_id=0"));
        answer.body = json!({"code": code, "msg": message, "error": error}).to_string().into_bytes();
        answer.code = Some(code);
        answer
    }

    /// An answer in plain text or HTML, as an edge gives it.
    pub(crate) fn text(status: u16, content_type: &str, text: &str, source: Source) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".into(), content_type.into()), ("X-Tt-Logid".into(), clock::log_id())],
            body: text.as_bytes().to_vec(),
            code: None,
            source,
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16, source: Source) -> Self {
        Self { status, headers: vec![("X-Tt-Logid".into(), clock::log_id())], body: Vec::new(), code: None, source }
    }

    /// No such path or method. Observed: plain text, where the documents list codes.
    pub(crate) fn not_found() -> Self {
        Self::text(404, "text/plain", "404 page not found", Source::Observed)
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its, _)| its.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The status line and the headers, with a `Content-Length` where HTTP allows one, and the blank line.
    pub(crate) fn head(&self) -> Vec<u8> {
        if self.status == 204 || self.status == 304 { self.head_with("") } else { self.head_of_length(self.body.len()) }
    }

    /// The head that announces `length` bytes, whatever the body has.
    pub(crate) fn head_of_length(&self, length: usize) -> Vec<u8> {
        self.head_with(&format!("Content-Length: {length}\r\n"))
    }

    /// The head with these header lines in the place of `Content-Length`.
    pub(crate) fn head_with(&self, lines: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(lines);
        head.push_str("\r\n");
        head.into_bytes()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
