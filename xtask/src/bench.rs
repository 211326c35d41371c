//! Ratios, measured side by side in one run: never asserted, since machines are shared and noisy.

use std::io::Write;

use anyhow::Result;

use crate::command::{cargo, show};
use crate::{python, suite};

/// Measures the core and the Python package.
pub(crate) fn run() -> Result<()> {
    let mut screen = std::io::stderr();
    writeln!(screen, "core: build and decode one withdrawal, against serde_json on the same bytes")?;
    show(&mut cargo("bench -p feishu-corehr-bench"))?;
    writeln!(screen, "Python: against lark-oapi, pycurl and http.client, over HTTPS on the sandbox")?;
    let sandbox = suite::sandbox_release()?;
    python::install_client()?;
    let peers = ["-m", "pip", "install", "--quiet", "--requirement", "tests/bench/requirements.txt"];
    show(&mut python::python(&peers)?)?;
    show(python::python(&["tests/bench/python.py", "--sandbox"])?.arg(sandbox))
}
