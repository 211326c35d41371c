// The packed tarball in empty projects: ES modules, CommonJS, and TypeScript under `strict`.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { project, run, tool } from "./project.mjs";

const USE = `
const client = new Client({ token: async () => "t-x", transport: () => ({ status: 200, body: '{"code":0}' }) });
client.withdrawProcess({ process_id: "7", actor: { system: true } }).then((done) => console.log(done.attribution));
`;

test("an ES module imports it", () => {
  const path = project("esm", { type: "module" }, { "a.js": `import { Client } from "feishu-corehr";${USE}` });
  assert.equal(run("node", ["a.js"], path), "ours\n");
  const files = readdirSync(join(path, "node_modules/feishu-corehr")).sort();
  assert.deepEqual(files, ["LICENSE", "README.md", "feishu-corehr", "feishu_corehr.wasm", "node", "package.json", "page-cjs", "web"]);
  assert.deepEqual(readdirSync(join(path, "node_modules")).filter((name) => !name.startsWith(".")).sort(), ["feishu-corehr"]);
  const both = `import { Client } from "feishu-corehr"; import { createRequire } from "node:module";
    console.log(createRequire(import.meta.url)("feishu-corehr").Client === Client);`;
  writeFileSync(join(path, "both.js"), both);
  assert.equal(run("node", ["both.js"], path), "true\n");
});

test("a CommonJS script requires it", () => {
  const path = project("cjs", {}, { "a.js": `const { Client } = require("feishu-corehr");${USE}` });
  assert.equal(run("node", ["a.js"], path), "ours\n");
});

const SAMPLE = `
import { Client, FeishuError, isFeishuError, explain, decodeReply, type Actor, type User, type Withdrawn } from "feishu-corehr";

export async function main(client: Client, signal: AbortSignal): Promise<void> {
  const actor: Actor = { system: true, user: { open_id: "ou_a" } };
  const done: Withdrawn = await client.withdrawProcess(
    { process_id: "7", actor, reason: undefined },
    { signal, deadline: 5_000, read_back: "required", request_id: "mine" },
  );
  const word: "ours" | "presumed" | "unattributed" = done.attribution;
  for await (const id of client.listProcesses({ modify_time_from: new Date(0), modify_time_to: 1, statuses: ["in_progress"] })) {
    const process = await client.getProcess({ process_id: id, user_id_type: "open_id" });
    const time: number | null = process.create_time;
    console.log(word, time, process.process_name.zh_cn);
  }
  try {
    decodeReply("get_process", { status: 200, body: "" }).todos.length;
  } catch (error) {
    if (isFeishuError(error)) {
      const effect: "applied" | "none" | "unknown" = error.effect;
      const same: FeishuError = error;
      console.log(effect, same.code, error.advice?.zh, explain("withdraw_process", error.code ?? 0)?.meaning);
    }
  }
  console.log(client.request("withdraw_process", { process_id: "7", actor }).curl);
  await client.withdrawProcess({ process_id: "7", actor }, { check_first: true, already_withdrawn: "error" });
  const status: "completed" | "in_progress" | "rejected" | "revoked" | "revoking" | "unknown" | "withdrawn" =
    (await client.waitFor({ process_id: "7", until: ["revoked"], timeout: 60_000 }, { signal })).status;
  console.log(status);
  // @ts-expect-error the timeout says how long to wait
  await client.waitFor({ process_id: "7" }, { deadline: 1 });
  // @ts-expect-error a revocation's option
  await client.withdrawProcess({ process_id: "7", actor }, { already_revoked: "error" });
  // @ts-expect-error neither the system nor a user
  await client.withdrawProcess({ process_id: "7", actor: {} });
  // @ts-expect-error two ids at once
  await client.withdrawProcess({ process_id: "7", actor: { open_id: "ou_a", user_id: "b" } });
  // @ts-expect-error the system and a user at once
  await client.withdrawProcess({ process_id: "7", actor: { system: true, open_id: "ou_a" } });
  // @ts-expect-error two ids of the user whom the system names
  await client.withdrawProcess({ process_id: "7", actor: { system: true, user: { open_id: "ou_a", union_id: "on_a" } } });
  await client.withdrawProcess({ process_id: "7", actor: { system: true, user: { open_id: "ou_a" } } });
  const user: User = { people_corehr_id: "7" };
  await client.withdrawProcess({ process_id: "7", actor: user });
  await client.reviewTask({ process_id: "7", approver_id: "8", actor, decision: { approve: {} } }, { read_back: "never", check_first: true, already_reviewed: "error" });
  // @ts-expect-error rejecting needs a reason
  await client.reviewTask({ process_id: "7", approver_id: "8", actor, decision: { reject: {} } });
  // @ts-expect-error both decisions at once
  await client.reviewTask({ process_id: "7", approver_id: "8", actor, decision: { approve: {}, reject: { reason: "x" } } });
  await client.addApprovers({ process_id: "7", actor, target: { node_id: "1" }, extra_type: "after", extra_user_ids: [user] });
  // @ts-expect-error a task and a node at once
  await client.addApprovers({ process_id: "7", actor, target: { node_id: "1", approver_id: "2" }, extra_type: "after", extra_user_ids: [user] });
  await client.transferTasks({ process_id: "7", actor, to_user_id: user, approver_ids: ["8"] });
  await client.startProcess({ flow_definition_id: "people_7_8", actor, flow_data: [{ variable_api_name: "d", variable_value: { text_value: "x" } }] });
  // @ts-expect-error no such status
  client.listProcesses({ modify_time_from: 0, modify_time_to: 1, statuses: ["done"] });
  // @ts-expect-error an unknown option
  await client.getProcess({ process_id: "7" }, { timeout: 1 });
}
`;
const SERVER = `${SAMPLE}
new Client({ app_id: "cli_a", app_secret: "s", onAttempt: (seen) => console.log(seen.http_status) });
new Client({ token: async ({ refused }) => (refused ? "a" : "b"), transport: async (sent) => ({ status: sent.budget }) });
`;
const PAGE = `${SAMPLE.replace('"feishu-corehr"', '"feishu-corehr/page"')}
new Client({ base_url: "/hr", credentials: "same-origin" });
// @ts-expect-error a page has no secret
new Client({ base_url: "/hr", app_secret: "s" });
// @ts-expect-error and no token
new Client({ base_url: "/hr", token: async () => "t" });
// @ts-expect-error for a call neither
new Client({ base_url: "/hr" }).getProcess({ process_id: "7" }, { token: "t" });
`;

