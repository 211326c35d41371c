// The settings of the built-in transport, row by row, against the sandbox and against raw sockets.

import assert from "node:assert/strict";
import net from "node:net";
import test from "node:test";

import { eventually, failure, pause, sandbox, SYSTEM } from "./sandbox.mjs";

const feishu = await sandbox();
const { running } = feishu.processes;
const request = { process_id: running, actor: SYSTEM };

/** A server that answers every request with these bytes, or stays silent; it counts. */
async function raw(answer) {
  const seen = { connections: 0, requests: 0, closed: 0 };
  const sockets = new Set();
  const server = net.createServer((socket) => {
    seen.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => (seen.closed += 1));
    socket.on("data", () => {
      seen.requests += 1;
      if (answer !== undefined) {
        socket.write(answer(seen.requests));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base_url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  };
  return { seen, base_url, close };
}

const http = (head, body = "") => `HTTP/1.1 ${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

for (const fault of ["307-same-host", "308-other-host", "302-to-http", "loop"]) {
  test(`a redirect is refused: ${fault}`, async () => {
    await feishu.fault("withdraw_process", fault, { times: 0 });
    const error = await failure(feishu.client().withdrawProcess(request));
    assert.deepEqual([error.kind, error.effect], ["unexpected_redirect", "unknown"]);
    assert.ok((await feishu.log()).every((sent) => !sent.path.startsWith("/redirected")));
    assert.equal((await feishu.log("withdraw_process")).length, 1);
  });
}

for (const [fault, kinds] of [
  ["endless-body", ["too_large"]],
  ["header-flood", ["too_large", "disconnected"]],
  ["1xx-flood", ["too_large", "disconnected"]],
]) {
  test(`an answer that is too large is cut off: ${fault}`, async () => {
    await feishu.fault("get_process", fault, { times: 0 });
    const before = process.memoryUsage.rss();
    const error = await failure(feishu.client().getProcess({ process_id: running }));
    assert.ok(kinds.includes(error.kind), error.kind);
    assert.ok(process.memoryUsage.rss() - before < 64 * 1024 * 1024);
    await eventually(async () => (await feishu.log("get_process")).every((sent) => sent.outcome !== undefined));
  });
}

test("each request has its own cap: 1 MiB for a withdrawal, 8 MiB for a read", async () => {
  const server = await raw(() => http("200 OK", JSON.stringify({ code: 0, data: { pad: "x".repeat(1_100_000) } })));
  const client = feishu.client({ base_url: server.base_url, token: () => "t-x" });
  const error = await failure(client.withdrawProcess(request, { read_back: "never" }));
  assert.deepEqual([error.kind, error.effect], ["too_large", "unknown"]);
  await client.getProcess({ process_id: running });
  server.close();
});

test("connections are kept and used again", async () => {
  const client = feishu.client();
  for (let round = 0; round < 5; round += 1) {
    await client.getProcess({ process_id: running });
  }
  const log = await feishu.log();
  assert.equal(new Set(log.map((sent) => sent.connection)).size, 1);
});

test("after a connection went wrong, the next request has one of its own", async () => {
  await feishu.fault("withdraw_process", "500-before");
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  await client.withdrawProcess(request);
  const sent = await feishu.log();
  const [first, again] = sent.filter((entry) => entry.operation === "withdraw_process");
  assert.notEqual(again.connection, first.connection);
});

test("a connection that the server closed while it was idle costs nothing", async () => {
  await feishu.fault("get_process", "stale-keepalive-before-write");
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  await pause(50);
  const done = await client.withdrawProcess(request);
  assert.deepEqual([done.attribution, done.attempts], ["ours", 1]);
});

test("an idle connection is closed after less than 20 seconds", async () => {
  const source = await import("node:fs").then((fs) =>
    fs.readFileSync(new URL("../node_modules/feishu-corehr/node/undici.js", import.meta.url), "utf8"),
  );
  const idle = Number(/LONGEST_IDLE = ([\d_]+)/.exec(source)[1].replaceAll("_", ""));
  assert.ok(idle < 20_000);
  assert.match(source, /keepAliveTimeout: LONGEST_IDLE/);
  assert.match(source, /keepAliveMaxTimeout: LONGEST_IDLE/);
});

test("a refused connection is proved to have had no effect", async () => {
  const server = await raw();
  server.close();
  await pause(20);
  const error = await failure(feishu.client({ base_url: server.base_url, deadline: 1_000 }).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["connect", "none"]);
});

test("a name that does not exist is no connection, without effect", async () => {
  const options = { base_url: "https://no-such-host.invalid", allow_other_hosts: true, token: () => "t-x", deadline: 1_500 };
  const error = await failure(feishu.client(options).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["connect", "none"]);
});

test("a server that never answers is left at the budget, and its connection closed", async () => {
  const server = await raw();
  const options = { base_url: server.base_url, token: () => "t-x", deadline: 500 };
  const started = performance.now();
  const error = await failure(feishu.client(options).withdrawProcess(request));
  assert.ok(performance.now() - started < 1_500);
  assert.deepEqual([error.effect, server.seen.requests], ["unknown", 1]);
  await eventually(() => server.seen.closed > 0);
  server.close();
});

test("nothing is sent again by the HTTP stack", async () => {
  for (const answer of [http("408 Request Timeout"), http("503 Service Unavailable\r\nretry-after: 0"), "garbage\r\n\r\n"]) {
    const server = await raw(() => answer);
    const options = { base_url: server.base_url, token: () => "t-x", deadline: 2_000 };
    const error = await failure(feishu.client(options).withdrawProcess(request, { read_back: "never" }));
    assert.deepEqual([error.effect, server.seen.requests], ["unknown", 1], answer);
    server.close();
  }
});

test("more than 100 headers are too many", async () => {
  const many = Array.from({ length: 101 }, (_, index) => `x-${index}: y`).join("\r\n");
  const server = await raw(() => http(`200 OK\r\n${many}`, '{"code":0}'));
  const options = { base_url: server.base_url, token: () => "t-x" };
  const error = await failure(feishu.client(options).withdrawProcess(request, { read_back: "never" }));
  assert.deepEqual([error.kind, error.effect], ["too_large", "unknown"]);
  server.close();
});

test("HTTPS works with keep-alive, over TLS 1.2 or newer", async () => {
  const { readFileSync } = await import("node:fs");
  const client = feishu.client({ base_url: feishu.https, root_certificates: readFileSync(feishu.certificate, "utf8") });
  await client.getProcess({ process_id: running });
  await client.getProcess({ process_id: running });
  const log = await feishu.log();
  assert.ok(log.every((sent) => sent.tls));
  assert.equal(new Set(log.map((sent) => sent.connection)).size, 1);
});

test("a closed client refuses calls, and those in flight end as they would", async () => {
  await feishu.fault("get_process", "drip-1B/s", { ms: 1 }).catch(() => undefined);
  const client = feishu.client();
  const flying = client.getProcess({ process_id: running });
  await client.close();
  await flying;
  const error = await failure(client.getProcess({ process_id: running }));
  assert.match(error.message, /the client is closed/);
  await client.close();
});
