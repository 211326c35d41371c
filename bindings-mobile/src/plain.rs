//! The values of a form as plain nested data, on their way to a host that makes its own maps and lists of them.

use std::collections::HashMap;

use feishu_corehr::{Error, FormVariable, Problem, plain_values};
use serde_json::Value;

use crate::failure::{Failure, guarded};

/// A value that is nothing but data.
#[derive(Debug, uniffi::Enum)]
#[allow(clippy::use_self, reason = "uniffi copies the types to where there is no `Self`")]
pub enum Plain {
    /// A boolean.
    Boolean {
        /// The boolean.
        value: bool,
    },
    /// A whole number.
    Integer {
        /// The number.
        value: i64,
    },
    /// A list.
    Items {
        /// What it has.
        items: Vec<Plain>,
    },
    /// Nothing.
    Nothing,
    /// Any other number; only values of an unknown kind have some.
    Number {
        /// The number.
        value: f64,
    },
    /// An object.
    Object {
        /// What it has, by name.
        fields: HashMap<String, Plain>,
    },
    /// A text.
    Text {
        /// The text.
        value: String,
    },
}

/// The variables as plain nested data, by name.
#[uniffi::export]
pub fn plain_tree(variables: Vec<FormVariable>) -> Result<HashMap<String, Plain>, Failure> {
    guarded(|| Ok(plain_values(&variables)?.into_iter().map(|(name, value)| (name, value.into())).collect()))
}

/// A JSON text as plain nested data.
#[uniffi::export]
pub fn json_tree(text: String) -> Result<Plain, Failure> {
    guarded(|| {
        let tree: Result<Value, _> = serde_json::from_str(&text);
        let rule = |error: serde_json::Error| format!("is broken at line {} column {}", error.line(), error.column());
        Ok(tree.map_err(|error| Error::invalid("json", vec![Problem::new("text", rule(error))]))?.into())
    })
}

impl From<Value> for Plain {
    fn from(value: Value) -> Self {
        match value {
            Value::Array(items) => Self::Items { items: items.into_iter().map(Self::from).collect() },
            Value::Bool(value) => Self::Boolean { value },
            Value::Null => Self::Nothing,
            Value::Number(number) => match number.as_i64() {
                Some(value) => Self::Integer { value },
                None => Self::Number { value: number.as_f64().unwrap_or_default() },
            },
            Value::Object(fields) => {
                Self::Object { fields: fields.into_iter().map(|(name, value)| (name, value.into())).collect() }
            }
            Value::String(value) => Self::Text { value },
        }
    }
}
