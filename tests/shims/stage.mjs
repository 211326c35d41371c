// Reads the vectors and plays their scripts on sandboxes; who runs the package is its caller's matter.

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const VECTORS = new URL("../vectors/", import.meta.url);
const PHRASES = "steps.json";
const SAMPLES = JSON.parse(readFileSync(new URL("../samples.json", import.meta.url), "utf8"));
/** What a call may leave out of a request that has it. */
const DEFAULTS = { process_id: "7328345170959681068", actor: { system: true } };

/**
 * Plays the vectors that the command line asks for, and writes what came out.
 *
 * `hosts` is how many run at a time, most of them waiting. `open(sandbox)` gives a host of the package:
 * `performed(script)`, `read(reply)` and `close()`. `isShown(vector)` is whether the runtime can show a vector.
 */
export async function play(runtime, { hosts, open, isShown = () => true }) {
  const { values } = parseArgs({
    options: { sandbox: { type: "string" }, out: { type: "string" }, all: { type: "boolean", default: false } },
  });
  const isWanted = (vector) =>
    (values.all || vector.crossing === true) && (vector.runtimes ?? [runtime]).includes(runtime) && isShown(vector);
  const wanted = [...vectors()].filter(isWanted);
  const lines = [{ runtime, set: values.all ? "all" : "crossing" }];
  const playSome = async () => {
    const sandbox = await Sandbox.start(values.sandbox);
    const host = await open(sandbox);
    for (let vector = wanted.shift(); vector !== undefined; vector = wanted.shift()) {
      lines.push(await played(vector, sandbox, host));
    }
    await host.close();
    sandbox.close();
  };
  await Promise.all(Array.from({ length: hosts }, playSome));
  writeFileSync(values.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

async function played(vector, sandbox, host) {
  const { name } = vector;
  if (vector.reply !== undefined) {
    return { name, outcomes: [await host.read(vector.reply)], log: [] };
  }
  const script = vector.script ?? asScript(vector.request);
  await sandbox.control("POST", "reset", {});
  await sandbox.control("POST", "script", { ordered: true, steps: script.steps.map(forSandbox) });
  const { client = {}, calls = [{}] } = script;
  const outcomes = await host.performed({ client, calls: calls.map(written) });
  return { name, outcomes, log: await sandbox.control("GET", "log") };
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
    return this.send(method, `/_sandbox/${path}`, body);
  }

  send(method, path, body) {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json; charset=utf-8" };
      const request = http.request(`${this.url}${path}`, { method, headers, agent: false }, (answer) => {
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

/** Makes a request vector a script whose server answers with plain successes. */
function asScript({ call, client = {} }) {
  const operation = call.operation ?? "withdraw_process";
  const success = { json: { code: 0, msg: "success", data: {} } };
  const steps = [{ on: operation, apply: "actor" in sampleOf(operation), answer: success }];
  if (call.token === undefined && client.token_function === undefined) {
    const token = { code: 0, msg: "ok", tenant_access_token: "t-1", expire: 7200 };
    steps.unshift({ on: "token", answer: { json: token } });
  }
  return { client, calls: [call], steps };
}

/** A call as a caller writes it: the request apart from the options, and in it what a vector may leave out. */
function written({ operation = "withdraw_process", after_ms, one_page, take, token, request_id, headers, deadline_ms: deadline, read_back, check_first, ...given }) {
  if (given.path_parameters !== undefined) {
    given.path_parameters = Object.fromEntries(given.path_parameters);
  }
  const defaults = Object.entries(DEFAULTS).filter(([name]) => name in sampleOf(operation));
  // Each act has a name of its own for it.
  const isOption = ([name]) => name.startsWith("already_");
  const options = { token, request_id, headers, deadline, read_back, check_first, ...Object.fromEntries(Object.entries(given).filter(isOption)) };
  const request = Object.fromEntries([...defaults, ...Object.entries(given).filter((field) => !isOption(field))]);
  return { operation, after_ms, one_page, take, options: withoutAbsent(options), request };
}

/** What a request of that operation is like. */
function sampleOf(operation) {
  // What is made of an operation is called as that is.
  const of = ["settle", "wait_for"].includes(operation) ? "get_process" : operation;
  return SAMPLES.find((sample) => sample.operation === of)?.request ?? {};
}

function withoutAbsent(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function forSandbox({ on, apply, delay_ms, answer }) {
  return { on, apply, delay_ms, answer: answer.fault === undefined ? { status: 200, ...answer } : answer };
}
