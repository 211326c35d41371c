//! The Swift side: its tests and programs, with the Swift of this machine or, on Debian, one in a folder of `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::check::Outcome;
use crate::command::{command, output, root, target};
use crate::{debian, mobile, sandbox};

const PACKAGE: &str = "bindings-mobile/swift";
/// The first Debian that has Swift, and what a package needs there.
const DEBIAN: &str = "trixie";
const DEBIAN_SWIFT: &str = "--include=swiftlang,libc6-dev,libsqlite3-dev,libstdc++-14-dev,binutils,ca-certificates";
/// Where such a folder sees the project.
const INSIDE: &str = "/project";

/// What runs Swift.
enum Toolchain {
    /// A root folder of its own.
    Folder(PathBuf),
    /// This machine.
    Here,
}

/// Builds the package and runs its tests.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = missing() {
        return Ok(Outcome::NotRun(reason));
    }
    mobile::static_library()?;
    let sandbox = sandbox::program()?;
    // Handles are counted, so that two tests at once would count each other's.
    let printed = output("Swift tests", &mut swift(&["test", "--no-parallel"], Some(&sandbox))?)?;
    for word in ["skipped", "known issue", "warning: "] {
        if let Some(line) = printed.lines().find(|line| line.contains(word)) {
            bail!("the tests should say nothing of this: {line}");
        }
    }
    let passed = printed.lines().filter_map(tests_passed).next_back();
    passed.map(Outcome::Passed).context("no test was run")
}

/// Builds the programs beside the tests.
pub(crate) fn set_up() -> Result<()> {
    mobile::static_library()?;
    output("Swift build", &mut swift(&["build"], None)?)?;
    Ok(())
}

/// One of the programs beside the tests, run in the project's folder; [`set_up`] or [`check`] has built it. A path that
/// is handed to it goes through [`seen`].
pub(crate) fn program(name: &str) -> Result<Command> {
    let toolchain = toolchain()?;
    let binary = built()?.join("debug").join(name);
    Ok(toolchain.command(root(), seen_by(&toolchain, &binary)?))
}

/// The same with optimisation, for measuring.
pub(crate) fn release_program(name: &str) -> Result<Command> {
    mobile::static_library()?;
    output("Swift release build", &mut swift(&["build", "--configuration", "release"], None)?)?;
    let toolchain = toolchain()?;
    let binary = built()?.join("release").join(name);
    Ok(toolchain.command(root(), seen_by(&toolchain, &binary)?))
}

/// A path as such a program sees it.
pub(crate) fn seen(path: &Path) -> Result<PathBuf> {
    seen_by(&toolchain()?, path)
}

/// Why nothing can be built here; nothing when it can.
pub(crate) fn missing() -> Option<String> {
    toolchain().err().map(|error| format!("{error:#}"))
}

fn swift(arguments: &[&str], sandbox: Option<&Path>) -> Result<Command> {
    let toolchain = toolchain()?;
    let mut swift = toolchain.command(root().join(PACKAGE), "swift");
    swift.args(arguments).arg("--scratch-path").arg(seen_by(&toolchain, &built()?)?);
    if let Some(sandbox) = sandbox {
        swift.env("FEISHU_COREHR_SANDBOX", seen_by(&toolchain, sandbox)?);
    }
    Ok(swift)
}

fn built() -> Result<PathBuf> {
    target("swift/build")
}

