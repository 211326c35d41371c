//! Generated files: written anew by `gen`, and compared by the tests.

use std::fs;
use std::io::Write;

use anyhow::{Result, bail};

use crate::command::{output, root, target};
use crate::python;

/// The stubs of the native module, as they stand in the repository.
const STUBS: &str = "bindings-python/python/feishu_corehr/_native.pyi";

/// Writes every generated file, or with `check` fails when one is stale.
pub(crate) fn run(check: bool) -> Result<()> {
    let committed = root().join(STUBS);
    let generated = target("generated")?.join("_native.pyi");
    let mut generator = python::python(&["bindings-python/stubs.py"])?;
    output("generate stubs", generator.arg(&generated))?;
    let fresh = fs::read(&generated)?;
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
