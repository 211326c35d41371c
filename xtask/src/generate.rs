//! Generated files: written anew by `gen`, and compared by the tests.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::check::Fresh;
use crate::command::{cargo, output, root, target};
use crate::{mobile, python};

/// The stubs of the native module, as they stand in the repository.
const STUBS: &str = "bindings-python/python/feishu_corehr/_native.pyi";

type Generator = (&'static str, fn() -> Result<Vec<Fresh>>);

const GENERATORS: [Generator; 4] = [
    ("command", command_page),
    ("mobile", mobile::generated),
    ("operations", operations_page),
    ("python", python_stubs),
];

/// Writes the generated files of the languages whose names contain `only`, or with `check` fails when one is stale.
pub(crate) fn run(check: bool, only: Option<&str>) -> Result<()> {
    for (_, generator) in GENERATORS.iter().filter(|(name, _)| only.is_none_or(|only| name.contains(only))) {
        settle(generator()?, check)?;
    }
    Ok(())
}

/// Writes the files that differ, or with `check` fails when there is one.
fn settle(files: Vec<Fresh>, check: bool) -> Result<()> {
    for (path, fresh) in files {
        let committed = root().join(&path);
        if fs::read(&committed).is_ok_and(|bytes| bytes == fresh) {
            continue;
        }
        if check {
            bail!("{} is stale: run `cargo xtask gen`", path.display());
        }
        fs::create_dir_all(committed.parent().context("a file stands in a folder")?)?;
        fs::write(committed, fresh)?;
        writeln!(std::io::stderr(), "written: {}", path.display())?;
    }
    Ok(())
}

/// What the command's own help says, in English.
fn command_page() -> Result<Vec<Fresh>> {
    let mut writer = python::python(&["bindings-python/tools/command_reference.py"])?;
    writer.env("PYTHONPATH", root().join("bindings-python/python")).env("LC_ALL", "C.UTF-8");
    Ok(vec![("docs/command.md".into(), output("command page", &mut writer)?.into_bytes())])
}

fn operations_page() -> Result<Vec<Fresh>> {
    let mut run = cargo("run --quiet --package feishu-corehr-tests --bin operations");
    let page = output("operations page", &mut run)?;
    Ok(vec![("docs/operations.md".into(), page.into_bytes())])
}

fn python_stubs() -> Result<Vec<Fresh>> {
    let generated = target("generated/python")?;
    let arguments = ["-m", "maturin", "generate-stubs", "--quiet", "--manifest-path", "bindings-python/Cargo.toml"];
    let mut generator = python::python(&arguments)?;
    output("generate stubs", generator.args(["--features", "stubs", "--out"]).arg(&generated))?;
    Ok(vec![(STUBS.into(), fs::read(stubs(&generated)?)?)])
}

/// The one file of stubs below a folder.
fn stubs(folder: &Path) -> Result<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "pyi") {
                return Ok(path);
            }
        }
    }
    bail!("no stubs were generated")
}
