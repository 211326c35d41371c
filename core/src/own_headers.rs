//! The headers that a caller adds to a call: which names are free, and what may stand in a value.

use crate::envelope::cleaned;
use crate::error::Problem;
use crate::http::Header;
use crate::key;
use crate::parameter::NameValue;

const MOST: usize = 32;
const LONGEST_NAME: usize = 128;
const LONGEST_VALUE: usize = 4_096;
/// What a request means, how long it is, whose it is, and what a browser would leave out without a word: this library, a
/// transport or a browser sets these, or nobody does.
const TAKEN: [&str; 29] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "origin",
    "range",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
];
const TAKEN_BEGINNINGS: [&str; 3] = ["access-control-", "proxy-", "sec-"];
const REQUEST_ID: &str = "oapi-sdk-request-id";

/// As they are sent. Nobody knows whether one is a secret, so that each is taken for one.
pub(crate) fn sent(headers: Vec<NameValue>) -> Vec<Header> {
    let sent =
        |NameValue { name, value }: NameValue| Header { name: name.to_ascii_lowercase(), value, sensitive: true };
    headers.into_iter().map(sent).collect()
}

/// What is wrong with them.
pub(crate) fn problems(headers: &[NameValue]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if headers.len() > MOST {
        problems.push(Problem::new("headers", format!("has {} headers; at most {MOST} are taken", headers.len())));
    }
    for (place, NameValue { name, value }) in headers.iter().enumerate() {
        let is_again = headers[..place].iter().any(|other| other.name.eq_ignore_ascii_case(name));
        let again = is_again.then(|| "is given twice".to_owned());
        for rule in [name_problem(name), again, value_problem(value)].into_iter().flatten() {
            problems.push(Problem::new(&format!("headers.{}", cleaned(name)), rule));
        }
    }
    problems
}

fn name_problem(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_of_a_name) {
        return Some(format!("is no name of a header, of 1 to {LONGEST_NAME} characters"));
    }
    if lower == REQUEST_ID {
        return Some("has an option of its own: `request_id`".to_owned());
    }
    let is_taken =
        TAKEN.contains(&lower.as_str()) || TAKEN_BEGINNINGS.iter().any(|beginning| lower.starts_with(beginning));
    is_taken.then(|| "may not be set: it belongs to this library, to the transport or to a browser".to_owned())
}

/// Of a value nothing is told but where something odd stands: it may be a secret.
fn value_problem(value: &str) -> Option<String> {
    if value.is_empty() {
        return Some("is empty".to_owned());
    }
    if value.len() > LONGEST_VALUE {
        return Some(format!("has {} bytes; at most {LONGEST_VALUE} are taken", value.len()));
    }
    if value.trim_matches(' ') != value {
        return Some("begins or ends with a space".to_owned());
    }
    key::stranger(value, |letter| matches!(letter, ' '..='~'))
}

fn is_of_a_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, value: &str) -> Vec<String> {
        let headers = [NameValue { name: name.into(), value: value.into() }];
        problems(&headers).into_iter().map(|problem| format!("{} {}", problem.field, problem.rule)).collect()
    }

    #[test]
    fn what_belongs_to_others_is_refused_in_any_case() {
        let more = ["Proxy-Authorization", "proxy-connection", "Sec-Fetch-Site", "access-control-request-method"];
        for name in TAKEN.iter().chain(&more) {
            for name in [(*name).to_owned(), name.to_ascii_uppercase()] {
                assert_eq!(
                    found(&name, "x"),
                    [format!(
                        "headers.{name} may not be set: it belongs to this library, to the transport or to a browser"
                    )]
                );
            }
        }
        assert_eq!(
            found("Oapi-Sdk-Request-Id", "x"),
            ["headers.Oapi-Sdk-Request-Id has an option of its own: `request_id`"]
        );
    }

    #[test]
    fn a_name_is_a_token_and_a_value_visible_ascii() {
        for name in ["x-trace", "X_Trace.1", "traceparent", "secret", "procedure"] {
            assert_eq!(found(name, "a b; c=\"d\", ~!"), [""; 0]);
        }
        for name in ["", "a b", "a:", ":path", "ä", "a\r\nb", "x\0", &"x".repeat(129)] {
            assert_eq!(found(name, "x").len(), 1, "{name:?}");
        }
        for (value, rule) in [
            ("", "is empty"),
            (" a", "begins or ends with a space"),
            ("a ", "begins or ends with a space"),
            ("a\r\nX-Evil: 1", "has a control character (U+000D, carriage return) at character 2"),
            ("a\tb", "has a control character (U+0009, tab) at character 2"),
            ("\u{7f}", "has a control character (U+007F, delete) at character 1"),
            ("é", "has the character U+00E9 at character 1"),
        ] {
            assert_eq!(found("x-a", value), [format!("headers.x-a {rule}")], "{value:?}");
        }
        assert_eq!(found("x-a", &"x".repeat(4_097)), ["headers.x-a has 4097 bytes; at most 4096 are taken"]);
    }

    #[test]
    fn they_are_sent_in_lower_case_and_shown_to_nobody() {
        let sent = sent(vec![NameValue { name: "X-Trace".into(), value: "canary".into() }]);
        assert_eq!((sent[0].name.as_str(), sent[0].value.as_str()), ("x-trace", "canary"));
        assert_eq!(format!("{:?}", sent[0]), "x-trace: [redacted]");
    }

    #[test]
    fn there_are_at_most_32_and_each_name_once() {
        let numbered = |count| -> Vec<NameValue> {
            (0..count).map(|number| NameValue { name: format!("x-{number}"), value: "1".into() }).collect()
        };
        assert!(problems(&numbered(32)).is_empty());
        assert_eq!(problems(&numbered(33)).len(), 1);
        let twice = ["x-a", "X-A"].map(|name| NameValue { name: name.into(), value: "1".into() });
        assert_eq!(problems(&twice), [Problem::new("headers.X-A", "is given twice")]);
    }
}
