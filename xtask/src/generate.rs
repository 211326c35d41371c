//! Generated files: written anew by `gen`, and compared by the tests.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::{output, root, target};
use crate::python;

/// The stubs of the native module, as they stand in the repository.
const STUBS: &str = "bindings-python/python/feishu_corehr/_native.pyi";

/// Writes every generated file, or with `check` fails when one is stale.
pub(crate) fn run(check: bool) -> Result<()> {
    let committed = root().join(STUBS);
    let generated = target("generated")?;
    let arguments = ["-m", "maturin", "generate-stubs", "--quiet", "--manifest-path", "bindings-python/Cargo.toml"];
    let mut generator = python::python(&arguments)?;
    output("generate stubs", generator.args(["--features", "stubs", "--out"]).arg(&generated))?;
    let fresh = fs::read(stubs(&generated)?)?;
    if fs::read(&committed).is_ok_and(|bytes| bytes == fresh) {
        return Ok(());
    }
    if check {
        bail!("{STUBS} is stale: run `cargo xtask gen`");
    }
    fs::write(committed, fresh)?;
    writeln!(std::io::stderr(), "written: {STUBS}")?;
    Ok(())
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
