// Jest and Vitest, as a server's and as a page's tests run in them, with real timers, and one call with fake ones.

import test from "node:test";

import { run, tools } from "./matrix.mjs";

const DOUBLE = `
const token = '{"code":0,"tenant_access_token":"t-1","expire":7200}';
const answers = async ({ url }) => ({ status: 200, body: url.includes("/auth/") ? token : '{"code":0,"data":{}}' });
const app = { app_id: "cli_a", app_secret: "s", transport: answers };
const withdraw = (client, process_id = "7") => client.withdrawProcess({ process_id, actor: { system: true } });
`;
const ONE_CALL = `test("a call", async () => expect((await withdraw(new Client(app))).attribution).toBe("ours"));`;
const SERVER_TESTS = `
  ${ONE_CALL}
  test("calls that share one token", async () => {
    const client = new Client(app);
    const all = await Promise.all(["1", "2", "3"].map((id) => withdraw(client, id)));
    expect(all.map(({ attribution }) => attribution)).toEqual(["ours", "ours", "ours"]);
  });
  test("a double that throws", async () => {
    const transport = () => { throw new Error("x"); };
    const call = new Client({ token: () => "t", transport }).getProcess({ process_id: "7" }, { deadline: 500 });
    await expect(call).rejects.toMatchObject({ name: "FeishuError" });
  });
`;
const PAGE_TESTS = `
  test("a page's client", async () => {
    expect(globalThis.location.href).toMatch(/^http/);
    for (const Made of [Client, PageClient]) {
      const client = new Made({ base_url: "https://hr.example/hr", credentials: "same-origin", transport: answers });
      expect((await withdraw(client)).attribution).toBe("ours");
    }
    await load();
    expect(explain("withdraw_process", 1161006).kind).toBe("not_withdrawable");
  });
`;
const PAGE_NAMES = `{ Client, load, explain }`;

const jest = tools("jest", {
  "node.test.js": `
    const { Client } = require("feishu-corehr/server");
    const { nodeHandler } = require("feishu-corehr/backend");
    ${DOUBLE}
    describe("real timers", () => {${SERVER_TESTS}});
    test("a backend", () => expect(typeof nodeHandler({ client: new Client(app), authenticate: () => null })).toBe("function"));
    describe("the main entry", () => {
      const { Client } = require("feishu-corehr");
      ${SERVER_TESTS}
    });`,
  "page.test.js": `
    const ${PAGE_NAMES} = require("feishu-corehr");
    const { Client: PageClient } = require("feishu-corehr/page");
    ${DOUBLE}
    ${PAGE_TESTS}`,
  "fake.test.js": `
    const { Client } = require("feishu-corehr/server");
    ${DOUBLE}
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());
    ${SERVER_TESTS}`,
  "jest.config.json": JSON.stringify({ testTimeout: 60_000 }),
});
const vitest = tools("vitest", {
  "node.test.js": `
    import { expect, test, describe, vi, beforeEach, afterEach } from "vitest";
    import { Client } from "feishu-corehr";
    ${DOUBLE}
    ${SERVER_TESTS}`,
  "fake.test.js": `
    import { expect, test, vi, beforeEach, afterEach } from "vitest";
    import { Client } from "feishu-corehr";
    ${DOUBLE}
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());
    ${SERVER_TESTS}`,
  "page.test.js": `
    // @vitest-environment jsdom
    import { expect, test } from "vitest";
    import ${PAGE_NAMES} from "feishu-corehr";
    import { Client as PageClient } from "feishu-corehr/page";
    ${DOUBLE}
    ${PAGE_TESTS}`,
});

const inJest = (file, environment) =>
  run(jest, process.execPath, ["node_modules/jest/bin/jest.js", "--config", "jest.config.json", "--env", environment, "--ci", "--runInBand", file]);
const inVitest = (file) =>
  run(vitest, process.execPath, ["node_modules/vitest/vitest.mjs", "run", "--testTimeout", "60000", "--no-file-parallelism", file]);

test("Jest: a server's tests", () => inJest("node.test.js", "node"));
test("Jest: a page's tests, in jsdom", () => inJest("page.test.js", "jsdom"));
test("Jest: fake timers", () => inJest("fake.test.js", "node"));
test("Jest: fake timers, in jsdom", () => inJest("fake.test.js", "jsdom"));
test("Vitest: a server's tests", () => inVitest("node.test.js"));
test("Vitest: a page's tests, in jsdom", () => inVitest("page.test.js"));
test("Vitest: fake timers", () => inVitest("fake.test.js"));
