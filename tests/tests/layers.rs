//! Who may import whom: API and machine do not know each other, and the core depends on few.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use feishu_corehr_tests::source::{Source, files, root};

/// What everything stands on: rules use each other, without a circle.
const RULES: &[&str] = &[
    "base_url",
    "codes",
    "endpoint",
    "envelope",
    "error",
    "form",
    "http",
    "key",
    "limit",
    "moment",
    "own_headers",
    "pages",
    "parameter",
    "per_process",
    "proof",
    "retry",
    "shape",
    "time",
    "token",
    "until",
    "verdict",
    "wire",
];
/// The operations and the events: they use rules, and nothing else.
const API: &[&str] = &["event", "process"];
/// What carries any operation: it uses rules and itself, and knows no operation.
const MACHINE: &[&str] = &["attempt", "authorization", "drive", "exchange", "hosted", "machine", "session"];
/// What puts operations and machine together.
const COMPOSITION: &[&str] = &["act", "action", "bulk", "data", "journal", "place", "wait"];

/// The crates that run in an application, on any platform: the core with default features has nothing else.
const RUNTIME: &[&str] = &[
    "block-buffer",
    "cfg-if",
    "cpufeatures",
    "crypto-common",
    "digest",
    "feishu-corehr",
    "generic-array",
    "itoa",
    "libc",
    "memchr",
    "percent-encoding",
    "serde",
    "serde_core",
    "serde_json",
    "sha2",
    "subtle",
    "typenum",
    "zeroize",
    "zmij",
];
/// The crates that run in the compiler only: the procedural macros and what they are made of.
const COMPILER: &[&str] =
    &["feishu-corehr-macros", "proc-macro2", "quote", "serde_derive", "syn", "unicode-ident", "zeroize_derive"];

#[test]
fn every_module_uses_only_what_its_layer_may() {
    let sources = Source::all("core/src");
    assert!(sources.len() > 15, "the core was found");
    assert_eq!(violations(&sources), Vec::<String>::new());
}

#[test]
fn no_files_of_the_mobile_library_use_each_other_in_a_circle() {
    // Its tests use everything, and nothing uses them.
    let sources: Vec<Source> =
        Source::all("bindings-mobile/src").into_iter().filter(|source| !source.path.ends_with("/tests.rs")).collect();
    assert!(sources.len() > 5, "the library was found");
    assert_eq!(circle_of_files("bindings-mobile/src/", &sources), None);
    let two = |one: &str, other: &str| {
        [Source::parse("bindings-mobile/src/one.rs", one), Source::parse("bindings-mobile/src/other.rs", other)]
    };
    let circle = circle_of_files("bindings-mobile/src/", &two("use crate::other::Other;", "use crate::one;"));
    assert_eq!(circle.as_deref(), Some("a circle: one, other, one"));
    assert_eq!(circle_of_files("bindings-mobile/src/", &two("use crate::other::Other;", "use core::one;")), None);
}

#[test]
fn no_files_of_the_npm_package_use_each_other_in_a_circle() {
    let sources = Source::all("bindings-wasm/src");
    assert!(sources.len() > 5, "the package was found");
    assert_eq!(circle_of_files("bindings-wasm/src/", &sources), None);
}

#[test]
fn no_files_of_the_projects_own_commands_use_each_other_in_a_circle() {
    let sources = Source::all("xtask/src");
    assert!(sources.len() > 15, "the commands were found");
    assert_eq!(circle_of_files("xtask/src/", &sources), None);
}

