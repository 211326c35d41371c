//! The web console against a local Feishu.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{root, show, target};
use crate::{npm, sandbox};

const SERVER: &str = "examples/console/server.mjs";
/// Enough that details, 100 a minute, are still loading when the page is looked at.
const PROCESSES: &str = "240";
/// What the page may do beside withdrawing.
const ALLOWED: [&str; 3] = ["review_task", "transfer_tasks", "revoke_process"];

/// Builds the package, starts sandbox and server, and stays until it is ended.
pub(crate) fn run() -> Result<()> {
    if let Some(reason) = npm::missing() {
        bail!("the console cannot be built: {reason}");
    }
    writeln!(std::io::stderr(), "building the sandbox and the npm package …")?;
    let runs = target("console/runs")?;
    // What was begun against an earlier sandbox is of no use.
    fs::remove_dir_all(&runs)?;
    let mut server = npm::script([SERVER, "--runs"])?;
    server.arg(runs).args(ALLOWED.map(|name| ["--allow", name]).concat()).arg("--sandbox");
    let mut sandbox = Command::new(sandbox::program()?)
        .args(["--exit-with-stdin", "--demo-processes", PROCESSES])
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the sandbox")?;
    let mut line = String::new();
    BufReader::new(sandbox.stdout.take().context("the sandbox has no output")?).read_line(&mut line)?;
    writeln!(std::io::stderr(), "the console's address follows; end it by Ctrl-C")?;
    let ended = show(server.arg(line.trim()));
    // It may have ended by itself.
    let _ = sandbox.kill();
    let _ = sandbox.wait();
    ended
}
