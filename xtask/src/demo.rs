//! The main job, shown to a person against a local Feishu.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::check::Outcome;
use crate::command::{output, root, show};
use crate::{kotlin, npm, python, sandbox, swift};

/// The same story in one language.
pub(crate) struct Demo {
    language: &'static str,
    /// What a person types for the same on the real platform.
    real: Option<&'static str>,
    /// What it shows beside the main job.
    more: &'static [&'static str],
    /// Why it cannot be shown here; nothing when it can.
    missing: fn() -> Option<String>,
    /// Builds and installs the package.
    set_up: fn() -> Result<()>,
    /// The script's command line, but for its arguments.
    script: fn() -> Result<Command>,
}

pub(crate) const NODE: Demo = Demo {
    language: "Node",
    real: Some("node target/npm/tests/examples/demo.mjs"),
    more: &[],
    missing: npm::missing,
    set_up: || npm::installed().map(|_| ()),
    script: || npm::script(["examples/demo.mjs"]),
};

pub(crate) const PYTHON: Demo = Demo {
    language: "Python",
    real: Some("target/venv/bin/python bindings-python/examples/demo.py"),
    more: &["killed after 60 results", " presumed, 0 unattributed", "the run is complete; withdrawn in Feishu: 200"],
    missing: || None,
    set_up: || python::install_client().map(|_| ()),
    script: || python::python(&["bindings-python/examples/demo.py"]),
};

pub(crate) const KOTLIN: Demo = Demo {
    language: "Kotlin",
    real: None,
    more: &[],
    missing: kotlin::missing,
    set_up: kotlin::set_up,
    script: || kotlin::program("examples.DemoKt"),
};

pub(crate) const SWIFT: Demo = Demo {
    language: "Swift",
    real: None,
    more: &[],
    missing: swift::missing,
    set_up: swift::set_up,
    script: || swift::program("demo"),
};

/// Sets up, starts a sandbox for each language, and runs its script on this screen.
pub(crate) fn run(all: bool) -> Result<()> {
    let mut screen = std::io::stderr();
    let demos: &[Demo] = if all { &[PYTHON, NODE, KOTLIN, SWIFT] } else { &[PYTHON, NODE] };
    for demo in demos {
        if let Some(reason) = (demo.missing)() {
            writeln!(screen, "\n{}: not shown; {reason}", demo.language)?;
            continue;
        }
        writeln!(screen, "building the sandbox and the package for {} …", demo.language)?;
        (demo.set_up)()?;
        let mut sandbox = Sandbox::start()?;
        writeln!(screen, "\n{}:\n", demo.language)?;
        show(&mut sandbox.script(demo)?)?;
        sandbox.stop();
        writeln!(screen)?;
    }
    if std::env::var_os("FEISHU_APP_ID").is_some() && std::env::var_os("FEISHU_APP_SECRET").is_some() {
        writeln!(
            screen,
            "FEISHU_APP_ID and FEISHU_APP_SECRET are set. This demo never uses them. To withdraw a real process:"
        )?;
        for real in demos.iter().filter_map(|demo| demo.real) {
            writeln!(screen, "  {real} --real PROCESS_ID --reason TEXT")?;
        }
    }
    Ok(())
}

/// Runs a script for the test command, and looks for what a person would see.
pub(crate) fn check(demo: &Demo) -> Result<Outcome> {
    if let Some(reason) = (demo.missing)() {
        return Ok(Outcome::NotRun(reason));
    }
    let mut sandbox = Sandbox::start()?;
    let printed = output(&format!("demo {}", demo.language), &mut sandbox.script(demo)?)?;
    sandbox.stop();
    let wanted =
        ["running", "ours", "refused by code 1161006", "status is 9", "presumed", "`reason` has", "`process_id`"];
    for word in wanted.iter().chain(demo.more) {
        if !printed.contains(word) {
            bail!("the demo does not show {word:?}:\n{printed}");
        }
    }
    Ok(Outcome::Passed((wanted.len() + demo.more.len()) as u64))
}

/// A sandbox of the demo's own.
struct Sandbox {
    process: Child,
    about: Value,
}

impl Sandbox {
    fn start() -> Result<Self> {
        let mut process = Command::new(sandbox::program()?)
            .arg("--exit-with-stdin")
            .current_dir(root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let mut line = String::new();
        let stdout = process.stdout.take().context("the sandbox has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let about = serde_json::from_str(&line).with_context(|| format!("the sandbox said {line:?}"))?;
        Ok(Self { process, about })
    }

    fn script(&self, demo: &Demo) -> Result<Command> {
        let mut script = (demo.script)()?;
        script.arg("--sandbox").arg(self.about.to_string()).env("PYTHONUNBUFFERED", "1");
        Ok(script)
    }

    fn stop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}
