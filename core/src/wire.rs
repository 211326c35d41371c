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
