// The tools, each in a project of its own that has the package beside it, as npm lays it out.

import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../node_modules/feishu-corehr", import.meta.url));

/** A tool's project with these files and the package; its folder. */
export function tools(name, files) {
  const path = join(process.env.FEISHU_COREHR_MATRIX, name);
  const installed = join(path, "node_modules/feishu-corehr");
  for (const old of [installed, join(path, "node_modules/.vite"), join(path, "dist"), join(path, ".next"), join(path, "app")]) {
    rmSync(old, { recursive: true, force: true });
  }
  cpSync(PACKAGE, installed, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

/** A module of a tool's project. */
export async function toolOf(path, name) {
  const module = await import(pathToFileURL(createRequire(join(path, "package.json")).resolve(name)));
  return module.default ?? module;
}

/** A program of a tool's project, run to its end; what it prints, or an error that shows it. */
export function run(path, program, arguments_, env = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: path, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
    execFile(program, arguments_, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(`${stdout}${stderr}`);
      } else {
        reject(new Error(`${program} ${arguments_.join(" ")}: ${error.message.slice(0, 200)}\n${stdout}\n${stderr}`));
      }
    });
  });
}

/** A folder in which no package is found: where a server's bundle is deployed to. */
export function bareFolder() {
  const path = mkdtempSync(join(tmpdir(), "feishu-corehr-bundle-"));
  after(() => rmSync(path, { recursive: true, maxRetries: 5 }));
  return path;
}
