// A sandbox of a test file's own, and clients for it.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { after, beforeEach } from "node:test";

import { Client } from "feishu-corehr";

/** Starts the sandbox; every test finds it as if just started, without rate limits. */
export async function sandbox() {
  const process_ = spawn(process.env.FEISHU_COREHR_SANDBOX, ["--exit-with-stdin", "--no-limits"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await new Promise((resolve) => createInterface({ input: process_.stdout }).once("line", resolve));
  const about = JSON.parse(line);
  const control = async (method, path, body) => {
    const answer = await fetch(`${about.control}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
  };
  const clients = [];
  const client = (options = {}) => {
    const made = new Client({
      app_id: options.token === undefined ? about.app_id : undefined,
      app_secret: options.token === undefined ? about.app_secret : undefined,
      base_url: about.http,
      allow_insecure_loopback: true,
      quotas: { get_process: { calls: 1000, window_ms: 1000 }, list_processes: { calls: 1000, window_ms: 1000 } },
      ...options,
    });
    clients.push(made);
    return made;
  };
  beforeEach(() => control("POST", "/reset"));
  after(async () => {
    await Promise.all(clients.map((one) => one.close()));
    process_.stdin.end();
  });
  return {
    ...about,
    client,
    control,
    fault: (on, fault, more = {}) => control("POST", "/faults", { on, fault, ...more }),
    log: (on) => control("GET", "/log").then((log) => log.filter((entry) => on === undefined || entry.operation === on)),
  };
}

/** What a promise is rejected with. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

/** What a function throws. */
export function thrown(act) {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Looks again and again, for at most a minute, until `look` finds something: machines may be busy. */
export async function eventually(look) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const found = await look();
    if (found) {
      return found;
    }
    await pause(20);
  }
  throw new Error("it never came");
}

/** Where nobody listens: a free port could be given to another program meanwhile, but none is given this one. */
export const NOBODY = "http://127.0.0.1:1";

export const SYSTEM = { system: true };
