//! How an answer of Feishu's, as JSON, becomes the types that `#[wire]` makes: nothing is required, and `null` is nothing.
//!
//! Values are taken one by one out of a [`Value`] and not by serde's derived code: that code, anew for every type,
//! would be more than half of the WebAssembly file, and it cannot say where in an answer the odd value stands.

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::http::Method;

#[cfg(feature = "python")]
mod python;

#[cfg(feature = "python")]
pub use python::{Given, Id, Plain, load_errors, raise};
#[cfg(feature = "python")]
pub(crate) use python::{Reduced, no_instance, reduce, reduce_word, repr};

/// A type that is read from JSON. `null` is its default, where it has one.
pub trait FromJson: Sized {
    /// Reads it; what is wrong, and where in the value, is told in `problem`. What is right beside it may be read, too.
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self>;

    /// Reads it, if nothing is wrong.
    fn read(value: Value) -> Result<Self, Problem> {
        let mut problem = None;
        match (Self::from_json(value, &mut problem), problem) {
            (Some(read), None) => Ok(read),
            (_, problem) => Err(problem.unwrap_or_default()),
        }
    }
}

/// The fields of an answer's object. What nobody takes is ignored; the first thing that is wrong is kept.
#[derive(Debug)]
pub struct Fields<'a> {
    fields: Map<String, Value>,
    problem: &'a mut Option<Problem>,
}

impl<'a> Fields<'a> {
    /// The fields of an object as text.
    pub fn of(text: &str, problem: &'a mut Option<Problem>) -> Self {
        match parsed(text) {
            Ok(value) => Self::new(value, problem),
            Err(broken) => {
                *problem = Some(broken);
                Self { fields: Map::new(), problem }
            }
        }
    }

    /// The fields of an object; `null` has none.
    pub fn new(value: Value, problem: &'a mut Option<Problem>) -> Self {
        if let Value::Object(fields) = value {
            return Self { fields, problem };
        }
        if !value.is_null() {
            *problem = Some(wrong("an object", &value));
        }
        Self { fields: Map::new(), problem }
    }

    /// The field of that name; its default if it is absent, or wrong.
    pub fn take<T: FromJson + Default>(&mut self, name: &str) -> T {
        self.take_with(name, T::from_json)
    }

    /// The same, for a field that is read in a way of its own.
    pub fn take_with<T: Default>(&mut self, name: &str, read: fn(Value, &mut Option<Problem>) -> Option<T>) -> T {
        let mut problem = None;
        let read = read(self.value(name), &mut problem);
        keep(self.problem, name, problem);
        read.unwrap_or_default()
    }

    /// The same, for a field that stays JSON.
    pub(crate) fn change(&mut self, name: &str, read: impl Fn(Value, &mut Option<Problem>) -> Value) -> Value {
        let mut problem = None;
        let read = read(self.value(name), &mut problem);
        keep(self.problem, name, problem);
        read
    }

    /// A number that another field takes, too.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.fields.get(name)?.as_i64()
    }

    /// Takes what stands under another name as if it stood under this one, where that has nothing.
    pub(crate) fn alias(&mut self, other: &str, name: &str) {
        let value = self.value(other);
        if !value.is_null() && self.fields.get(name).is_none_or(Value::is_null) {
            self.fields.insert(name.to_owned(), value);
        }
    }

    fn value(&mut self, name: &str) -> Value {
        self.fields.get_mut(name).map(Value::take).unwrap_or_default()
    }
}

/// Keeps the problem of what stands in `name`, if it is the first one.
fn keep(first: &mut Option<Problem>, name: &str, problem: Option<Problem>) {
    if let (None, Some(problem)) = (&first, problem) {
        *first = Some(inside(name, problem));
    }
}

/// Any JSON text as a value; what is wrong with it does not quote it.
pub(crate) fn parsed(text: &str) -> Result<Value, Problem> {
    serde_json::from_str(text)
        .map_err(|error| Problem::new("", format!("is broken at line {} column {}", error.line(), error.column())))
}

/// The problem of a value that is something else than `expected`. Its shape is told, and never the value itself.
pub(crate) fn wrong(expected: &str, value: &Value) -> Problem {
    let found = match value {
        Value::Array(_) => "a list",
        Value::Bool(_) => "a boolean",
        Value::Null => "null",
        Value::Number(_) => "such a number",
        Value::Object(_) => "an object",
        Value::String(_) => "a string",
    };
    Problem::new("", format!("must be {expected}, not {found}"))
}

