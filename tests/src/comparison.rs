//! What a runtime did, against what its vector wants.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::exceptions::Excuse;
use crate::run::{Run, Sent};
use crate::vector::{Call, Outcome, Runtime, Sending, Vector};

/// Fields that only count where a vector names them: words for people, and what the policy leaves open.
const OPEN: [&str; 4] = ["advice", "operation", "retryable", "summary"];
/// How much later than wanted a request may leave where a real clock runs, in milliseconds. Machines are shared; what
/// this still finds is a binding that takes milliseconds for seconds.
const LATENESS: u64 = 60_000;
/// How much earlier it may seem to leave: the request before it may have taken so long to connect and to arrive. Where more
/// is wanted, half of it is enough.
const EARLINESS: u64 = 300;
/// How it is said that there is no such header or token.
const NONE: &str = "none";

/// How the vectors of one run came out.
#[derive(Debug, Default)]
pub struct Report {
    equal: usize,
    different: Vec<String>,
    left_out: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Counts a vector that the runtime cannot show.
    pub fn leave_out(&mut self, reason: &'static str) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    /// Adds a vector with what was found in it. One that is always excused must differ, or its excuse is out of date.
    pub fn add(&mut self, vector: &Vector, found: &[String], excuse: Option<Excuse>) {
        match (excuse, found) {
            (Some(Excuse::Always), []) => {
                self.different.push(format!("{}\n    it is excused, and it is equal", vector.name));
            }
            (Some(_), [_, ..]) => self.leave_out("it is excused"),
            (None | Some(Excuse::Sometimes), []) => self.equal += 1,
            (None, [_, ..]) => self.different.push(format!("{}\n    {}", vector.name, found.join("\n    "))),
        }
    }

    /// What there is to say at the end, by lines; the last one is `<count> vectors equal` if all are.
    ///
    /// # Errors
    /// The same, when a vector differs.
    pub fn summary(&self, runtime: Runtime) -> Result<String, String> {
        if self.different.is_empty() && self.equal > 0 {
            let left_out = self.left_out.iter().map(|(reason, count)| format!("{count} not shown: {reason}\n"));
            return Ok(format!("{}{} vectors equal", left_out.collect::<String>(), self.equal));
        }
        let (count, runtime) = (self.different.len(), runtime.as_str());
        Err(format!("{count} vectors differ in {runtime}, {} are equal:\n{}", self.equal, self.different.join("\n")))
    }

    /// Fails the test that it is in when a vector differs.
    ///
    /// # Panics
    /// Then.
    pub fn conclude(&self, runtime: Runtime) {
        if let Err(text) = self.summary(runtime) {
            panic!("{text}");
        }
    }
}

/// Everything that is not as the vector wants it.
pub fn differences(vector: &Vector, run: &Run, runtime: Runtime) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(reply) = &vector.reply {
        let call = Call { operation: Some(reply.operation.clone()), ..Call::default() };
        outcomes(&[call], std::slice::from_ref(&reply.expect), &run.outcomes, &mut found);
    }
    if let Some(request) = &vector.request {
        match (&request.expect.error, &request.expect.sends) {
            (Some(error), _) => {
                let expected = Outcome { error: Some(error.clone()), ..Outcome::default() };
                outcomes(std::slice::from_ref(&request.call), &[expected], &run.outcomes, &mut found);
                if let Some(first) = run.sent.first() {
                    found.push(format!("sent: nothing is wanted, {} was sent", first.on));
                }
            }
            (None, Some(sends)) => match run.sent.iter().find(|sent| sent.on != "token") {
                Some(sent) => sending("sent", sends, sent, None, runtime, &mut found),
                None => found.push(format!("sent: nothing; the call ended with {}", shown(&run.outcomes))),
            },
            (None, None) => {}
        }
    }
    if let Some(script) = &vector.script {
        outcomes(&script.calls(), &script.expect.outcomes(), &run.outcomes, &mut found);
        match &script.expect.counts {
            Some(counts) => compare_counts(counts, &run.sent, &mut found),
            None => {
                let steps = script.steps.iter().map(|step| Sending { on: Some(step.on.clone()), ..Sending::default() });
                let expected = script.expect.sent.clone().unwrap_or_else(|| steps.collect());
                compare_sent(&expected, &run.sent, runtime, &mut found);
            }
        }
        claims(run, &mut found);
    }
    found
}

