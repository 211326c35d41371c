// The settings of the built-in transport, row by row, against the sandbox and against raw sockets.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { eventually, failure, NOBODY, pause, sandbox, SYSTEM } from "./sandbox.mjs";

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
  const log = await feishu.log("get_process");
  assert.deepEqual([log.length, new Set(log.map((sent) => sent.connection)).size], [5, 1]);
});

test("a token has a connection of its own, which carries nothing else", async () => {
  const client = feishu.client();
  await client.getProcess({ process_id: running });
  await feishu.control("POST", "/tokens/revoke", {});
  await client.getProcess({ process_id: running });
  const log = await feishu.log();
  const of = (operation) => new Set(log.filter((sent) => sent.operation === operation).map((sent) => sent.connection));
  assert.deepEqual([of("token").size, [...of("token")].filter((one) => of("get_process").has(one))], [2, []]);
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
  let closed = 0;
  const server = net.createServer((socket) => {
    // It ends its own side, and hears of the other one's end when the client has noticed.
    socket.on("error", () => undefined).on("close", () => (closed += 1));
    socket.on("data", () => socket.end(http("200 OK", '{"code":0,"data":{}}')));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = feishu.client({ base_url: `http://127.0.0.1:${server.address().port}`, token: () => "t-x" });
  for (const sent of [1, 2, 3]) {
    const done = await client.withdrawProcess(request);
    assert.deepEqual([done.attribution, done.attempts], ["ours", 1]);
    await eventually(() => closed === sent);
  }
  server.close();
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
  const error = await failure(feishu.client({ base_url: NOBODY }).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["connect", "none"]);
});

test("a name that does not exist is no connection, without effect", async () => {
  const options = { base_url: "https://no-such-host.invalid", allow_other_hosts: true, token: () => "t-x" };
  const error = await failure(feishu.client(options).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect], ["connect", "none"]);
});

test("a server that never answers is left at the budget, and its connection closed", async () => {
  const server = await raw();
  const options = { base_url: server.base_url, token: () => "t-x", deadline: 5_000 };
  const error = await failure(feishu.client(options).withdrawProcess(request));
  assert.deepEqual([error.kind, error.effect, server.seen.requests], ["deadline", "unknown", 1]);
  await eventually(() => server.seen.closed > 0);
  server.close();
});

test("nothing is sent again by the HTTP stack", async () => {
  for (const answer of [http("408 Request Timeout"), http("503 Service Unavailable\r\nretry-after: 0"), "garbage\r\n\r\n"]) {
    const server = await raw(() => answer);
    const options = { base_url: server.base_url, token: () => "t-x", deadline: 20_000 };
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
  assert.ok((await feishu.log()).every((sent) => sent.tls));
  assert.equal(new Set((await feishu.log("get_process")).map((sent) => sent.connection)).size, 1);
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

/** Bytes that nobody asked for: a whole answer of success, the same without an end, and what is no HTTP at all. */
const SURPLUS = {
  "a whole answer": http("200 OK\r\nx-tt-logid: NOT-ASKED", '{"code":0,"data":{}}'),
  "a part of an answer": "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{",
  "an informational head": "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n",
  garbage: "\0\0\0 what is this\r\n\r\n",
  "empty lines and an answer": `\r\n\r\n${http("200 OK", '{"code":0,"data":{}}')}`,
};

for (const [what, surplus] of Object.entries(SURPLUS)) {
  for (const [when, afterToken, afterPut, isLater] of [
    ["glued to the token's answer", true, false, false],
    ["after the token's answer, while idle", true, false, true],
    ["glued to a PUT's answer", false, true, false],
    ["after a PUT's answer, while idle", false, true, true],
  ]) {
    test(`no write is answered by bytes from before it: ${what}, ${when}`, async () => {
      let left = 0;
      const writes = [];
      const server = net.createServer((socket) => {
        socket.on("error", () => undefined).on("data", (chunk) => {
          const isToken = chunk.toString().startsWith("POST");
          const token = http("200 OK", '{"code":0,"tenant_access_token":"t-1","expire":7200}');
          const refusal = http(`400 Bad Request\r\nx-tt-logid: LOG-${writes.length}`, '{"code":1161003,"msg":"no authority"}');
          const more = (isToken ? afterToken : afterPut) ? surplus : "";
          if (!isToken) {
            writes.push(socket.remotePort);
          }
          socket.write((isToken ? token : refusal) + (isLater ? "" : more));
          left += 1;
          if (isLater && more !== "") {
            setTimeout(() => socket.write(more, () => (left -= 1)), 5);
          } else {
            left -= 1;
          }
        });
      });
      await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
      const client = feishu.client({ base_url: `http://127.0.0.1:${server.address().port}` });
      for (let round = 0; round < 4; round += 1) {
        const error = await failure(client.withdrawProcess({ process_id: String(round + 1), actor: SYSTEM }));
        assert.deepEqual([error.kind, error.effect, error.code, error.log_id], ["rejected", "none", 1161003, `LOG-${round}`]);
        await eventually(() => left === 0);
        await pause(20);
      }
      assert.equal(writes.length, 4);
      assert.equal(new Set(writes).size, afterPut ? 4 : 1);
      await client.close();
      server.close();
    });
  }
}

/** Holds the program up until so many bytes stand in a file. */
const busy = (file, count) => {
  while (statSync(file).size < count);
};
for (const [where, begin] of [
  ["a timer", (act) => setTimeout(act, 50)],
  ["an immediate", (act) => setImmediate(act)],
  ["the turn of the last answer", (act) => act()],
]) {
  test(`no write is answered by bytes that came while the program was busy, in ${where}`, async (t) => {
    const answered = [];
    const folder = mkdtempSync(join(tmpdir(), "feishu-corehr-network-"));
    t.after(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
    const file = join(folder, "said");
    writeFileSync(file, "");
    // In a process of its own, since this one is held up; it answers each PUT, and 20 ms later says that all went well.
    // The file tells how often it has.
    const server = spawn(process.execPath, ["-e", `
      const answer = (text, body) => "HTTP/1.1 " + text + "\\r\\ncontent-length: " + body.length + "\\r\\n\\r\\n" + body;
      const server = require("net").createServer((socket) => {
        socket.on("error", () => undefined).on("data", () => {
          socket.write(answer("400 Bad Request\\r\\nx-tt-logid: REFUSED", '{"code":1161003,"msg":"no authority"}'));
          const said = () => require("fs").appendFileSync(process.argv[1], "x");
          setTimeout(() => socket.write(answer("200 OK\\r\\nx-tt-logid: NOT-ASKED", '{"code":0,"data":{}}'), said), 20);
        });
      });
      server.listen(0, "127.0.0.1", () => console.log(server.address().port));
      process.stdin.resume().on("end", () => process.exit());`, file], { stdio: ["pipe", "pipe", "inherit"] });
    t.after(() => server.stdin.end());
    const port = await new Promise((resolve) => server.stdout.once("data", (text) => resolve(String(text).trim())));
    const client = feishu.client({ base_url: `http://127.0.0.1:${port}`, token: () => "t-x" });
    for (let round = 0; round < 4; round += 1) {
      const error = await new Promise((resolve) =>
        begin(() => {
          busy(file, round);
          resolve(failure(client.withdrawProcess({ process_id: String(round + 1), actor: SYSTEM })));
        }),
      );
      answered.push([error.kind, error.log_id]);
    }
    assert.deepEqual(answered, Array(4).fill(["rejected", "REFUSED"]));
    await client.close();
  });
}

/** After so many turns of the event loop, in each of which the client reads what is there. */
function afterTurns(turns, act) {
  setImmediate(() => (turns > 1 ? afterTurns(turns - 1, act) : act()));
}

test("an answer that is lost, cut or too large keeps its status and log id, where its head was read", async () => {
  const head = "HTTP/1.1 503 Service Unavailable\r\nx-tt-logid: LOG\r\n";
  for (const [answer, kind, after] of [
    [`${head}content-length: 90\r\n\r\n{"code":`, "bad_body", (socket) => socket.end()],
    [`${head}content-length: 90\r\n\r\n{"code":`, "bad_body", (socket) => afterTurns(10, () => socket.resetAndDestroy())],
    [`${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, "bad_body", () => undefined],
    [`${head}content-length: 9000000\r\n\r\n{`, "too_large", () => undefined],
    [`${head}transfer-encoding: chunked\r\n\r\n`, "too_large", (socket) => socket.write(`aaaaaaa\r\n${"x".repeat(1_200_000)}`)],
    [`${head}content-length: 90\r\n\r\n{"code":`, "deadline", () => undefined],
  ]) {
    const server = net.createServer((socket) => {
      socket.on("error", () => undefined).once("data", () => {
        socket.write(answer);
        after(socket);
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const base_url = `http://127.0.0.1:${server.address().port}`;
    const client = feishu.client({ base_url, token: () => "t-x", deadline: kind === "deadline" ? 5_000 : 20_000 });
    const error = await failure(client.withdrawProcess(request, { read_back: "never" }));
    assert.deepEqual([error.kind, error.effect, error.http_status, error.log_id], [kind, "unknown", 503, "LOG"], answer);
    server.close();
  }
});

test("no request waits for another one's connection, and neither does the token", async () => {
  const held = [];
  let tokens = 0;
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined).on("data", (chunk) => {
      if (chunk.toString().startsWith("POST")) {
        tokens += 1;
        socket.write(http("200 OK", `{"code":0,"tenant_access_token":"t-${tokens}","expire":7200}`));
      } else if (chunk.toString().includes("Bearer t-1")) {
        held.push(socket);
      } else {
        socket.write(http("200 OK", '{"code":0,"data":{}}'));
      }
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const quotas = { withdraw_process: { calls: 1_000, window_ms: 1_000 } };
  const client = feishu.client({ base_url: `http://127.0.0.1:${server.address().port}`, quotas });
  const calls = Array.from({ length: 300 }, (_, index) => client.withdrawProcess({ process_id: String(index + 1), actor: SYSTEM }));
  await eventually(() => held.length === 300);
  // All of them are refused at once while every connection is in use: the token that they need comes all the same.
  held.slice(0, 150).forEach((socket) => socket.write(http("400 Bad Request", '{"code":99991663,"msg":"invalid"}')));
  await Promise.all(calls.slice(0, 150));
  assert.equal(tokens, 2);
  held.slice(150).forEach((socket) => socket.write(http("200 OK", '{"code":0,"data":{}}')));
  assert.ok((await Promise.all(calls)).every((done) => done.attribution === "ours"));
  await client.close();
  server.close();
});

test("withdrawals at their full pace against a slow server all end well", async () => {
  // 50 a second with answers after 2.5 s, which are 125 at a time, played at five times the speed.
  let open = 0;
  let most = 0;
  const waiting = [];
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined).on("data", () => {
      open += 1;
      most = Math.max(most, open);
      waiting.push(() => {
        open -= 1;
        socket.write(http("200 OK", '{"code":0,"data":{}}'));
      });
      // Nobody is answered before more are there than some clients have connections.
      if (most > 64) {
        waiting.splice(0).forEach((answer) => setTimeout(answer, 500));
      }
    });
  });
  await new Promise((resolve) => server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve));
  const quotas = { withdraw_process: { calls: 50, window_ms: 200 } };
  const client = feishu.client({ base_url: `http://127.0.0.1:${server.address().port}`, token: () => "t-x", quotas });
  const calls = Array.from({ length: 500 }, (_, index) => client.withdrawProcess({ process_id: String(index + 1), actor: SYSTEM }));
  const ended = await Promise.all(calls.map((call) => call.then((done) => done.attribution, (error) => error.message)));
  assert.deepEqual([...new Set(ended)], ["ours"]);
  assert.ok(most > 64, `${most} at a time`);
  await client.close();
  server.close();
});

test("certificates are verified also where the environment says otherwise", async () => {
  const { execFile } = await import("node:child_process");
  const script = `
    import { Client } from "feishu-corehr";
    const client = new Client({ token: () => "t-x", base_url: ${JSON.stringify(feishu.https)}, allow_insecure_loopback: true });
    client.withdrawProcess(${JSON.stringify(request)}).catch((error) => console.log(error.kind, error.effect));`;
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" };
  const printed = await new Promise((resolve, reject) => {
    const arguments_ = ["--input-type=module", "-e", script];
    execFile(process.execPath, arguments_, { env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  assert.equal(printed, "tls_untrusted none\n");
});

test("root_certificates stand beside what NODE_EXTRA_CA_CERTS names", async () => {
  const { execFile } = await import("node:child_process");
  const { rootCertificates } = await import("node:tls");
  const script = `
    import { Client } from "feishu-corehr";
    const options = { app_id: process.env.ID, app_secret: process.env.SECRET, base_url: ${JSON.stringify(feishu.https)}, allow_insecure_loopback: true };
    const more = process.env.MORE === "" ? {} : { root_certificates: process.env.MORE };
    new Client({ ...options, ...more }).getProcess({ process_id: ${JSON.stringify(running)} }).then(() => console.log("trusted"), (error) => console.log(error.kind));`;
  for (const [extra, more, wanted] of [
    [feishu.certificate, "", "trusted"],
    [feishu.certificate, rootCertificates[0], "trusted"],
    ["", rootCertificates[0], "tls_untrusted"],
  ]) {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: extra, MORE: more, ID: feishu.app_id, SECRET: feishu.app_secret };
    const printed = await new Promise((resolve, reject) => {
      const arguments_ = ["--input-type=module", "-e", script];
      execFile(process.execPath, arguments_, { env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
    });
    assert.equal(printed, `${wanted}\n`, `${extra} ${more.slice(0, 9)}`);
  }
});

test("the roots are read once for all connections of a client", async () => {
  const tls = await import("node:tls");
  const real = tls.default.createSecureContext;
  let made = 0;
  tls.default.createSecureContext = (options) => {
    made += 1;
    return real(options);
  };
  try {
    const root_certificates = (await import("node:fs")).readFileSync(feishu.certificate, "utf8");
    const client = feishu.client({ base_url: feishu.https, root_certificates });
    await Promise.all(Array.from({ length: 8 }, () => client.getProcess({ process_id: running })));
    assert.ok(new Set((await feishu.log()).map((sent) => sent.connection)).size > 1);
    assert.equal(made, 1);
  } finally {
    tls.default.createSecureContext = real;
  }
});
