//! All that a client can be asked to do, as vectors play it: one table, made of the one list.

use feishu_corehr::{Endpoint, Error, Operation, Outcome, Reply, Request, calls};
use serde_json::Value;

/// One operation's way from JSON and to JSON.
pub struct Play {
    /// What is the same in every call of it.
    pub operation: &'static Operation,
    /// The name of the option that says how a call ends whose work is done already.
    pub already: Option<&'static str>,
    /// Reads a request.
    pub request: fn(Value) -> serde_json::Result<Box<dyn Request>>,
    /// What a call ends with.
    pub output: fn(Outcome) -> Result<Value, Error>,
    /// An answer by itself.
    pub decode: fn(&Reply) -> Result<Value, Error>,
}

macro_rules! plays {
    ($($name:ident: $request:ident -> $output:ident,)*) => {
        static PLAYS: &[Play] = &[$(Play {
            operation: &feishu_corehr::$request::OPERATION,
            already: feishu_corehr::$request::ALREADY,
            request: |json| Ok(Box::new(serde_json::from_value::<feishu_corehr::$request>(json)?)),
            output: |outcome| feishu_corehr::$request::output(outcome).map(json),
            decode: |reply| feishu_corehr::$request::decode(reply).map(json),
        }),*];
    };
}

calls!(plays);

/// The operation of that name.
///
/// # Errors
/// There is none; the names that there are.
pub fn play(name: &str) -> Result<&'static Play, String> {
    PLAYS.iter().find(|play| play.operation.name == name).ok_or_else(|| {
        let names: Vec<&str> = PLAYS.iter().map(|play| play.operation.name).collect();
        format!("`{name}` is no operation; there are {}", names.join(", "))
    })
}

/// All but the text that says everything a second time; the answer to a call of any path has nothing but that text.
fn json(value: impl serde::Serialize) -> Value {
    let mut json = serde_json::to_value(value).unwrap_or_default();
    if let Some(fields) = json.as_object_mut() {
        let raw = fields.remove("raw");
        if fields.contains_key("headers") {
            let raw = raw.as_ref().and_then(Value::as_str).unwrap_or_default();
            fields.insert("data".to_owned(), serde_json::from_str(raw).unwrap_or_default());
        }
    }
    json
}
