//! Answers as data: what `#[wire]` knows of a type, as a table that one interpreter reads.
//!
//! It makes the JSON of an answer, as a caller is given it, without the type: in WebAssembly a field of a type costs its
//! reader and its writer in code, and a row of a table costs a quarter of that.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::Problem;
use crate::wire::{self, FromJson};

/// What a value is read into.
#[derive(Debug)]
pub enum Shape {
    /// A boolean; `false` where nothing stands.
    Boolean,
    /// An integer; 0 where nothing stands.
    Integer,
    /// A list; empty where nothing stands.
    List(&'static Self),
    /// An object of which these fields are read, each with its default where nothing stands.
    Object(&'static [Field]),
    /// The same, or `null`.
    Optional(&'static Self),
    /// What another function makes of it.
    Read(fn(Value, &mut Option<Problem>) -> Value),
    /// Text; empty where nothing stands.
    Text,
    /// The word of a number; `unknown` for one without. The number itself stays for the field beside it.
    Word(&'static [(i64, &'static str)]),
}

/// One field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name for the caller.
    pub name: &'static str,
    /// Its name in the answer; empty for what the answer's head tells, `log_id`, and the answer itself, `raw`.
    pub from: &'static str,
    /// Another name in the answer.
    pub alias: Option<&'static str>,
    /// What it is read into.
    pub shape: Shape,
}

/// A type that is read by its shape.
pub trait Shaped {
    /// The shape.
    const SHAPE: Shape;
}

impl Shaped for bool {
    const SHAPE: Shape = Shape::Boolean;
}

impl Shaped for i64 {
    const SHAPE: Shape = Shape::Integer;
}

impl Shaped for String {
    const SHAPE: Shape = Shape::Text;
}

impl Shaped for f64 {
    const SHAPE: Shape = Shape::Read(typed::<Self>);
}

impl Shaped for u16 {
    const SHAPE: Shape = Shape::Read(typed::<Self>);
}

impl Shaped for u32 {
    const SHAPE: Shape = Shape::Read(typed::<Self>);
}

impl Shaped for u64 {
    const SHAPE: Shape = Shape::Read(typed::<Self>);
}

impl<T: Shaped> Shaped for Option<T> {
    const SHAPE: Shape = Shape::Optional(&T::SHAPE);
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
}

impl Shape {
    /// Reads a value; the first thing that is wrong, and where, is told in `problem`.
    pub fn read(&self, value: Value, problem: &mut Option<Problem>) -> Value {
        match self {
            Self::Boolean => bool::from_json(value, problem).unwrap_or_default().into(),
            Self::Integer => i64::from_json(value, problem).unwrap_or_default().into(),
            Self::List(shape) => wire::list(value, problem, |value, problem| Some(shape.read(value, problem))).into(),
            Self::Object(fields) => object(fields, value, problem).into(),
            Self::Optional(_) if value.is_null() => value,
            Self::Optional(shape) => shape.read(value, problem),
            Self::Read(read) => read(value, problem),
            Self::Text => String::from_json(value, problem).unwrap_or_default().into(),
            Self::Word(words) => {
                let number = value.as_i64();
                let word = words.iter().find(|(known, _)| Some(*known) == number);
                word.map_or("unknown", |(_, word)| word).into()
            }
        }
    }
}

/// Reads by the type itself, for what is read in a way of its own.
pub fn typed<T: FromJson + Serialize>(value: Value, problem: &mut Option<Problem>) -> Value {
    json(T::from_json(value, problem))
}

/// What a function has read, as JSON: by way of its text, for which there is code anyway.
pub fn json<T: Serialize>(read: Option<T>) -> Value {
    serde_json::to_string(&read).ok().and_then(|text| wire::parsed(&text).ok()).unwrap_or_default()
}

fn object(shapes: &[Field], value: Value, problem: &mut Option<Problem>) -> Map<String, Value> {
    let mut fields = wire::Fields::new(value, problem);
    let mut object = Map::new();
    for Field { name, from, alias, shape } in shapes {
        if let Some(alias) = alias {
            fields.alias(alias, from);
        }
        // A number is left for the field beside it, which tells it when it is none.
        let value = if let Shape::Word(_) = shape {
            shape.read(fields.number(from).into(), &mut None)
        } else {
            fields.change(from, |value, problem| shape.read(value, problem))
        };
        object.insert((*name).to_owned(), value);
    }
    object
}
