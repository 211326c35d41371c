//! All vectors, read from `tests/vectors` and refused where they are not well formed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use feishu_corehr::Replay;
use serde_json::{Map, Value};

use crate::operations;
use crate::source::root;
use crate::vector::{Answer, Call, Outcome, Runtime, Script, Step, Vector};

/// The phrase book: steps that vectors name in place of writing them out.
const PHRASES: &str = "steps.json";

/// All vectors, file by file, in order.
///
/// # Errors
/// Every file and vector that is not well formed, with the reason.
pub fn read() -> Result<Vec<Vector>, Vec<String>> {
    let (phrases, written) = (phrases().map_err(|problem| vec![problem])?, written()?);
    let (mut vectors, mut problems) = (Vec::new(), Vec::new());
    for vector in written {
        match parse(vector, &phrases) {
            Ok(vector) => vectors.push(vector),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(duplicates(&vectors));
    if problems.is_empty() { Ok(vectors) } else { Err(problems) }
}

/// All vectors as they are written.
///
/// # Errors
/// Every file that is no list of JSON.
pub fn written() -> Result<Vec<Value>, Vec<String>> {
    let mut files = Vec::new();
    collect(&folder(), &mut files);
    files.retain(|path| path.file_name().is_none_or(|name| name != PHRASES));
    files.sort();
    let (mut vectors, mut problems) = (Vec::new(), Vec::new());
    for path in files {
        match json(&path) {
            Ok(Value::Array(more)) => vectors.extend(more),
            Ok(_) => problems.push(format!("{}: is no list", path.display())),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(vectors) } else { Err(problems) }
}

/// The phrase book: steps by the phrases that name them.
///
/// # Errors
/// It cannot be read.
pub fn phrases() -> Result<Map<String, Value>, String> {
    json(&folder().join(PHRASES))?.as_object().cloned().ok_or_else(|| format!("{PHRASES} is no object"))
}

/// One vector.
///
/// # Errors
/// The first thing in it that is not well formed.
pub fn parse(mut vector: Value, phrases: &Map<String, Value>) -> Result<Vector, String> {
    let name = vector["name"].as_str().unwrap_or("a vector without a name").to_owned();
    let problem = |problem: String| format!("`{name}`: {problem}");
    if let Some(steps) = vector.pointer_mut("/script/steps").and_then(Value::as_array_mut) {
        for step in steps {
            let Some(phrase) = step.as_str() else { continue };
            *step =
                phrases.get(phrase).cloned().ok_or_else(|| problem(format!("`{phrase}` is not in the phrase book")))?;
        }
    }
    let vector: Vector = serde_json::from_value(expanded(vector)).map_err(|error| problem(error.to_string()))?;
    match well_formed(&vector) {
        Some(reason) => Err(problem(reason)),
        None => Ok(vector),
    }
}

/// Writes out `{"$repeat": [text, count]}` and `{"$join": [texts]}`.
fn expanded(value: Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.into_iter().map(expanded).collect()),
        Value::Object(fields) => {
            let fields: Map<String, Value> = fields.into_iter().map(|(name, value)| (name, expanded(value))).collect();
            if let (1, Some(Value::Array(parts))) = (fields.len(), fields.get("$repeat"))
                && let [Value::String(text), count] = parts.as_slice()
            {
                let count = usize::try_from(count.as_u64().unwrap_or_default()).unwrap_or_default();
                return Value::String(text.repeat(count));
            }
            if let (1, Some(Value::Array(parts))) = (fields.len(), fields.get("$join")) {
                return Value::String(parts.iter().filter_map(Value::as_str).collect());
            }
            Value::Object(fields)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// What the types cannot say.
fn well_formed(vector: &Vector) -> Option<String> {
    let kinds = [vector.reply.is_some(), vector.request.is_some(), vector.script.is_some()];
    if kinds.iter().filter(|kind| **kind).count() != 1 {
        return Some("is not one of `reply`, `request` and `script`".to_owned());
    }
    if vector.name.split_whitespace().count() < 3 || vector.name.ends_with('.') {
        return Some("the name is a sentence without a full stop".to_owned());
    }
    if let Some(covers) = vector.covers.iter().find(|covers| !is_reference(covers)) {
        return Some(format!("`{covers}` is neither a row nor a fault of the policy"));
    }
    if vector.crossing && vector.runtimes == [Runtime::Core] {
        return Some("a vector of the core alone cannot cross".to_owned());
    }
    if let Some(reply) = &vector.reply {
        return of_answer(&reply.answer).or_else(|| of_outcome(&reply.expect));
    }
    if let Some(request) = &vector.request {
        let expect = &request.expect;
        let sends_one = expect.error.is_some() != expect.sends.is_some();
        return of_call(&request.call)
            .or_else(|| (!sends_one).then(|| "wants not one of `error` and `sends`".to_owned()));
    }
    vector.script.as_ref().and_then(|script| of_script(script, vector.is_for(Runtime::Core), &vector.runtimes))
}

/// `row 9`, `row 11b` or `F14`.
fn is_reference(text: &str) -> bool {
    let digits = text.strip_prefix("row ").map(|row| row.trim_end_matches('b')).or_else(|| text.strip_prefix('F'));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn of_script(script: &Script, is_for_core: bool, runtimes: &[Runtime]) -> Option<String> {
    let expect = &script.expect;
    let (calls, outcomes) = (script.calls(), expect.outcomes());
    if calls.len() != outcomes.len() {
        return Some(format!("has {} calls and {} outcomes", calls.len(), outcomes.len()));
    }
    if expect.sent.is_some() && expect.counts.is_some() {
        return Some("wants both `sent` and `counts`".to_owned());
    }
    let is_core_only = runtimes == [Runtime::Core];
    if !is_core_only && calls.iter().any(|call| call.wall_jump_ms != 0) {
        return Some("moves the wall clock, which only the core's runner can".to_owned());
    }
    calls
        .iter()
        .find_map(of_call)
        .or_else(|| outcomes.iter().find_map(of_outcome))
        .or_else(|| script.steps.iter().find_map(|step| of_step(step, is_for_core, is_core_only)))
}

fn of_step(step: &Step, is_for_core: bool, is_core_only: bool) -> Option<String> {
    if step.on != "token"
        && let Err(problem) = operations::play(&step.on)
    {
        return Some(problem);
    }
    if step.answer.failed.is_some() && !is_core_only {
        return Some("`failed` can only be shown in virtual time".to_owned());
    }
    if step.answer.fault.is_some() && is_for_core && step.virtually.is_none() {
        return Some("a named fault needs `virtually`".to_owned());
    }
    of_answer(&step.answer).or_else(|| step.virtually.as_ref().and_then(of_answer))
}

fn of_answer(answer: &Answer) -> Option<String> {
    let bodies = [answer.json.is_some(), answer.text.is_some(), answer.base64.is_some()];
    if bodies.iter().filter(|body| **body).count() > 1 {
        return Some("an answer has more than one body".to_owned());
    }
    let ends = [answer.cut.is_some(), answer.stall.is_some(), answer.fault.is_some(), answer.failed.is_some()];
    if ends.iter().filter(|end| **end).count() > 1 {
        return Some("an answer is not one of `cut`, `stall`, `fault` and `failed`".to_owned());
    }
    (answer.failed.is_some() != answer.bytes_written.is_some())
        .then(|| "`failed` and `bytes_written` go together".to_owned())
}

fn of_outcome(outcome: &Outcome) -> Option<String> {
    match (&outcome.error, &outcome.value) {
        (Some(error), None) if !error["kind"].is_null() && !error["effect"].is_null() => None,
        (Some(_), None) => Some("an error has `kind` and `effect`".to_owned()),
        (None, Some(_)) => None,
        (None, None) | (Some(_), Some(_)) => Some("an outcome is not one of `error` and `value`".to_owned()),
    }
}

/// No operation may be given what it does not have. A moment with a zone is for languages that have such a type.
fn of_call(call: &Call) -> Option<String> {
    let play = match operations::play(call.operation()) {
        Ok(play) => play,
        Err(problem) => return Some(problem),
    };
    let mut call = call.clone();
    let already = call.already(play.already);
    if let Some(word) = already.filter(|word| word != "error" && word != "success") {
        return Some(format!("`{word}` is neither `error` nor `success`"));
    }
    let mut request = call.request(play.operation);
    for name in ["modify_time_from", "modify_time_to"] {
        if let Some(moment) = request.get_mut(name).filter(|moment| moment.is_string()) {
            *moment = 0.into();
        }
    }
    if let Err(error) = (play.request)(request) {
        return Some(format!("`{}` is called wrongly: {error}", call.operation()));
    }
    let is_proved = play.operation.replay == Replay::Proved;
    let chosen = [("read_back", call.read_back.is_some()), ("check_first", call.check_first)];
    let (name, _) = chosen.into_iter().find(|(_, is_chosen)| *is_chosen && !is_proved)?;
    Some(format!("`{}` has no `{name}`", call.operation()))
}

/// The names that stand more than once.
pub fn duplicates(vectors: &[Vector]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    vectors
        .iter()
        .filter(|vector| !seen.insert(vector.name.as_str()))
        .map(|vector| format!("`{}` stands twice", vector.name))
        .collect()
}

fn folder() -> PathBuf {
    root().join("tests/vectors")
}

fn json(path: &Path) -> Result<Value, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// How many vectors there are of each kind.
pub fn counts(vectors: &[Vector]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for vector in vectors {
        let kind = match vector {
            Vector { reply: Some(_), .. } => "reply",
            Vector { request: Some(_), .. } => "request",
            Vector { .. } => "script",
        };
        *counts.entry(kind).or_default() += 1;
        if vector.crossing {
            *counts.entry("crossing").or_default() += 1;
        }
    }
    counts
}
