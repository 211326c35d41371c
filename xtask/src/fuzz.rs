//! The fuzz targets, each for a while.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::Write;

use anyhow::{Result, bail};

use crate::command::{cargo, command, output, root, target};

/// The tool that builds them, in the version that they were tried with.
const CARGO_FUZZ: &str = "0.13.2";
const TARGETS: [&str; 4] = ["answers", "base_urls", "forms", "machines"];

/// Runs every target, or one, for so many seconds. What it finds new is kept in `target/fuzz-corpus`, and an input
/// that breaks an assert in `fuzz/artifacts`.
pub(crate) fn run(only: Option<&str>, seconds: u64) -> Result<()> {
    let tools = target("tools")?;
    let tool = tools.join("bin").join(format!("cargo-fuzz{EXE_SUFFIX}"));
    if !tool.exists() {
        let mut install = cargo("install --quiet --debug --locked cargo-fuzz --version");
        install.arg(CARGO_FUZZ).arg("--root").arg(&tools).arg("--target-dir").arg(tools.join("build"));
        output("install cargo-fuzz", install.env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
    }
    let chosen: Vec<&str> = TARGETS.into_iter().filter(|name| only.is_none_or(|only| only == *name)).collect();
    if chosen.is_empty() {
        bail!("the targets are {}", TARGETS.join(", "));
    }
    for name in chosen {
        writeln!(std::io::stderr(), "… {name}, for {seconds} s")?;
        let corpus = target("fuzz-corpus")?.join(name);
        fs::create_dir_all(&corpus)?;
        let mut fuzz = command(&tool, ["run", "--fuzz-dir", "fuzz", "--target-dir"]);
        fuzz.arg(target("fuzz")?).arg(name).arg(&corpus).arg(root().join("fuzz/seeds").join(name));
        fuzz.arg("--").arg(format!("-max_total_time={seconds}")).args(["-timeout=5", "-rss_limit_mb=512"]);
        // Sanitizers want a compiler that takes unstable options; the stable one does when it is told to.
        let log = output(&format!("fuzz {name}"), fuzz.env("RUSTC_BOOTSTRAP", "1"))?;
        writeln!(std::io::stderr(), "  {}", log.lines().next_back().unwrap_or_default())?;
    }
    Ok(())
}
