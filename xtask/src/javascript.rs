//! The npm package: wasm, its glue, the TypeScript around it, and the tests on the packed result.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::check::Outcome;
use crate::command::{cargo, command, output, root, target};

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler with the sources of its standard library, for machines without the rustup target.
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
/// Named one by one: with all features wasm-opt writes what Node refuses.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Builds the package into `target/npm/feishu-corehr` and shows the sizes of its wasm.
pub(crate) fn package() -> Result<PathBuf> {
    let tools = tools()?;
    let glue = glue(&wasm()?)?;
    let package = target("npm")?.join("feishu-corehr");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    fs::create_dir_all(&package)?;
    let wasm = package.join("feishu_corehr.wasm");
    let mut optimizer = command(tools.join("node_modules/.bin/wasm-opt"), ["-Oz", "--converge"]);
    output("wasm-opt", optimizer.args(WASM_FEATURES).arg(glue.join("core_bg.wasm")).arg("-o").arg(&wasm))?;
    compile(&tools, &glue, &package)?;
    for name in ["package.json", "README.md"] {
        fs::copy(root().join("bindings-wasm").join(name), package.join(name))?;
    }
    fs::copy(root().join("LICENSE"), package.join("LICENSE"))?;
    let sizes = "const z = require('node:zlib'), b = require('node:fs').readFileSync(process.argv[1]); \
                 console.log(`${b.length} bytes, gzip ${z.gzipSync(b, { level: 9 }).length}, \
                 brotli ${z.brotliCompressSync(b).length}`)";
    let printed = output("sizes", command("node", ["-e", sizes]).arg(&wasm))?;
    writeln!(std::io::stderr(), "{}: {}", wasm.display(), printed.trim())?;
    Ok(package)
}

/// Builds the package, packs it, installs it into projects of its own, and runs the tests there.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let tarball = pack(&package()?)?;
    let project = target("npm/tests")?;
    install(&project, &tarball)?;
    output("build the sandbox", &mut cargo("build -p feishu-corehr-sandbox"))?;
    let sandbox = target("debug")?.join(format!("feishu-corehr-sandbox{EXE_SUFFIX}"));
    let mut tests = command("node", ["--test", "--test-reporter=tap", "--test-timeout=60000"]);
    // By name, since Node 20 and later ones read a folder differently.
    let names = fs::read_dir(project.join("tests"))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("tests/{name}")).collect();
    files.sort();
    tests
        .args(files)
        .current_dir(&project)
        .env("FEISHU_COREHR_SANDBOX", sandbox)
        .env("FEISHU_COREHR_TARBALL", &tarball);
    let printed = output("JavaScript tests", tests.env("FEISHU_COREHR_NPM_TOOLS", tools()?))?;
    let count = |word: &str| {
        let line = printed.lines().rev().find_map(|line| line.strip_prefix(&format!("# {word} ")));
        line.and_then(|number| number.trim().parse::<u64>().ok()).unwrap_or(0)
    };
    if count("skipped") + count("todo") > 0 {
        bail!("a test was skipped");
    }
    match count("pass") {
        0 => bail!("no test was run"),
        passed => Ok(Outcome::Passed(passed)),
    }
}

/// Why the package cannot be built here; nothing when it can.
fn missing() -> Option<String> {
    for program in ["node", "npm"] {
        if Command::new(program).arg("--version").output().is_err() {
            return Some(format!("{program} is not installed"));
        }
    }
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
    if !Path::new(DEBIAN_SOURCES).exists() && !install_debian() {
        bail!(
            "no compiler for wasm: `rustup target add {TARGET}`, or on Debian `apt-get install {}`",
            DEBIAN.join(" ")
        );
    }
    let linkers = fs::read_dir(sysroot.join("lib/rustlib"))?
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/rust-lld")))
        .find(|path| path.exists());
    linkers.map(Compiler::Debian).ok_or_else(|| anyhow!("no rust-lld in {}", sysroot.display()))
}

