// The npm package against the official SDK, undici and node:http, side by side on one sandbox over HTTPS.
//
// Absolute figures depend on the machine; the ratios, taken in one run and in turns, are what counts.

import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// Where the packages are installed; this file is elsewhere.
const require = createRequire(`${process.cwd()}/package.json`);
const ROUNDS = 7;
const CALLS = 1_000;
const SDK_CALLS = 100;
const MANY_CALLS = 10_000;
const IN_FLIGHT = 64;
const IMPORTS = { nothing: "", "feishu-corehr": "feishu-corehr", undici: "undici", "@larksuiteoapi/node-sdk": "@larksuiteoapi/node-sdk" };
const REASON = "submitted twice";

const sandbox = spawn(process.argv[2], ["--exit-with-stdin", "--no-limits"], { stdio: ["pipe", "pipe", "inherit"] });
const about = JSON.parse(await new Promise((resolve) => createInterface({ input: sandbox.stdout }).once("line", resolve)));
const certificate = readFileSync(about.certificate, "utf8");

async function control(path, body) {
  const content = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${about.control}/${path}`, { headers: { "content-type": "application/json" }, ...content });
  const text = await answer.text();
  return text === "" ? undefined : JSON.parse(text);
}

let tickets = 0;

/** So many running processes, which nobody has touched yet. */
async function processes(count) {
  const ids = Array.from({ length: count }, () => `75${String(tickets++).padStart(17, "0")}`);
  await control("processes", ids.map((process_id) => ({ process_id, status: 1 })));
  return ids;
}

/** A tenant access token, for the clients that do not fetch one. */
async function token() {
  const body = JSON.stringify({ app_id: about.app_id, app_secret: about.app_secret });
  const answer = await fetch(`${about.http}/open-apis/auth/v3/tenant_access_token/internal`, { method: "POST", body });
  return (await answer.json()).tenant_access_token;
}

const path = (process_id) => `/open-apis/corehr/v2/process_withdraw/${process_id}`;
const body = () => JSON.stringify({ system_user: true, reason: REASON });
const headers = (token) => ({ authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" });

function succeeded(answer) {
  if (JSON.parse(answer).code !== 0) {
    throw new Error(answer);
  }
}

/** Each client is a function that makes one call, and one that closes it. */
const CLIENTS = {
  async "feishu-corehr"() {
    const { Client } = require("feishu-corehr");
    const quota = { calls: 10_000_000, window_ms: 1_000 };
    const client = new Client({
      app_id: about.app_id,
      app_secret: about.app_secret,
      base_url: about.https,
      allow_insecure_loopback: true,
      root_certificates: certificate,
      quotas: { withdraw_process: quota, get_process: quota },
    });
    const call = (process_id) => client.withdrawProcess({ process_id, actor: { system: true }, reason: REASON });
    return { call, close: () => client.close() };
  },
  async undici() {
    const { Pool } = require("undici");
    const pool = new Pool(about.https, { connections: IN_FLIGHT, pipelining: 1, connect: { ca: certificate } });
    const sent = headers(await token());
    const call = async (process_id) => {
      const answer = await pool.request({ method: "PUT", path: path(process_id), headers: sent, body: body() });
      succeeded(await answer.body.text());
    };
    return { call, close: () => pool.close() };
  },
  async "node:https"() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: IN_FLIGHT, ca: certificate });
    const sent = headers(await token());
    const call = (process_id) =>
      new Promise((resolve, reject) => {
        const content = body();
        const more = { "content-length": Buffer.byteLength(content) };
        const request = https.request(about.https + path(process_id), { method: "PUT", agent, headers: { ...sent, ...more } });
        request.on("error", reject).on("response", (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk) => (text += chunk)).on("error", reject).on("end", () => resolve(succeeded(text)));
        });
        request.end(content);
      });
    return { call, close: () => agent.destroy() };
  },
  async "@larksuiteoapi/node-sdk"() {
    const lark = require("@larksuiteoapi/node-sdk");
    const silent = { error() {}, warn() {}, info() {}, debug() {}, trace() {} };
    // Its own HTTP client, with the sandbox's certificate and connections that stay open.
    lark.defaultHttpInstance.defaults.httpsAgent = new https.Agent({ keepAlive: true, maxSockets: IN_FLIGHT, ca: certificate });
    const client = new lark.Client({ appId: about.app_id, appSecret: about.app_secret, domain: about.https, logger: silent });
    const call = async (process_id) => {
      const answer = await client.corehr.v2.processWithdraw.update({
        path: { process_id },
        data: { system_user: true, reason: REASON },
      });
      if (answer.code !== 0) {
        throw new Error(answer.msg);
      }
    };
    return { call, close: () => lark.defaultHttpInstance.defaults.httpsAgent.destroy() };
  },
};

/** CPU µs of this process for a call, one after another. */
async function sequential({ call }, ids) {
  const before = process.cpuUsage();
  for (const id of ids) {
    await call(id);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ids.length;
}

/** Calls a second, so many at a time. */
async function inFlight({ call }, ids) {
  const left = ids[Symbol.iterator]();
  const worker = async () => {
    for (const id of left) {
      await call(id);
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return (ids.length / (performance.now() - begun)) * 1_000;
}

/** The median of several rounds, in each of which every client has its turn. */
async function inTurns(run, names) {
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) {
    const client = await CLIENTS[name]();
    await inFlight(client, await processes(2 * IN_FLIGHT));
    figures[name].client = client;
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of names) {
      const ids = await processes(name.startsWith("@") ? SDK_CALLS : CALLS);
      figures[name].push(await run(figures[name].client, ids));
    }
  }
  for (const name of names) {
    await figures[name].client.close();
  }
  return Object.fromEntries(names.map((name) => [name, median(figures[name])]));
}

function median(figures) {
  const sorted = [...figures].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)];
}

function show(title, unit, figures) {
  console.log(`${title}, ${unit} over HTTPS`);
  for (const [name, figure] of Object.entries(figures)) {
    const ratio = figures["feishu-corehr"] / figure;
    console.log(`  ${name.padEnd(24)} ${figure.toFixed(0).padStart(8)}   ours / ${name} = ${ratio.toFixed(2)}`);
    if (name !== "feishu-corehr") {
      note(title, `${unit}, ours / theirs`, ratio, name);
    }
  }
}

/** Adds a figure to the file of all of them. */
function note(figure, unit, value, against = null) {
  const line = { runtime: "Node", figure, against, unit, value: Math.round(value * 1_000) / 1_000 };
  appendFileSync(process.argv[3], `${JSON.stringify(line)}\n`);
}

/** CPU ms of a process that imports something, above an empty one. */
function imports() {
  const figures = Object.fromEntries(Object.keys(IMPORTS).map((name) => [name, []]));
  const code = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)";
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    for (const [name, module] of Object.entries(IMPORTS)) {
      const script = module === "" ? code : `require("${module}");${code}`;
      figures[name].push(Number(execFileSync("node", ["-e", script], { encoding: "utf8" })));
    }
  }
  const empty = median(figures.nothing);
  for (const [name, values] of Object.entries(figures)) {
    const above = median(values) - empty;
    console.log(`  ${name.padEnd(24)} ${above.toFixed(1).padStart(8)}`);
    if (name === "feishu-corehr") {
      note("import", "ms of processor time above an empty Node", above);
    }
  }
}

/** How many token requests 64 first calls make. */
async function coldCalls() {
  await control("reset", {});
  const ids = await processes(IN_FLIGHT);
  const client = await CLIENTS["feishu-corehr"]();
  await Promise.all(ids.map(client.call));
  await client.close();
  return (await control("log")).filter((entry) => entry.operation === "token").length;
}

/** Pages of 64 KiB that the module's memory has grown by in many calls. */
async function growth() {
  const { initSync } = require(require.resolve("feishu-corehr").replace(/main\.js$/, "core.js"));
  const { memory } = initSync();
  const client = await CLIENTS["feishu-corehr"]();
  await inFlight(client, await processes(2 * IN_FLIGHT));
  const before = memory.buffer.byteLength;
  await inFlight(client, await processes(MANY_CALLS));
  await client.close();
  return (memory.buffer.byteLength - before) / 65_536;
}

show("withdrawals, sequential", "µs of processor time a call", await inTurns(sequential, Object.keys(CLIENTS)));
show(`withdrawals, ${IN_FLIGHT} in flight`, "calls a second", await inTurns(inFlight, Object.keys(CLIENTS)));
console.log("import: CPU ms above an empty Node");
imports();
const requests = await coldCalls();
console.log(`${IN_FLIGHT} cold calls: ${requests} token request(s)`);
note(`${IN_FLIGHT} cold calls`, "token requests", requests);
const pages = await growth();
console.log(`memory after ${MANY_CALLS} calls: ${pages} pages more`);
note(`memory after ${MANY_CALLS} calls`, "pages of 64 KiB more", pages);
sandbox.stdin.end();
