// Runs the vectors on the npm package in Node and writes what came out, one JSON object a line.
//
//     node tests/shims/node.mjs --sandbox BINARY --out FILE [--all]
//
// It judges nothing. Outcomes are built from the properties that a caller sees. The package is the one that Node finds
// from FEISHU_COREHR_PROJECT, a folder with node_modules.

import { createRequire } from "node:module";
import { resolve } from "node:path";

import { Runner } from "./javascript.mjs";
import { play } from "./stage.mjs";

const HOSTS = 16;

async function main() {
  const project = resolve(process.env.FEISHU_COREHR_PROJECT ?? ".");
  const runner = new Runner(createRequire(resolve(project, "shim.js"))("feishu-corehr"));
  const open = (sandbox) => ({
    performed: ({ client, calls }) => runner.performed(clientOptions(client, sandbox.url), calls),
    read: (reply) => runner.read(reply),
    close: () => undefined,
  });
  await play("node", { hosts: HOSTS, open });
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

await main();
