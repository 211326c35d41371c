// The examples of the page that npm shows, run as they stand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import test from "node:test";

import { sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
const text = readFileSync(new URL("../node_modules/feishu-corehr/README.md", import.meta.url), "utf8");
const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);

/** What each example prints, in order. */
const PRINTS = [/^ours \d+/, /^\d+ ./, /^cancelled none$/m, /^LOG$/m, /\[redacted\][\s\S]*not_withdrawable LOG 流程/];

test("every example is run", () => assert.equal(examples.length, PRINTS.length));

for (const [index, expected] of PRINTS.entries()) {
  test(`example ${index + 1} prints what it says`, async () => {
    const file = new URL(`../example-${index}.mjs`, import.meta.url);
    // The sandbox is a base URL on loopback, which a user's program would not allow.
    const example = examples[index].replace("new Client()", "new Client({ allow_insecure_loopback: true })");
    writeFileSync(file, `const process_id = ${JSON.stringify(feishu.processes.running)};\n${example}`);
    const env = { ...process.env, FEISHU_APP_ID: feishu.app_id, FEISHU_APP_SECRET: feishu.app_secret };
    if (example !== examples[index]) {
      env.FEISHU_BASE_URL = feishu.http;
    }
    try {
      const printed = await new Promise((resolve, reject) => {
        execFile(process.execPath, [file.pathname], { env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
      });
      assert.match(printed, expected);
    } finally {
      rmSync(file);
    }
  });
}
