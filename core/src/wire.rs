//! What the types that `#[wire]` makes have in common.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A type that is read from an object, field by field, and then completed.
pub(crate) trait Fields: Sized {
    /// Reads the fields, as serde derives it.
    fn read<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error>;
}

/// Reads an object and nothing else: derived code would read an array too, and an empty one as a reply without content.
pub(crate) fn object<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);

    impl<'de, T: Fields> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
            T::read(MapAccessDeserializer::new(fields))
        }
    }

    deserializer.deserialize_map(Object(PhantomData))
}

/// Feishu writes `null` where it means "nothing": read both as the type's default.
pub(crate) fn null_is_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A request as JSON text, read field by field, so that one error names all that is wrong with it.
#[cfg(feature = "web")]
#[derive(Debug)]
pub struct Form {
    fields: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>>,
    problems: Vec<crate::error::Problem>,
}

/// A type that is read from a [`Form`].
#[cfg(feature = "web")]
pub trait FromForm: Sized {
    /// Takes the fields of this type. Nothing if one of them is wrong; the form knows which.
    fn from_form(form: &mut Form) -> Option<Self>;
}

#[cfg(feature = "web")]
impl Form {
    /// Reads an object; `what` is it called where it is none.
    pub fn read(what: &str, text: &str) -> Self {
        let mut form = Self { fields: std::collections::BTreeMap::new(), problems: Vec::new() };
        match serde_json::from_str(text) {
            Ok(fields) => form.fields = fields,
            Err(_) => form.problem(what, "must be an object"),
        }
        form
    }

    /// A field that must be there.
    pub fn take<T: serde::de::DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        if !self.fields.contains_key(name) {
            self.problem(name, "is missing");
            return None;
        }
        let text = self.fields.remove(name)?;
        match serde_json::from_str(text.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                let error = error.to_string();
                let reason = error.rsplit_once(" at line ").map_or(error.as_str(), |(reason, _)| reason);
                self.problem(name, format!("cannot be read: {reason}"));
                None
            }
        }
    }

    /// A field that may be absent.
    pub fn take_or<T: serde::de::DeserializeOwned>(&mut self, name: &str, default: impl FnOnce() -> T) -> Option<T> {
        if self.fields.contains_key(name) { self.take(name) } else { Some(default()) }
    }

    /// A text that no message may repeat, if it is there.
    pub fn take_secret(&mut self, name: &str) -> Option<crate::token::Secret> {
        let text = self.fields.remove(name)?;
        match serde_json::from_str(text.get()) {
            Ok(text) => Option::map(text, crate::token::Secret::new),
            Err(_) => {
                self.problem(name, "must be a string");
                None
            }
        }
    }

    /// One more problem.
    pub fn problem(&mut self, field: &str, rule: impl Into<String>) {
        self.problems.push(crate::error::Problem::new(field, rule));
    }

    /// All problems; what nobody has taken is one, too, since a typo must not be ignored.
    pub fn problems(mut self) -> Vec<crate::error::Problem> {
        for name in std::mem::take(&mut self.fields).into_keys() {
            self.problem(&name, "is not known here");
        }
        self.problems
    }
}

/// `Process(process_id='…', …)`, or `User.OpenId('…')` of an enum, whose variants know the names of their fields.
#[cfg(feature = "python")]
pub(crate) fn repr(object: &pyo3::Bound<'_, pyo3::PyAny>, names: Option<&[&str]>) -> pyo3::PyResult<String> {
    use pyo3::types::{PyAnyMethods, PyTypeMethods};

    let class = object.get_type();
    let names = match names {
        Some(names) => names.iter().map(|name| (*name).to_owned()).collect(),
        None => class.getattr("__match_args__")?.extract::<Vec<String>>()?,
    };
    let mut fields = Vec::new();
    for name in names {
        let label = if name.starts_with('_') { String::new() } else { format!("{name}=") };
        fields.push(format!("{label}{}", object.getattr(name)?.repr()?));
    }
    Ok(format!("{}({})", class.qualname()?, fields.join(", ")))
}
