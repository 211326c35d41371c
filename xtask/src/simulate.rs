//! The simulation: schedules that nobody has seen, and sabotage that it must notice.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use crate::check::{Outcome, succeeds};
use crate::command::{cargo, command, output, root, show, target};

/// So many schedules must be enough for each fault.
const ENOUGH: &str = "10000";
/// So many faults a run of all tests makes. All of them take minutes, since each is a build of the core; those whose file
/// has changed would be none in a fresh clone, which is where the command counts. Drawn anew each time, all get their turn.
const DRAWN: usize = 3;
/// A seed is drawn below this, so that it can be read and typed.
const SEEDS: u64 = 1_000_000_000_000;

/// A way to break the core on purpose, as text.
#[derive(Deserialize)]
struct Fault {
    name: String,
    file: PathBuf,
    find: String,
    replace: String,
    /// Whether it is one of runs over many processes.
    #[serde(default)]
    bulk: bool,
}

#[derive(Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

/// Runs so many schedules, from a start that is drawn if none is given, and shows how it went.
pub(crate) fn run(schedules: u64, start: Option<u64>, threads: usize, bulk: bool) -> Result<()> {
    let start = start.unwrap_or_else(drawn);
    writeln!(std::io::stderr(), "schedules from seed {start}")?;
    let mut simulation = simulation(schedules, start);
    if bulk {
        simulation.arg("--bulk");
    }
    show(simulation.args(["--threads", &threads.to_string()]))
}

/// The same as a check.
pub(crate) fn check(schedules: u64) -> Result<Outcome> {
    let start = drawn();
    writeln!(std::io::stderr(), "  from seed {start}")?;
    succeeds("simulation", &mut simulation(schedules, start))
}

/// So many runs over many processes are played as a check.
const RUNS: u64 = 50_000;

/// Runs over many processes with a journal, as a check.
pub(crate) fn check_bulk() -> Result<Outcome> {
    let start = drawn();
    writeln!(std::io::stderr(), "  from seed {start}")?;
    succeeds("simulation of runs", simulation(RUNS, start).arg("--bulk"))
}

/// Makes the faults whose names contain `only`, each in a copy of the sources; fails when one is not noticed.
pub(crate) fn run_faults(only: Option<&str>) -> Result<()> {
    let mut faults = faults()?;
    faults.retain(|fault| only.is_none_or(|only| fault.name.contains(only)));
    ensure!(!faults.is_empty(), "no fault has such a name");
    notice(&faults)
}

/// The same with a few that are drawn.
pub(crate) fn check_faults() -> Result<Outcome> {
    let mut faults = faults()?;
    while faults.len() > DRAWN {
        let out = drawn() as usize % faults.len();
        faults.swap_remove(out);
    }
    notice(&faults)?;
    Ok(Outcome::Passed(faults.len() as u64))
}

fn simulation(schedules: u64, start: u64) -> std::process::Command {
    let mut simulation = cargo("run --quiet --profile simulation -p feishu-corehr-simulation --");
    simulation.args(["--seed", &start.to_string(), "--schedules", &schedules.to_string()]);
    simulation
}

fn drawn() -> u64 {
    RandomState::new().hash_one(0) % SEEDS
}

fn faults() -> Result<Vec<Fault>> {
    let text = fs::read_to_string(root().join("tests/simulation/faults.toml"))?;
    Ok(toml::from_str::<Faults>(&text).context("tests/simulation/faults.toml")?.fault)
}

fn notice(faults: &[Fault]) -> Result<()> {
    let copy = Copy::make()?;
    for bulk in [false, true] {
        if let Some(violation) = copy.simulate(bulk)? {
            bail!("the core breaks an invariant without being broken: {violation}");
        }
    }
    let mut missed = Vec::new();
    for fault in faults {
        let violation = copy
            .with(fault, |copy| copy.simulate(fault.bulk))
            .with_context(|| format!("the fault \"{}\"", fault.name))?;
        let told = violation.as_deref().unwrap_or("not noticed");
        writeln!(std::io::stderr(), "  {}\n    {told}", fault.name)?;
        if violation.is_none() {
            missed.push(fault.name.as_str());
        }
    }
    ensure!(missed.is_empty(), "not noticed within {ENOUGH} schedules: {}", missed.join("; "));
    Ok(())
}

/// What the simulation is built from, in a folder of its own.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    fn make() -> Result<Self> {
        let folder = target("simulation-faults")?.join("sources");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for part in ["core", "tests/simulation"] {
            copy(&root().join(part), &folder.join(part))?;
        }
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
        let members = manifest.lines().find(|line| line.starts_with("members = ")).context("no members")?;
        let ours = r#"members = ["core", "core/macros", "tests/simulation"]"#;
        fs::write(folder.join("Cargo.toml"), manifest.replacen(members, ours, 1))?;
        Ok(Self { folder })
    }

    /// Does it while the copy has that fault.
    fn with<T>(&self, fault: &Fault, act: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let path = self.folder.join(&fault.file);
        let sound = fs::read_to_string(&path)?;
        fs::write(&path, broken(&sound, fault)?)?;
        let result = act(self);
        fs::write(&path, sound)?;
        result
    }

    /// What the simulation notices, if anything.
    fn simulate(&self, bulk: bool) -> Result<Option<String>> {
        let built = target("simulation-faults")?.join("target");
        let mut build = cargo("build --quiet --profile simulation -p feishu-corehr-simulation");
        build.current_dir(&self.folder).env("CARGO_TARGET_DIR", &built);
        // Each fault changes one file.
        build.env("CARGO_INCREMENTAL", "1");
        output("build a fault", &mut build)?;
        let program = built.join("simulation").join(format!("feishu-corehr-simulation{EXE_SUFFIX}"));
        let mut simulation = command(program, ["--schedules", ENOUGH]);
        if bulk {
            simulation.arg("--bulk");
        }
        let ran = simulation.output()?;
        let printed = String::from_utf8_lossy(&ran.stdout).into_owned();
        let violation = printed.lines().find(|line| line.starts_with("seed ") && line.contains(" breaks "));
        ensure!(ran.status.success() != violation.is_some(), "the simulation ends with {}: {printed}", ran.status);
        Ok(violation.map(str::to_owned))
    }
}

fn broken(sound: &str, fault: &Fault) -> Result<String> {
    let times = sound.matches(&fault.find).count();
    ensure!(times == 1, "`{}` stands {times} times in {}", fault.find, fault.file.display());
    Ok(sound.replacen(&fault.find, &fault.replace, 1))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        } else {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fault_replaces_stands_exactly_once_in_its_file() {
        let faults = faults().expect("it can be read");
        assert!(faults.len() >= 56);
        assert!(faults.iter().filter(|fault| fault.bulk).count() >= 10);
        for fault in faults {
            let sound = fs::read_to_string(root().join(&fault.file)).expect("it is there");
            assert_ne!(broken(&sound, &fault).expect("once"), sound);
        }
    }
}
