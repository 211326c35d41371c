// A program that withdraws the processes of a file with a journal, for tests that kill it.

import { readFileSync } from "node:fs";

import { Client } from "feishu-corehr";

import { FAST } from "../many.mjs";

const { APP, SECRET, URL: base_url } = process.env;
const [, , list, journal] = process.argv;
const client = new Client({ app_id: APP, app_secret: SECRET, base_url, allow_insecure_loopback: true, quotas: FAST });
const ids = readFileSync(list, "utf8").split("\n");
const run = client.withdrawProcesses(ids, { actor: { system: true }, journal, max_in_flight: 8, deadline: 20_000 });
for await (const { position, outcome } of run) {
  console.log(position, outcome);
}
const { ended, ours, presumed, unattributed } = run.report;
console.log("report", ended, ours + presumed, unattributed);
