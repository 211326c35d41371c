//! The JSON body of a request, field by field.

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Source};
use crate::request::Received;

/// The fields of a body; `null` is as good as absent.
pub(super) struct Body(Map<String, Value>);

impl Body {
    pub(super) fn of(received: &Received) -> Result<Self, Answer> {
        let content_type = received.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if !received.body.is_empty() && !media_type.eq_ignore_ascii_case("application/json") {
            // The header is documented as required; what happens without it is not.
            return Err(Answer::refusal(400, 9499, "Content-Type is not application/json", Source::Invented));
        }
        if received.body.is_empty() {
            return Ok(Self(Map::new()));
        }
        let body: Value = serde_json::from_slice(&received.body)
            .map_err(|_| Answer::refusal(400, 9499, "Bad Request: the body is not JSON", Source::Official))?;
        let Value::Object(mut fields) = body else {
            return Err(Answer::refusal(400, 9499, "Bad Request: the body is not a JSON object", Source::Official));
        };
        fields.retain(|_, value| !value.is_null());
        Ok(Self(fields))
    }

    /// A text; empty if it is absent.
    pub(super) fn text(&self, name: &str) -> Result<&str, Answer> {
        self.get(name, |value| value.as_str()).map(Option::unwrap_or_default)
    }

    /// A boolean; false if it is absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Answer> {
        self.get(name, Value::as_bool).map(Option::unwrap_or_default)
    }

    /// An integer.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Answer> {
        self.get(name, Value::as_i64)
    }

    /// A list of texts; empty if it is absent.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<&str>, Answer> {
        self.get(name, |value| value.as_array()?.iter().map(Value::as_str).collect()).map(Option::unwrap_or_default)
    }

    fn get<'a, T>(&'a self, name: &str, read: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>, Answer> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| wrong_type(name, value))
    }
}

/// 99992402, whose page documents `field_violations`.
fn wrong_type(field: &str, value: &Value) -> Answer {
    let violation = json!({"field": field, "value": value.to_string(), "description": "wrong type"});
    let error = json!({"field_violations": [violation]});
    Answer::gateway_with(400, 99_992_402, "field validation failed", Source::Official, error)
}
