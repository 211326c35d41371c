// Runs the vectors on the npm package and writes what came out, one JSON object a line.
//
//     node tests/shims/node.mjs --sandbox BINARY --out FILE [--all]
//
// It judges nothing. Outcomes are built from the properties that a caller sees. The package is the one that Node finds
// from FEISHU_COREHR_PROJECT, a folder with node_modules; by default this one.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const project = process.env.FEISHU_COREHR_PROJECT ?? import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const { Client, decodeReply, isFeishuError } = createRequire(resolve(project, "shim.js"))("feishu-corehr");

const VECTORS = new URL("../vectors/", import.meta.url);
const PHRASES = "steps.json";
const SAMPLE = "7328345170959681068";
// Most vectors wait most of the time.
const SANDBOXES = 16;

async function main() {
  const { values } = parseArgs({
    options: { sandbox: { type: "string" }, out: { type: "string" }, all: { type: "boolean", default: false } },
  });
  const wanted = [...vectors()].filter((vector) => isWanted(vector, values.all));
  const lines = [{ runtime: "node", set: values.all ? "all" : "crossing" }];
  const play = async () => {
    const sandbox = await Sandbox.start(values.sandbox);
    for (let vector = wanted.shift(); vector !== undefined; vector = wanted.shift()) {
      lines.push(await played(vector, sandbox));
    }
    sandbox.close();
  };
  await Promise.all(Array.from({ length: SANDBOXES }, play));
  writeFileSync(values.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

function isWanted(vector, every) {
  return (every || vector.crossing === true) && (vector.runtimes ?? ["node"]).includes("node");
}

/** All vectors, their phrases and expressions written out. */
function* vectors() {
  const read = (name) => JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
  const phrases = read(PHRASES);
  const names = readdirSync(VECTORS, { recursive: true }).filter((name) => name.endsWith(".json") && name !== PHRASES);
  for (const name of names.sort()) {
    for (const vector of read(name)) {
      if (vector.script !== undefined) {
        vector.script.steps = vector.script.steps.map((step) => (typeof step === "string" ? phrases[step] : step));
      }
      yield expanded(vector);
    }
  }
}

/** Writes out `{"$repeat": [text, count]}` and `{"$join": [texts]}`. */
function expanded(value) {
  if (Array.isArray(value)) {
    return value.map(expanded);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, expanded(field)]));
  const [only, ...others] = Object.keys(fields);
  if (others.length === 0 && only === "$repeat") {
    return fields.$repeat[0].repeat(fields.$repeat[1]);
  }
  return others.length === 0 && only === "$join" ? fields.$join.join("") : fields;
}

/** A running sandbox and its control endpoint. */
class Sandbox {
  static async start(program) {
    const child = spawn(program, ["--no-limits", "--exit-with-stdin"], { stdio: ["pipe", "pipe", "inherit"] });
    const line = await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
    const sandbox = new Sandbox();
    sandbox.child = child;
    sandbox.url = JSON.parse(line).http;
    return sandbox;
  }

  control(method, path, body) {
    return new Promise((resolve, reject) => {
      const request = http.request(`${this.url}/_sandbox/${path}`, { method, agent: false }, (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode >= 400) {
            reject(new Error(`${path}: ${text}`));
          } else {
            resolve(JSON.parse(text || "null"));
          }
        });
      });
      request.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close() {
    this.child.stdin.end();
  }
}

async function played(vector, sandbox) {
  const { name } = vector;
  if (vector.reply !== undefined) {
    return { name, outcomes: [read(vector.reply)], log: [] };
  }
  const script = vector.script ?? asScript(vector.request);
  await sandbox.control("POST", "reset", {});
  await sandbox.control("POST", "script", { ordered: true, steps: script.steps.map(forSandbox) });
  const outcomes = await performed(script.client ?? {}, script.calls ?? [{}], sandbox.url);
  return { name, outcomes, log: await sandbox.control("GET", "log") };
}

/** Makes a request vector a script whose server answers with plain successes. */
function asScript({ call, client = {} }) {
  const operation = call.operation ?? "withdraw_process";
  const success = { json: { code: 0, msg: "success", data: {} } };
  const steps = [{ on: operation, apply: operation === "withdraw_process", answer: success }];
  if (call.token === undefined && client.token_function === undefined) {
    const token = { code: 0, msg: "ok", tenant_access_token: "t-1", expire: 7200 };
    steps.unshift({ on: "token", answer: { json: token } });
  }
  return { client, calls: [call], steps };
}

