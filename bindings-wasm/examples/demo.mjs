// The main job, for a person to watch: withdraw a running approval process, and know what happened.
//
// Against a sandbox (the JSON line that it prints on start):
//
//     node demo.mjs --sandbox '{"http": "http://127.0.0.1:…", …}'
//
// On the real platform, with FEISHU_APP_ID and FEISHU_APP_SECRET set:
//
//     node demo.mjs --real PROCESS_ID --reason "why"

import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";

import { Client, explain, isFeishuError } from "feishu-corehr";

async function main() {
  const { values } = parseArgs({
    options: { sandbox: { type: "string" }, real: { type: "string" }, reason: { type: "string" } },
  });
  if (values.sandbox !== undefined && values.real === undefined) {
    await show(JSON.parse(values.sandbox));
  } else if (values.real !== undefined && values.sandbox === undefined) {
    await real(values.real, values.reason);
  } else {
    console.error("usage: node demo.mjs --sandbox JSON | --real PROCESS_ID [--reason TEXT]");
    process.exitCode = 2;
  }
}

async function real(process_id, reason) {
  const client = new Client();
  const found = await client.getProcess({ process_id });
  console.log(`${process_id}: ${found.status}, started by ${found.initiator_id ?? "the system"}`);
  const screen = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await screen.question("Withdraw it as the system? [y/N] ");
  screen.close();
  if (answer.trim().toLowerCase() === "y") {
    await withdraw(client, process_id, reason);
  }
  await client.close();
}

/** Withdraws one process, and says what happened; this is all that a program needs. */
async function withdraw(client, process_id, reason) {
  try {
    const done = await client.withdrawProcess({ process_id, actor: { system: true }, reason });
    console.log(`  withdrawn; by whom: ${done.attribution}; attempts: ${done.attempts}; log id ${done.log_id}`);
  } catch (error) {
    if (!isFeishuError(error)) throw error;
    if (error.kind === "not_withdrawable") {
      console.log(`  not withdrawn: its status is ${error.status}; code ${error.code}, effect ${error.effect}`);
      console.log(`  ${error.message}`);
      if (error.advice) console.log(`  ${error.advice.zh}`);
    } else {
      console.log(`  ${error.kind}: ${error.message}`);
    }
  }
}

/** Shows the main job, and what can go wrong with it. */
async function show(sandbox) {
  const { app_id, app_secret, http: base_url } = sandbox;
  const refusals = [];
  const onAttempt = ({ code }) => {
    if (code !== null) refusals.push(code);
  };
  const client = new Client({ app_id, app_secret, base_url, allow_insecure_loopback: true, onAttempt });

  console.log("1. The running processes of the last day:");
  const now = Date.now() + 60_000;
  const ids = [];
  const walk = client.listProcesses({ modify_time_from: now - 86_400_000, modify_time_to: now, statuses: ["in_progress"] });
  for await (const id of walk) ids.push(id);
  console.log(`  ${ids.length} running: ${ids.join(", ")}`);

  console.log(`2. Withdraw ${ids[0]}:`);
  await withdraw(client, ids[0], "a duplicate");

  console.log("3. Withdraw it again; it is withdrawn, but not by this call:");
  await withdraw(client, ids[0]);
  for (const code of refusals) tellWhy(code);

  console.log("4. Withdraw one that is completed already:");
  await withdraw(client, sandbox.processes.completed);

  console.log(`5. Withdraw ${ids[1]}, and lose the connection after the server has done it:`);
  await orderFault(sandbox, "rst-after-applied");
  await withdraw(client, ids[1]);

  console.log("6. Two mistakes in the arguments, found before anything is sent:");
  await withdraw(client, "../7", "x".repeat(612));

  await client.close();
}

/** Says what the server's refusal means, and what to do. */
function tellWhy(code) {
  const explanation = explain("withdraw_process", code);
  if (explanation?.advice) {
    console.log(`  the server had refused by code ${code}: ${explanation.meaning}`);
    console.log(`  ${explanation.advice.en}`);
    console.log(`  ${explanation.advice.zh}`);
  }
}

/** Tells the sandbox to break the next withdrawal. */
async function orderFault({ control }, fault) {
  const body = JSON.stringify({ on: "withdraw_process", fault });
  await fetch(`${control}/faults`, { method: "POST", headers: { "content-type": "application/json" }, body });
}

await main();
