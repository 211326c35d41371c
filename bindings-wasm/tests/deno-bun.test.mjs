// Runs over many processes in Deno and Bun, with a journal by their own `node:sqlite`, which a new Node goes on with, too.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";

import { many, writes } from "./many.mjs";
import { sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
const runtimes = join(process.env.FEISHU_COREHR_RUNTIMES, "node_modules/.bin");
const project = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-deno-bun-"));
const PROGRAM = fileURLToPath(new URL("journal/program.mjs", import.meta.url));
const COMMANDS = {
  bun: ["run"],
  deno: ["run", "--allow-all", "--no-prompt", "--node-modules-dir=manual"],
  node: [],
};
const children = [];
after(() => {
  children.forEach((child) => child.kill());
  rmSync(folder, { recursive: true, maxRetries: 5 });
});

/** A program in a runtime: its lines, and how it ends. */
function started(runtime, ...arguments_) {
  const env = { ...process.env, APP: feishu.app_id, SECRET: feishu.app_secret, URL: feishu.http };
  const all = [...COMMANDS[runtime], ...arguments_];
  const child = spawn(join(runtimes, runtime), all, { cwd: project, env, stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  return { child, ended, lines: createInterface({ input: child.stdout }) };
}

for (const [first, second] of [["deno", "deno"], ["bun", "bun"], ["deno", "bun"], ["bun", "node"], ["node", "deno"]]) {
  test(`a run that was killed in ${first} is gone on with in ${second}`, async () => {
    const ids = await many(feishu, 30);
    const [list, journal] = [join(folder, `${first}-${second}`), join(folder, `${first}-${second}.sqlite`)];
    writeFileSync(list, ids.join("\n"));
    // Ten are answered, and then all that may be on their way at once are not: so it is killed in the midst of it.
    const steps = [...Array(10).fill({ real: true }), ...Array(8).fill({ stall: "head" })];
    await feishu.control("POST", "/script", { steps: steps.map((answer) => ({ on: "withdraw_process", answer })) });
    const told = [];
    const killed = started(first, PROGRAM, list, journal);
    for await (const line of killed.lines) {
      told.push(Number(line.split(" ")[0]));
      if (told.length === 10) {
        killed.child.kill("SIGKILL");
        break;
      }
    }
    assert.equal(await killed.ended, "SIGKILL");
    await feishu.control("POST", "/script", { steps: [] });
    const before = (await writes(feishu)).length;
    const again = started(second, PROGRAM, list, journal);
    const lines = [];
    for await (const line of again.lines) {
      lines.push(line);
    }
    assert.equal(await again.ended, 0);
    const [word, how, ours, unattributed] = lines.pop().split(" ");
    assert.deepEqual([word, how, Number(ours) + Number(unattributed)], ["report", "complete", 30]);
    // Each is told once, those that were told before among them, and none of those is sent again.
    const positions = lines.map((line) => Number(line.split(" ")[0]));
    assert.deepEqual(positions.sort((one, other) => one - other), [...ids.keys()]);
    const sent = (await writes(feishu)).slice(before);
    assert.ok(told.every((position) => !sent.includes(ids[position])));
    const applied = (await feishu.log("withdraw_process")).filter((entry) => entry.applied).map(({ process_id }) => process_id);
    assert.deepEqual(applied.sort(), ids);
  });
}

const WITHOUT = `
import { BulkRun, Client } from "feishu-corehr";
const { getBuiltinModule } = process;
process.getBuiltinModule = (name) => (name === "node:sqlite" ? undefined : getBuiltinModule.call(process, name));
const client = new Client({ token: () => "t-x", transport: () => ({ status: 200, body: '{"code":0,"data":{}}' }) });
const run = client.withdrawProcesses(["7", "8"], { actor: { system: true } });
for await (const { process_id, outcome } of run) console.log(process_id, outcome);
console.log(run instanceof BulkRun, run.report.ended, run.report.is_resumable);
await client.withdrawProcesses(["7"], { actor: { system: true }, journal: "run.sqlite" }).next().catch((error) => console.log(error.kind, error.message));
const page = new Client({ base_url: "https://hr.example/hr", credentials: "omit" });
try { page.withdrawProcesses(["7"], { actor: { system: true } }); } catch (error) { console.log(error.kind, error.message); }
`;

for (const [runtime, name] of [["bun", "Bun"], ["deno", "Deno"]]) {
  test(`${name} without SQLite: a run in memory works, and a journal says what to bring`, async () => {
    const file = join(project, `without-${runtime}.mjs`);
    writeFileSync(file, WITHOUT);
    after(() => rmSync(file));
    const { ended, lines } = started(runtime, file);
    const said = [];
    for await (const line of lines) {
      said.push(line);
    }
    assert.equal(await ended, 0);
    const [missing, page] = said.splice(3);
    assert.deepEqual(said, ["7 ours", "8 ours", "true complete false"]);
    const rule = new RegExp(`^invalid_argument .*\`journal\` needs \`node:sqlite\`, which ${name} [\\d.]+ has not: take a newer one, or give a store of your own`);
    assert.match(missing, rule);
    assert.match(page, /^invalid_argument .*makes no runs over many/);
  });
}
