//! The npm package: wasm, its glue, the TypeScript around it, and the tests on the packed result.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};

use crate::check::Outcome;
use crate::command::{cargo, command, output, root, target};
use crate::{size, suite};

/// Not in `package-lock.json`, which would have to hold what they are on every other kind of machine.
const RUNTIMES: [&str; 3] = ["bun@1.4.5", "deno@2.9.6", "workerd@1.20261117.1"];
const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler with the sources of its standard library, for machines without the rustup target.
const DEBIAN_WASM: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std";
const CHROMIUMS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
/// With a font for the Chinese of the pages.
const DEBIAN_CHROMIUM: [&str; 2] = ["chromium", "fonts-wqy-microhei"];
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
    optimize(&[], &wasm)?;
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

/// Runs the tests on the packed package, in Node and the runtimes beside it.
pub(crate) fn check() -> Result<Outcome> {
    if let Some(reason) = missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let runtimes = runtimes()?;
    tests("tests", |command| command.env("FEISHU_COREHR_RUNTIMES", runtimes))
}

/// Runs the tests of pages in Chromium: bundles, and the console, of which screenshots are kept.
pub(crate) fn check_pages() -> Result<Outcome> {
    if let Some(reason) = missing() {
        return Ok(Outcome::NotRun(reason));
    }
    let screenshots = target("console/screenshots")?;
    match chromium() {
        Some(chromium) => tests("tests/pages", |command| {
            command.env("FEISHU_COREHR_CHROMIUM", chromium).env("FEISHU_COREHR_SCREENSHOTS", screenshots)
        }),
        None => Ok(Outcome::NotRun("Chromium is not installed".to_owned())),
    }
}

/// Weighs the smallest page that withdraws.
pub(crate) fn check_size() -> Result<Outcome> {
    match missing() {
        Some(reason) => Ok(Outcome::NotRun(reason)),
        None => size::check(),
    }
}

/// Runs all test files of a folder of the project.
fn tests(folder: &str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> Result<Outcome> {
    let Installed { project, .. } = installed()?;
    let mut tests = script(["--test", "--test-reporter=tap", "--test-timeout=180000"])?;
    // By name, since Node 20 and later ones read a folder differently.
    let names = fs::read_dir(project.join(folder))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".test.mjs")).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    let printed = output(&format!("JavaScript {folder}"), prepare(tests.args(files)))?;
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

/// `node` in the project with the installed package, told where all is that its scripts need.
pub(crate) fn script<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    let Installed { project, tarball } = installed()?;
    let mut node = command("node", arguments);
    node.current_dir(project)
        .env("FEISHU_COREHR_SANDBOX", suite::sandbox()?)
        .env("FEISHU_COREHR_TARBALL", tarball)
        .env("FEISHU_COREHR_NPM_TOOLS", tools()?);
    Ok(node)
}

/// The package in a project, as its users have it.
pub(crate) struct Installed {
    project: PathBuf,
    pub(crate) tarball: PathBuf,
}

/// Builds the package, packs it and installs it, once for all checks.
pub(crate) fn installed() -> Result<&'static Installed> {
    static INSTALLED: OnceLock<Installed> = OnceLock::new();
    if let Some(installed) = INSTALLED.get() {
        return Ok(installed);
    }
    let tarball = pack(&package()?)?;
    let project = target("npm/tests")?;
    install(&project, &tarball)?;
    Ok(INSTALLED.get_or_init(|| Installed { project, tarball }))
}

/// The wasm file as it is published, but with the names of its functions.
pub(crate) fn named_wasm() -> Result<PathBuf> {
    let wasm = target("npm/glue")?.join("named.wasm");
    optimize(&["-g"], &wasm)?;
    Ok(wasm)
}

/// Without `-g` the names of functions are dropped.
fn optimize(more: &[&str], wasm: &Path) -> Result<()> {
    let mut optimizer = command(tools()?.join("node_modules/.bin/wasm-opt"), ["-Oz", "--converge"]);
    optimizer.args(WASM_FEATURES).args(more).arg(target("npm/glue")?.join("core_bg.wasm"));
    output("wasm-opt", optimizer.arg("-o").arg(wasm)).map(|_| ())
}

/// Why the package cannot be built here; nothing when it can.
pub(crate) fn missing() -> Option<String> {
    for program in ["node", "npm"] {
        if Command::new(program).arg("--version").output().is_err() {
            return Some(format!("{program} is not installed"));
        }
    }
    compiler().err().map(|error| error.to_string())
}

/// The program that shows pages to tests; installed where nobody has to be asked.
pub(crate) fn chromium() -> Option<&'static str> {
    let found = || CHROMIUMS.into_iter().find(|path| Path::new(path).exists());
    found().or_else(|| {
        install_debian(&DEBIAN_CHROMIUM);
        found()
    })
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
    if !Path::new(DEBIAN_SOURCES).exists() && !install_debian(&DEBIAN_WASM) {
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

/// Only where nobody has to be asked for a password.
pub(crate) fn install_debian(packages: &[&str]) -> bool {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    is_root
        && output("apt-get update", &mut command("apt-get", ["update"])).is_ok()
        && output("apt-get install", command("apt-get", ["install", "--yes"]).args(packages)).is_ok()
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

/// A folder with the runtimes beside Node that the package is tested in.
fn runtimes() -> Result<PathBuf> {
    let folder = target("npm/runtimes")?;
    let stamp = folder.join("installed");
    let wanted = RUNTIMES.join(" ");
    if !fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
        let mut install = command("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"]);
        output("npm install runtimes", install.args(RUNTIMES).current_dir(&folder))?;
        fs::write(stamp, wanted)?;
    }
    Ok(folder)
}

/// The TypeScript around the glue, once for Node (CommonJS, with a facade of ES modules) and once for pages and workers.
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
    fs::write(build.join("js/wasm.d.ts"), "export const base64: string;\n")?;
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
    let inline = "const bytes = require('node:fs').readFileSync(process.argv[1]); \
                  console.log(`export const base64 =\\n  \"${bytes.toString('base64')}\";`)";
    let text = output("inline", command("node", ["-e", inline]).arg(package.join("feishu_corehr.wasm")))?;
    fs::write(package.join("web/wasm.js"), text)?;
    fs::copy(build.join("js/wasm.d.ts"), package.join("web/wasm.d.ts"))?;
    for (module, facade) in [("node", "index"), ("backend", "backend")] {
        let exports = "console.log(Object.keys(require(process.argv[1])).sort().join(', '))";
        let script = package.join(format!("node/{module}.js"));
        let names = output("exports", command("node", ["-e", exports]).arg(script))?;
        let text = format!("import all from \"./{module}.js\";\n\nexport const {{ {} }} = all;\n", names.trim());
        fs::write(package.join(format!("node/{facade}.mjs")), text)?;
        fs::write(package.join(format!("node/{facade}.d.mts")), format!("export * from \"./{module}.js\";\n"))?;
    }
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
    for name in ["tests", "examples", "node_modules/feishu-corehr", "package-lock.json"] {
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
    for name in ["README.md", "README.zh.md"] {
        fs::copy(root().join(name), project.join(name))?;
    }
    copy(&root().join("bindings-wasm/examples"), &project.join("examples"))?;
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
