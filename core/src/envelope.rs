//! `{code, msg, data, error}`, read strictly: what is not exactly an envelope proves nothing.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::{FieldViolation, Help, Problem};
use crate::http::HttpResponse;
use crate::wire;

/// Feishu's text is untrusted: more than this is cut off.
const MAX_TEXT: usize = 256;

/// A body that is not an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotEnvelope {
    /// It looks like JSON, but is broken, cut off, ambiguous or of the wrong shape; the text says how.
    Malformed(String),
    /// It is empty, HTML or plain text.
    NotJson,
}

/// A well-formed answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// 0 for success.
    pub code: i64,
    /// Feishu's text on a failure, cleaned: at most 256 characters, no control characters.
    pub msg: Option<String>,
    /// `data` as JSON text; none when absent or null.
    pub data: Option<String>,
    /// The `error` object, in either of its spellings.
    pub error: Details,
}

/// The `error` object (`docs/api.md` section 14).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// `log_id`, or `logid` as the page spells it.
    pub log_id: Option<String>,
    /// A text with a link.
    pub troubleshooter: Option<String>,
    /// The missing scopes: `subject` on the wire, `scope` on the page.
    pub scopes: Vec<String>,
    /// The refused fields.
    pub field_violations: Vec<FieldViolation>,
    /// Pages offered as help.
    pub helps: Vec<Help>,
}

/// Reads a body. The content type is only a hint: it counts when it says HTML.
pub fn read(response: &HttpResponse) -> Result<Envelope, NotEnvelope> {
    let content_type = response.header("content-type").unwrap_or_default();
    let body = response.body.trim_ascii_start();
    if begins_with(content_type, "text/html") || body.is_empty() {
        return Err(NotEnvelope::NotJson);
    }
    let text = std::str::from_utf8(&response.body).map_err(|_| malformed("the body is not UTF-8", body))?;
    let fields = match wire::parsed(text) {
        Ok(fields @ Value::Object(_)) => fields,
        Ok(_) => return Err(NotEnvelope::Malformed("it is no object".to_owned())),
        // Something that begins like JSON or claims to be it.
        Err(Problem { rule, .. })
            if body.starts_with(b"{")
                || body.starts_with(b"[")
                || body.starts_with(b"\xef\xbb\xbf")
                || (begins_with(content_type, "application/json") && !body.starts_with(b"<")) =>
        {
            return Err(NotEnvelope::Malformed(format!("it {rule}")));
        }
        Err(_) => return Err(NotEnvelope::NotJson),
    };
    let (mut codes, mut data) = (0, None);
    for (name, value) in members(text) {
        match name.as_ref() {
            "code" => codes += 1,
            "data" => data = Some(value).filter(|value| *value != "null"),
            _ => {}
        }
    }
    let refused = |reason: &str| Err(NotEnvelope::Malformed(reason.to_owned()));
    let Some(code) = fields["code"].as_i64() else { return refused("it has no integer `code`") };
    // Two codes would let two readers of one answer disagree.
    if codes > 1 {
        return refused("`code` stands twice");
    }
    let msg = match &fields["msg"] {
        Value::Null => None,
        Value::String(msg) => Some(cleaned(msg)).filter(|_| code != 0),
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
            return refused("`msg` is not a string");
        }
    };
    Ok(Envelope { code, msg, data: data.map(str::to_owned), error: Details::read(&fields["error"]) })
}

/// The second code that some answers have inside `data`, with its text: none, or `null`, is success.
pub fn inner(data: &str) -> Result<(i64, Option<String>), NotEnvelope> {
    let refused = |reason: &str| Err(NotEnvelope::Malformed(reason.to_owned()));
    let Ok(Value::Object(fields)) = wire::parsed(data) else { return refused("`data` is no object") };
    let code = match fields.get("code") {
        None | Some(Value::Null) => 0,
        Some(code) => match code.as_i64() {
            Some(code) => code,
            None => return refused("`code` inside `data` is no integer"),
        },
    };
    if members(data).iter().filter(|(name, _)| name == "code").count() > 1 {
        return refused("`code` stands twice inside `data`");
    }
    Ok((code, fields.get("msg").and_then(Value::as_str).map(cleaned)))
}

