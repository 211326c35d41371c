// TypeScript: one project with a server, its page and its backend compiles under each way to find modules.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";

import { tool } from "../project.mjs";
import { run, tools } from "./matrix.mjs";

const SERVER = `
import { BulkRun, Client, JOURNAL_PRAGMAS, plainValues, type Actor, type BulkOutcome, type BulkReport, type BulkResult, type CallAnswer, type ClientOptions, type JournalStore, type ListedTask, type NewFormValue, type PlainValue, type Process, type Settled, type Withdrawn } from "feishu-corehr";
import { Client as ServerClient, FEISHU } from "feishu-corehr/server";
import { nodeHandler } from "feishu-corehr/backend";

export const server = new Client({ app_id: "cli_a", app_secret: "s", proxy: "http://proxy.example:8080" });
export const strict: ServerClient = new ServerClient({ token: async () => "t", base_url: FEISHU });
export const either: ServerClient = server;
export const handlers = [server, strict].map((client) => nodeHandler({ client, authenticate: () => null }));
export const withdraw = (process_id: string, actor: Actor): Promise<Withdrawn> =>
  server.withdrawProcess({ process_id, actor }, { token: "t" });
export const options: ClientOptions = { app_id: "cli_a", app_secret: "s" };
// @ts-expect-error a server sends no cookies
new ServerClient({ credentials: "omit" });
// @ts-expect-error an unknown option
new Client({ app_id: "cli_a", app_secret: "s", nonsense: 1 });
for (const actor of [{ open_id: "ou_a" }, { system: true as const, user: { open_id: "ou_a" } }, { system: true as const }]) {
  void withdraw("7", actor);
}
// @ts-expect-error two ids
void withdraw("7", { open_id: "ou_a", user_id: "a" });
// @ts-expect-error the system names its user in \`user\`
void withdraw("7", { system: true, open_id: "ou_a" });
// @ts-expect-error two ids of one user
void withdraw("7", { system: true, user: { open_id: "ou_a", union_id: "on_a" } });
// @ts-expect-error neither the system nor a user
void withdraw("7", {});
export const plain: Promise<Record<string, PlainValue>> = server.getFormVariables({ process_id: "7" }).then(plainValues);
export const tasks: AsyncIterable<ListedTask> = server.listTasks({ user_id: "ou_a", approver_status: "in_progress" });
export const value: NewFormValue = { text_value: "x" };
export const answer: Promise<CallAnswer> = server.call("PATCH", "/open-apis/a/{id}", { path_parameters: { id: "1" }, query: { ids: ["1"] }, body: [null] });
export const store: JournalStore = { store: async () => undefined, query: ({ sql, values }) => [[sql, ...values, 1n, null]], close: () => undefined };
export const run: BulkRun = server.withdrawProcesses(["7"], { actor: { system: true }, journal: store, onProgress: ({ done, left_ms }) => [done, left_ms] });
export const revoking: AsyncIterable<BulkResult> = strict.revokeProcesses(new Set(["7"]), { actor: { open_id: "ou_a" }, journal: new URL("file:///run.sqlite"), already_revoked: "error", signal: AbortSignal.timeout(1) });
export const report: BulkReport = run.report;
export const pragmas: readonly string[] = JOURNAL_PRAGMAS;
export const outcomes = async (): Promise<BulkOutcome[]> => {
  const all: BulkOutcome[] = [];
  for await (const { outcome } of server.withdrawProcesses(["7"], { actor: { system: true }, journal: "run.sqlite" })) {
    all.push(outcome);
  }
  return all;
};
// @ts-expect-error nobody is said to act
void server.withdrawProcesses(["7"], {});
// @ts-expect-error numbers lose their digits
void server.withdrawProcesses([7], { actor: { system: true } });
// @ts-expect-error an option of the other run
void server.withdrawProcesses(["7"], { actor: { system: true }, already_revoked: "error" });
// @ts-expect-error the id of a request is one request's
void server.withdrawProcesses(["7"], { actor: { system: true }, request_id: "mine" });
// @ts-expect-error a store that cannot be asked
void server.withdrawProcesses(["7"], { actor: { system: true }, journal: { store: () => undefined, close: () => undefined } });
// @ts-expect-error a method in small letters
void server.call("get", "/open-apis/a");
// @ts-expect-error a number is no value of a query
void server.call("GET", "/open-apis/a", { query: { a: 1 } });
// @ts-expect-error a quota has two numbers
void server.call("GET", "/open-apis/a", { quota: { calls: 1 } });
// @ts-expect-error nobody knows what stands in the answer
void answer.then(({ data }) => data.department);
// @ts-expect-error a status of a process is none of a task
void server.listTasks({ user_id: "ou_a", approver_status: "revoked" });
// @ts-expect-error a kind of a user's id is none of a department's
void server.getFormVariables({ process_id: "7", department_id_type: "open_id" });
// @ts-expect-error a value is of one kind
export const both: NewFormValue = { text_value: "x", bool_value: true };
// @ts-expect-error and of one at least
export const none: NewFormValue = {};
// @ts-expect-error a value inside a request, too
void server.startProcess({ flow_definition_id: "people_7_7", actor: { system: true }, flow_data: [{ variable_api_name: "a", variable_value: { text_value: "x", number_value: "1" } }] });
export const settled: Promise<Settled> = server.settle({ process_id: "7", since: new Date(), goal: "revoked" }, { token: "t" });
// @ts-expect-error since when is not said
void server.settle({ process_id: "7" });
// @ts-expect-error a moment as text
void server.settle({ process_id: "7", since: "2026-01-01" });
// @ts-expect-error no call leads there
void server.settle({ process_id: "7", since: 1, goal: "completed" });
// @ts-expect-error it takes as long as a request may live
void server.settle({ process_id: "7", since: 1 }, { deadline: 1 });
// @ts-expect-error it ends with how it ended, not with an effect
void settled.then(({ effect }) => effect);
export const candidates: AsyncIterable<Process> = server.listStartCandidates({ flow_definition_id: "people_7_7", actor: { system: true }, since: new Date() }, { token: "t" });
// @ts-expect-error since when is not said
void server.listStartCandidates({ flow_definition_id: "people_7_7", actor: { system: true } });
// @ts-expect-error who was to start it is not said
void server.listStartCandidates({ flow_definition_id: "people_7_7", since: 1 });
// @ts-expect-error a moment as text
void server.listStartCandidates({ flow_definition_id: "people_7_7", actor: { system: true }, since: "2026-01-01" });
// @ts-expect-error it has no pages
void server.listStartCandidates({ flow_definition_id: "people_7_7", actor: { system: true }, since: 1 }).pages();
// @ts-expect-error a user cannot be written
export const user: NewFormValue = { user_value: "1" };
`;
const PAGE = `
import { Client, load } from "feishu-corehr";
import { Client as PageClient, load as loadPage } from "feishu-corehr/page";
import { Client as InlineClient } from "feishu-corehr/inline";

export const clients = [Client, PageClient, InlineClient].map((Made) => new Made({ base_url: "/hr", credentials: "same-origin" }));
export const loaded = Promise.all([load(), loadPage(new URL("https://hr.example/x.wasm"))]);
// @ts-expect-error a page has no secret
new PageClient({ base_url: "/hr", app_secret: "s" });
// @ts-expect-error a page makes no runs
void new PageClient({ base_url: "/hr" }).withdrawProcesses(["7"], { actor: { system: true } });
// @ts-expect-error nor revokes many
void new InlineClient({ base_url: "/hr" }).revokeProcesses(["7"], { actor: { system: true } });
// @ts-expect-error and no token
new InlineClient({ base_url: "/hr", token: async () => "t" });
`;
const MODULES = { target: "es2022", strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: ["node"] };
const lib = ["es2022", "dom", "dom.iterable", "dom.asynciterable"];

