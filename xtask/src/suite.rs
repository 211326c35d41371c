//! Every check, in two lanes that run side by side; in each in the order in which a failure is cheapest to find.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde_json::json;

use crate::check::{Outcome, cargo_tests, python_tests, succeeds};
use crate::command::{cargo, command, output, root, target};
use crate::{demo, generate, javascript, kotlin, matrix, mobile, python, sandbox, simulate, size, swift, vectors};

/// The wheel may have this many bytes.
const LARGEST_WHEEL: u64 = 3_000_000;
/// The tool that reads `.deny.toml`, in the version that it was written for.
const CARGO_DENY: &str = "0.20.2";

struct Row {
    name: &'static str,
    outcome: Outcome,
    seconds: u64,
}

type Check = (&'static str, fn(&Options) -> Result<Outcome>);

struct Options {
    schedules: u64,
}

/// Rust and Python: what is built in `target/debug`, `target/release` and `target/lints`.
const FIRST_LANE: &[Check] = &[
    ("format", |_| succeeds("format", &mut cargo("fmt --all --check"))),
    ("clippy", |_| succeeds("clippy", &mut lints("clippy --workspace --all-targets -- -D warnings")?)),
    ("clippy of the core alone", |_| {
        succeeds("clippy core", &mut lints("clippy -p feishu-corehr --all-targets -- -D warnings")?)
    }),
    ("clippy of the core for Python", |_| {
        succeeds("clippy python", &mut lints("clippy -p feishu-corehr --features python -- -D warnings")?)
    }),
    ("clippy of the binding for Node", |_| {
        succeeds("clippy node", &mut lints("clippy -p feishu-corehr-wasm --features bulk -- -D warnings")?)
    }),
    ("clippy of the core for Kotlin and Swift", |_| {
        succeeds("clippy mobile", &mut lints("clippy -p feishu-corehr-mobile --all-targets -- -D warnings")?)
    }),
    ("docs", |_| {
        let mut docs = lints("doc --workspace --no-deps")?;
        succeeds("docs", docs.env("RUSTDOCFLAGS", "-D warnings"))
    }),
    ("core", |_| {
        cargo_tests(
            "core",
            &mut cargo("test -p feishu-corehr -p feishu-corehr-macros -p xtask --features feishu-corehr/bulk"),
        )
    }),
    ("sandbox", |_| cargo_tests("sandbox", &mut cargo("test -p feishu-corehr-sandbox"))),
    ("layers, names, vectors on the core and in Rust", |_| {
        cargo_tests("vectors", &mut cargo("test -p feishu-corehr-tests"))
    }),
    ("simulation tests", |_| {
        cargo_tests("simulation tests", &mut cargo("test --profile simulation -p feishu-corehr-simulation"))
    }),
    ("simulation of fresh schedules", |options| simulate::check(options.schedules)),
    ("simulation of runs with a journal", |_| simulate::check_bulk()),
    ("simulation notices sabotage", |_| simulate::check_faults()),
    ("Python wheel", |_| {
        let wheel = python::install_client()?;
        let size = wheel.metadata()?.len();
        if size > LARGEST_WHEEL {
            bail!("the wheel has {size} bytes; {LARGEST_WHEEL} are allowed");
        }
        Ok(Outcome::Passed(1))
    }),
    ("Python tests", |_| {
        let sandbox = sandbox::program()?;
        // Two at once, each with a sandbox of its own: most of their time they wait.
        let mut pytest = python::python(&["-m", "pytest", "-q", "-n", "2", "bindings-python"])?;
        python_tests("Python tests", pytest.env("FEISHU_COREHR_SANDBOX", sandbox))
    }),
    ("vectors in Python", |_| vectors::in_python()),
    ("Python examples: types", |_| {
        succeeds("mypy", &mut python::python(&["-m", "mypy", "--strict", "bindings-python/examples"])?)
    }),
    ("Python style", |_| {
        let mut ruff = python::python(&["-m", "ruff", "check", "bindings-python", "tests"])?;
        succeeds("ruff", &mut ruff)
    }),
    ("sandbox wheel", |_| {
        python::install(&python::wheel("tests/sandbox", &["--profile", "dev"])?)?;
        python_tests("sandbox wheel", &mut python::python(&["-m", "pytest", "-q", "tests/sandbox/tests"])?)
    }),
    ("mobile", |_| cargo_tests("mobile", &mut cargo("test -p feishu-corehr-mobile"))),
    ("generated files are fresh", |_| generate::run(true, None).map(|()| Outcome::Passed(1))),
    ("demo in Python", |_| demo::check(&demo::PYTHON)),
    ("dependencies: licences, bans, sources", |_| dependencies()),
];

/// JavaScript, Kotlin and Swift: what is built in `target/npm`, `target/wasm`, `target/mobile` and `target/swift`.
const SECOND_LANE: &[Check] = &[
    ("JavaScript package and its tests", |_| javascript::check()),
    ("vectors in Node", |_| vectors::in_node()),
    ("vectors in Chromium", |_| vectors::in_chromium()),
    ("JavaScript bundles in Chromium", |_| javascript::check_pages()),
    ("JavaScript size", |_| size::check()),
    ("JavaScript tools", |_| matrix::check()),
    ("mobile library: size, and what is not in it", |_| {
        mobile::check_dependencies()?;
        mobile::library().map(|_| Outcome::Passed(2))
    }),
    ("Kotlin package and its tests", |_| kotlin::check()),
    ("vectors in Kotlin", |_| vectors::in_kotlin()),
    ("Swift package and its tests", |_| swift::check()),
    ("vectors in Swift", |_| vectors::in_swift()),
    ("demo in Node", |_| demo::check(&demo::NODE)),
    ("demo in Kotlin", |_| demo::check(&demo::KOTLIN)),
    ("demo in Swift", |_| demo::check(&demo::SWIFT)),
];

/// Runs the checks whose names contain `only`, shows a table, and fails when one has failed.
pub(crate) fn run(as_json: bool, only: Option<&str>, schedules: u64) -> Result<()> {
    let options = Options { schedules };
    let rows = thread::scope(|scope| -> Result<Vec<Row>> {
        let second = scope.spawn(|| walk(SECOND_LANE, only, &options));
        let mut rows = walk(FIRST_LANE, only, &options)?;
        rows.extend(second.join().map_err(|_| anyhow!("a check has panicked"))??);
        Ok(rows)
    })?;
    if rows.is_empty() {
        bail!("no check has such a name");
    }
    report(&rows, as_json)?;
    let failed = rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).count();
    if failed > 0 { Err(anyhow!("{failed} checks failed")) } else { Ok(()) }
}

