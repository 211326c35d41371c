//! Ratios, measured side by side in one run: never asserted, since machines are shared and noisy.

use std::fs;
use std::io::Write;

use anyhow::Result;

use crate::command::{cargo, command, output, root, show, target};
use crate::{kotlin, npm, python, sandbox, swift};

/// Measures the core, the Python package and the npm package.
pub(crate) fn run() -> Result<()> {
    let mut screen = std::io::stderr();
    writeln!(screen, "core: build and decode one withdrawal, against serde_json on the same bytes")?;
    show(&mut cargo("bench -p feishu-corehr-bench"))?;
    writeln!(screen, "Python: against lark-oapi, pycurl and http.client, over HTTPS on the sandbox")?;
    let sandbox = sandbox::release_program()?;
    python::install_client()?;
    let peers = ["-m", "pip", "install", "--quiet", "--requirement", "tests/bench/requirements.txt"];
    show(&mut python::python(&peers)?)?;
    show(python::python(&["tests/bench/python.py", "--sandbox"])?.arg(&sandbox))?;
    writeln!(screen, "Node: against undici, node:https and @larksuiteoapi/node-sdk, over HTTPS on the sandbox")?;
    let project = target("npm/bench")?;
    fs::copy(root().join("tests/bench/package.json"), project.join("package.json"))?;
    let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--no-package-lock"]);
    output("npm install", install.arg(&npm::installed()?.tarball).current_dir(&project))?;
    show(command("node", [root().join("tests/bench/node.mjs"), sandbox.clone()]).current_dir(project))?;
    if kotlin::missing().is_none() {
        writeln!(screen, "Kotlin: against OkHttp, over HTTP on the sandbox")?;
        kotlin::set_up()?;
        show(kotlin::program("tests.BenchKt")?.arg(&sandbox))?;
    }
    if swift::missing().is_none() {
        writeln!(screen, "Swift: against URLSession, over HTTP on the sandbox")?;
        show(swift::release_program("bench")?.arg(swift::seen(&sandbox)?))?;
    }
    Ok(())
}