const path = tools("types", { "package.json": '{ "private": true }' });
for (const name of ["@types", "undici-types"]) {
  const link = join(path, "node_modules", name);
  if (!existsSync(link)) {
    symlinkSync(tool(name), link);
  }
}

for (const [name, type, options] of [
  ["bundler", "module", { module: "esnext", moduleResolution: "bundler" }],
  ["bundler for Node", "module", { module: "esnext", moduleResolution: "bundler", customConditions: ["node"] }],
  ["nodenext, ES modules", "module", { module: "nodenext" }],
  ["nodenext, CommonJS", "commonjs", { module: "nodenext" }],
  ["node16, ES modules", "module", { module: "node16" }],
  ["node10", "commonjs", { module: "commonjs", moduleResolution: "node10", ignoreDeprecations: "5.0", esModuleInterop: true }],
]) {
  for (const [kind, files] of [["a server and its page", { server: SERVER, page: PAGE }], ["a server without the DOM", { server: SERVER }]]) {
    test(`${name}: ${kind}`, async () => {
      const folder = join(path, `${name}-${kind}`.replace(/[^a-z0-9]+/gi, "-"));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type }));
      for (const [file, text] of Object.entries(files)) {
        writeFileSync(join(folder, `${file}.ts`), text);
      }
      const compilerOptions = { ...MODULES, ...options, lib: "page" in files ? lib : ["es2023"] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
      assert.equal(await run(folder, tool(".bin/tsc"), ["-p", "."]), "");
    });
  }
}
