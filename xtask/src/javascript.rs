//! The tests of the npm package: in Node and other runtimes, and in the pages of a browser.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::check::Outcome;
use crate::command::{command, output, target};
use crate::{debian, npm};

/// Not in `package-lock.json`, which would have to hold what they are on every other kind of machine.
/// The Node among them has `node:sqlite`, which the oldest that the package runs in has not.
const RUNTIMES: [&str; 4] = ["bun@1.4.5", "deno@2.9.6", "node@24.21.0", "workerd@1.20261117.1"];
const CHROMIUMS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/// Node ends a whole file of tests, not one of them, after this time: what hangs, and not what a busy machine is slow at.
const LONGEST_FILE: &str = "--test-timeout=3600000";
/// Files at once: most of their time they wait.
const AT_ONCE: &str = "--test-concurrency=2";
/// With a font for the Chinese of the pages.
const DEBIAN_CHROMIUM: [&str; 2] = ["chromium", "fonts-wqy-microhei"];

/// Runs the tests on the packed package, in Node and the runtimes beside it.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = npm::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let runtimes = runtimes()?;
    let node = node_with_sqlite(&runtimes);
    let all = tests(Path::new("node"), "tests", |command| command.env("FEISHU_COREHR_RUNTIMES", runtimes))?;
    let with_journal = tests(&node, "tests/journal", |command| command)?;
    Ok(Outcome::Passed(all + with_journal))
}

fn node_with_sqlite(runtimes: &Path) -> PathBuf {
    runtimes.join("node_modules/node/bin").join(format!("node{EXE_SUFFIX}"))
}

/// Runs the tests of pages in Chromium: bundles, and the console, of which screenshots are kept.
pub(crate) fn check_pages() -> Result<Outcome> {
    if let Some(reason) = npm::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let screenshots = target("console/screenshots")?;
    let runtimes = runtimes()?;
    match chromium() {
        Some(chromium) => tests(Path::new("node"), "tests/pages", |command| {
            command
                .env("FEISHU_COREHR_CHROMIUM", chromium)
                .env("FEISHU_COREHR_RUNTIMES", runtimes)
                .env("FEISHU_COREHR_SCREENSHOTS", screenshots)
        })
        .map(Outcome::Passed),
        None => Ok(Outcome::NotRun("Chromium is not installed".to_owned())),
    }
}

/// Runs all test files of a folder of the project by that `node`.
pub(crate) fn tests(node: &Path, folder: &str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> Result<u64> {
    let project = &npm::installed()?.project;
    let mut tests = npm::script_of(node, ["--test", "--test-reporter=tap", LONGEST_FILE, AT_ONCE])?;
    // By name, since Node 20 and later ones read a folder differently.
    let names = fs::read_dir(project.join(folder))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    let printed = output(&format!("JavaScript {folder}"), prepare(tests.args(files)))?;
    let count = |word: &str| {
        let line = printed.lines().rev().find_map(|line| line.strip_prefix(&format!("# {word} ")));
        line.and_then(|number| number.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    if count("skipped") + count("todo") > 0 {
        bail!("a test was skipped");
    }
    match count("pass") {
        0 => bail!("no test was run"),
        passed => Ok(passed),
    }
}

/// The program that shows pages to tests; installed where nobody has to be asked.
pub(crate) fn chromium() -> Option<&'static str> {
    let found = || CHROMIUMS.into_iter().find(|path| Path::new(path).exists());
    found().or_else(|| {
        debian::install(&DEBIAN_CHROMIUM);
        found()
    })
}

/// A folder with the runtimes beside Node that the package is tested in.
fn runtimes() -> Result<PathBuf> {
    let folder = target("npm/runtimes")?;
    let stamp = folder.join("installed");
    let wanted = RUNTIMES.join(" ");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
        let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"]);
        output("npm install runtimes", install.args(RUNTIMES).current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    Ok(folder)
}