/// Runs the checks of one lane, one after the other.
fn walk(lane: &[Check], only: Option<&str>, options: &Options) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, check) in lane.iter().filter(|(name, _)| only.is_none_or(|only| name.contains(only))) {
        let started = Instant::now();
        writeln!(std::io::stderr(), "… {name}")?;
        let outcome = check(options).unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        if let Outcome::Failed(reason) = &outcome {
            writeln!(std::io::stderr(), "{name}: {reason}")?;
        }
        rows.push(Row { name, outcome, seconds: started.elapsed().as_secs() });
    }
    Ok(rows)
}

/// `cargo` in a folder of its own: lints share nothing with a build, and would keep the other lane from building.
/// Nothing of it is ever run, so that it holds neither debug information nor what a next build could reuse.
fn lints(line: &str) -> Result<Command> {
    let mut command = cargo(line);
    command.env("CARGO_TARGET_DIR", target("lints")?).env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
    Ok(command)
}

fn report(rows: &[Row], as_json: bool) -> Result<()> {
    let mut screen = std::io::stdout().lock();
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut list = Vec::new();
    for Row { name, outcome, seconds } in rows {
        let (word, text) = match outcome {
            Outcome::Failed(reason) => {
                failed += 1;
                ("failed", reason.lines().next().unwrap_or_default().to_owned())
            }
            Outcome::NotRun(reason) => {
                skipped += 1;
                ("not run", reason.clone())
            }
            Outcome::Passed(tests) => {
                passed += tests;
                ("passed", if *tests > 1 { format!("{tests} tests") } else { String::new() })
            }
        };
        if as_json {
            list.push(json!({ "name": name, "outcome": word, "text": text, "seconds": seconds }));
        } else {
            writeln!(screen, "{word:8} {seconds:4} s  {name:50} {text}")?;
        }
    }
    if as_json {
        writeln!(screen, "{}", json!({ "checks": list, "passed": passed, "failed": failed, "skipped": skipped }))?;
    }
    writeln!(screen, "{passed} passed, {failed} failed, {skipped} skipped")?;
    Ok(())
}

fn dependencies() -> Result<Outcome> {
    let tools = target("tools")?;
    let deny = tools.join("bin").join(format!("cargo-deny{EXE_SUFFIX}"));
    if !deny.exists() {
        let mut install = cargo("install --quiet --debug --locked cargo-deny --version");
        install.arg(CARGO_DENY).arg("--root").arg(&tools).arg("--target-dir").arg(tools.join("build"));
        if let Err(error) = output("install cargo-deny", install.env("CARGO_PROFILE_DEV_DEBUG", "0")) {
            return Ok(Outcome::NotRun(format!("cargo-deny cannot be installed: {error}")));
        }
        fs::remove_dir_all(tools.join("build"))?;
    }
    let arguments = ["--offline", "--workspace", "--config", ".deny.toml", "check", "bans", "licenses", "sources"];
    succeeds("deny", command(deny, arguments).current_dir(root()))
}
