//! The program of the local Feishu.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::{cargo, output, target};

/// Built, as tests use it.
pub(crate) fn program() -> Result<PathBuf> {
    output("build the sandbox", &mut cargo("build -p feishu-corehr-sandbox"))?;
    Ok(target("debug")?.join(format!("feishu-corehr-sandbox{EXE_SUFFIX}")))
}

/// The same, optimised, for measuring.
pub(crate) fn release_program() -> Result<PathBuf> {
    output("build the sandbox", &mut cargo("build --release -p feishu-corehr-sandbox"))?;
    Ok(target("release")?.join(format!("feishu-corehr-sandbox{EXE_SUFFIX}")))
}
