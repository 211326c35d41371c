//! The main job, shown to a person against a local Feishu.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::check::Outcome;
use crate::command::{command, output, root, show};
use crate::{python, suite};

const SCRIPT: &str = "bindings-python/examples/demo.py";

/// Sets up, starts the sandbox, runs the script on this screen.
pub(crate) fn run() -> Result<()> {
    let mut screen = std::io::stderr();
    writeln!(screen, "building the sandbox …")?;
    let mut sandbox = Sandbox::start()?;
    writeln!(screen, "building and installing the Python package into target/venv …")?;
    python::install_client()?;
    writeln!(screen)?;
    show(&mut sandbox.script()?)?;
    if std::env::var_os("FEISHU_APP_ID").is_some() && std::env::var_os("FEISHU_APP_SECRET").is_some() {
        writeln!(
            screen,
            "\nFEISHU_APP_ID and FEISHU_APP_SECRET are set. This demo never uses them. To withdraw a real process:"
        )?;
        writeln!(screen, "  target/venv/bin/python {SCRIPT} --real PROCESS_ID --reason TEXT")?;
    }
    sandbox.stop();
    Ok(())
}

/// Runs the script for the test command, and looks for what a person would see.
pub(crate) fn check() -> Result<Outcome> {
    let mut sandbox = Sandbox::start()?;
    let printed = output("demo", &mut sandbox.script()?)?;
    sandbox.stop();
    let wanted =
        ["running", "ours", "refused by code 1161006", "status is 9", "presumed", "`reason` has", "`process_id`"];
    for word in wanted {
        if !printed.contains(word) {
            bail!("the demo does not show {word:?}:\n{printed}");
        }
    }
    Ok(Outcome::Passed(wanted.len() as u64))
}

/// A sandbox of the demo's own.
struct Sandbox {
    process: Child,
    about: Value,
}

impl Sandbox {
    fn start() -> Result<Self> {
        let mut process = Command::new(suite::sandbox()?)
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

    fn script(&self) -> Result<Command> {
        let mut script = command(python::environment()?, [SCRIPT, "--sandbox"]);
        script.arg(self.about.to_string()).env("PYTHONUNBUFFERED", "1");
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
