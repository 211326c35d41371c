//! The npm package in the tools that people have: bundlers, test runners, frameworks, TypeScript.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::check::Outcome;
use crate::command::{command, output, target};
use crate::{javascript, npm};

/// A project for each of those that would not get along in one. Pinned here and not in `package-lock.json`, whose tools
/// build the package.
const PROJECTS: [(&str, &[&str]); 8] = [
    (
        "bundlers",
        &[
            "@rollup/plugin-commonjs@29.0.3",
            "@rollup/plugin-node-resolve@16.0.3",
            "@vercel/ncc@0.45.0",
            "esbuild@0.28.2",
            "rollup@4.68.8",
            "webpack@5.112.2",
        ],
    ),
    ("jest", &["jest@30.5.2", "jest-environment-jsdom@30.5.2"]),
    ("next", &["next@16.4.6", "react@19.3.1", "react-dom@19.3.1"]),
    ("vite5", &["vite@5.4.21"]),
    ("vite6", &["vite@6.4.6"]),
    ("vite7", &["vite@7.3.8"]),
    ("vite8", &["vite@8.3.8"]),
    ("vitest", &["jsdom@26.1.0", "vitest@4.1.12"]),
];

/// Runs the package in all of them; pages in Chromium.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = npm::missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let Some(chromium) = javascript::chromium() else {
        return Ok(Outcome::NotRun("Chromium is not installed".to_owned()));
    };
    let folder = projects()?;
    javascript::tests(Path::new("node"), "tests/tools", |command| {
        command.env("FEISHU_COREHR_CHROMIUM", chromium).env("FEISHU_COREHR_MATRIX", folder)
    })
    .map(Outcome::Passed)
}

/// The folder of the projects, each installed when its list has changed.
fn projects() -> Result<PathBuf> {
    let folder = target("npm/tools-matrix")?;
    for (name, tools) in PROJECTS {
        let project = target(&format!("npm/tools-matrix/{name}"))?;
        let stamp = project.join("installed");
        let wanted = tools.join(" ");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            continue;
        }
        fs::write(project.join("package.json"), "{ \"private\": true }\n")?;
        let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--save-exact"]);
        output(&format!("npm install {name}"), install.args(tools).current_dir(&project))?;
        fs::write(stamp, wanted)?;
    }
    Ok(folder)
}
