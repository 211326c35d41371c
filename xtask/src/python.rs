//! The Python side: an environment of the project's own under `target`, and the wheels.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};

use crate::command::{command, output, root, show, target};
use crate::sandbox;

/// The interpreter of the environment; made, and brought up to date, when needed.
pub(crate) fn environment() -> Result<PathBuf> {
    let folder = target("venv")?;
    let python = folder.join("bin/python");
    let requirements = root().join("bindings-python/requirements-dev.txt");
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let stamp = folder.join("requirements.installed");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    output("venv", command(base_interpreter(), ["-m", "venv", "--clear"]).arg(&folder))?;
    output("pip", command(&python, ["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements))?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// `python` of the environment with arguments.
pub(crate) fn python(arguments: &[&str]) -> Result<Command> {
    Ok(command(environment()?, arguments))
}

/// Builds the wheel of `project` (a folder with a pyproject.toml) and returns its path.
pub(crate) fn wheel(project: &str, arguments: &[&str]) -> Result<PathBuf> {
    let python = environment()?;
    let wheels = target("wheels")?.join(project.replace('/', "-"));
    if wheels.exists() {
        fs::remove_dir_all(&wheels)?;
    }
    let mut maturin = command(&python, ["-m", "maturin", "build", "--quiet", "--interpreter"]);
    maturin.arg(&python).args(["--manifest-path", &format!("{project}/Cargo.toml")]).arg("--out").arg(&wheels);
    output(&format!("wheel {project}"), maturin.args(arguments))?;
    let mut files = fs::read_dir(&wheels)?.filter_map(|entry| Some(entry.ok()?.path()));
    files
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| anyhow!("no wheel in {}", wheels.display()))
}

/// Installs a wheel into the environment, in the place of an older one.
pub(crate) fn install(wheel: &Path) -> Result<()> {
    let arguments = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"];
    output("pip install", command(environment()?, arguments).arg(wheel))?;
    Ok(())
}

/// Builds the client's wheel and installs it.
pub(crate) fn install_client() -> Result<PathBuf> {
    let wheel = wheel("bindings-python", &["--release"])?;
    install(&wheel)?;
    Ok(wheel)
}

/// Kills the command so often, and shows what each run came to.
pub(crate) fn kills(count: u32) -> Result<()> {
    install_client()?;
    let mut pytest = python(&["-m", "pytest", "-q", "-s", "bindings-python/tests/test_command_kill.py"])?;
    pytest.env("FEISHU_COREHR_KILLS", count.to_string());
    show(pytest.env("FEISHU_COREHR_SANDBOX", sandbox::program()?))
}

/// `PYTHON` where it is set, for a machine with several.
fn base_interpreter() -> String {
    std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned())
}
