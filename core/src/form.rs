//! A request that a binding brings as JSON: everything in it counts, and one error names all that is wrong.

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::wire::{FromJson, inside, parsed, wrong};

/// A request as JSON text, read field by field, so that one error names all that is wrong with it.
#[derive(Debug)]
pub struct Form {
    fields: Map<String, Value>,
    /// The names that were asked for.
    known: Vec<String>,
    problems: Vec<Problem>,
}

/// A type that is read from a [`Form`].
pub trait FromForm: Sized {
    /// Takes the fields of this type. Nothing if one of them is wrong; the form knows which.
    fn from_form(form: &mut Form) -> Option<Self>;
}

impl Form {
    /// Reads an object; `what` is it called where it is none.
    pub fn read(what: &str, text: &str) -> Self {
        let (fields, problems) = match parsed(text) {
            Ok(Value::Object(fields)) => (fields, Vec::new()),
            Ok(_) | Err(_) => (Map::new(), vec![Problem::new(what, "must be an object")]),
        };
        Self { fields, known: Vec::new(), problems }
    }

    /// Reads an object inside a request; what is wrong first is told.
    pub(crate) fn inner<T: FromForm>(value: Value, problem: &mut Option<Problem>) -> Option<T> {
        let Value::Object(fields) = value else {
            *problem = Some(wrong("an object", &value));
            return None;
        };
        let mut form = Self { fields, known: Vec::new(), problems: Vec::new() };
        let read = T::from_form(&mut form);
        *problem = form.problems().into_iter().next();
        read
    }

    /// A field that must be there.
    pub fn take<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let value = self.value(name);
        if value.is_null() {
            self.problem(name, "is missing");
            return None;
        }
        self.converted(name, value)
    }

    /// A field that may be absent; nothing, too, if it is wrong.
    pub fn option<T: FromJson>(&mut self, name: &str) -> Option<T> {
        let value = self.value(name);
        if value.is_null() { None } else { self.converted(name, value) }
    }

    /// A field that has a default; nothing if it is wrong.
    pub fn take_or<T: FromJson>(&mut self, name: &str, default: impl FnOnce() -> T) -> Option<T> {
        let value = self.value(name);
        if value.is_null() { Some(default()) } else { self.converted(name, value) }
    }

    /// One more problem.
    pub fn problem(&mut self, field: &str, rule: impl Into<String>) {
        self.problems.push(Problem::new(field, rule));
    }

    /// All problems; what nobody has taken is one, too, since a typo must not be ignored.
    pub fn problems(mut self) -> Vec<Problem> {
        for name in self.fields.keys().filter(|name| !self.known.contains(name)) {
            self.problems.push(Problem::new(name, "is not known here"));
        }
        self.problems
    }

    fn value(&mut self, name: &str) -> Value {
        self.known.push(name.to_owned());
        self.fields.get_mut(name).map(Value::take).unwrap_or_default()
    }

    fn converted<T: FromJson>(&mut self, name: &str, value: Value) -> Option<T> {
        let mut problem = None;
        let read = T::from_json(value, &mut problem);
        if let Some(problem) = problem {
            self.problems.push(inside(name, problem));
        }
        read
    }
}