/// Only where nobody has to be asked for a password.
fn install_debian() -> bool {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    is_root
        && output("apt-get update", &mut command("apt-get", ["update"])).is_ok()
        && output("apt-get install", command("apt-get", ["install", "--yes"]).args(DEBIAN)).is_ok()
}

/// The wasm file as the compiler writes it.
fn wasm() -> Result<PathBuf> {
    let line = ["build", "--locked", "-p", "feishu-corehr-wasm", "--profile", "wasm", "--target", TARGET];
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
fn glue(wasm: &Path) -> Result<PathBuf> {
    let folder = target("npm/glue")?;
    let mut maker = cargo("run --quiet -p feishu-corehr-glue --");
    output("glue", maker.arg(wasm).arg(&folder))?;
    Ok(folder)
}

/// A folder with the development tools of `bindings-wasm/package.json` in it, installed when that has changed.
fn tools() -> Result<PathBuf> {
    let folder = target("npm/tools")?;
    let mut wanted = String::new();
    for name in ["package.json", "package-lock.json"] {
        let path = root().join("bindings-wasm").join(name);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        fs::write(folder.join(name), &text)?;
        wanted.push_str(&text);
    }
    let stamp = folder.join("installed");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        output("npm ci", command("npm", ["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    Ok(folder)
}

/// The TypeScript around the glue, once for Node (CommonJS, with a facade of ES modules) and once for pages.
fn compile(tools: &Path, glue: &Path, package: &Path) -> Result<()> {
    let build = tools.join("build");
    if build.exists() {
        fs::remove_dir_all(&build)?;
    }
    copy(&root().join("bindings-wasm/js"), &build.join("js"))?;
    fs::write(build.join("js/package.json"), r#"{ "type": "commonjs" }"#)?;
    fs::create_dir_all(build.join("glue"))?;
    fs::copy(glue.join("core.js"), build.join("glue/core.js"))?;
    fs::copy(glue.join("core.d.ts"), build.join("js/core.d.ts"))?;
    for project in ["glue", "node", "web"] {
        let mut compiler = command(tools.join("node_modules/.bin/tsc"), ["-p"]);
        output(&format!("tsc {project}"), compiler.arg(build.join(format!("js/tsconfig.{project}.json"))))?;
    }
    for (folder, kind) in [("node", "commonjs"), ("web", "module")] {
        copy(&build.join("package").join(folder), &package.join(folder))?;
        fs::copy(glue.join("types.d.ts"), package.join(folder).join("core.d.ts"))?;
        fs::write(package.join(folder).join("package.json"), format!("{{ \"type\": \"{kind}\" }}\n"))?;
    }
    fs::copy(glue.join("core.js"), package.join("web/core.js"))?;
    let exports = "const name = Object.keys(require(process.argv[1])).sort(); console.log(name.join(', '))";
    let names = output("exports", command("node", ["-e", exports]).arg(package.join("node/node.js")))?;
    let facade = format!("import all from \"./node.js\";\n\nexport const {{ {} }} = all;\n", names.trim());
    fs::write(package.join("node/index.mjs"), facade)?;
    fs::write(package.join("node/index.d.mts"), "export * from \"./node.js\";\n")?;
    Ok(())
}

fn pack(package: &Path) -> Result<PathBuf> {
    let folder = target("npm/packed")?;
    let mut pack = command("npm", ["pack", "--silent", "--pack-destination"]);
    let printed = output("npm pack", pack.arg(&folder).current_dir(package))?;
    let name = printed.lines().rev().find(|line| line.ends_with(".tgz")).context("npm pack named no file")?;
    Ok(folder.join(name.trim()))
}

/// A project that has the package as its users have it, with the tests and the page of examples beside it.
fn install(project: &Path, tarball: &Path) -> Result<()> {
    for name in ["tests", "node_modules/feishu-corehr", "package-lock.json"] {
        let path = project.join(name);
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else if path.exists() {
            fs::remove_file(path)?;
        }
    }
    fs::write(project.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"]);
    output("npm install", install.arg(tarball).current_dir(project))?;
    copy(&root().join("bindings-wasm/tests"), &project.join("tests"))
}

/// A folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
