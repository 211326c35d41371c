//! Mutations of the files that decide, one at a time: a test must notice each.

use std::env::consts::EXE_SUFFIX;

use anyhow::Result;

use crate::command::{cargo, command, output, show, target};

/// The tool that makes them, in the version that its configuration, `.cargo/mutants.toml`, was written for.
const CARGO_MUTANTS: &str = "27.1.0";
/// What is done about every answer, and by which numbers.
const FILES: [&str; 12] = [
    "act",
    "attempt",
    "authorization",
    "envelope",
    "exchange",
    "limit",
    "pages",
    "retry",
    "session",
    "token",
    "token/custom_app",
    "verdict",
];

/// Makes every mutation of these files, or of one, and runs the core's own tests and the vectors in virtual time on
/// each. It fails when one is noticed by neither, and is not in `.cargo/mutants.toml` with a reason.
pub(crate) fn run(only: Option<&str>) -> Result<()> {
    let tools = target("tools")?;
    let tool = tools.join("bin").join(format!("cargo-mutants{EXE_SUFFIX}"));
    if !tool.exists() {
        let mut install = cargo("install --quiet --debug --locked cargo-mutants --version");
        install.arg(CARGO_MUTANTS).arg("--root").arg(&tools).arg("--target-dir").arg(tools.join("build"));
        output("install cargo-mutants", install.env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    }
    let mut mutants = command(tool, ["mutants", "--no-shuffle", "--colors", "never", "--output"]);
    mutants.arg(target("mutants")?);
    for name in FILES.into_iter().filter(|name| only.is_none_or(|only| only == *name)) {
        mutants.arg("--file").arg(format!("core/src/{name}.rs"));
    }
    for package in ["feishu-corehr", "feishu-corehr-tests"] {
        mutants.args(["--test-package", package]);
    }
    show(mutants.args(["--", "--lib", "--test", "vectors_core"]))
}
