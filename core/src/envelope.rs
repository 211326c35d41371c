//! `{code, msg, data, error}`, read strictly: what is not exactly an envelope proves nothing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::{FieldViolation, Help};
use crate::http::HttpResponse;

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

/// The `error` object (`api-facts.md` section 14).
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
    let fields: Fields<'_> = match serde_json::from_str(text) {
        Ok(fields) => fields,
        // A whole JSON value of another kind, or something that begins like one or claims to be one.
        Err(error)
            if serde_json::from_str::<IgnoredAny>(text).is_ok()
                || body.starts_with(b"{")
                || body.starts_with(b"[")
                || body.starts_with(b"\xef\xbb\xbf")
                || (begins_with(content_type, "application/json") && !body.starts_with(b"<")) =>
        {
            return Err(NotEnvelope::Malformed(error.to_string()));
        }
        Err(_) => return Err(NotEnvelope::NotJson),
    };
    Ok(Envelope {
        code: fields.code,
        // A success is not worth the copy.
        msg: fields
            .msg
            .filter(|_| fields.code != 0)
            .and_then(|msg| serde_json::from_str::<String>(msg.get()).ok().map(|msg| cleaned(&msg))),
        data: fields.data.map(|data| data.get().to_owned()),
        error: fields.error.as_ref().map(Details::read).unwrap_or_default(),
    })
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
        let list = |name: &str| error[name].as_array().cloned().unwrap_or_default();
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

struct Fields<'a> {
    code: i64,
    msg: Option<&'a RawValue>,
    data: Option<&'a RawValue>,
    error: Option<Value>,
}

/// A field's name, told apart without a copy.
enum Name {
    Code,
    Data,
    Error,
    Msg,
    Other,
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(match name {
                    "code" => Name::Code,
                    "data" => Name::Data,
                    "error" => Name::Error,
                    "msg" => Name::Msg,
                    _ => Name::Other,
                })
            }
        }

        deserializer.deserialize_identifier(Text)
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with an integer `code`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut code, mut msg, mut data, mut error) = (None, None, None, None);
                while let Some(name) = map.next_key()? {
                    match name {
                        // Two codes would let two readers of one answer disagree.
                        Name::Code if code.is_some() => return Err(A::Error::custom("`code` stands twice")),
                        Name::Code => code = Some(map.next_value::<i64>()?),
                        Name::Data => data = Some(map.next_value::<&RawValue>()?),
                        Name::Error => error = map.next_value()?,
                        Name::Msg => msg = Some(map.next_value::<&RawValue>()?),
                        Name::Other => _ = map.next_value::<Shallow>()?,
                    }
                }
                let code = code.ok_or_else(|| A::Error::missing_field("code"))?;
                if msg.is_some_and(|msg| !msg.get().starts_with('"') && msg.get() != "null") {
                    return Err(A::Error::custom("`msg` is not a string"));
                }
                // What is shorter cannot be nested deeper than serde_json's limit of 128.
                if let Some(data) = data.filter(|data| data.get().len() > 256) {
                    serde_json::from_str::<Shallow>(data.get()).map_err(A::Error::custom)?;
                }
                Ok(Fields { code, msg, data: data.filter(|data| data.get() != "null"), error })
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Any value that serde_json is willing to recurse into. `IgnoredAny` and `RawValue` skip without recursion, and
/// would let a bottomless value pass for a good one.
struct Shallow;

impl<'de> Deserialize<'de> for Shallow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Shallow {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self, A::Error> {
        while values.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self, A::Error> {
        while fields.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Ok(self)
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
