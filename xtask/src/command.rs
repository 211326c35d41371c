//! Running programs: what they print goes to a file, and to the screen when they fail.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The top folder of the checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// A folder below `target`, made when missing.
pub(crate) fn target(name: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join(name);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// `program` with arguments, to be run in the top folder.
pub(crate) fn command<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// `cargo` with the words of `line`.
pub(crate) fn cargo(line: &str) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), line.split_whitespace())
}

/// Runs it to its end; what it printed, or an error that ends with the last lines of it.
pub(crate) fn output(name: &str, command: &mut Command) -> Result<String> {
    let path = target("xtask")?.join(format!("{}.log", name.replace([' ', '/'], "-")));
    let log = File::create(&path)?;
    let status = command
        .stdout(log.try_clone()?)
        .stderr(log)
        .status()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let printed = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
    if !status.success() {
        let lines: Vec<&str> = printed.lines().collect();
        let last = lines[lines.len().saturating_sub(60)..].join("\n");
        bail!("{} failed ({status}); all of it is in {}:\n{last}", display(command), path.display());
    }
    Ok(printed)
}

/// Runs it to its end, on this screen.
pub(crate) fn show(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{} failed ({status})", display(command));
    }
    Ok(())
}

fn display(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