/// The Swift of this machine; else the folder's, which is made when it is missing.
fn toolchain() -> Result<Toolchain> {
    if Command::new("swift").arg("--version").output().is_ok_and(|version| version.status.success()) {
        return Ok(Toolchain::Here);
    }
    let folder = target("swift")?.join("toolchain");
    // Not `usr/bin/swift`, which is a link that leads nowhere from outside.
    if folder.join("usr/libexec/swift/bin/swift-frontend").exists() {
        return with_sqlite(folder);
    }
    let is_there = |name: &str| Command::new(name).arg("--version").output().is_ok();
    if !is_there("debootstrap") && !debian::install(&["debootstrap"]) {
        bail!("Swift 6 is not installed, and debootstrap, which could bring it, neither");
    }
    // It cannot go on in a half-made folder.
    let half = folder.with_extension("new");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    let bootstrap = ["--variant=minbase", DEBIAN_SWIFT, DEBIAN];
    let made = output("Swift toolchain", command("debootstrap", bootstrap).arg(&half));
    if made.is_err() {
        // The disk may be full: what is of no use here would keep the other checks from running, too.
        fs::remove_dir_all(&half)?;
    }
    made.context("Swift 6 cannot be set up")?;
    for package in fs::read_dir(half.join("var/cache/apt/archives"))? {
        let path = package?.path();
        if path.is_file() {
            fs::remove_file(path)?;
        }
    }
    fs::rename(half, &folder)?;
    Ok(Toolchain::Folder(folder))
}

/// A folder that was made before the package had journals lacks SQLite.
fn with_sqlite(folder: PathBuf) -> Result<Toolchain> {
    let is_there = folder.join("usr/include/sqlite3.h").exists();
    let toolchain = Toolchain::Folder(folder);
    if !is_there {
        let script = "export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && \
                      apt-get -qq --yes --no-install-recommends install libsqlite3-dev && \
                      apt-get clean && rm -rf /var/lib/apt/lists/*";
        output("SQLite for Swift", toolchain.command(root(), "sh").args(["-c", script]))?;
    }
    Ok(toolchain)
}

impl Toolchain {
    /// A program, run in a folder of the project; the program's path and all others are as the toolchain sees them.
    fn command(&self, folder: PathBuf, program: impl AsRef<Path>) -> Command {
        match self {
            Self::Here => {
                let mut here = command::<&str>(program.as_ref(), []);
                here.current_dir(folder);
                here
            }
            Self::Folder(toolchain) => {
                // The mounts are seen by this command alone, and end with it. Without /proc Swift does not start.
                let script = "mount -t proc proc \"$1/proc\" && mkdir -p \"$1$2\" && mount --bind \"$3\" \"$1$2\" && \
                              root=$1 && shift 3 && exec chroot \"$root\" env -C \"$@\"";
                let line = ["--mount", "--pid", "--fork", "--kill-child", "bash", "-c", script, "-"];
                let mut inside = command("unshare", line);
                let below = folder.strip_prefix(root()).map_or_else(|_| PathBuf::new(), Path::to_owned);
                inside.arg(toolchain).arg(INSIDE).arg(root()).arg(Path::new(INSIDE).join(below));
                inside.arg("HOME=/tmp").arg(program.as_ref());
                inside
            }
        }
    }
}

fn seen_by(toolchain: &Toolchain, path: &Path) -> Result<PathBuf> {
    match toolchain {
        Toolchain::Here => Ok(path.to_owned()),
        Toolchain::Folder(_) => {
            let below = path.strip_prefix(root());
            let below = below.with_context(|| format!("{} is not inside the project", path.display()))?;
            Ok(Path::new(INSIDE).join(below))
        }
    }
}

/// The number of a line like `✔ Test run with 44 tests passed after 20.794 seconds.`
fn tests_passed(line: &str) -> Option<u64> {
    let rest = line.split_once("Test run with ")?.1;
    let (count, rest) = rest.split_once(' ')?;
    let has_passed = rest.trim_start_matches("tests").trim_start_matches("test").starts_with(" passed");
    if has_passed { count.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_off_the_last_line() {
        assert_eq!(tests_passed("✔ Test run with 44 tests passed after 20.794 seconds."), Some(44));
        assert_eq!(tests_passed("✔ Test run with 1 test passed after 0.1 seconds."), Some(1));
        assert_eq!(tests_passed("✘ Test run with 44 tests failed after 20.794 seconds with 2 issues."), None);
    }
}
