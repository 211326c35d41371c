// The entries of the package beside the two for Node and pages: what they resolve to, their types, and that they run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { after } from "node:test";

import * as backend from "feishu-corehr/backend";

import { sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const project = fileURLToPath(new URL("..", import.meta.url));
const tools = process.env.FEISHU_COREHR_NPM_TOOLS;
// Inside of the project, where the package is found.
const folder = join(project, "entries");
mkdirSync(folder, { recursive: true });
after(() => rmSync(folder, { recursive: true }));

function node(file, text, options = []) {
  writeFileSync(join(folder, file), text);
  return execFileSync(process.execPath, [...options, join(folder, file)], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

test("`feishu-corehr/backend` is one module for `import` and `require`, with names of its own", () => {
  const required = createRequire(import.meta.url)("feishu-corehr/backend");
  assert.equal(required.nodeHandler, backend.nodeHandler);
  assert.deepEqual(Object.keys(backend).sort(), ["fetchHandler", "nodeHandler"]);
});

test("each runtime is given its own files", () => {
  const names = ["", "/server", "/page", "/inline", "/backend"].map((path) => `feishu-corehr${path}`);
  const script = `console.log(JSON.stringify(${JSON.stringify(names)}.map((name) => import.meta.resolve(name))));`;
  const inline = "node/inline.mjs";
  for (const [conditions, ...files] of [
    [[], "node/index.mjs", "node/server.mjs", inline, inline, "node/backend.mjs"],
    [["browser"], "web/browser.js", "node/server.mjs", "web/browser.js", inline, "node/backend.mjs"],
    [["workerd", "worker", "browser"], "web/workerd.js", "web/workerd.js", "web/browser.js", inline, "web/backend.js"],
    [["edge-light", "worker", "browser"], "web/edge-light.js", "web/edge-light.js", "web/browser.js", inline, "web/backend.js"],
    [["deno"], "node/deno-bun.mjs", "node/deno-bun.mjs", inline, inline, "node/backend.mjs"],
    [["bun"], "node/deno-bun.mjs", "node/deno-bun.mjs", inline, inline, "node/backend.mjs"],
  ]) {
    const urls = JSON.parse(node("resolve.mjs", script, conditions.map((name) => `--conditions=${name}`)));
    const paths = urls.map((url) => fileURLToPath(url));
    assert.deepEqual(paths.map((path) => path.slice(path.lastIndexOf("/feishu-corehr/") + "/feishu-corehr/".length)), files, conditions.join());
    assert.ok(paths.every(existsSync));
  }
});

test("a backend takes a client of another copy of the package, and one behind a Proxy", () => {
  const printed = node("copies.mjs", `
    import { Client } from "feishu-corehr";
    import { fetchHandler } from "feishu-corehr/backend";
    import { Client as Other } from "../node_modules/feishu-corehr/web/standalone.js";
    const transport = () => ({ status: 200, body: '{"code":0,"data":{}}' });
    for (const client of [new Other({ token: () => "t-x", transport }), new Proxy(new Client({ token: () => "t-x", transport }), {})]) {
      const handle = fetchHandler({ client, authenticate: () => ({ actor: { open_id: "ou_1" } }) });
      const answer = await handle(new Request("https://hr.example/open-apis/corehr/v2/process_withdraw/7", {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: '{"user_id":"ou_2"}',
      }));
      console.log(answer.status, await answer.text());
    }
  `);
  assert.deepEqual(printed.split("\n"), Array(2).fill('200 {"code":0,"data":{}}'));
});

test("a page's module may be run on a server: its client fails when it is used, and says why", () => {
  for (const entry of ["feishu-corehr", "feishu-corehr/page", "feishu-corehr/inline"]) {
    for (const [file, get] of [
      ["page.mjs", `import { Client, load } from "${entry}";`],
      ["page.cjs", `const { Client, load } = require("${entry}");`],
    ]) {
      const printed = node(file, `
        ${get}
        const client = new Client({ base_url: "/hr", credentials: "same-origin" });
        load().then(() => client.getProcess({ process_id: "7" })).catch((error) => console.log(error.kind, error.effect, error.message));`);
      assert.match(printed, /^invalid_argument none .*`base_url` is a path of a page's origin, and there is no page here/, `${entry} in ${file}`);
    }
  }
});

test("a page's client on a server, with a whole URL or with a page around it, calls the backend", () => {
  const printed = node("isomorphic.mjs", `
    import { Client } from "feishu-corehr";
    const answers = (request) => (console.log(request.url), { status: 200, body: '{"code":0,"data":{}}' });
    const withdraw = (options) => new Client({ transport: answers, ...options }).withdrawProcess(${JSON.stringify({ process_id: "7", actor: SYSTEM })});
    await withdraw({ base_url: "https://hr.example/hr", credentials: "include" });
    globalThis.location = { href: "https://other.example/page" };
    await withdraw({ base_url: "/hr" });
    await new Client({ base_url: "/hr" }).close();`);
  const path = "/open-apis/corehr/v2/process_withdraw/7";
  assert.deepEqual(printed.split("\n"), [`https://hr.example/hr${path}`, `https://other.example/hr${path}`]);
});

test("a server's client with an option of a page says so when it is made", () => {
  const printed = node("mixed.mjs", `
    import { Client } from "feishu-corehr";
    import { Client as ServerClient } from "feishu-corehr/server";
    const app = { app_id: "cli_a", app_secret: "s" };
    const tries = [() => new Client({ ...app, base_url: "/hr" }), () => new Client({ ...app, credentials: "omit" }), () => new ServerClient({ base_url: "/hr" })];
    for (const make of tries) {
      try { make(); console.log("made"); } catch (error) { console.log(error.problems.map(({ field }) => field).join()); }
    }
    console.log(new Client(app) instanceof ServerClient);`);
  const [path, credentials, missing, isOne] = printed.split("\n");
  assert.deepEqual([path, credentials, isOne], ["base_url", "credentials", "true"]);
  assert.match(missing, /app_id,app_secret/);
});

test("with the module inside, a page needs no other file", () => {
  const printed = node("inline.mjs", `
    import { Client, explain, load } from "feishu-corehr/inline";
    globalThis.fetch = () => { throw new Error("nothing is to be fetched"); };
    const transport = () => ({ status: 200, body: '{"code":0}' });
    const done = await new Client({ base_url: "https://hr.example/hr", transport }).withdrawProcess(${JSON.stringify({ process_id: "7", actor: SYSTEM })});
    await load();
    console.log(done.attribution, explain("withdraw_process", 1161006).kind);
  `);
  assert.equal(printed, "ours not_withdrawable");
});

test("an edge function is given the module by its bundler", () => {
  const hooks = `
    export async function load(url, context, next) {
      if (!url.endsWith(".wasm?module")) return next(url, context);
      const source = \`import { readFileSync } from "node:fs";
        export default new WebAssembly.Module(readFileSync(new URL(\${JSON.stringify(url.split("?")[0])})));\`;
      return { format: "module", source, shortCircuit: true };
    }`;
  writeFileSync(join(folder, "hooks.mjs"), hooks);
  const register = `data:text/javascript,import { register } from "node:module"; register(${JSON.stringify(pathToFileURL(join(folder, "hooks.mjs")).href)});`;
  const app = { app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true };
  const printed = node("edge.mjs", `
    import { Client, isFeishuError } from "feishu-corehr";
    const client = new Client(${JSON.stringify(app)});
    console.log((await client.withdrawProcess(${JSON.stringify({ process_id: running, actor: SYSTEM })})).attribution);
    for (const wrong of [{}, { ...${JSON.stringify(app)}, proxy: "http://x" }, { token: 1 }, { ...${JSON.stringify(app)}, token: () => "" }]) {
      try {
        const client = new Client(wrong);
        await client.getProcess({ process_id: "7" }).catch((error) => console.log(error.kind));
      } catch (error) {
        console.log(isFeishuError(error) && error.problems.map(({ field }) => field).join());
      }
    }
    console.log((await new Client({ token: () => "t", transport: () => ({ status: 200, body: '{"code":0}' }) }).withdrawProcess({ process_id: "7", actor: { system: true } })).attribution);
  `, ["--conditions=edge-light", "--import", register]);
  assert.deepEqual(printed.split("\n"), ["ours", "app_id,app_secret", "proxy", "token,app_id,app_secret", "token", "ours"]);
});

const NODE = `
import { createServer, type IncomingMessage } from "node:http";
import { Client } from "feishu-corehr";
import { fetchHandler, nodeHandler, type BackendOptions, type PageCall } from "feishu-corehr/backend";

interface Session extends IncomingMessage { session: { open_id: string } | null }
const client = new Client({ app_id: "cli_a", app_secret: "s" });
createServer(nodeHandler({
  client,
  authenticate: async (request) => (request.headers.cookie === undefined ? null : { actor: { open_id: "ou_a" }, name: "a" }),
  authorize: (call, user) => call.operation === "get_process" || (call.operation === "withdraw_process" && call.request.process_id !== user.name),
  operations: ["get_process", "list_processes", "withdraw_process"],
  origins: ["https://hr.example"],
  base_path: "/hr",
  max_body: 1_024,
  onError: (error, request) => console.log(error, request.url),
}));
const express: (request: Session, response: import("node:http").ServerResponse) => unknown = nodeHandler({
  client,
  authenticate: (request: Session) => request.session && { actor: { open_id: request.session.open_id } },
});
const options: BackendOptions<Request> = { client, authenticate: (request) => request.headers.has("x") && { actor: "any" } };
const handler: (request: Request) => Promise<Response> = fetchHandler(options);
const seen = (call: PageCall): string => call.operation;
// @ts-expect-error who asks must be known
nodeHandler({ client });
// @ts-expect-error no such actor
nodeHandler({ client, authenticate: () => ({ actor: "system" }) });
// @ts-expect-error no such operation
nodeHandler({ client, authenticate: () => ({}), operations: ["withdraw"] });
// @ts-expect-error an unknown option
nodeHandler({ client, authenticate: () => ({}), basePath: "/hr" });
export { express, handler, seen };
`;
const WORKER = `
import { Client } from "feishu-corehr";
import { fetchHandler } from "feishu-corehr/backend";

const client = new Client({ app_id: "cli_a", app_secret: "s" });
export default { fetch: fetchHandler({ client, authenticate: (request) => (request.headers.has("x") ? { actor: "any" } : null) }) };
client.withdrawProcess({ process_id: "7", actor: { system: true } }, { token: "t" });
// @ts-expect-error there is no proxy for fetch
new Client({ app_id: "cli_a", app_secret: "s", proxy: "http://x" });
`;
const DENO = `${WORKER}
import { BulkRun, type JournalStore } from "feishu-corehr";
export const run: BulkRun = client.withdrawProcesses(["7"], { actor: { system: true }, journal: "run.sqlite" });
export const store = (journal: JournalStore): BulkRun => client.revokeProcesses(["7"], { actor: { system: true }, journal });
// @ts-expect-error nobody is said to act
void client.withdrawProcesses(["7"], {});
`;
const INLINE = `
import { Client, load } from "feishu-corehr/inline";

load().then(() => new Client({ base_url: "/hr" }).getProcess({ process_id: "7" }));
// @ts-expect-error a page has no secret
new Client({ base_url: "/hr", app_secret: "s" });
`;
const WEB = { module: "esnext", moduleResolution: "bundler", types: [], lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"] };

for (const [name, file, text, options] of [
  ["a backend of ES modules", "node.mts", NODE, { module: "nodenext", types: ["node"], lib: ["es2022", "dom", "dom.iterable"] }],
  ["a backend of CommonJS", "node.cts", NODE, { module: "nodenext", types: ["node"], lib: ["es2022", "dom", "dom.iterable"] }],
  ["a worker", "worker.ts", WORKER, { ...WEB, customConditions: ["workerd"] }],
  ["an edge function", "edge.ts", WORKER, { ...WEB, customConditions: ["edge-light"] }],
  ["Deno", "deno.ts", DENO, { ...WEB, customConditions: ["deno"] }],
  ["a page with the module inside", "inline.ts", INLINE, WEB],
]) {
  test(`TypeScript under strict: ${name}`, () => {
    const compilerOptions = { target: "es2022", strict: true, exactOptionalPropertyTypes: true, noEmit: true, ...options };
    writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
    const types = join(folder, "node_modules");
    if (!existsSync(types)) {
      mkdirSync(types);
      symlinkSync(join(tools, "node_modules/@types"), join(types, "@types"));
      symlinkSync(join(tools, "node_modules/undici-types"), join(types, "undici-types"));
    }
    try {
      execFileSync(join(tools, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    } catch (error) {
      assert.fail(error.stdout);
    }
  });
}
