//! The official SDKs, each in a folder of its own, beside what ours sends.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::command::{command, output, root, show, target};
use crate::{python, sandbox};

const FOLDER: &str = "tests/officials";

/// A name, and what installs the SDK and tells the command line of its driver.
type Official = (&'static str, fn() -> Result<Vec<PathBuf>>);

const OFFICIALS: [Official; 3] = [("lark-oapi", python), ("@larksuiteoapi/node-sdk", node), ("oapi-sdk", java)];

/// Calls the sandbox by each of them, and tells in the end which ones differ.
pub(crate) fn run() -> Result<()> {
    let sandbox = sandbox::program()?;
    python::install_client()?;
    let mut wrong = Vec::new();
    for (name, install) in OFFICIALS {
        let mut compare = python::python(&[&format!("{FOLDER}/compare.py")])?;
        if let Err(error) = show(compare.arg(&sandbox).arg(name).args(install()?)) {
            wrong.push(format!("{name}: {error}"));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(())
}

fn python() -> Result<Vec<PathBuf>> {
    let requirements = format!("{FOLDER}/requirements.txt");
    output(
        "pip officials",
        &mut python::python(&["-m", "pip", "install", "--quiet", "--requirement", &requirements])?,
    )?;
    Ok(vec![python::environment()?, driver("python.py")])
}

fn node() -> Result<Vec<PathBuf>> {
    let project = target("officials/node")?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(driver(name), project.join(name))?;
    }
    output(
        "npm officials",
        command("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&project),
    )?;
    // The driver looks for the SDK where it is told to.
    Ok(vec!["node".into(), driver("node.mjs"), project])
}

fn java() -> Result<Vec<PathBuf>> {
    let libraries = target("officials/java")?;
    let mut maven = command("mvn", ["--batch-mode", "--quiet", "dependency:copy-dependencies", "--file"]);
    maven.arg(driver("pom.xml")).arg(format!("-DoutputDirectory={}", libraries.display()));
    output("Maven officials", &mut maven)?;
    Ok(vec!["java".into(), "-cp".into(), libraries.join("*"), driver("Java.java")])
}

fn driver(name: &str) -> PathBuf {
    root().join(FOLDER).join(name)
}
