//! Makes the JavaScript glue of a wasm file: `feishu-corehr-glue IN.wasm OUT_FOLDER`.
//!
//! It is a program of this workspace and not an installed one, so that it has the version of wasm-bindgen in the one
//! Cargo.lock: the two must be equal.

use std::any::type_name;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use feishu_corehr::bulk::JOURNAL_PRAGMAS;
use feishu_corehr::{Endpoint, Kind, OPERATIONS, Operation, Parameter, UserIdType, operations};
use serde_json::{Value, json};
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
    fs::write(folder.join("types.d.ts"), types(&all)?)?;
    Ok(fs::write(folder.join("table.ts"), table()?)?)
}

/// What JavaScript knows of the operations without the wasm file: names, and for a page's backend what requests are like.
fn table() -> Result<String> {
    let names: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    let templates: BTreeMap<&str, Value> =
        OPERATIONS.iter().map(|operation| (operation.name, template(operation))).collect();
    let kinds: Vec<&str> = UserIdType::ALL.iter().map(|kind| kind.as_str()).collect();
    Ok(format!(
        "/** The core's operations as data; written by the build. */\n\n\
         import type * as core from \"./core.js\";\n\
         import type {{ UserIdType }} from \"./core.js\";\n\
         import type {{ Asked }} from \"./requests.js\";\n\
         import type {{ Template }} from \"./template.js\";\n\n\
         /** The request of each operation, by the operation's name. */\n\
         export interface Requests {{\n{}}}\n\
         /** What an answer of each operation is read into. */\n\
         export interface Replies {{\n{}}}\n\
         /** All names. */\n\
         export const OPERATIONS: readonly (keyof Requests)[] = {};\n\
         /** What a request of each is like on the wire. */\n\
         export const TEMPLATES: Readonly<Record<keyof Requests, Template>> = {};\n\
         /** The kinds of a user's id. */\n\
         export const USER_ID_TYPES: readonly UserIdType[] = {};\n\
         /**\n \
         * The statements that a store of a caller's own runs before all others, each by itself: nobody else may open the\n \
         * journal while a run goes on, and what is committed stays, whatever happens to the machine.\n \
         */\n\
         export const JOURNAL_PRAGMAS: readonly string[] = {};\n",
        types_of(|(name, request, _)| format!("  {name}: Asked<core.{request}>;\n")),
        types_of(|(name, _, reply)| format!("  {name}: core.{};\n", reply.rsplit("::").next().unwrap_or(reply))),
        serde_json::to_string(&names)?,
        serde_json::to_string_pretty(&templates)?,
        serde_json::to_string(&kinds)?,
        serde_json::to_string(JOURNAL_PRAGMAS)?,
    ))
}

/// A line of TypeScript for each operation: of its name, its request's type and its answer's.
fn types_of(line: fn((&str, &str, &str)) -> String) -> String {
    macro_rules! lines {
        ($($name:ident: $request:ident -> $output:ident,)*) => {
            [$((
                stringify!($name),
                stringify!($request),
                type_name::<<feishu_corehr::$request as Endpoint>::Response>(),
            )),*]
        };
    }
    operations!(lines).map(line).concat()
}

fn template(operation: &Operation) -> Value {
    let (mut actor, mut body, mut parts, mut query) = (None, Vec::new(), Vec::new(), BTreeMap::new());
    for parameter in operation.parameters {
        match parameter {
            Parameter::Actor { user, system } => actor = Some(json!({ "user": user, "system": system })),
            Parameter::Body(name) => body.push(*name),
            Parameter::Either(field, names) => parts.push(json!({ "kind": "either", "field": field, "names": names })),
            Parameter::Number(field, numbers) => {
                parts.push(json!({ "kind": "number", "field": field, "words": words(numbers) }));
            }
            // It stands in the braces of the path.
            Parameter::Path(_) => {}
            Parameter::Query(name, kind) => {
                query.insert(*name, kind_of(*kind));
            }
            Parameter::Tagged { field, tag, choices, inside } => parts.push(json!({
                "kind": "tagged", "field": field, "tag": tag, "words": words(choices), "inside": inside,
            })),
            Parameter::Users(field) => parts.push(json!({ "kind": "users", "field": field })),
        }
    }
    json!({
        "method": operation.method.as_str(),
        "path": operation.path,
        "is_write": operation.replay.is_write(),
        "actor": actor,
        "body": body,
        "parts": parts,
        "query": query,
    })
}

fn kind_of(kind: Kind) -> Value {
    match kind {
        Kind::Integer => "integer".into(),
        Kind::Number(numbers) => json!({ "repeats": false, "words": words(numbers) }),
        Kind::Numbers(numbers) => json!({ "repeats": true, "words": words(numbers) }),
        Kind::Text => "text".into(),
        Kind::Texts => "texts".into(),
    }
}

/// The words by number.
fn words(numbers: &[(i64, &str)]) -> Value {
    let known = numbers.iter().filter(|(_, word)| *word != "unknown");
    known.map(|(number, word)| (number.to_string(), *word)).collect()
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