for (const [name, manifest, file, text, options] of [
  ["nodenext-esm", { type: "module" }, "a.ts", SERVER, { module: "nodenext", types: ["node"], lib: ["es2022"] }],
  ["nodenext-cjs", {}, "a.ts", SERVER, { module: "nodenext", types: ["node"], lib: ["es2022"] }],
  ["bundler-page", { type: "module" }, "a.ts", PAGE, { module: "esnext", moduleResolution: "bundler", types: [], lib: ["es2022", "dom", "dom.iterable", "dom.asynciterable"] }],
  ["bundler-server", { type: "module" }, "a.ts", SERVER, { module: "esnext", moduleResolution: "bundler", customConditions: ["node"], types: ["node"], lib: ["es2022"] }],
]) {
  test(`TypeScript under strict: ${name}`, () => {
    const compilerOptions = { target: "es2022", strict: true, exactOptionalPropertyTypes: true, noEmit: true, ...options };
    const config = JSON.stringify({ compilerOptions, files: [file] });
    const path = project(name, manifest, { [file]: text, "tsconfig.json": config });
    symlinkSync(tool("@types"), join(path, "node_modules/@types"));
    symlinkSync(tool("undici-types"), join(path, "node_modules/undici-types"));
    try {
      run(tool(".bin/tsc"), ["-p", path], path);
    } catch (error) {
      assert.fail(error.stdout);
    }
  });
}

test("importing it loads neither undici nor anything else of weight", () => {
  const path = project("light", {}, {});
  const script = `
    require("feishu-corehr");
    console.log(Object.keys(require.cache).some((name) => name.includes("undici.js") && name.includes("vendor")));`;
  assert.equal(run("node", ["-e", script], path), "false\n");
  const { dependencies } = JSON.parse(readFileSync(join(path, "node_modules/feishu-corehr/package.json"), "utf8"));
  assert.equal(dependencies, undefined);
});
