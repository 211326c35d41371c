//! The WebAssembly file of the npm package: its compiler, its glue, its optimiser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use crate::command::{cargo, command, output, target};
use crate::debian;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler with the sources of its standard library, for machines without the rustup target.
const DEBIAN_WASM: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
/// Named one by one: with all features wasm-opt writes what Node refuses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Which module it is.
#[derive(Clone, Copy)]
pub(crate) enum Module {
    /// For Node: it makes runs over many processes, too.
    Node,
    /// For pages and workers, where every byte counts.
    Page,
}

impl Module {
    /// Where its glue is.
    pub(crate) fn folder(self) -> Result<PathBuf> {
        target(match self {
            Self::Node => "npm/glue-node",
            Self::Page => "npm/glue",
        })
    }
}

/// Compiles it and makes its glue; the folder of both.
pub(crate) fn build(module: Module) -> Result<PathBuf> {
    glue(&wasm(module)?, module)
}

/// Writes the file, a page's as small as it gets. Without `-g` the names of functions are dropped.
pub(crate) fn optimize(tools: &Path, module: Module, more: &[&str], wasm: &Path) -> Result<()> {
    let levels: &[&str] = match module {
        Module::Node => &["-O1"],
        Module::Page => &["-Oz", "--converge"],
    };
    let mut optimizer = command(tools.join("node_modules/.bin/wasm-opt"), levels);
    optimizer.args(FEATURES).args(more).arg(module.folder()?.join("core_bg.wasm"));
    output("wasm-opt", optimizer.arg("-o").arg(wasm)).map(|_| ())
}

/// Why it cannot be compiled here; nothing when it can.
pub(crate) fn missing() -> Option<String> {
    compiler().err().map(|error| error.to_string())
}

/// Where a compiler for wasm comes from.
enum Compiler {
    /// Debian's, which builds the standard library from source; with the path of rustup's linker.
    Debian(PathBuf),
    /// rustup's.
    Rustup,
}

fn compiler() -> Result<Compiler> {
    let sysroot = PathBuf::from(output("sysroot", &mut command("rustc", ["--print", "sysroot"]))?.trim());
    if sysroot.join("lib/rustlib").join(TARGET).join("lib").exists() {
        return Ok(Compiler::Rustup);
    }
    if !Path::new(DEBIAN_SOURCES).exists() && !debian::install(&DEBIAN_WASM) {
        bail!(
            "no compiler for wasm: `rustup target add {TARGET}`, or on Debian `apt-get install {}`",
            DEBIAN_WASM.join(" ")
        );
    }
    let linkers = fs::read_dir(sysroot.join("lib/rustlib"))?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/rust-lld")))
        .find(|path| path.exists());
    linkers.map(Compiler::Debian).ok_or_else(|| anyhow!("no rust-lld in {}", sysroot.display()))
}

/// The wasm file as the compiler writes it.
fn wasm(module: Module) -> Result<PathBuf> {
    let mut line = vec!["build", "--locked", "-p", "feishu-corehr-wasm", "--profile", "wasm", "--target", TARGET];
    if matches!(module, Module::Node) {
        line.extend(["--features", "bulk"]);
    }
    // Another compiler than the one of the rest: a folder of its own, so that neither spoils the other's work.
    let folder = target("wasm")?;
    let mut build = match compiler()? {
        Compiler::Rustup => command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), line),
        Compiler::Debian(linker) => {
            let mut build = command("/usr/bin/cargo", line);
            build
                .args([
                    "-Zbuild-std=std,panic_abort",
                    "-Zbuild-std-features=optimize_for_size",
                    "-Zpanic-immediate-abort",
                ])
                .env("RUSTC", "/usr/bin/rustc")
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTFLAGS", "-Zlocation-detail=none")
                .env("CARGO_PROFILE_WASM_PANIC", "immediate-abort")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            // What rustup's cargo has set for us, its child.
            for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTDOC", "RUSTC_WRAPPER"] {
                build.env_remove(name);
            }
            build
        }
    };
    output("build wasm", build.env("CARGO_TARGET_DIR", &folder))?;
    Ok(folder.join(TARGET).join("wasm/feishu_corehr_wasm.wasm"))
}

/// A folder with the glue of a wasm file.
fn glue(wasm: &Path, module: Module) -> Result<PathBuf> {
    let folder = module.folder()?;
    let mut maker = cargo("run --quiet -p feishu-corehr-glue --");
    output("glue", maker.arg(wasm).arg(&folder))?;
    Ok(folder)
}
