//! The project's commands. Each sets up what it needs, and says so.

mod bench;
mod check;
mod command;
mod console;
mod debian;
mod demo;
mod fuzz;
mod generate;
mod javascript;
mod kotlin;
mod matrix;
mod mobile;
mod mutants;
mod npm;
mod officials;
mod python;
mod release;
mod sandbox;
mod simulate;
mod size;
mod suite;
mod swift;
mod vectors;
mod wasm;

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The commands of feishu-corehr.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure against the official SDK and the raw HTTP libraries; prints ratios of one run.
    Bench {
        /// Measure a run over 100,000 processes instead, and fail where a limit is missed: memory, time of an item, and how
        /// soon it goes on after a stop.
        #[arg(long)]
        runs: bool,
    },
    /// Open the web console: a local Feishu, the backend and the page, until it is ended.
    Console,
    /// Show the main job: withdraw processes from Python and from Node, against a local Feishu.
    Demo {
        /// From Kotlin and from Swift, too.
        #[arg(long)]
        all: bool,
    },
    /// Feed the core with inputs that are made up on the run: answers, base URLs, requests, and whole withdrawals.
    Fuzz {
        /// Only `answers`, `base_urls`, `forms` or `machines`.
        #[arg(long)]
        only: Option<String>,
        /// How long each of them runs.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Write the generated files anew.
    Gen {
        /// Only say whether they are fresh; fails when one is stale.
        #[arg(long)]
        check: bool,
        /// Only those of `command`, `mobile`, `operations` or `python`.
        #[arg(long)]
        only: Option<String>,
    },
    /// Kill the command again and again in the middle of runs over 200 processes, while the server loses answers: nothing is
    /// lost, and nothing is sent after its end.
    Kills {
        /// How often, in runs of 30 kills each; 100 take a few minutes.
        #[arg(long, default_value_t = 1_000)]
        count: u32,
    },
    /// Change the core in every small way that a tool can think of: a test must notice each. It takes hours.
    Mutants {
        /// Only the file of that name, for instance `verdict`.
        #[arg(long)]
        only: Option<String>,
    },
    /// Call the sandbox by the official SDKs for Python, Node and Java, each of the twelve operations: what they send must be
    /// what ours sends.
    Officials,
    /// Build what a registry would get, into `target/release-files`: crates, wheels, the npm package.
    Release,
    /// Run schedules of the simulation, from a start that is drawn and printed.
    Simulate {
        /// How many.
        #[arg(long, default_value_t = 1_000_000)]
        schedules: u64,
        /// The seed of the first one; the others follow by one.
        #[arg(long)]
        start: Option<u64>,
        /// On how many threads.
        #[arg(long, default_value_t = 2)]
        threads: usize,
        /// Runs over many processes with a journal, in place of single calls.
        #[arg(long)]
        bulk: bool,
        /// Break the core in every way of `tests/simulation/faults.toml` instead, each in a copy: all must be noticed.
        #[arg(long)]
        faults: bool,
        /// Only the faults whose names contain this.
        #[arg(long, requires = "faults")]
        only: Option<String>,
    },
    /// Run every check; ends with a table and a line of counts.
    Test {
        /// Print the table as JSON instead.
        #[arg(long)]
        json: bool,
        /// Only the checks whose names contain this.
        #[arg(long)]
        only: Option<String>,
        /// How many schedules the simulation runs.
        #[arg(long, default_value_t = 1_000_000)]
        schedules: u64,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Bench { runs: true } => bench::runs(),
        Command::Bench { runs: false } => bench::run(),
        Command::Console => console::run(),
        Command::Demo { all } => demo::run(all),
        Command::Fuzz { only, seconds } => fuzz::run(only.as_deref(), seconds),
        Command::Gen { check, only } => generate::run(check, only.as_deref()),
        Command::Kills { count } => python::kills(count),
        Command::Mutants { only } => mutants::run(only.as_deref()),
        Command::Officials => officials::run(),
        Command::Release => release::run(),
        Command::Simulate { faults: true, only, .. } => simulate::run_faults(only.as_deref()),
        Command::Simulate { schedules, start, threads, bulk, .. } => simulate::run(schedules, start, threads, bulk),
        Command::Test { json, only, schedules } => suite::run(json, only.as_deref(), schedules),
    }
}