#[test]
fn no_files_of_typescript_import_each_other_in_a_circle() {
    let folder = root().join("bindings-wasm/js");
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files("bindings-wasm/js", ".ts") {
        let text = fs::read_to_string(&path).expect("it can be read");
        let module = path.strip_prefix(&folder).expect("it stands there").to_string_lossy().replace('\\', "/");
        imports.insert(module.replace(".ts", ".js"), imported(&module, &text));
    }
    assert!(imports.len() > 15 && imports.values().any(|imported| !imported.is_empty()), "the scripts were found");
    assert_eq!(imports.keys().find_map(|module| circle(&imports, &mut vec![module.clone()])), None);
    let expected: BTreeSet<String> = ["place/a.js", "b.js"].map(str::to_owned).into();
    let text = "import type { A } from \"./a.js\";\nexport {\n  B,\n} from \"../b.js\";\nimport fs from \"node:fs\";";
    assert_eq!(imported("place/c.ts", text), expected);
}

/// The files of the package that a script imports, types too, by their path below the folder of all.
fn imported(module: &str, text: &str) -> BTreeSet<String> {
    let folder = module.rsplit_once('/').map_or("", |(folder, _)| folder);
    let paths = text.split(" from \"").skip(1).filter_map(|rest| rest.split('"').next());
    let resolved = paths.filter(|path| path.starts_with('.')).map(|path| {
        let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "." => {}
                ".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        parts.join("/")
    });
    resolved.collect()
}

#[test]
fn the_core_depends_on_these_crates_and_no_others() {
    assert_eq!(crates("normal,no-proc-macro"), RUNTIME.iter().map(|name| (*name).to_owned()).collect());
    let all: BTreeSet<String> = RUNTIME.iter().chain(COMPILER).map(|name| (*name).to_owned()).collect();
    assert_eq!(crates("normal"), all);
}

#[test]
fn a_bad_import_is_found_in_whatever_way_it_is_written() {
    for (path, text, expected) in [
        ("process/get_process.rs", "use crate::session::Session;", "process uses session"),
        ("process/get_process.rs", "use crate::{error::Error, session::{self, Session}};", "process uses session"),
        ("process/get_process.rs", "use super::super::exchange::Exchange;", "process uses exchange"),
        ("process.rs", "use super::drive;", "process uses drive"),
        ("process.rs", "fn f(_: &crate::act::Act) {}", "process uses act"),
        ("process.rs", "#[cfg(test)] mod tests { use super::super::drive; }", "process uses drive"),
        ("event/decrypt.rs", "use crate::process::Status;", "event uses process"),
        ("exchange.rs", "use crate::process;", "exchange uses process"),
        ("session.rs", "use crate::bulk::Bulk;", "session uses bulk"),
        ("retry.rs", "use crate::session::Session;", "retry uses session"),
        ("retry.rs", "use crate::Session;", "retry uses `Session`, which is no module of the table"),
        ("retry.rs", "use crate::*;", "retry uses `*`, which is no module of the table"),
        ("misc.rs", "", "misc is no module of the table"),
        ("misc/part.rs", "", "misc is no module of the table"),
        ("retry.rs", "use crate::token::Secret;", "a circle: retry, token, retry"),
    ] {
        let mut sources = vec![Source::parse(&format!("core/src/{path}"), text)];
        sources.push(Source::parse("core/src/token.rs", "use crate::retry::Random;"));
        assert_eq!(violations(&sources), [expected], "{path}: {text}");
    }
}

#[test]
fn a_good_import_is_none_of_these() {
    for (path, text) in [
        ("process/get_process.rs", "use super::types::Status; use crate::error::Error; use crate::process::User;"),
        ("process.rs", "mod tests { use super::*; } //! [`Session`](crate::session::Session)"),
        ("exchange.rs", r#"use crate::{session::Session, token}; const A: &str = "crate::process";"#),
        ("act.rs", "use crate::process::Status; use crate::exchange::Exchange; use crate::error;"),
        ("lib.rs", "pub use crate::anything;"),
    ] {
        let sources = [Source::parse(&format!("core/src/{path}"), text)];
        assert_eq!(violations(&sources), Vec::<String>::new(), "{path}");
    }
}

/// Every import, of the modules' tests too, that the table does not allow.
fn violations(sources: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut rules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path != "core/src/lib.rs") {
        let path: Vec<&str> = source.path.trim_start_matches("core/src/").trim_end_matches(".rs").split('/').collect();
        let module = path[0];
        if layer(module).is_none() {
            violations.push(format!("{module} is no module of the table"));
            continue;
        }
        for used in references(&source.words, path.len()) {
            if layer(&used).is_none() {
                violations.push(format!("{module} uses `{used}`, which is no module of the table"));
            } else if !may_use(module, &used) {
                violations.push(format!("{module} uses {used}"));
            } else if RULES.contains(&module) && module != used {
                rules.entry(module.to_owned()).or_default().insert(used);
            }
        }
    }
    violations.extend(rules.keys().find_map(|module| circle(&rules, &mut vec![module.clone()])));
    violations
}

