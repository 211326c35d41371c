//! HTTP as data: what a transport is given and what it gives back.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Everything but RFC 3986's unreserved characters, so that a value stays one path segment or one query value.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The HTTP methods of Feishu's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "mobile", derive(uniffi::Enum))]
#[cfg_attr(feature = "web", derive(tsify::Tsify))]
pub enum Method {
    /// A write.
    Delete,
    /// A read.
    Get,
    /// A write.
    Patch,
    /// A write or a query with a body.
    Post,
    /// A write. Idempotent to HTTP, but **not** safe to resend blindly here.
    Put,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Delete, Self::Get, Self::Patch, Self::Post, Self::Put];

    /// The method as it is written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// One header.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "mobile", uniffi::export(Debug))]
pub struct Header {
    /// The name, in lower case when this crate made it.
    pub name: String,
    /// The value, visible ASCII when this crate made it.
    pub value: String,
    /// Whether the value is a secret: never log it, and mark it so for the HTTP stack.
    #[cfg_attr(feature = "mobile", uniffi(default = false))]
    pub sensitive: bool,
}

impl Header {
    /// A header whose value may be shown.
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), sensitive: false }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.sensitive { "[redacted]" } else { &self.value };
        write!(f, "{}: {value}", self.name)
    }
}

/// A request for a transport to send, once, without following redirects and without resending by itself.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
#[cfg_attr(feature = "mobile", uniffi::export(Debug))]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL, encoded.
    pub url: String,
    /// The headers, `content-length` and `host` left to the transport.
    pub headers: Vec<Header>,
    /// The body; none on a read.
    pub body: Option<Vec<u8>>,
    /// Whether the body holds a secret (a token request): never log it.
    pub sensitive_body: bool,
    /// How long the whole request may take, in milliseconds, connecting included.
    pub budget: u64,
    /// How long connecting (TLS included) may take, in milliseconds.
    pub connect_budget: u64,
    /// The largest answer to read, in bytes after decompression; a longer one is `TooLarge`.
    pub max_response: u64,
    /// Whether a pooled connection may not be used, because the last one on it went wrong.
    pub fresh_connection: bool,
}

impl HttpRequest {
    /// The request as a `curl` command line, secrets replaced by `[redacted]`.
    pub fn curl(&self) -> String {
        let mut line = format!("curl -X {} {}", self.method.as_str(), quoted(&self.url));
        for header in &self.headers {
            line.push_str(&format!(" -H {}", quoted(&format!("{header:?}"))));
        }
        if let Some(body) = &self.body {
            let text = std::str::from_utf8(body).unwrap_or("[not text]");
            let shown = if self.sensitive_body { "[redacted]" } else { text };
            line.push_str(&format!(" --data-raw {}", quoted(shown)));
        }
        line
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.curl())
    }
}

/// What a server answered, its body complete and decompressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "mobile", derive(uniffi::Record))]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers as received.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of that name, compared without case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
    }
}

/// `value` as one path segment or query value: whatever could end it is percent-encoded.
pub fn encoded(value: &str) -> Cow<'_, str> {
    utf8_percent_encode(value, RESERVED).into()
}

/// Appends `name=value` pairs to a path, as its query. A repeated name stands repeatedly.
pub fn push_query(target: &mut String, pairs: &[(&str, String)]) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(&encoded(name));
        target.push('=');
        target.push_str(&encoded(value));
    }
}

fn quoted(argument: &str) -> String {
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> HttpRequest {
        HttpRequest {
            method: Method::Put,
            url: "https://open.feishu.cn/a".into(),
            headers: vec![
                Header { name: "authorization".into(), value: "Bearer t-secret".into(), sensitive: true },
                Header::new("content-type", "application/json"),
            ],
            body: Some(br#"{"reason":"it's over"}"#.to_vec()),
            sensitive_body: false,
            budget: 1,
            connect_budget: 1,
            max_response: 1,
            fresh_connection: false,
        }
    }

    #[test]
    fn a_curl_line_is_quoted_for_the_shell_and_hides_the_token() {
        assert_eq!(
            request().curl(),
            r#"curl -X PUT 'https://open.feishu.cn/a' -H 'authorization: [redacted]' -H 'content-type: application/json' --data-raw '{"reason":"it'\''s over"}'"#
        );
    }

    #[test]
    fn a_secret_body_is_shown_nowhere() {
        let mut request = request();
        request.sensitive_body = true;
        assert!(!format!("{request:?}").contains("reason"));
    }

    #[test]
    fn a_value_cannot_leave_its_segment() {
        assert_eq!(encoded("a/b?c#d%2e é"), "a%2Fb%3Fc%23d%252e%20%C3%A9");
    }

    #[test]
    fn repeated_names_stay_repeated() {
        let pairs = [("statuses", "1".to_owned()), ("statuses", "2".to_owned())];
        let mut target = "/a".to_owned();
        push_query(&mut target, &[]);
        push_query(&mut target, &pairs);
        assert_eq!(target, "/a?statuses=1&statuses=2");
    }
}
