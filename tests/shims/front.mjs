// The server between a page and a sandbox: it serves the page, and knows a token. Everything else passes through it byte
// by byte, breaks and resets included, so that the page meets the network that the sandbox plays.
//
// No connection is kept: when a kept one breaks, Chromium sends the request again by itself, which no script can foresee.

import { createReadStream } from "node:fs";
import http from "node:http";
import net from "node:net";
import { extname, join } from "node:path";

const KINDS = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html><link rel="icon" href="data:,"><script type="module">
import * as corehr from "./package/web/browser.js";
import { Runner } from "./javascript.mjs";
await corehr.load();
globalThis.runner = new Runner(corehr);
</script>`;
const RUNNER = new URL("javascript.mjs", import.meta.url);

export class Front {
  #sandbox;
  #token;
  #server;
  #files;

  static async open(sandbox, folder) {
    const front = new Front();
    front.#sandbox = sandbox;
    front.#files = http.createServer((request, response) => serve(request.url, folder, response));
    front.#server = net.createServer({ allowHalfOpen: true }, (page) => front.#connected(page));
    await new Promise((resolve) => front.#server.listen(0, "127.0.0.1", resolve));
    front.url = `http://127.0.0.1:${front.#server.address().port}/page/`;
    return front;
  }

  /** Asks for a token anew before the next request, as the next script wants. */
  forget() {
    this.#token = undefined;
  }

  close() {
    this.#server.close();
  }

  #connected(page) {
    let received = Buffer.alloc(0);
    let upstream;
    page.on("error", () => upstream?.resetAndDestroy());
    page.on("end", () => upstream?.end());
    page.on("close", () => upstream?.destroy());
    let turn = Promise.resolve();
    const take = (chunk) => {
      received = Buffer.concat([received, chunk]);
      for (let whole = firstRequest(received); whole !== undefined; whole = firstRequest(received)) {
        const { head, body, length } = whole;
        received = received.subarray(length);
        upstream ??= this.#passingTo(page);
        turn = turn.then(async () => {
          this.#token ??= await this.#newToken();
          const lines = head.split("\r\n").filter((line) => !/^connection:/i.test(line));
          lines.push("connection: close", `authorization: Bearer ${this.#token}`);
          upstream.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body]));
        });
      }
    };
    // The page and its files have connections of their own, which end with them.
    page.once("data", (first) => {
      if (first.toString("latin1").startsWith("GET /page/")) {
        this.#files.emit("connection", page);
        page.unshift(first);
      } else {
        page.on("data", take);
        take(first);
      }
    });
  }

  #passingTo(page) {
    const upstream = net.connect({ port: new URL(this.#sandbox.url).port, host: "127.0.0.1", allowHalfOpen: true });
    upstream.on("data", (chunk) => page.write(chunk));
    upstream.on("end", () => page.end());
    upstream.on("error", () => page.resetAndDestroy());
    return upstream;
  }

  async #newToken() {
    const path = "/open-apis/auth/v3/tenant_access_token/internal";
    const answer = await this.#sandbox.send("POST", path, { app_id: "cli_vector", app_secret: "secret-of-the-vectors" });
    return answer.tenant_access_token;
  }
}

/** The first request that has come whole; its body has a length if there is one. */
function firstRequest(received) {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) {
    return undefined;
  }
  const head = received.subarray(0, end).toString("latin1");
  const length = end + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  return received.length < length ? undefined : { head, body: received.subarray(end + 4, length), length };
}

/** The page, what runs in it, and the package. */
function serve(url, folder, response) {
  response.setHeader("connection", "close");
  const path = url.replace(/^\/page\//, "");
  if (path === "") {
    response.setHeader("content-type", "text/html").end(PAGE);
    return;
  }
  const file = path.startsWith("package/") ? join(folder, path.slice("package/".length)) : RUNNER;
  response.setHeader("content-type", KINDS[extname(path)] ?? "application/octet-stream");
  createReadStream(file)
    .on("error", () => response.writeHead(404).end())
    .pipe(response);
}