/// A circle of the files of one folder; `lib.rs` or `main.rs`, which name them all, do not count.
fn circle_of_files(folder: &str, sources: &[Source]) -> Option<String> {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        let module = source.path.trim_start_matches(folder).trim_end_matches(".rs").to_owned();
        if module != "lib" && module != "main" {
            let used = references(&source.words, 1).into_iter().filter(|used| *used != module).collect();
            uses.insert(module, used);
        }
    }
    uses.keys().find_map(|module| circle(&uses, &mut vec![module.clone()]))
}

fn layer(module: &str) -> Option<&'static [&'static str]> {
    [RULES, API, MACHINE, COMPOSITION].into_iter().find(|layer| layer.contains(&module))
}

fn may_use(module: &str, used: &str) -> bool {
    module == used
        || COMPOSITION.contains(&module)
        || RULES.contains(&used)
        || (MACHINE.contains(&module) && MACHINE.contains(&used))
}

/// The crate's modules that a file names by `crate::` or by enough `super::`; `depth` is how deep the file stands.
fn references(words: &[String], depth: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // Of every open brace, whether it is a module's.
    let mut braces: Vec<bool> = Vec::new();
    let mut index = 0;
    while index < words.len() {
        match words[index].as_str() {
            "{" => braces.push(index >= 2 && words[index - 2] == "mod"),
            "}" => drop(braces.pop()),
            // `$crate` is where a macro goes back to its own crate, for another macro.
            "crate" if index > 0 && words[index - 1] == "$" => {}
            "crate" => found.extend(names(&words[index + 1..])),
            "super" => {
                let mut above = depth + braces.iter().filter(|is_module| **is_module).count() - 1;
                while words.get(index + 3).is_some_and(|word| word == "super") {
                    above = above.saturating_sub(1);
                    index += 3;
                }
                if above == 0 {
                    found.extend(names(&words[index + 1..]));
                }
            }
            _ => {}
        }
        index += 1;
    }
    found
}

/// The first names of a path's rest, as `a` and `b` of `::{a::c, b}`.
fn names(rest: &[String]) -> Vec<String> {
    let Some([":", ":"]) = rest.get(..2).map(|words| [words[0].as_str(), words[1].as_str()]) else {
        return Vec::new();
    };
    if rest.get(2).is_none_or(|word| word != "{") {
        return rest.get(2).cloned().into_iter().collect();
    }
    let (mut names, mut depth) = (Vec::new(), 0);
    for (word, before) in rest[2..].iter().zip(&rest[1..]) {
        match word.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && matches!(before.as_str(), "{" | ",") => names.push(word.clone()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// A way from the last module of `way` back to its first one.
fn circle(uses: &BTreeMap<String, BTreeSet<String>>, way: &mut Vec<String>) -> Option<String> {
    for used in uses.get(way.last()?)? {
        if *used == way[0] {
            return Some(format!("a circle: {}, {used}", way.join(", ")));
        }
        if !way.contains(used) {
            way.push(used.clone());
            if let Some(circle) = circle(uses, way) {
                return Some(circle);
            }
            way.pop();
        }
    }
    None
}

/// The names that `cargo tree` shows for the core along these edges, on any platform.
fn crates(edges: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "-p", "feishu-corehr", "-e", edges, "--prefix", "none", "--target", "all", "--locked"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