/// The log id of an answer: `X-Tt-Logid`, else `X-Request-Id`, else the one in the `error` object.
pub fn log_id(response: &HttpResponse, envelope: Option<&Envelope>) -> Option<String> {
    response
        .header("x-tt-logid")
        .or_else(|| response.header("x-request-id"))
        .or_else(|| envelope.and_then(|envelope| envelope.error.log_id.as_deref()))
        .map(cleaned)
        .filter(|log_id| !log_id.is_empty())
}

/// Untrusted text for people: without control characters, at most 256 characters.
pub fn cleaned(text: &str) -> String {
    if text.len() <= MAX_TEXT && text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.to_owned();
    }
    text.chars().filter(|character| !character.is_control()).take(MAX_TEXT).collect()
}

fn begins_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn malformed(reason: &str, body: &[u8]) -> NotEnvelope {
    if body.starts_with(b"<") { NotEnvelope::NotJson } else { NotEnvelope::Malformed(reason.to_owned()) }
}

impl Details {
    /// Picks what is there: a strange `error` object does not make the envelope a strange one.
    fn read(error: &Value) -> Self {
        let list = |name: &str| error[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(cleaned);
        Self {
            log_id: text(&error["log_id"]).or_else(|| text(&error["logid"])),
            troubleshooter: text(&error["troubleshooter"]),
            scopes: list("permission_violations")
                .iter()
                .filter_map(|violation| text(&violation["subject"]).or_else(|| text(&violation["scope"])))
                .collect(),
            field_violations: list("field_violations")
                .iter()
                .map(|violation| FieldViolation {
                    field: text(&violation["field"]).unwrap_or_default(),
                    value: text(&violation["value"]),
                    description: text(&violation["description"]).unwrap_or_default(),
                })
                .collect(),
            helps: list("helps")
                .iter()
                .filter_map(|help| {
                    // A link is kept whole: cutting it would lead elsewhere.
                    let url =
                        help["url"].as_str().filter(|url| url.chars().all(|character| !character.is_control()))?;
                    Some(Help { url: url.to_owned(), description: text(&help["description"]).unwrap_or_default() })
                })
                .collect(),
        }
    }
}

/// The members of an object as text, since a parsed value would have lost how it was written, and which name stood
/// twice. serde_json has accepted the object before.
fn members(object: &str) -> Vec<(Cow<'_, str>, &str)> {
    let (mut members, mut name, mut start) = (Vec::new(), "", 0);
    let (mut depth, mut is_text, mut is_escaped) = (0_u32, false, false);
    for (at, byte) in object.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'{' | b'[' => {
                depth += 1;
                start = if depth == 1 { at + 1 } else { start };
            }
            b':' if depth == 1 => {
                name = object[start..at].trim_ascii();
                start = at + 1;
            }
            b',' | b'}' if depth == 1 => {
                members.push((unquoted(name), object[start..at].trim_ascii()));
                start = at + 1;
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    members
}

/// The text that a JSON string stands for.
fn unquoted(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text.trim_matches('"'));
    }
    match wire::parsed(text) {
        Ok(Value::String(text)) => Cow::Owned(text),
        Ok(_) | Err(_) => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Header;

    fn answer(content_type: &str, body: &[u8]) -> Result<Envelope, NotEnvelope> {
        read(&HttpResponse {
            status: 200,
            headers: vec![Header::new("Content-Type", content_type)],
            body: body.to_vec(),
        })
    }

    fn json(body: &str) -> Result<Envelope, NotEnvelope> {
        answer("application/json", body.as_bytes())
    }

    #[test]
    fn msg_and_data_may_be_absent_or_null() {
        for body in [r#"{"code":0}"#, r#"{"code":0,"msg":null,"data":null,"error":null}"#] {
            assert_eq!(json(body), Ok(Envelope::default()), "{body}");
        }
        assert_eq!(
            json(r#"{"code":0,"data":{"a":1.50}}"#).expect("well formed").data.as_deref(),
            Some(r#"{"a":1.50}"#)
        );
    }

    #[test]
    fn data_is_told_as_it_was_written() {
        for data in
            [r#"{"a":1.50, "data":{"code":7}}"#, r#"[ "}", "\\", "\"", {"data":1e3} ]"#, r#""text\\""#, "12", "{}"]
        {
            for body in [
                format!(r#"{{"code":0,"data":{data}}}"#),
                format!(" {{ \"data\" : {data} , \"code\" : 0 , \"x\" : [1, {{}}] }} "),
                format!(r#"{{"code":0,"d\u0061ta":{data},"msg":"\\"}}"#),
            ] {
                assert_eq!(json(&body).expect("well formed").data.as_deref(), Some(data), "{body}");
            }
        }
    }

    #[test]
    fn a_code_that_is_not_one_plain_integer_is_malformed() {
        for body in [
            r#"{"code":"0"}"#,
            r#"{"code":0.0}"#,
            r#"{"code":1e3}"#,
            r#"{"code":1180591620717411303424}"#,
            r#"{"code":null}"#,
            r#"{"code":true}"#,
            r#"{"msg":"success"}"#,
            r#"{"code":0,"code":1}"#,
            r#"{"code":0,"code":0}"#,
            r#"{"code":1,"data":{"code":1},"\u0063ode":0}"#,
            r#"{"code":-0}"#,
            r#"{"code":0,"msg":7}"#,
            r#"{"code":0"#,
            r#"{"code":0} trailing"#,
            "[]",
            "null",
            "0",
            "\u{feff}{\"code\":0}",
            "{}",
        ] {
            assert!(matches!(json(body), Err(NotEnvelope::Malformed(_))), "{body}: {:?}", json(body));
        }
        assert!(matches!(answer("application/json", b"{\"code\":0,\"msg\":\"\xff\"}"), Err(NotEnvelope::Malformed(_))));
    }

    #[test]
    fn what_does_not_even_look_like_json_is_told_apart() {
        for (content_type, body) in [
            ("text/plain", "404 page not found"),
            ("text/html", r#"{"code":0}"#),
            ("application/json", "<html></html>"),
            ("application/json", ""),
            ("text/plain", "  \r\n"),
        ] {
            assert_eq!(answer(content_type, body.as_bytes()), Err(NotEnvelope::NotJson), "{body}");
        }
        assert!(answer("text/plain", br#"{"code":0}"#).is_ok(), "the content type is a hint only");
    }

    #[test]
    fn hostile_nesting_is_neither_a_crash_nor_a_success() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        for body in [format!(r#"{{"code":0,"data":{deep}}}"#), format!(r#"{{"code":0,"x":{deep}}}"#), deep.clone()] {
            assert!(matches!(json(&body), Err(NotEnvelope::Malformed(_))));
        }
    }

    #[test]
    fn both_spellings_of_the_error_object_are_read() {
        let page = json(
            r#"{"code":1,"error":{"logid":"L","troubleshooter":"t","permission_violations":[{"scope":"a","url":"u"}],
                "field_violations":[{"field":"f","description":"d"}],"helps":[{"url":"u","description":"d"}]}}"#,
        )
        .expect("well formed");
        let wire = json(
            r#"{"code":1,"error":{"log_id":"L","troubleshooter":"t","permission_violations":[{"type":"x","subject":"a"}],
                "field_violations":[{"field":"f","description":"d"}],"helps":[{"url":"u","description":"d"}]}}"#,
        )
        .expect("well formed");
        assert_eq!(page, wire);
        assert_eq!((page.error.log_id.as_deref(), page.error.scopes), (Some("L"), vec!["a".to_owned()]));
        assert_eq!(json(r#"{"code":1,"error":"text"}"#).expect("well formed").error, Details::default());
    }

    #[test]
    fn untrusted_text_is_cut_and_cleaned() {
        let long = "é".repeat(300);
        let envelope = json(&format!(r#"{{"code":1,"msg":"a\u001b[31m\n{long}"}}"#)).expect("well formed");
        let msg = envelope.msg.expect("a text");
        assert!(msg.starts_with("a[31mé") && msg.chars().count() == 256, "{msg}");
    }

    #[test]
    fn the_log_id_of_the_header_wins() {
        let response = |name: &str| HttpResponse { headers: vec![Header::new(name, "H")], ..HttpResponse::default() };
        let envelope = json(r#"{"code":1,"error":{"log_id":"B"}}"#).expect("well formed");
        assert_eq!(log_id(&response("X-Tt-Logid"), Some(&envelope)).as_deref(), Some("H"));
        assert_eq!(log_id(&response("x-request-id"), Some(&envelope)).as_deref(), Some("H"));
        assert_eq!(log_id(&response("other"), Some(&envelope)).as_deref(), Some("B"));
        assert_eq!(log_id(&response("other"), None), None);
    }
}
