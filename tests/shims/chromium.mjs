// Runs the vectors on the npm package in pages of Chromium and writes what came out, one JSON object a line.
//
//     node tests/shims/chromium.mjs --sandbox BINARY --out FILE [--all]
//
// FEISHU_COREHR_PROJECT is a folder with the package in its node_modules, FEISHU_COREHR_NPM_TOOLS one with
// playwright-core; FEISHU_COREHR_CHROMIUM is the browser. A page has no token and is told nothing of redirects, so some
// vectors are not shown; the comparison knows which, and counts them.

import { createRequire } from "node:module";
import { resolve } from "node:path";

import { Front } from "./front.mjs";
import { play } from "./stage.mjs";

const HOSTS = 8;
/** Milliseconds; what is not there by then never comes. */
const LONGEST = 120_000;
const FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
const NOT_OF_A_PAGE = ["allow_insecure_loopback", "allow_other_hosts", "app_id", "app_secret", "base_url", "token_function"];

async function main() {
  const project = resolve(process.env.FEISHU_COREHR_PROJECT ?? ".");
  const { chromium } = createRequire(resolve(process.env.FEISHU_COREHR_NPM_TOOLS ?? ".", "shim.js"))("playwright-core");
  const executablePath = process.env.FEISHU_COREHR_CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: FLAGS, timeout: LONGEST });
  try {
    const open = (sandbox) => Tab.open(browser, sandbox, resolve(project, "node_modules/feishu-corehr"));
    await play("chromium", { hosts: HOSTS, open, isShown });
  } finally {
    await browser.close();
  }
}

/** The rule of `Vector::not_in_a_page` in the comparison. */
function isShown({ reply, request, script }) {
  if (reply !== undefined) {
    return true;
  }
  const { client = {}, calls = [request?.call ?? {}], steps = [] } = script ?? request;
  const tokens = steps.filter((step) => step.on === "token");
  const isPlain = tokens.length === 0 || (tokens.length === 1 && steps[0] === tokens[0] && token(tokens[0]) !== undefined);
  const isRedirect = ({ answer, virtually }) => Math.floor((virtually ?? answer).status / 100) === 3;
  return !steps.some(isRedirect) && isPlain && !NOT_OF_A_PAGE.some((name) => name in client) && calls.every((call) => call.token === undefined);
}

/** What a token step hands out, if it is a plain success. */
function token({ answer }) {
  return Object.keys(answer).every((name) => name === "json") ? answer.json?.tenant_access_token : undefined;
}

/** A page of its own, with its own connections, before a sandbox. */
class Tab {
  static async open(browser, sandbox, folder) {
    const front = await Front.open(sandbox, folder);
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(LONGEST);
    await page.goto(front.url);
    await page.waitForFunction(() => globalThis.runner !== undefined);
    return new Tab(front, context, page);
  }

  constructor(front, context, page) {
    Object.assign(this, { front, context, page });
  }

  performed({ client, calls }) {
    this.front.forget();
    const options = { base_url: "/", rate_share: client.rate_share, quotas: client.quotas };
    return this.page.evaluate(([options, calls]) => globalThis.runner.performed(options, calls), [options, calls]);
  }

  read(reply) {
    return this.page.evaluate((reply) => globalThis.runner.read(reply), reply);
  }

  async close() {
    await this.context.close();
    this.front.close();
  }
}

await main();
