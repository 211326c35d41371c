//! What a runtime did with a vector, in the form in which all runtimes tell it.

use std::collections::BTreeMap;

use feishu_corehr_sandbox::LogEntry;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a runtime did.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// What each call ended with.
    pub outcomes: Vec<Value>,
    /// What the server saw, in order.
    pub sent: Vec<Sent>,
}

/// A request that the server saw.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// The operation; `unknown` for another path.
    pub on: String,
    /// When, in milliseconds since any moment.
    pub at_ms: u64,
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body as text; empty if there is none.
    pub body: String,
    /// Whether it withdrew the process.
    pub was_applied: bool,
    /// Whether the script did not expect it.
    pub is_unexpected: bool,
}

/// A line of a shim's output.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The vector's name.
    pub name: String,
    /// What each call ended with.
    pub outcomes: Vec<Value>,
    /// The sandbox's log, as it is.
    pub log: Vec<LogEntry>,
}

impl From<Line> for Run {
    fn from(line: Line) -> Self {
        Self { outcomes: line.outcomes, sent: line.log.iter().map(Sent::from).collect() }
    }
}

impl Sent {
    /// The token that it carries.
    pub fn token(&self) -> Option<&str> {
        self.headers.get("authorization")?.strip_prefix("Bearer ")
    }
}

impl From<&LogEntry> for Sent {
    fn from(entry: &LogEntry) -> Self {
        let query = if entry.query.is_empty() { String::new() } else { format!("?{}", entry.query) };
        Self {
            on: entry.operation.name().to_owned(),
            at_ms: entry.at_ms,
            method: entry.method.clone(),
            target: format!("{}{query}", entry.path),
            headers: entry.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect(),
            body: entry.body.clone(),
            was_applied: entry.applied,
            is_unexpected: entry.unexpected,
        }
    }
}
