// Next.js, as it is installed: a server's client and a page's backend in routes, and the page's client in a component that
// is rendered on the server first. Built by each of its bundlers, and used from Chromium.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import test from "node:test";

import { titled } from "../chromium.mjs";
import { sandbox } from "../sandbox.mjs";
import { run, tools } from "./matrix.mjs";

const feishu = await sandbox();
const app = { app_id: feishu.app_id, app_secret: feishu.app_secret, base_url: feishu.http, allow_insecure_loopback: true };
const request = JSON.stringify({ process_id: feishu.processes.running, actor: { system: true } });
const handler = `
import { Client } from "feishu-corehr";
import { fetchHandler } from "feishu-corehr/backend";
const client = new Client(${JSON.stringify(app)});`;
const path = tools("next", {
  "app/layout.js": `export default function Layout({ children }) { return <html><head><link rel="icon" href="data:," /></head><body>{children}</body></html>; }`,
  "app/page.js": `"use client";
    import { useEffect } from "react";
    import { Client } from "feishu-corehr";
    const client = new Client({ base_url: "/hr" });
    export default function Page() {
      useEffect(() => {
        client.withdrawProcess(${request}).then((done) => (document.title = done.attribution), (error) => (document.title = error.message));
      }, []);
      return <><title>…</title><p>{typeof client}</p></>;
    }`,
  "app/api/route.js": `${handler}
    export const dynamic = "force-dynamic";
    export const GET = async () => Response.json(await client.withdrawProcess(${request}));`,
  "app/hr/[...path]/route.js": `${handler}
    const hr = fetchHandler({ client, authenticate: () => ({ actor: "any" }), base_path: "/hr" });
    export const dynamic = "force-dynamic";
    export { hr as GET, hr as PUT, hr as POST };`,
});
const next = "node_modules/next/dist/bin/next";
const env = { NEXT_TELEMETRY_DISABLED: "1" };

/** Starts what was built on a free port; its address. */
async function started() {
  const server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd: path,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`next start ended with ${code}`)));
    createInterface({ input: server.stdout }).on("line", (line) => {
      const found = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(line);
      if (found !== null) {
        resolve(found[0]);
      }
    });
  });
  return { url, stop: () => server.kill() };
}

for (const bundler of ["turbopack", "webpack"]) {
  test(`Next.js with ${bundler}: a route withdraws, and a page does through its backend`, async () => {
    await run(path, process.execPath, [next, "build", `--${bundler}`], env);
    const { url, stop } = await started();
    try {
      const answer = await fetch(`${url}/api`);
      assert.equal((await answer.json()).attribution, "ours");
      await feishu.control("POST", "/reset");
      assert.deepEqual(await titled(url), { title: "ours", problems: [] });
    } finally {
      stop();
    }
  });
}
