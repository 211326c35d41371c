//! What a registry would get, built into one folder. Publishing itself is a person's decision.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::command::{cargo, command, output, target};
use crate::{npm, python};

/// Packs the crates, the wheels, the client's source distribution, and the npm package where it can be built.
pub(crate) fn run() -> Result<()> {
    // What an older version has left must not be taken for this one's.
    fs::remove_dir_all(target("release-files")?)?;
    let folder = target("release-files")?;
    output("package", &mut cargo("package --no-verify --allow-dirty -p feishu-corehr-macros -p feishu-corehr"))?;
    for wheel in [python::wheel("bindings-python", &["--release"])?, python::wheel("tests/sandbox", &["--release"])?] {
        copy(&wheel, &folder)?;
    }
    let mut sdist = command(python::environment()?, ["-m", "maturin", "sdist", "--manifest-path"]);
    output("sdist", sdist.arg("bindings-python/Cargo.toml").arg("--out").arg(&folder))?;
    let version = concat!("-", env!("CARGO_PKG_VERSION"), ".crate");
    for entry in fs::read_dir(target("package")?)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(version) {
            copy(&path, &folder)?;
        }
    }
    match npm::missing() {
        None => copy(&npm::installed()?.tarball, &folder)?,
        Some(reason) => writeln!(std::io::stderr(), "no npm package: {reason}")?,
    }
    for entry in fs::read_dir(&folder)? {
        writeln!(std::io::stdout(), "{}", entry?.path().display())?;
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    fs::copy(file, folder.join(file.file_name().unwrap_or_default()))?;
    Ok(())
}
