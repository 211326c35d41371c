// The console's server: the files of the page, below /hr the backend of its client, below /run the run over many, and at
// /may what the page may offer.
//
//     node server.mjs                     FEISHU_APP_ID, FEISHU_APP_SECRET and, for Lark, FEISHU_BASE_URL
//     node server.mjs --sandbox JSON      against a local Feishu: the line that it prints on start
//     node server.mjs --runs FOLDER       where the run is kept; by default ./console-runs
//     node server.mjs --allow OPERATION   what people may do beside withdrawing: review_task (approve and reject),
//                                         transfer_tasks, revoke_process; may be given several times
//     node server.mjs --quotas JSON       other quotas than Feishu's, where other programs use the same app
//     node server.mjs --actor OPEN_ID     who acts in all of it; by default the system

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { Client } from "feishu-corehr";
import { nodeHandler } from "feishu-corehr/backend";

import { Runs } from "./runs.mjs";

const { values } = parseArgs({
  options: {
    actor: { type: "string" },
    allow: { type: "string", multiple: true, default: [] },
    port: { type: "string", default: "0" },
    quotas: { type: "string", default: "{}" },
    runs: { type: "string", default: "console-runs" },
    sandbox: { type: "string" },
  },
});

// One client for both: what a run reads counts for the page's quota, too.
const quotas = JSON.parse(values.quotas);
const client = new Client({ quotas, ...(values.sandbox === undefined ? {} : local(JSON.parse(values.sandbox))) });
const operations = ["get_process", "list_processes", ...values.allow];
const backend = nodeHandler({ client, authenticate, operations, base_path: "/hr" });
const runs = new Runs(client, values.runs);

/**
 * Who asks. Put your own session here: this page shows every process of the tenant, and acts as the system. As it
 * stands, it serves this machine only, since the server listens on its loopback address. Whoever the page names, the
 * actor is the one that stands here.
 */
function authenticate() {
  return { actor: values.actor === undefined ? { system: true } : { open_id: values.actor } };
}

/** What the page offers to this user; what it may do, the backend decides. */
function may(request, response) {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ operations: values.allow, actor: authenticate(request).actor }));
}

function local({ http, app_id, app_secret }) {
  return { app_id, app_secret, base_url: http, allow_insecure_loopback: true };
}

/** Nothing but what lies here may run in the page, and nothing may frame it. */
const POLICY = [
  "default-src 'none'",
  "connect-src 'self'",
  "img-src data:",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
const KINDS = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};
const PAGE = dirname(fileURLToPath(import.meta.url));
/** The installed package: its `web` folder, and the WebAssembly file. */
const PACKAGE = join(dirname(fileURLToPath(import.meta.resolve("feishu-corehr"))), "..");
/** Every name is of this form: no other folder can be reached. */
const FILE = /^\/(?:(feishu-corehr)\/)?((?:web\/(?:place\/)?|feishu-corehr\/)?[a-z_-]+\.(?:css|html|js|wasm))$/;

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  if (path.startsWith("/hr/")) {
    return backend(request, response);
  }
  if (path === "/may") {
    return may(request, response);
  }
  if (path === "/run" || path.startsWith("/run/")) {
    return runs.answer(request, response, authenticate(request).actor);
  }
  const [, isPackage, name] = FILE.exec(path === "/" ? "/index.html" : path) ?? [];
  const file = name === undefined ? undefined : createReadStream(join(isPackage === undefined ? PAGE : PACKAGE, name));
  const missing = () => response.writeHead(404).end();
  if (file === undefined) {
    return missing();
  }
  file.on("error", missing);
  file.on("open", () => {
    response.writeHead(200, {
      "content-security-policy": POLICY,
      "content-type": KINDS[extname(name)],
      "cache-control": "no-cache",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    file.pipe(response);
  });
});
server.listen(Number(values.port), "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/\n`);
});
