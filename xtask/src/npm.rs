//! The npm package: wasm, its glue, the TypeScript around it, packed and installed as its users have it.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::command::{command, output, root, target};
use crate::wasm::Module;
use crate::{sandbox, wasm};

/// Under Jest's jsdom, where the package is CommonJS, a page has no text encoder, but Node's is at hand.
const TEXT_CODERS: &str = "const { TextDecoder, TextEncoder } = \
    globalThis.TextDecoder === undefined ? process.getBuiltinModule(\"node:util\") : globalThis;";

/// `node` in the project with the installed package, told where all is that its scripts need.
pub(crate) fn script<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    script_of(Path::new("node"), arguments)
}

/// The same by another `node`.
pub(crate) fn script_of<S: AsRef<OsStr>>(node: &Path, arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    let Installed { project, tarball } = installed()?;
    let mut node = command(node, arguments);
    node.current_dir(project)
        .env("FEISHU_COREHR_SANDBOX", sandbox::program()?)
        .env("FEISHU_COREHR_TARBALL", tarball)
        .env("FEISHU_COREHR_NPM_TOOLS", tools()?);
    Ok(node)
}

/// The package in a project, as its users have it.
pub(crate) struct Installed {
    pub(crate) project: PathBuf,
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
    let wasm = Module::Page.folder()?.join("named.wasm");
    wasm::optimize(&tools()?, Module::Page, &["-g"], &wasm)?;
    Ok(wasm)
}

/// Why the package cannot be built here; nothing when it can.
pub(crate) fn missing() -> Option<String> {
    for program in ["node", "npm"] {
        if Command::new(program).arg("--version").output().is_err() {
            return Some(format!("{program} is not installed"));
        }
    }
    wasm::missing()
}

/// Builds the package into `target/npm/feishu-corehr` and shows the sizes of its wasm.
fn package() -> Result<PathBuf> {
    let tools = tools()?;
    let page = wasm::build(Module::Page)?;
    let node = wasm::build(Module::Node)?;
    let package = target("npm")?.join("feishu-corehr");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    fs::create_dir_all(&package)?;
    let wasm = package.join("feishu_corehr.wasm");
    wasm::optimize(&tools, Module::Page, &[], &wasm)?;
    compile(&tools, &page, &node, &package)?;
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

/// The TypeScript around the glue: as CommonJS, with a facade of ES modules, for Node; as ES modules for pages and workers;
/// and as CommonJS for pages.
fn compile(tools: &Path, page: &Path, node: &Path, package: &Path) -> Result<()> {
    let build = tools.join("build");
    if build.exists() {
        fs::remove_dir_all(&build)?;
    }
    copy(&root().join("bindings-wasm/js"), &build.join("js"))?;
    fs::write(build.join("js/package.json"), r#"{ "type": "commonjs" }"#)?;
    for (name, glue) in [("glue", node), ("glue-page", page)] {
        let glue = fs::read_to_string(glue.join("core.js"))?;
        fs::create_dir_all(build.join(name))?;
        fs::write(build.join(name).join("core.js"), format!("{TEXT_CODERS}\n{glue}"))?;
    }
    // All of what either has: what a page's has not, nothing for pages imports.
    fs::copy(node.join("core.d.ts"), build.join("js/core.d.ts"))?;
    fs::copy(node.join("table.ts"), build.join("js/table.ts"))?;
    fs::write(build.join("js/wasm.d.ts"), "export const base64: string;\n")?;
    for project in ["glue", "glue-page", "node", "page", "web"] {
        let mut compiler = command(tools.join("node_modules/.bin/tsc"), ["-p"]);
        output(&format!("tsc {project}"), compiler.arg(build.join(format!("js/tsconfig.{project}.json"))))?;
    }
    let page_wasm = package.join("feishu_corehr.wasm");
    let node_wasm = node.join("optimized.wasm");
    wasm::optimize(tools, Module::Node, &[], &node_wasm)?;
    let encode = "console.log(require('node:fs').readFileSync(process.argv[1]).toString('base64'))";
    for (folder, kind, export, glue, wasm) in [
        ("node", "commonjs", "exports.base64", node, &node_wasm),
        ("page-cjs", "commonjs", "exports.base64", page, &page_wasm),
        ("web", "module", "export const base64", page, &page_wasm),
    ] {
        let to = package.join(folder);
        copy(&build.join("package").join(folder), &to)?;
        let base64 = output("base64", command("node", ["-e", encode]).arg(wasm))?;
        fs::copy(glue.join("types.d.ts"), to.join("core.d.ts"))?;
        fs::copy(build.join("js/wasm.d.ts"), to.join("wasm.d.ts"))?;
        fs::write(to.join("wasm.js"), format!("{export} =\n  \"{}\";\n", base64.trim()))?;
        fs::write(to.join("package.json"), format!("{{ \"type\": \"{kind}\" }}\n"))?;
    }
    fs::copy(page.join("core.js"), package.join("web/core.js"))?;
    for name in ["node/text.js", "page-cjs/text.js"] {
        let text = package.join(name);
        fs::write(&text, format!("{TEXT_CODERS}\n{}", fs::read_to_string(&text)?))?;
    }
    // Once more, for `web/place/wasm-file.js`.
    fs::create_dir(package.join("feishu-corehr"))?;
    fs::copy(&page_wasm, package.join("feishu-corehr/feishu_corehr.wasm"))?;
    bundle_undici(tools, &package.join("node/vendor"))?;
    let facades = [
        ("main", "index"),
        ("node", "server"),
        ("inline", "inline"),
        ("backend", "backend"),
        ("deno-bun", "deno-bun"),
        ("opentelemetry", "opentelemetry"),
    ];
    for (module, facade) in facades {
        let exports = "console.log(Object.keys(require(process.argv[1])).sort().join(', '))";
        let script = package.join(format!("node/{module}.js"));
        let names = output(
            "exports",
            command("node", ["-e", exports]).arg(script).env("NODE_PATH", tools.join("node_modules")),
        )?;
        let text = format!("import all from \"./{module}.js\";\n\nexport const {{ {} }} = all;\n", names.trim());
        fs::write(package.join(format!("node/{facade}.mjs")), text)?;
        fs::write(package.join(format!("node/{facade}.d.mts")), format!("export * from \"./{module}.js\";\n"))?;
    }
    Ok(())
}

/// undici as one file without `require`, which a user's bundle of ES modules would not have.
fn bundle_undici(tools: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join("undici.js");
    let mut bundler = command(tools.join("node_modules/.bin/esbuild"), ["build/js/vendor/undici.cjs"]);
    bundler.args(["--bundle", "--platform=node", "--format=cjs", "--target=node20", "--log-level=warning"]);
    bundler.args(["--minify-whitespace", "--minify-syntax"]).arg(format!("--outfile={}", file.display()));
    output("bundle undici", bundler.current_dir(tools))?;
    let text = fs::read_to_string(&file)?.replace("require(\"node:", "builtin(\"node:");
    if text.contains("require(\"") {
        bail!("undici requires what is not Node's own: {}", file.display());
    }
    fs::write(&file, format!("const builtin = (name) => process.getBuiltinModule(name);\n{text}"))?;
    fs::copy(tools.join("node_modules/undici/LICENSE"), folder.join("undici.LICENSE"))?;
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
    fs::copy(root().join("tests/samples.json"), project.join("samples.json"))?;
    fs::copy(root().join("tests/journal.sql"), project.join("journal.sql"))?;
    fs::copy(root().join("tests/shims/javascript.mjs"), project.join("shim.mjs"))?;
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
