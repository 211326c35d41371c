//! Makes the JavaScript glue of a wasm file: `feishu-corehr-glue IN.wasm OUT_FOLDER`.
//!
//! It is a program of this workspace and not an installed one, so that it has the version of wasm-bindgen in the one
//! Cargo.lock: the two must be equal.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else { bail!("usage: feishu-corehr-glue IN.wasm OUT_FOLDER") };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name("core")
        .web(true)?
        // Each entry of the package says itself where the wasm is.
        .omit_default_module_path(true)
        // After a trap the module is loaded afresh.
        .reset_state_function(true)
        .typescript(true)
        // The optimiser drops the names, once they have told which function has which size.
        .remove_name_section(false)
        .remove_producers_section(true);
    bindgen.generate(folder)?;
    let folder = Path::new(folder);
    let all = fs::read_to_string(folder.join("core.d.ts"))?;
    Ok(fs::write(folder.join("types.d.ts"), types(&all)?)?)
}

/// The core's types without the functions, which are nobody's business outside, and with an `undefined` that may be
/// written out, since an absent field and an undefined one are the same.
fn types(all: &str) -> Result<String> {
    let functions = all.find("export function ").context("the glue declares no function")?;
    let lines = all[..functions].trim_end().lines().map(|line| match line.strip_suffix(';') {
        Some(field) if field.contains("?: ") && field.starts_with(' ') => format!("{field} | undefined;\n"),
        Some(_) | None => format!("{line}\n"),
    });
    Ok(lines.collect())
}
