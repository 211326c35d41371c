//! The vectors that a runtime is known not to show, each with its date and reason: `vectors/exceptions.txt`.

use std::collections::BTreeSet;
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

/// The names of the vectors that a runtime need not show.
pub fn of(runtime: Runtime) -> BTreeSet<String> {
    let mine = |exception: &Exception| exception.runtime == runtime.as_str();
    read().into_iter().filter(mine).map(|exception| exception.vector).collect()
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