/// Everything that differs between what is wanted and what is there. An object's fields that are left out must be
/// nothing: `null`, `false`, 0, empty, or an object of such.
pub fn compare(path: &str, expected: &Value, actual: &Value, found: &mut Vec<String>) {
    if let Some(rule) = expected.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next())
        && let Some(is_kept) = matched(rule.0, rule.1, actual)
    {
        if !is_kept {
            found.push(format!("{path}: wanted {expected}, got {actual}"));
        }
        return;
    }
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, wanted) in expected {
                match actual.get(name) {
                    Some(there) => compare(&format!("{path}.{name}"), wanted, there, found),
                    None => found.push(format!("{path}.{name}: there is no such field")),
                }
            }
            for (name, there) in actual {
                if !expected.contains_key(name) && !OPEN.contains(&name.as_str()) && !is_nothing(there) {
                    found.push(format!("{path}.{name}: wanted nothing, got {there}"));
                }
            }
        }
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            for (index, (wanted, there)) in wanted.iter().zip(there).enumerate() {
                compare(&format!("{path}[{index}]"), wanted, there, found);
            }
        }
        (
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_),
            there,
        ) => {
            if expected != there {
                found.push(format!("{path}: wanted {expected}, got {there}"));
            }
        }
    }
}

/// Whether a matcher holds; nothing if it is none.
fn matched(name: &str, argument: &Value, actual: &Value) -> Option<bool> {
    match name {
        "$any" => Some(true),
        "$between" => {
            let number = actual.as_f64();
            let at_least = argument[0].as_f64().zip(number).is_some_and(|(least, number)| number >= least);
            Some(at_least && argument[1].as_f64().zip(number).is_some_and(|(most, number)| number <= most))
        }
        "$contains" => {
            let text = actual.as_str().map_or_else(|| actual.to_string(), str::to_owned);
            Some(argument.as_str().is_some_and(|part| text.contains(part)))
        }
        _ => None,
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(is_true) => !is_true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_nothing),
    }
}

fn outcomes(calls: &[Call], expected: &[Outcome], actual: &[Value], found: &mut Vec<String>) {
    if expected.len() != actual.len() {
        return found.push(format!("wanted {} outcomes, got {}", expected.len(), shown(actual)));
    }
    for (index, ((call, expected), actual)) in calls.iter().zip(expected).zip(actual).enumerate() {
        let path = if actual.get("error").is_some() { "error" } else { "value" };
        let path = if calls.len() == 1 { path.to_owned() } else { format!("call {}, {path}", index + 1) };
        match (&expected.error, &expected.value) {
            (Some(error), _) if actual["error"].is_object() => {
                let mut error = error.clone();
                error.as_object_mut().map(|error| error.entry("operation").or_insert_with(|| call.operation().into()));
                compare(&path, &error, &actual["error"], found);
                compare(&format!("{path}: items before"), &expected.items.clone().into(), &items(actual), found);
            }
            (None, Some(value)) if actual["value"].is_object() => {
                let mut value = value.clone();
                if actual["value"].get("attribution").is_some() {
                    let id = || Value::from(call.process_id());
                    value.as_object_mut().map(|value| value.entry("process_id").or_insert_with(id));
                }
                compare(&path, &value, &actual["value"], found);
            }
            (Some(error), _) => found.push(format!("wanted the error {error}, got {actual}")),
            (None, value) => {
                found.push(format!("wanted the value {}, got {actual}", value.clone().unwrap_or_default()));
            }
        }
    }
}

fn items(outcome: &Value) -> Value {
    outcome.get("items").cloned().unwrap_or_else(|| Value::Array(Vec::new()))
}

fn compare_counts(counts: &BTreeMap<String, Value>, sent: &[Sent], found: &mut Vec<String>) {
    for (operation, wanted) in counts {
        let count = sent.iter().filter(|sent| sent.on == *operation).count();
        compare(&format!("requests of {operation}"), wanted, &count.into(), found);
    }
    for sent in sent.iter().filter(|sent| !counts.contains_key(&sent.on)) {
        found.push(format!("sent: {} is not wanted", sent.on));
    }
}

