//! The program of the local Feishu.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::Result;

use crate::command::{cargo, output, target};

/// Built once for all checks, as tests use it: a copy, which other builds do not replace while it is used.
pub(crate) fn program() -> Result<PathBuf> {
    static PROGRAM: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut program = PROGRAM.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = &*program {
        return Ok(path.clone());
    }
    output("build the sandbox", &mut cargo("build -p feishu-corehr-sandbox"))?;
    let name = format!("feishu-corehr-sandbox{EXE_SUFFIX}");
    let (path, fresh) = (target("sandbox")?.join(&name), target("sandbox")?.join(format!("new-{name}")));
    fs::copy(target("debug")?.join(name), &fresh)?;
    // One of an earlier run may still be running.
    fs::rename(fresh, &path)?;
    Ok(program.insert(path).clone())
}

/// The same, optimised, for measuring.
pub(crate) fn release_program() -> Result<PathBuf> {
    output("build the sandbox", &mut cargo("build --release -p feishu-corehr-sandbox"))?;
    Ok(target("release")?.join(format!("feishu-corehr-sandbox{EXE_SUFFIX}")))
}
