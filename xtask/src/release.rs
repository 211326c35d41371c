//! What is published, built into one folder. Publishing itself is a person's decision.

use std::fs;
use std::io::Write;

use anyhow::Result;

use crate::command::{cargo, output, target};
use crate::python;

/// Packs the crates and the wheels.
pub(crate) fn run() -> Result<()> {
    let folder = target("release-files")?;
    output("package", &mut cargo("package --no-verify --allow-dirty -p feishu-corehr-macros -p feishu-corehr"))?;
    for wheel in [python::wheel("bindings-python", &["--release"])?, python::wheel("tests/sandbox", &["--release"])?] {
        fs::copy(&wheel, folder.join(wheel.file_name().unwrap_or_default()))?;
    }
    for entry in fs::read_dir(target("package")?)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "crate") {
            fs::copy(&path, folder.join(path.file_name().unwrap_or_default()))?;
        }
    }
    writeln!(std::io::stdout(), "{}", folder.display())?;
    Ok(())
}
