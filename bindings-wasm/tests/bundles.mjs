// The bundlers, as a page's project uses them: `index.html` and `main.js` of a folder become files in `dist`.

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { imported, tool } from "./project.mjs";

/** A page with one script. */
export const page = (script) =>
  `<!doctype html>\n<meta charset="utf-8">\n<title>…</title>\n<link rel="icon" href="data:,">\n<script type="module" src="${script}"></script>\n`;

/** Builds with esbuild; what it says about the origin of each byte. */
export async function esbuild(path, options = {}) {
  const { build } = await imported("esbuild");
  const { metafile } = await build({
    absWorkingDir: path,
    entryPoints: ["main.js"],
    bundle: true,
    format: "esm",
    logLevel: "silent",
    metafile: true,
    minify: true,
    outdir: "dist",
    ...options,
  });
  writeFileSync(join(path, "dist/index.html"), page("./main.js"));
  return metafile;
}

/** Vite without a plugin. */
export const vite = () => import(tool("vite/dist/node/index.js"));

/** Builds with Vite. */
export async function viteBuild(path) {
  const { build } = await vite();
  await build({ root: path, configFile: false, logLevel: "error", build: { emptyOutDir: true, modulePreload: false } });
}

/** Builds with webpack; what it warns of, but for sizes, which have a check of their own. */
export async function webpack(path) {
  const make = await imported("webpack");
  const stats = await new Promise((resolve, reject) => {
    const output = { path: join(path, "dist") };
    const compiler = make({ context: path, entry: "./main.js", mode: "production", output, performance: { hints: false } });
    compiler.run((failure, result) => compiler.close((late) => ((failure ?? late) ? reject(failure ?? late) : resolve(result))));
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  if (errors.length > 0) {
    throw new Error(errors.map((error) => error.message).join("\n"));
  }
  copyFileSync(join(path, "index.html"), join(path, "dist/index.html"));
  return warnings.map((warning) => warning.message);
}
