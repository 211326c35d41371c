//! Figures, measured side by side in one run: never asserted, since machines are shared and noisy.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::command::{cargo, command, output, root, show, target};
use crate::{kotlin, mobile, npm, python, sandbox, size, swift};

/// One figure, as a program that measures writes it: a line of JSON.
#[derive(Deserialize, Serialize)]
struct Figure {
    runtime: String,
    figure: String,
    /// Whose figure ours is divided by; none for one that stands alone.
    against: Option<String>,
    unit: String,
    value: f64,
    /// What is wanted of it, where something is.
    limit: Option<Limit>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

/// What is wanted: runtime, figure, against. `docs/performance.md` says why.
const LIMITS: [(&str, &str, &str, Limit); 13] = [
    ("Kotlin", "getProcess", "OkHttp", Limit::AtMost(2.5)),
    ("Kotlin", "withdrawProcess", "OkHttp", Limit::AtMost(2.0)),
    ("Node", "64 cold calls", "", Limit::AtMost(1.0)),
    ("Node", "memory after 10000 calls", "", Limit::AtMost(0.0)),
    ("Node", "withdrawals, 64 in flight", "undici", Limit::AtLeast(0.6)),
    ("Node", "withdrawals, sequential", "undici", Limit::AtMost(1.6)),
    ("Python", "64 cold calls", "", Limit::AtMost(1.0)),
    ("Python", "import", "", Limit::AtMost(100.0)),
    ("Python", "reads, 64 in flight", "pycurl", Limit::AtLeast(1.0)),
    ("Python", "withdrawals, 64 in flight", "pycurl", Limit::AtLeast(1.0)),
    ("Swift", "getProcess", "URLSession", Limit::AtMost(1.25)),
    ("Swift", "withdrawProcess", "URLSession", Limit::AtMost(1.25)),
    ("page", "the smallest page that withdraws", "", Limit::AtMost(77_200.0)),
];

/// Measures the core and the packages, shows a table, and writes it to `target/bench/figures.json`.
pub(crate) fn run() -> Result<()> {
    let mut screen = std::io::stderr();
    let folder = target("bench")?;
    let lines = folder.join("figures.jsonl");
    fs::write(&lines, "")?;
    writeln!(screen, "core: build and decode one withdrawal, against serde_json on the same bytes")?;
    show(&mut cargo("bench -p feishu-corehr-bench"))?;
    let mut figures = vec![core()?];
    writeln!(screen, "Python: against lark-oapi, pycurl and http.client, over HTTPS on the sandbox")?;
    let sandbox = sandbox::release_program()?;
    python::install_client()?;
    let peers = ["-m", "pip", "install", "--quiet", "--requirement", "tests/bench/requirements.txt"];
    show(&mut python::python(&peers)?)?;
    let mut python = python::python(&["tests/bench/python.py", "--sandbox"])?;
    show(python.arg(&sandbox).arg("--figures").arg(&lines))?;
    writeln!(screen, "Node: against undici, node:https and @larksuiteoapi/node-sdk, over HTTPS on the sandbox")?;
    let project = target("npm/bench")?;
    fs::copy(root().join("tests/bench/package.json"), project.join("package.json"))?;
    let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--no-package-lock"]);
    output("npm install", install.arg(&npm::installed()?.tarball).current_dir(&project))?;
    show(command("node", [root().join("tests/bench/node.mjs"), sandbox.clone(), lines.clone()]).current_dir(project))?;
    figures.push(alone("page", "the smallest page that withdraws", "bytes after gzip", size::largest()? as f64));
    if kotlin::missing().is_none() {
        writeln!(screen, "Kotlin: against OkHttp, over HTTP on the sandbox")?;
        kotlin::set_up()?;
        show(kotlin::program("tests.BenchKt")?.arg(&sandbox).arg(&lines))?;
        let library = mobile::library()?.metadata()?.len();
        figures.push(alone("Kotlin", "the library in an app", "bytes, stripped", library as f64));
    }
    if swift::missing().is_none() {
        writeln!(screen, "Swift: against URLSession, over HTTP on the sandbox")?;
        show(swift::release_program("bench")?.arg(swift::seen(&sandbox)?).arg(swift::seen(&lines)?))?;
    }
    for line in fs::read_to_string(&lines)?.lines() {
        figures.push(serde_json::from_str(line).with_context(|| format!("no figure: {line}"))?);
    }
    report(figures, &folder.join("figures.json"))
}

/// Runs over many processes, whose figures are compared with fixed limits: they need no other client.
pub(crate) fn runs() -> Result<()> {
    python::install_client()?;
    show(&mut python::python(&["tests/bench/runs.py"])?)
}

/// The medians of criterion's last run.
fn core() -> Result<Figure> {
    let median = |name: &str| -> Result<f64> {
        let path = target("criterion/withdrawal")?.join(name).join("new/estimates.json");
        let estimates: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        estimates["median"]["point_estimate"].as_f64().context("no median")
    };
    let value = median("feishu-corehr")? / median("serde_json")?;
    let unit = "time of building and decoding one withdrawal, ours / theirs".to_owned();
    let (runtime, figure, against) = ("core".to_owned(), "one withdrawal".to_owned(), Some("serde_json".to_owned()));
    Ok(Figure { runtime, figure, against, unit, value, limit: None })
}

fn alone(runtime: &str, figure: &str, unit: &str, value: f64) -> Figure {
    let [runtime, figure, unit] = [runtime, figure, unit].map(str::to_owned);
    Figure { runtime, figure, against: None, unit, value, limit: None }
}

/// Shows every figure beside what is wanted of it, and writes them all.
fn report(mut figures: Vec<Figure>, path: &Path) -> Result<()> {
    let mut screen = std::io::stdout().lock();
    for figure in &mut figures {
        let against = figure.against.as_deref().unwrap_or_default();
        let limit = LIMITS.iter().find(|(runtime, name, peer, _)| {
            (*runtime, *name, *peer) == (figure.runtime.as_str(), figure.figure.as_str(), against)
        });
        figure.limit = limit.map(|(.., limit)| *limit);
        let wanted = match figure.limit {
            Some(Limit::AtLeast(limit)) => format!("at least {limit}"),
            Some(Limit::AtMost(limit)) => format!("at most {limit}"),
            None => String::new(),
        };
        let Figure { runtime, figure, unit, value, .. } = figure;
        writeln!(screen, "{runtime:8} {figure:36} {against:26} {value:12.3} {wanted:16} {unit}")?;
    }
    fs::write(path, serde_json::to_string_pretty(&figures)? + "\n")?;
    writeln!(screen, "written: {}", path.display())?;
    Ok(())
}
