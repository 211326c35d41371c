//! Compares what a shim wrote with what the vectors want: `compare --runtime python FILE`, one JSON object a line.
//!
//! The first line is `{"runtime": …, "set": "all" | "crossing"}`, the others are the vectors', in any order.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use feishu_corehr_tests::comparison::{Report, differences};
use feishu_corehr_tests::exceptions;
use feishu_corehr_tests::library;
use feishu_corehr_tests::run::{Line, Run};
use feishu_corehr_tests::vector::Runtime;
use serde::Deserialize;

fn main() -> ExitCode {
    match compare() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

/// What a shim says first.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    runtime: Runtime,
    set: String,
}

fn compare() -> Result<String, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [option, name, path] = arguments.as_slice() else { return Err(USAGE.to_owned()) };
    let runtime = Runtime::ALL.into_iter().find(|runtime| runtime.as_str() == name);
    let Some(runtime) = runtime.filter(|_| option == "--runtime") else { return Err(USAGE.to_owned()) };

    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut lines = text.lines();
    let header: Header = read(lines.next().unwrap_or_default())?;
    if header.runtime != runtime {
        return Err(format!("{path} was written by {}", header.runtime.as_str()));
    }
    let mut runs = BTreeMap::new();
    for line in lines {
        let line: Line = read(line)?;
        runs.insert(line.name.clone(), Run::from(line));
    }
    let vectors = library::read().map_err(|problems| problems.join("\n"))?;
    let excused = exceptions::of(runtime);
    let mut report = Report::default();
    let of_set = |is_crossing: bool| is_crossing || header.set == "all";
    for vector in vectors.iter().filter(|vector| of_set(vector.crossing)) {
        if let Some(reason) = vector.left_out(runtime) {
            if runs.contains_key(&vector.name) {
                return Err(format!("{} was run, but {reason}", vector.name));
            }
            report.leave_out(reason);
            continue;
        }
        let found = runs.get(&vector.name).map(|run| differences(vector, run, runtime));
        let found = found.unwrap_or_else(|| vec!["it was not run".to_owned()]);
        report.add(vector, &found, excused.get(&vector.name).copied());
    }
    report.summary(runtime)
}

fn read<T: serde::de::DeserializeOwned>(line: &str) -> Result<T, String> {
    serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))
}

const USAGE: &str = "usage: compare --runtime <name> <file>";