fn compare_sent(expected: &[Sending], actual: &[Sent], runtime: Runtime, found: &mut Vec<String>) {
    let wanted: Vec<&str> = expected.iter().map(|sending| sending.on.as_deref().unwrap_or_default()).collect();
    let there: Vec<&str> = actual.iter().map(|sent| sent.on.as_str()).collect();
    if wanted != there {
        return found.push(format!("sent: wanted {}, got {}", wanted.join(", "), there.join(", ")));
    }
    for (index, (wanted, there)) in expected.iter().zip(actual).enumerate() {
        let before = index.checked_sub(1).map(|before| &actual[before]);
        sending(&format!("sent[{index}] {}", there.on), wanted, there, before, runtime, found);
        if there.is_unexpected {
            found.push(format!("sent[{index}] {}: the script did not expect it there", there.on));
        }
    }
}

fn sending(
    path: &str,
    expected: &Sending,
    actual: &Sent,
    before: Option<&Sent>,
    runtime: Runtime,
    found: &mut Vec<String>,
) {
    let mut text = |name: &str, wanted: &Option<String>, there: Option<&str>| {
        if let Some(wanted) = wanted.as_deref().filter(|wanted| there != Some(*wanted)) {
            found.push(format!("{path}: {name}: wanted {wanted}, got {}", there.unwrap_or(NONE)));
        }
    };
    text("operation", &expected.on, Some(&actual.on));
    text("token", &expected.token, actual.token());
    text("method", &expected.method, Some(&actual.method));
    text("target", &expected.target.as_deref().map(sorted), Some(&sorted(&actual.target)));
    for (name, wanted) in &expected.headers {
        let there = actual.headers.get(name).map(|value| media_type(name, value));
        text(name, &Some(wanted.clone().unwrap_or_else(|| NONE.to_owned())), Some(there.as_deref().unwrap_or(NONE)));
    }
    if let Some(wanted) = &expected.body {
        let there = match actual.body.as_str() {
            "" => Value::Null,
            body => serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned())),
        };
        if *wanted != there {
            found.push(format!("{path}: body: wanted {wanted}, got {there}"));
        }
    }
    if let (Some((least, most)), Some(before)) = (expected.after_ms, before) {
        let gap = actual.at_ms.saturating_sub(before.at_ms);
        let (least, most) = match runtime {
            Runtime::Core => (least, most),
            Runtime::Chromium | Runtime::Kotlin | Runtime::Node | Runtime::Python | Runtime::Rust | Runtime::Swift => {
                (least.saturating_sub(EARLINESS).min(least / 2), most + LATENESS)
            }
        };
        if !(least..=most).contains(&gap) {
            found.push(format!("{path}: wanted {least} to {most} ms after the one before, got {gap}"));
        }
    }
}

/// Path and query, the query's names in order: no page gives them one. Values of one name keep theirs.
fn sorted(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let mut pairs: Vec<&str> = query.split('&').collect();
    pairs.sort_by_key(|pair| pair.split('=').next());
    format!("{path}?{}", pairs.join("&"))
}

fn media_type(name: &str, value: &str) -> String {
    let kept = if name == "content-type" { value.split(';').next().unwrap_or_default() } else { value };
    kept.trim().to_owned()
}

/// What the outcome claims, against what the server knows.
fn claims(run: &Run, found: &mut Vec<String>) {
    let [outcome] = run.outcomes.as_slice() else { return };
    let was_applied = run.sent.iter().any(|sent| sent.was_applied);
    if was_applied && outcome["error"]["effect"] == "none" {
        found.push("it claims to have had no effect, and the server had applied it".to_owned());
    }
    if !was_applied && outcome["value"]["attribution"] == "ours" {
        found.push("it claims the effect as its own, and the server had applied nothing".to_owned());
    }
    if run.sent.iter().any(|sent| sent.on == "unknown") {
        found.push("something was sent to another path: a redirect was followed".to_owned());
    }
}

fn shown(outcomes: &[Value]) -> String {
    outcomes.iter().map(Value::to_string).collect::<Vec<_>>().join(" and ")
}
