//! The size of the smallest page that withdraws, and what takes it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::check::Outcome;
use crate::command::output;
use crate::npm;

/// Bytes after `gzip -9`: the script and the wasm file together. What is wanted, and not reached yet.
const GOAL: u64 = 55_000;
/// What there may be: not more than today. From one checkout to another it moves by some 50 bytes.
const LARGEST: u64 = 131_750;
/// How many lines tell where the bytes are.
const CRATES: usize = 12;
const FUNCTIONS: usize = 25;

/// Fails with the largest parts when what the bundlers make is too much.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = npm::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let sizes = measured()?;
    match shown(&sizes)? {
        0 => bail!("nothing was measured"),
        1..=LARGEST => Ok(Outcome::Passed(1)),
        largest => bail!("{largest} bytes after gzip, {LARGEST} are allowed\n{}", parts(&sizes)?),
    }
}

/// The bytes after gzip of the larger of the bundlers' pages.
pub(crate) fn largest() -> Result<u64> {
    shown(&measured()?)
}

fn measured() -> Result<Value> {
    let printed = output("JavaScript size", &mut npm::script(["tests/size.mjs"])?)?;
    serde_json::from_str(printed.trim()).context("no sizes")
}

/// Shows what the bundlers make; the largest of it.
fn shown(sizes: &Value) -> Result<u64> {
    let wasm = number(&sizes["wasm"])?;
    let mut largest = 0;
    for bundle in list(&sizes["bundles"])? {
        let script = number(&bundle["script"])?;
        largest = largest.max(script + wasm);
        let name = bundle["bundler"].as_str().context("no bundler")?;
        let line = format!("{name}: {} bytes after gzip, the script {script}, wasm {wasm}", script + wasm);
        writeln!(std::io::stderr(), "{line}; {LARGEST} are allowed, {GOAL} wanted")?;
    }
    Ok(largest)
}

/// Where the bytes are, before gzip.
fn parts(sizes: &Value) -> Result<String> {
    let mut text = String::from("scripts, bytes after minifying:\n");
    for source in list(&sizes["sources"])? {
        writeln!(text, "{:8} {}", number(&source["bytes"])?, source["name"].as_str().unwrap_or_default())?;
    }
    let functions = functions(&npm::named_wasm()?)?;
    let mut crates: HashMap<&str, usize> = HashMap::new();
    for (bytes, name) in &functions {
        *crates.entry(crate_of(name)).or_default() += bytes;
    }
    let mut crates: Vec<(usize, &str)> = crates.into_iter().map(|(name, bytes)| (bytes, name)).collect();
    crates.sort_unstable_by(|one, other| other.cmp(one));
    writeln!(text, "wasm, bytes of code by the crate that a function's name begins with:")?;
    for (bytes, name) in crates.iter().take(CRATES) {
        writeln!(text, "{bytes:8} {name}")?;
    }
    writeln!(text, "the largest of {} functions:", functions.len())?;
    for (bytes, name) in functions.iter().take(FUNCTIONS) {
        writeln!(text, "{bytes:8} {name}")?;
    }
    Ok(text)
}

/// The functions of a wasm file with their sizes, the largest first.
fn functions(path: &Path) -> Result<Vec<(usize, String)>> {
    let wasm = fs::read(path)?;
    let mut names: HashMap<u32, String> = HashMap::new();
    let mut sizes: Vec<(u32, usize)> = Vec::new();
    let mut index = 0;
    for payload in Parser::new(0).parse_all(&wasm) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = &payload {
            for import in imports.clone().into_imports() {
                index += u32::from(matches!(import?.ty, TypeRef::Func(_)));
            }
        } else if let Payload::CodeSectionEntry(body) = &payload {
            sizes.push((index, body.range().len()));
            index += 1;
        } else if let Payload::CustomSection(section) = &payload
            && let KnownCustom::Name(parts) = section.as_known()
        {
            for part in parts {
                if let Name::Function(map) = part? {
                    for naming in map {
                        let naming = naming?;
                        names.insert(naming.index, naming.name.to_owned());
                    }
                }
            }
        }
    }
    if names.is_empty() {
        bail!("{} names no functions", path.display());
    }
    let mut functions: Vec<(usize, String)> =
        sizes.into_iter().map(|(index, bytes)| (bytes, names.remove(&index).unwrap_or_default())).collect();
    functions.sort_unstable_by(|one, other| other.cmp(one));
    Ok(functions)
}

/// `serde_json` for `<&mut serde_json[1f2e]::de::Deserializer<_> as …>::…`; an export has no path.
fn crate_of(name: &str) -> &str {
    let path = name.trim_start_matches(['<', '&', '[', '(']).trim_start_matches("mut ").trim_start_matches("dyn ");
    let length = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(path.len());
    let (first, rest) = path.split_at(length);
    if rest.starts_with("::") || rest.starts_with('[') { first } else { "others, such as exports" }
}

fn number(value: &Value) -> Result<u64> {
    value.as_u64().with_context(|| format!("no number: {value}"))
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| format!("no list: {value}"))
}

#[cfg(test)]
mod tests {
    use super::crate_of;

    #[test]
    fn a_function_counts_for_the_crate_of_its_path() {
        assert_eq!(crate_of("serde_json[fbcb0bc396d20d3b]::value::from_str"), "serde_json");
        assert_eq!(crate_of("<&mut serde_json::de::Deserializer<R> as serde::Deserializer>::f"), "serde_json");
        assert_eq!(crate_of("<dyn core::any::Any>::is"), "core");
        assert_eq!(crate_of("poll multivalue shim"), "others, such as exports");
    }
}
