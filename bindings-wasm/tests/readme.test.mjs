// The examples of the page that npm shows, and of the pages of the whole project, run as they stand.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";

import { many } from "./many.mjs";
import { sandbox } from "./sandbox.mjs";

const feishu = await sandbox();
const NODE_WITH_SQLITE = join(process.env.FEISHU_COREHR_RUNTIMES, "node_modules/.bin/node");
const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-readme-"));
after(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
/** What the examples of each page print, in order. */
const PAGES = {
  "node_modules/feishu-corehr/README.md": [
    ...[/^ours \d+/, /^[01] \d+ ours applied $[\s\S]*^complete 2 0$/m, /^\d+ ./, /^\d+ Annual leave \d+ in_progress$/m, /^200 true$/m, /^Department 200 \w+\nSales$/m, /^cancelled none$/m, /^LOG$/m, /\[redacted\][\s\S]*not_withdrawable LOG 流程/],
  ],
  "README.md": [/^ours \d+/, /^\d+ ours $[\s\S]*ours: 2,[\s\S]*ended: 'complete',/m, /^Department \w+\n200 Sales$/m],
  "README.zh.md": [/^ours \d+/, /^\d+ ours $[\s\S]*ours: 2,[\s\S]*ended: 'complete',/m, /^Department \w+\n200 销售部$/m],
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
    const process_ids = await many(feishu, 2);
    const flow_definition_id = "people_7000000000000000000_7100000000000000000";
    const given = { process_id: feishu.processes.running, process_ids, flow_definition_id };
    if (code.includes("listStartCandidates")) {
      await feishu.fault("start_process", "rst-after-applied");
    }
    const lines = Object.entries(given).map(([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`);
    writeFileSync(file, `${lines.join("")}${example}`);
    const env = { ...process.env, FEISHU_APP_ID: feishu.app_id, FEISHU_APP_SECRET: feishu.app_secret };
    if (example !== code) {
      env.FEISHU_BASE_URL = feishu.http;
    }
    try {
      const printed = await new Promise((resolve, reject) => {
        const node = code.includes("journal:") ? NODE_WITH_SQLITE : process.execPath;
        execFile(node, [file.pathname], { cwd: mkdtempSync(join(folder, "run-")), env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
      });
      assert.match(printed, expected);
    } finally {
      rmSync(file);
    }
  });
}
