//! One check: it passes with a number of tests, fails with a reason, or is not run for a reason.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::output;

/// A generated file: its path in the repository, and what should be in it.
pub(crate) type Fresh = (PathBuf, Vec<u8>);

/// How a check ended.
pub(crate) enum Outcome {
    /// The reason.
    Failed(String),
    /// Why it could not be run here: never counted as passed.
    NotRun(String),
    /// How many tests it counts.
    Passed(u64),
}

/// A program that passes as one test when it succeeds.
pub(crate) fn succeeds(name: &str, command: &mut Command) -> Result<Outcome> {
    output(name, command)?;
    Ok(Outcome::Passed(1))
}

/// A `cargo test`: counts what it ran, and refuses ignored tests and runs without a test.
pub(crate) fn cargo_tests(name: &str, command: &mut Command) -> Result<Outcome> {
    // A backtrace would push what a test says out of the lines that are shown.
    let printed = output(name, command.env("RUST_BACKTRACE", "0"))?;
    let mut passed = 0;
    for line in printed.lines().filter_map(|line| line.strip_prefix("test result: ok. ")) {
        passed += number_before(line, " passed");
        if number_before(line, " ignored") > 0 {
            bail!("a test is ignored: {line}");
        }
    }
    counted(passed)
}

/// A `pytest -q`: counts what it ran, and refuses skipped tests and runs without a test.
pub(crate) fn python_tests(name: &str, command: &mut Command) -> Result<Outcome> {
    let printed = output(name, command)?;
    let last = printed.lines().rev().find(|line| line.contains(" passed")).unwrap_or_default();
    if [" skipped", " xfailed", " xpassed"].iter().any(|word| number_before(last, word) > 0) {
        bail!("a test was skipped: {last}");
    }
    counted(number_before(last, " passed"))
}

fn counted(passed: u64) -> Result<Outcome> {
    if passed == 0 {
        bail!("no test was run");
    }
    Ok(Outcome::Passed(passed))
}

/// The number right before `word`; 0 if there is none.
fn number_before(line: &str, word: &str) -> u64 {
    let before = line.find(word).map_or("", |at| &line[..at]);
    let digits = before.rfind(|character: char| !character.is_ascii_digit()).map_or(before, |at| &before[at + 1..]);
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_off_a_summary_line() {
        assert_eq!(number_before("12 passed; 0 failed; 3 ignored; 0 measured", " passed"), 12);
        assert_eq!(number_before("12 passed; 0 failed; 3 ignored; 0 measured", " ignored"), 3);
        assert_eq!(number_before("1 failed, 207 passed, 2 skipped in 3.21s", " passed"), 207);
        assert_eq!(number_before("207 passed in 3.21s", " skipped"), 0);
    }

    #[test]
    fn a_run_without_a_test_is_a_failure() {
        assert!(counted(0).is_err());
    }
}
