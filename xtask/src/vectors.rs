//! The vectors, in every language.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::check::Outcome;
use crate::command::{cargo, output, root, target};
use crate::{javascript, kotlin, npm, python, sandbox, swift};

pub(crate) fn in_python() -> Result<Outcome> {
    compared("python", &mut python::python(&["tests/shims/python.py"])?)
}

pub(crate) fn in_node() -> Result<Outcome> {
    match npm::missing() {
        Some(reason) => Ok(Outcome::NotRun(reason)),
        None => compared("node", &mut npm::script([root().join("tests/shims/node.mjs")])?),
    }
}

pub(crate) fn in_chromium() -> Result<Outcome> {
    if let Some(reason) = npm::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let Some(chromium) = javascript::chromium() else {
        return Ok(Outcome::NotRun("Chromium is not installed".to_owned()));
    };
    let mut shim = npm::script([root().join("tests/shims/chromium.mjs")])?;
    compared("chromium", shim.env("FEISHU_COREHR_CHROMIUM", chromium))
}

pub(crate) fn in_kotlin() -> Result<Outcome> {
    match kotlin::missing() {
        Some(reason) => Ok(Outcome::NotRun(reason)),
        None => compared("kotlin", &mut kotlin::program("tests.ShimKt")?),
    }
}

pub(crate) fn in_swift() -> Result<Outcome> {
    if let Some(reason) = swift::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let outcomes = target("xtask")?.join("swift-outcomes.jsonl");
    let mut shim = swift::program("vectors")?;
    shim.args(["--vectors", "tests/vectors", "--all", "--sandbox"]).arg(swift::seen(&sandbox::program()?)?);
    output("swift shim", shim.arg("--out").arg(swift::seen(&outcomes)?))?;
    equal("swift", &outcomes)
}

/// Runs the shim on all vectors, and counts those that came out as they want.
fn compared(runtime: &str, shim: &mut Command) -> Result<Outcome> {
    let outcomes = target("xtask")?.join(format!("{runtime}-outcomes.jsonl"));
    shim.args(["--all", "--sandbox"]).arg(sandbox::program()?).arg("--out").arg(&outcomes);
    output(&format!("{runtime} shim"), shim)?;
    equal(runtime, &outcomes)
}

fn equal(runtime: &str, outcomes: &Path) -> Result<Outcome> {
    let mut compare = cargo("run -p feishu-corehr-tests --bin compare -- --runtime");
    let printed = output(&format!("compare {runtime}"), compare.arg(runtime).arg(outcomes))?;
    let count = printed.lines().rev().find_map(|line| line.strip_suffix(" vectors equal")?.trim().parse().ok());
    count.map(Outcome::Passed).context("the comparison did not say how many vectors are equal")
}
