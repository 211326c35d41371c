// The console's run over many processes: one at a time, kept in a folder, so that neither a page that is loaded anew nor a
// restart of this server loses what is known. Without `node:sqlite` (Node before 22.13) a restart does.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HAS_JOURNAL = process.getBuiltinModule("node:sqlite") !== undefined;
const LARGEST_BODY = 2 ** 25;
const OVER = { is_over: true, report: null, error: null };

export class Runs {
  #client;
  #journal;
  #order;
  /** `{ process_ids, reason, actor, is_stopped }` as it is kept, what was told, and how it stands. */
  #current;
  #run;
  #going = Promise.resolve();

  constructor(client, folder) {
    mkdirSync(folder, { recursive: true });
    this.#client = client;
    this.#journal = join(folder, "run.sqlite");
    this.#order = join(folder, "order.json");
    try {
      this.#go(JSON.parse(readFileSync(this.#order, "utf8")));
    } catch (error) {
      if (error.code !== "ENOENT") {
        throw error;
      }
    }
  }

  /** Answers what the page asks below `/run`; `actor` is who acts for the user who asks. */
  async answer(request, response, actor) {
    const { pathname, searchParams } = new URL(request.url, "http://console");
    const act = {
      "GET /run": () => this.#state(searchParams),
      "POST /run": async () => this.#begin(await bodyOf(request), actor),
      "POST /run/stop": () => this.#stop(),
      "POST /run/go-on": () => this.#goOn(),
      "DELETE /run": () => this.#forget(),
    }[`${request.method} ${pathname}`];
    let [status, told] = [404, null];
    if (!isOwnPage(request)) {
      status = 403;
    } else if (act !== undefined) {
      [status, told] = await Promise.resolve().then(act).then(
        (told) => [200, told ?? null],
        (error) => [error.kind === "invalid_argument" ? 400 : (error.status ?? 500), { message: error.message }],
      );
    }
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(told));
  }

  /** How the run stands, and the results after the first `from` of the run with that number. */
  #state(query) {
    if (this.#current === undefined) {
      return null;
    }
    const { id, order, results, is_over, report, error } = this.#current;
    const from = query.get("id") === id ? Number(query.get("from")) : 0;
    return { id, process_ids: from === 0 ? order.process_ids : null, from, results: results.slice(from), is_over, report, error };
  }

  async #begin({ process_ids, reason }, actor) {
    if (this.#current?.is_over === false) {
      throw Object.assign(new Error("another run goes on"), { status: 409 });
    }
    const order = { process_ids, reason, actor, is_stopped: false };
    // Whatever is wrong with it is thrown before the last run is forgotten.
    this.#made(order).report;
    await this.#forget();
    this.#keep(order);
    this.#go(order);
  }

  #made({ process_ids, reason, actor }) {
    const journal = HAS_JOURNAL ? this.#journal : undefined;
    return this.#client.withdrawProcesses(process_ids, { actor, reason: reason || undefined, journal });
  }

  /** Begins the run, or goes on with it; one that was stopped only tells what it knows. */
  #go(order) {
    const current = { ...OVER, id: crypto.randomUUID(), order, results: [], is_over: false };
    const run = this.#made(order);
    if (order.is_stopped) {
      run.cancel();
    }
    [this.#current, this.#run] = [current, run];
    this.#going = (async () => {
      try {
        for await (const result of run) {
          current.results.push(result);
        }
        current.report = run.report;
      } catch (error) {
        current.error = error.message;
      }
      current.is_over = true;
    })();
  }

  #stop() {
    if (this.#current?.is_over === false) {
      this.#keep({ ...this.#current.order, is_stopped: true });
      this.#run.cancel();
    }
  }

  async #goOn() {
    await this.#going;
    if (this.#current !== undefined) {
      const { order, results } = this.#current;
      // Without a journal what has ended must not be sent again.
      const done = new Set(HAS_JOURNAL ? [] : results.map(({ process_id }) => process_id));
      const left = { ...order, process_ids: order.process_ids.filter((id) => !done.has(id)), is_stopped: false };
      if (left.process_ids.length > 0) {
        this.#keep(left);
        this.#go(left);
      }
    }
  }

  async #forget() {
    if (this.#current?.is_over === false) {
      throw Object.assign(new Error("the run goes on"), { status: 409 });
    }
    this.#current = undefined;
    for (const path of [this.#order, this.#journal, `${this.#journal}-wal`, `${this.#journal}-shm`]) {
      rmSync(path, { force: true });
    }
  }

  #keep(order) {
    const text = JSON.stringify(order);
    writeFileSync(`${this.#order}.new`, text, { flush: true });
    renameSync(`${this.#order}.new`, this.#order);
  }
}

/** Another site's page can send here, too, but not as this one does. */
function isOwnPage({ method, headers }) {
  const { host, origin, "sec-fetch-site": site = "same-origin", "content-type": type = "" } = headers;
  const isOwn = site === "same-origin" && (origin === undefined || origin === `http://${host}` || origin === `https://${host}`);
  return isOwn && (method === "GET" || type === "application/json");
}

async function bodyOf(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY) {
      throw Object.assign(new Error("the list is too long"), { status: 413 });
    }
    chunks.push(chunk);
  }
  try {
    return Object(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    throw Object.assign(new Error("the body is no JSON"), { status: 400 });
  }
}
