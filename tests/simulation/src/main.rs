//! Runs schedules from the command line, as many as wanted.
//!
//! `cargo run --profile simulation -p feishu-corehr-simulation -- --schedules 1000000`

use std::io;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use feishu_corehr_simulation::{Coverage, Options, Visited, campaign, runs, simulate};

/// The machines of feishu-corehr in a simulated world that goes wrong in every way.
#[derive(Parser)]
struct Arguments {
    /// How many schedules; 1,000,000 by default, and 1 with `--trace`.
    #[arg(long)]
    schedules: Option<u64>,
    /// The seed of the first one; the others follow by one.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many calls in each schedule; drawn from the seed by default.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=99))]
    calls: Option<u8>,
    /// Runs over many processes with a journal, in place of single calls.
    #[arg(long)]
    bulk: bool,
    /// No call looks before or minds what is done already, as in the seeds of `known-seeds.txt`.
    #[arg(long)]
    plain: bool,
    /// On how many threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Write down what happens.
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    let mut output = io::stdout().lock();
    let arguments = Arguments::parse();
    let calls = arguments.calls.map(usize::from);
    let options = Options { calls, trace: arguments.trace, is_plain: arguments.plain };
    let result = run(&arguments, &options, &mut output);
    if matches!(result, Ok(true)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(arguments: &Arguments, options: &Options, output: &mut impl io::Write) -> io::Result<bool> {
    if arguments.bulk {
        return bulk(arguments, output);
    }
    if options.trace {
        let mut coverage = Coverage::default();
        for index in 0..arguments.schedules.unwrap_or(1) {
            let finished = simulate(arguments.seed.wrapping_add(index), options, &mut coverage);
            write!(output, "{}", finished.trace)?;
            match finished.violation {
                Some(violation) => writeln!(output, "{violation}")?,
                None => writeln!(output, "every invariant holds")?,
            }
        }
        return Ok(true);
    }
    let schedules = arguments.schedules.unwrap_or(1_000_000);
    let start = Instant::now();
    let result = campaign(arguments.seed, schedules, arguments.threads, options);
    let seconds = start.elapsed().as_secs_f64();
    if let Some((seed, violation)) = result.found {
        let calls = options.calls.map_or_else(String::new, |calls| format!(" --calls {calls}"));
        writeln!(output, "seed {seed} breaks {violation}")?;
        let line = "cargo run --profile simulation -p feishu-corehr-simulation --";
        writeln!(output, "replay: {line} --seed {seed}{calls} --trace")?;
        return Ok(false);
    }
    let Coverage { calls, requests, .. } = result.coverage;
    writeln!(output, "{}", result.coverage)?;
    writeln!(
        output,
        "{schedules} schedules, {calls} calls, {requests} requests in {seconds:.1} s ({:.0} schedules a second): every \
         invariant holds",
        schedules as f64 / seconds
    )?;
    Ok(true)
}

fn bulk(arguments: &Arguments, output: &mut impl io::Write) -> io::Result<bool> {
    let schedules = arguments.schedules.unwrap_or(1_000_000);
    let start = Instant::now();
    let result = runs(arguments.seed, schedules, arguments.threads);
    if let Some((seed, broken)) = result.found {
        writeln!(output, "seed {seed} breaks {broken}")?;
        let line = "cargo run --profile simulation -p feishu-corehr-simulation --";
        writeln!(output, "replay: {line} --bulk --seed {seed} --schedules 1")?;
        return Ok(false);
    }
    let Visited { items, writes, crashes, unfinished, pages } = result.visited;
    writeln!(
        output,
        "{schedules} runs, {items} items, {writes} writes, {pages} pages of lists, {crashes} crashes, {unfinished} stopped \
         before their end, in {:.1} s: every invariant holds",
        start.elapsed().as_secs_f64()
    )?;
    Ok(true)
}