function forSandbox({ on, apply, delay_ms, answer }) {
  return { on, apply, delay_ms, answer: answer.fault === undefined ? { status: 200, ...answer } : answer };
}

async function performed(client, calls, url) {
  let made;
  try {
    made = new Client(clientOptions(client, url));
  } catch (error) {
    return [failed(error)];
  }
  const outcomes = [];
  for (const call of calls) {
    await new Promise((resolve) => setTimeout(resolve, call.after_ms ?? 0));
    const run = { get_process: got, list_processes: walked }[call.operation] ?? withdrawn;
    outcomes.push(await run(made, call));
  }
  await made.close();
  return outcomes;
}

function clientOptions(client, url) {
  const options = {
    base_url: client.base_url ?? url,
    allow_other_hosts: client.allow_other_hosts,
    allow_insecure_loopback: client.allow_insecure_loopback ?? client.base_url === undefined,
    rate_share: client.rate_share,
    quotas: client.quotas,
  };
  if (client.token_function !== undefined) {
    return { ...options, token: tokenFunction([...client.token_function]) };
  }
  return { ...options, app_id: client.app_id ?? "cli_vector", app_secret: client.app_secret ?? "secret-of-the-vectors" };
}

function tokenFunction(answers) {
  return async () => {
    const { token, error } = answers.shift();
    if (error !== undefined) {
      throw new Error(error);
    }
    return token;
  };
}

function callOptions({ token, request_id, deadline_ms: deadline, read_back }) {
  return { token, request_id, deadline, read_back };
}

async function withdrawn(client, call) {
  const request = { process_id: call.process_id ?? SAMPLE, actor: call.actor ?? { system: true }, reason: call.reason };
  try {
    const done = await client.withdrawProcess(request, callOptions(call));
    return { value: fields(done, ["process_id", "attribution", "attempts", "resent_unread", "log_id"]) };
  } catch (error) {
    return failed(error);
  }
}

async function got(client, call) {
  const request = { process_id: call.process_id ?? SAMPLE, user_id_type: call.user_id_type };
  try {
    return { value: plain(await client.getProcess(request, callOptions(call))) };
  } catch (error) {
    return failed(error);
  }
}

async function walked(client, call) {
  const { statuses, page_size, page_token, flow_definition_id } = call;
  const moment = (value) => (typeof value === "string" ? new Date(value) : value);
  const request = {
    statuses,
    page_size,
    page_token,
    flow_definition_id,
    modify_time_from: moment(call.modify_time_from),
    modify_time_to: moment(call.modify_time_to),
  };
  const process_ids = [];
  try {
    if (call.one_page === true) {
      client.request("list_processes", request);
      return { value: {} };
    }
    const walk = client.listProcesses(request, callOptions(call));
    for await (const id of walk) {
      process_ids.push(id);
      if (process_ids.length === call.take) {
        break;
      }
    }
    return { value: { process_ids, page_token: walk.pageToken } };
  } catch (error) {
    return { ...failed(error), process_ids };
  }
}

/** Reads an answer by itself, with the content type that the sandbox would give it. */
function read({ operation, answer }) {
  let [body, type] = [undefined, undefined];
  if ("json" in answer) {
    [body, type] = [JSON.stringify(answer.json), "application/json; charset=utf-8"];
  } else if (answer.text !== undefined) {
    [body, type] = [answer.text, "text/plain"];
  } else if (answer.base64 !== undefined) {
    [body, type] = [Buffer.from(answer.base64, "base64"), "application/octet-stream"];
  }
  const headers = { ...(type === undefined ? {} : { "content-type": type }), ...answer.headers };
  try {
    return { value: plain(decodeReply(operation, { status: answer.status ?? 200, headers, body })) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error) {
  if (!isFeishuError(error)) {
    throw error;
  }
  return { error: fields(error, ERROR) };
}

function fields(of, names) {
  return Object.fromEntries(names.map((name) => [name, of[name]]));
}

/** What the package hands out, without the text that says everything a second time. */
function plain({ raw, ...value }) {
  return value;
}

const ERROR = [
  ...["kind", "operation", "effect", "retryable", "retry_after_ms", "http_status", "code", "msg", "summary", "advice"],
  ...["log_id", "scopes", "troubleshooter", "field_violations", "helps", "problems", "status", "location_host"],
  ...["same_token", "attempts"],
];

await main();