/// The problem of a value that stands in `name`: `todos`, `[0]`, `status` become `todos[0].status`.
pub(crate) fn inside(name: &str, problem: Problem) -> Problem {
    let dot = if problem.field.is_empty() || problem.field.starts_with('[') { "" } else { "." };
    Problem { field: format!("{name}{dot}{}", problem.field), ..problem }
}

/// What was found in `value`, or that it is something else than `expected`.
fn found<T>(found: Option<T>, expected: &str, value: &Value, problem: &mut Option<Problem>) -> Option<T> {
    if found.is_none() {
        *problem = Some(wrong(expected, value));
    }
    found
}

/// Where in a list of words it stands.
pub(crate) fn word(value: &Value, words: &[&str], problem: &mut Option<Problem>) -> Option<usize> {
    let place = value.as_str().and_then(|text| words.iter().position(|word| *word == text));
    if place.is_none() {
        *problem = Some(Problem::new("", format!("is none of `{}`", words.join("`, `"))));
    }
    place
}

impl FromJson for bool {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        if value.is_null() { Some(false) } else { found(value.as_bool(), "a boolean", &value, problem) }
    }
}

impl FromJson for f64 {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        found(value.as_f64(), "a number", &value, problem)
    }
}

impl FromJson for i64 {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        if value.is_null() { Some(0) } else { found(value.as_i64(), "an integer", &value, problem) }
    }
}

impl FromJson for u16 {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        found(number, "an integer from 0 to 65535", &value, problem)
    }
}

impl FromJson for u32 {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        let number = value.as_u64().and_then(|number| Self::try_from(number).ok());
        found(number, "an integer from 0 to 4294967295", &value, problem)
    }
}

impl FromJson for u64 {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        found(value.as_u64(), "an integer from 0", &value, problem)
    }
}

impl FromJson for Method {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        word(&value, &Self::ALL.map(Self::as_str), problem).map(|place| Self::ALL[place])
    }
}

impl FromJson for String {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        match value {
            Value::Null => Some(Self::new()),
            Value::String(text) => Some(text),
            Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                found(None, "a string", &value, problem)
            }
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        Some(if value.is_null() { None } else { T::from_json(value, problem) })
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value, problem: &mut Option<Problem>) -> Option<Self> {
        Some(list(value, problem, T::from_json))
    }
}

/// The elements of a list, each read; `null` is none.
pub(crate) fn list<T>(
    value: Value,
    problem: &mut Option<Problem>,
    read: impl Fn(Value, &mut Option<Problem>) -> Option<T>,
) -> Vec<T> {
    let values = values(value, problem);
    let mut list = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let mut odd = None;
        if value.is_null() {
            odd = Some(Problem::new("", "is null"));
        } else if let Some(read) = read(value, &mut odd) {
            list.push(read);
        }
        keep_at(problem, index, odd);
    }
    list
}

fn values(value: Value, problem: &mut Option<Problem>) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) | Value::String(_) => {
            *problem = Some(wrong("a list", &value));
            Vec::new()
        }
    }
}

fn keep_at(first: &mut Option<Problem>, index: usize, problem: Option<Problem>) {
    if problem.is_some() {
        keep(first, &format!("[{index}]"), problem);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_says_where_it_stands_and_what_it_is() {
        let read = |text: &str| {
            let mut problem = None;
            let list: Vec<Vec<i64>> = Fields::of(text, &mut problem).take("a");
            problem.map_or(Ok(list), Err)
        };
        for (text, field, rule) in [
            (r#"{"a":[[1],["2"]]}"#, "a[1][0]", "must be an integer, not a string"),
            (r#"{"a":[[1.5]]}"#, "a[0][0]", "must be an integer, not such a number"),
            (r#"{"a":[null]}"#, "a[0]", "is null"),
            (r#"{"a":{}}"#, "a", "must be a list, not an object"),
            ("[]", "", "must be an object, not a list"),
            (r#"{"a":"#, "", "is broken at line 1 column 5"),
        ] {
            assert_eq!(read(text), Err(Problem::new(field, rule)), "{text}");
        }
        assert_eq!(read(r#"{"a":[[1,-2],[]]}"#), Ok(vec![vec![1, -2], vec![]]));
        assert_eq!(read("{}"), Ok(vec![]));
    }
}
