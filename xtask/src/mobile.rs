//! The library inside mobile apps, and the Kotlin and Swift that uniffi writes for it.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX, OS};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::check::Fresh;
use crate::command::{cargo, command, output, target};

const NAME: &str = "feishu_corehr_mobile";
/// What the stripped library may have, in bytes, where it has been measured.
const LARGEST: (&str, u64) = ("linux-x86-64", 1_176_500);
const KOTLIN: &str = "bindings-mobile/kotlin/generated/src/main/kotlin";
const SWIFT: &str = "bindings-mobile/swift/Sources/FeishuCoreHRGenerated";
const HEADERS: &str = "bindings-mobile/swift/Sources/FeishuCoreHRFFI/include";

/// What an app has its own of.
const NOT_IN_IT: [&str; 4] = ["hyper", "reqwest", "rustls", "tokio"];

/// Fails when the library has an HTTP stack, TLS or a runtime in it.
pub(crate) fn check_dependencies() -> Result<()> {
    let tree = output("mobile tree", &mut cargo("tree --quiet --edges normal --prefix none -p feishu-corehr-mobile"))?;
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    match names.clone().find(|name| NOT_IN_IT.contains(name)) {
        Some(name) => bail!("{name} is in the mobile library"),
        None if names.count() < 5 => bail!("these are not its dependencies:\n{tree}"),
        None => Ok(()),
    }
}

/// Builds the dynamic library for this machine, stripped, and shows its size.
pub(crate) fn library() -> Result<PathBuf> {
    let file = format!("{DLL_PREFIX}{NAME}{DLL_SUFFIX}");
    let library = build()?.join(&file);
    let stripped = target("mobile/stripped")?.join(file);
    // On Apple systems the exported symbols must be kept by name.
    let flag = if OS == "macos" { "-x" } else { "--strip-all" };
    output("strip", command("strip", [flag, "-o"]).arg(&stripped).arg(library))?;
    let (size, platform) = (stripped.metadata()?.len(), platform());
    writeln!(std::io::stderr(), "{}: {size} bytes, stripped, for {platform}", stripped.display())?;
    if platform == LARGEST.0 && size > LARGEST.1 {
        bail!("the stripped library has {size} bytes; {} are allowed", LARGEST.1);
    }
    Ok(stripped)
}

/// Builds the static library for this machine, and puts it where Swift's package looks for it: away from the dynamic
/// one, which a linker would prefer.
pub(crate) fn static_library() -> Result<()> {
    fs::copy(build()?.join(archive()), target("swift/library")?.join(archive()))?;
    Ok(())
}

/// This machine, as JNA names the folder of a library: `linux-x86-64`.
pub(crate) fn platform() -> String {
    let system = match OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    format!("{system}-{}", ARCH.replace('_', "-"))
}

/// What uniffi writes, by the paths in the repository.
pub(crate) fn generated() -> Result<Vec<Fresh>> {
    // A debug build has the same metadata, and stands earlier.
    output("build for generation", &mut cargo("build -p feishu-corehr-mobile"))?;
    let library = target("debug")?.join(archive());
    let mut files = Vec::new();
    for path in written("kotlin", &library)? {
        let folder = target("generated/kotlin")?;
        files.push((Path::new(KOTLIN).join(path.strip_prefix(folder)?), kotlin(&path)?.into_bytes()));
    }
    let mut modules = String::new();
    for path in written("swift", &library)? {
        let name = path.file_name().context("a file has a name")?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("modulemap") => modules = modules + &fs::read_to_string(&path)? + "\n",
            Some("h") => files.push((Path::new(HEADERS).join(name), fs::read(&path)?)),
            _ => files.push((Path::new(SWIFT).join(name), fs::read(&path)?)),
        }
    }
    files.push((Path::new(HEADERS).join("module.modulemap"), modules.into_bytes()));
    Ok(files)
}

/// A generated file, mended: a call makes the structure for its status, which costs more than the call itself. It is
/// lent from the thread's own instead.
fn kotlin(path: &Path) -> Result<String> {
    const MADE: &str = "\
    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
";
    const LENT: &str = "\
    val statuses = UniffiStatuses.ofThread()
    val status = statuses.lend()
    try {
        val return_value = callback(status)
        uniffiCheckCallStatus(errorHandler, status)
        return return_value
    } finally {
        statuses.giveBack()
    }
";
    let text = fs::read_to_string(path)?;
    let found = text.matches(MADE).count();
    if found != 1 {
        bail!("{} has {found} times what is mended in it: look whether uniffi has changed", path.display());
    }
    Ok(text.replace(MADE, LENT) + STATUSES)
}

/// Calls lie within each other, since a callback may call again: the one that was lent last comes back first.
const STATUSES: &str = "
/** The structures for the status of a thread's calls. `cargo xtask gen` adds this. */
internal class UniffiStatuses private constructor() {
    private val all = ArrayList<UniffiRustCallStatus>()
    private var lent = 0

    fun lend(): UniffiRustCallStatus {
        if (lent == all.size) {
            all.add(UniffiRustCallStatus())
        }
        val status = all[lent]
        lent += 1
        status.code = UNIFFI_CALL_SUCCESS
        status.error_buf.capacity = 0
        status.error_buf.len = 0
        status.error_buf.data = null
        return status
    }

    fun giveBack() {
        lent -= 1
    }

    companion object {
        private val statuses = ThreadLocal.withInitial { UniffiStatuses() }

        fun ofThread(): UniffiStatuses = statuses.get()
    }
}
";

/// Has uniffi write one language; the files, in order.
fn written(language: &str, library: &Path) -> Result<Vec<PathBuf>> {
    let folder = target("generated")?.join(language);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let line = "run --quiet -p feishu-corehr-bindgen -- generate --no-format \
                --config bindings-mobile/bindgen/bindings.toml --language";
    let mut bindgen = cargo(line);
    bindgen.args([language, "--out-dir"]).arg(&folder).arg(library);
    output(&format!("generate {language}"), &mut bindgen)?;
    let (mut folders, mut files) = (vec![folder], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Builds both libraries as an app carries them, symbols kept; the folder.
fn build() -> Result<PathBuf> {
    output("build the mobile library", &mut cargo("build --profile mobile -p feishu-corehr-mobile"))?;
    target("mobile")
}

fn archive() -> String {
    if OS == "windows" { format!("{NAME}.lib") } else { format!("lib{NAME}.a") }
}
