//! The Kotlin side: the jars with the native library in them, their tests, and the vectors.

use std::env::consts::DLL_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::check::Outcome;
use crate::command::{command, output, root, target};
use crate::{mobile, sandbox};

const PROJECT: &str = "bindings-mobile/kotlin";
const PACKAGE: &str = "feishu.corehr";

/// Builds the jars, and runs the tests on them.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let reports = target("kotlin/feishu-corehr-tests")?.join("surefire-reports");
    if reports.exists() {
        fs::remove_dir_all(&reports)?;
    }
    build(&["verify"], Some(&sandbox::program()?))?;
    tests_passed(&reports).map(Outcome::Passed)
}

/// Builds the jars and the programs beside the tests.
pub(crate) fn set_up() -> Result<()> {
    build(&["package", "-DskipTests"], None)
}

/// One of the programs that stand beside the tests; [`set_up`] or [`check`] has built it.
pub(crate) fn program(class: &str) -> Result<Command> {
    let folder = target("kotlin/feishu-corehr-tests")?;
    let path: [PathBuf; 2] = [folder.join("classes"), folder.join("libraries").join("*")];
    let mut java = packaged(command("java", ["-cp"]));
    java.arg(std::env::join_paths(path)?).arg(format!("{PACKAGE}.{class}"));
    Ok(java)
}

/// Why nothing can be built here; nothing when it can.
pub(crate) fn missing() -> Option<String> {
    let is_there = |name: &str| Command::new(name).arg("-version").output().is_ok();
    let name = ["java", "mvn"].into_iter().find(|name| !is_there(name))?;
    Some(format!("{name} is not installed"))
}

/// Puts the library where Maven looks for it, and has Maven do something.
fn build(goals: &[&str], sandbox: Option<&Path>) -> Result<()> {
    let folder = target("kotlin/native")?.join(mobile::platform());
    fs::create_dir_all(&folder)?;
    let library = mobile::library()?;
    fs::copy(&library, folder.join(format!("libfeishu_corehr_mobile{DLL_SUFFIX}")))?;
    let mut maven = packaged(command("mvn", ["--batch-mode", "--quiet"]));
    maven.args(goals).arg(format!("-Doutput={}", target("kotlin")?.display())).current_dir(root().join(PROJECT));
    output("Maven", maven.envs(sandbox.map(|sandbox| ("FEISHU_COREHR_SANDBOX", sandbox))))?;
    Ok(())
}

/// The same without the folders that cargo tells its programs to look for libraries in: a library that stands there, of
/// another build and perhaps an older one, would be loaded in the place of the one in the jar.
fn packaged(mut command: Command) -> Command {
    command.env_remove("LD_LIBRARY_PATH").env_remove("DYLD_FALLBACK_LIBRARY_PATH");
    command
}

/// How many tests the reports of a run count; an error when one was skipped.
fn tests_passed(reports: &Path) -> Result<u64> {
    let mut passed = 0;
    for entry in fs::read_dir(reports).with_context(|| format!("cannot read {}", reports.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let text = fs::read_to_string(&path)?;
            let suite = text.split("<testsuite ").nth(1).and_then(|rest| rest.split('>').next());
            let suite = suite.with_context(|| format!("{} is no report", path.display()))?;
            if ["errors", "failures", "skipped"].iter().any(|name| count(suite, name) != Some(0)) {
                bail!("{}: a test failed or was skipped", path.display());
            }
            passed += count(suite, "tests").with_context(|| format!("{} counts no tests", path.display()))?;
        }
    }
    if passed == 0 {
        bail!("no test was run");
    }
    Ok(passed)
}

/// The number of an attribute.
fn count(element: &str, name: &str) -> Option<u64> {
    element.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_off_a_report() {
        let suite = r#"name="a" tests="12" errors="0" skipped="1""#;
        assert_eq!(
            (count(suite, "tests"), count(suite, "skipped"), count(suite, "failures")),
            (Some(12), Some(1), None)
        );
    }
}
