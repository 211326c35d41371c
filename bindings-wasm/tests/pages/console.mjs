// The web console with its backend and a local Feishu, for tests that use it as a person would.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";

import { imported } from "../project.mjs";

const SERVER = fileURLToPath(new URL("../../examples/console/server.mjs", import.meta.url));
/** A Node with `node:sqlite`, in which the run has a journal. */
const NODE = join(process.env.FEISHU_COREHR_RUNTIMES, "node_modules/.bin/node");
const SCREENSHOTS = process.env.FEISHU_COREHR_SCREENSHOTS;
const PEOPLE = [
  ["ou_wang", "王小明", "Wang Xiaoming"],
  ["ou_li", "李娜", "Li Na"],
  ["ou_mueller", "安娜·米勒", "Anna Müller"],
];
const FLOWS = [
  ["年假申请", "Annual leave"],
  ["调岗申请", "Transfer"],
  ["离职申请", "Resignation"],
  ["转正审批", "End of probation"],
];
const HOUR = 60 * 60 * 1_000;
/** Milliseconds; what is not there by then never comes, however busy the machine is. */
const LONGEST = 120_000;

export let about;
export let server;
export let url;
export let context;
export let page;
/** What went wrong in the page. */
export let problems;
let chromium;
let runs;
/** More arguments of the backend. */
let more;
const children = [];

/** What every test of a file finds: a Feishu as if just started, and a backend with these arguments. */
export function useConsole(...options) {
  more = options;
  before(async () => {
    // It counts nobody's calls, or what one test has used would make the next one wait: page and backend keep the pace.
    const sandbox = spawned(process.env.FEISHU_COREHR_SANDBOX, ["--exit-with-stdin", "--no-limits"]);
    children.push(sandbox);
    about = JSON.parse(await firstLine(sandbox));
    const playwright = await imported("playwright-core");
    chromium = await playwright.chromium.launch({
      executablePath: process.env.FEISHU_COREHR_CHROMIUM,
      args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
      timeout: LONGEST,
    });
    mkdirSync(SCREENSHOTS, { recursive: true });
  });
  beforeEach(async () => {
    await control("POST", "/reset");
    // A backend of its own: it remembers what has been used of the quotas.
    runs = mkdtempSync(join(tmpdir(), "feishu-corehr-console-"));
    await serve();
  });
  afterEach(async () => {
    await context?.close();
    await ended(server, "SIGTERM");
    rmSync(runs, { recursive: true, maxRetries: 5 });
  });
  after(async () => {
    await chromium?.close();
    children.forEach((child) => child.kill());
  });
}

export async function serve({ port = "0", node = NODE, options = more } = {}) {
  server = spawned(node, [SERVER, "--sandbox", JSON.stringify(about), "--runs", runs, "--port", port, ...options]);
  url = await firstLine(server);
}

/** Starts the backend anew, with other arguments. */
export async function serveAnew(...options) {
  await ended(server, "SIGTERM");
  await serve({ options });
}

export function ended(process_, signal) {
  return new Promise((resolve) => {
    if (process_.exitCode !== null || process_.signalCode !== null) {
      resolve();
    }
    process_.once("exit", resolve);
    process_.kill(signal);
  });
}

function spawned(program, arguments_) {
  return spawn(program, arguments_, { stdio: ["pipe", "pipe", "inherit"] });
}

function firstLine(process_) {
  return new Promise((resolve, reject) => {
    process_.once("exit", (code) => reject(new Error(`${process_.spawnfile} ended with ${code}`)));
    createInterface({ input: process_.stdout }).once("line", resolve);
  });
}

export async function control(method, path, body) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${about.control}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, text);
  return text === "" ? undefined : JSON.parse(text);
}

/** Adds running processes of several people; their ids. */
export async function add(count) {
  const text = ([zh_cn, en_us]) => ({ zh_cn, en_us });
  const processes = Array.from({ length: count }, (_, index) => {
    const [, ...name] = PEOPLE[index % PEOPLE.length];
    return {
      process_id: `79${String(index).padStart(17, "0")}`,
      process_name: text(FLOWS[index % FLOWS.length]),
      create_time: Date.now() - index * 5 * HOUR,
      modify_time: Date.now() - index * 1_000,
      detail: { initiator_name: text(name) },
    };
  });
  return (await control("POST", "/processes", processes)).process_ids;
}

/** Opens the page; `prepare` is done with it before it is loaded. */
export async function open(options = {}, prepare = async () => undefined) {
  context = await chromium.newContext({ locale: "zh-CN", viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(LONGEST);
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await prepare(page);
  await page.goto(url);
  await page.waitForSelector("#rows tr");
}

export const row = (id) => page.locator(`#rows tr[data-id="${id}"]`);
export const outcome = (id) => row(id).locator("td.outcome .chip").textContent();
export const truth = async (id) => (await control("GET", `/processes/${id}`)).status;
export const screenshot = (name) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });

export async function allRead() {
  await page.waitForFunction(() => document.getElementById("loading").textContent === "", undefined, { timeout: LONGEST });
}

/** Looks until what is expected is there: a page shows what was done to it in one of its next frames. */
export async function shows(look, expected) {
  const isThere = (seen) => (expected instanceof RegExp ? expected.test(seen) : seen === expected);
  const end = Date.now() + LONGEST;
  let seen = await look();
  while (!isThere(seen) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    seen = await look();
  }
  assert.ok(isThere(seen), `${seen} instead of ${expected}`);
}

export const text = (selector) => () => page.textContent(selector);

export async function withdraw(reason) {
  await page.click("#withdraw");
  await page.fill("#reason", reason);
  await page.click("#confirm-yes");
}

export async function over() {
  await page.waitForSelector("#save:not([hidden])", { timeout: LONGEST });
}

