// The examples of the page that npm shows, and of the pages of the whole project, run as they stand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import test from "node:test";

import { sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
/** What the examples of each page print, in order. */
const PAGES = {
  "node_modules/feishu-corehr/README.md": [
    ...[/^ours \d+/, /^\d+ ./, /^200 true$/m, /^Department 200 \w+\nSales$/m, /^cancelled none$/m, /^LOG$/m, /\[redacted\][\s\S]*not_withdrawable LOG 流程/],
  ],
  "README.md": [/^ours \d+/, /^Department \w+\n200 Sales$/m],
  "README.zh.md": [/^ours \d+/, /^Department \w+\n200 销售部$/m],
};

function examplesOf(page) {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/```js\n([\s\S]*?)```/g)].map((match) => match[1]);
}

for (const [page, prints] of Object.entries(PAGES)) {
  test(`every example of ${page} is run`, () => assert.equal(examplesOf(page).length, prints.length));
}

const all = Object.entries(PAGES).flatMap(([page, prints]) =>
  prints.map((expected, index) => ({ page, index, code: examplesOf(page)[index] ?? "", expected })),
);

for (const { page, index, code, expected } of all) {
  test(`example ${index + 1} of ${page} prints what it says`, async () => {
    const file = new URL(`../example-${index}.mjs`, import.meta.url);
    // The sandbox is a base URL on loopback, which a user's program would not allow.
    const example = code.replace("new Client()", "new Client({ allow_insecure_loopback: true })");
    writeFileSync(file, `const process_id = ${JSON.stringify(feishu.processes.running)};\n${example}`);
    const env = { ...process.env, FEISHU_APP_ID: feishu.app_id, FEISHU_APP_SECRET: feishu.app_secret };
    if (example !== code) {
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
