//! The vectors that a runtime is known not to show, each with its date and reason: `vectors/exceptions.txt`.

use std::collections::BTreeMap;
use std::fs;

use crate::source::root;
use crate::vector::Runtime;

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Since when, as `2026-01-31`.
    pub date: String,
    /// The runtime's name.
    pub runtime: String,
    /// The vector's name.
    pub vector: String,
    /// Why.
    pub reason: String,
}

/// All exceptions.
///
/// # Panics
/// When the file cannot be read, or a line is not `date | runtime | vector | reason`.
pub fn read() -> Vec<Exception> {
    let text = fs::read_to_string(root().join("tests/vectors/exceptions.txt")).expect("the file of exceptions");
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(parse).collect()
}

/// How a runtime fails to show a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// Whenever it is played: once it is shown, the line is out of date.
    Always,
    /// As it happens: the reason begins with `sometimes: `.
    Sometimes,
}

/// The vectors that a runtime need not show, by name.
pub fn of(runtime: Runtime) -> BTreeMap<String, Excuse> {
    let mine = read().into_iter().filter(|exception| exception.runtime == runtime.as_str());
    mine.map(|Exception { vector, reason, .. }| {
        (vector, if reason.starts_with("sometimes: ") { Excuse::Sometimes } else { Excuse::Always })
    })
    .collect()
}

fn parse(line: &str) -> Exception {
    let parts: Vec<String> = line.split('|').map(|part| part.trim().to_owned()).collect();
    let [date, runtime, vector, reason] = parts.as_slice() else { panic!("not four parts: {line}") };
    assert!(
        date.len() == 10 && Runtime::ALL.iter().any(|known| known.as_str() == runtime) && !reason.is_empty(),
        "not an exception: {line}"
    );
    Exception { date: date.clone(), runtime: runtime.clone(), vector: vector.clone(), reason: reason.clone() }
}
