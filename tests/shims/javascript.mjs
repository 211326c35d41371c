// What Node and a page have in common: makes the calls of a vector on the npm package, and says what a caller sees.

const MOMENTS = ["modify_time_from", "modify_time_to"];

/** Runs on what the package exports, which a page finds elsewhere than Node. */
export class Runner {
  #corehr;

  constructor(corehr) {
    this.#corehr = corehr;
  }

  /** Makes the calls of one client, one after another. */
  async performed(options, calls) {
    let client;
    try {
      client = new this.#corehr.Client(options);
    } catch (error) {
      return [this.#failed(error)];
    }
    const outcomes = [];
    for (const call of calls) {
      await new Promise((resolve) => setTimeout(resolve, call.after_ms ?? 0));
      outcomes.push(await this.#outcome(client, call));
    }
    // A page's client has nothing to close.
    await client.close?.();
    return outcomes;
  }

  /** Reads an answer by itself, with the content type that the sandbox would give it. */
  read({ operation, answer }) {
    let [body, type] = [undefined, undefined];
    if ("json" in answer) {
      [body, type] = [JSON.stringify(answer.json), "application/json; charset=utf-8"];
    } else if (answer.text !== undefined) {
      [body, type] = [answer.text, "text/plain"];
    } else if (answer.base64 !== undefined) {
      [body, type] = [Uint8Array.from(atob(answer.base64), (letter) => letter.charCodeAt(0)), "application/octet-stream"];
    }
    const headers = { ...(type === undefined ? {} : { "content-type": type }), ...answer.headers };
    try {
      return { value: plain(this.#corehr.decodeReply(operation, { status: answer.status ?? 200, headers, body })) };
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #outcome(client, { operation, request, options, one_page, take }) {
    const method = [...this.#corehr.operations(), "call", "settle", "wait_for"].includes(operation) ? methodOf(operation) : undefined;
    if (typeof client[method] !== "function") {
      throw new Error(`the package has no operation \`${operation}\`, or no method for it`);
    }
    const items = [];
    try {
      const asked = withMoments(request);
      if (one_page === true) {
        client.request(operation, asked);
        return { value: {} };
      }
      const { method: verb, path, quota_calls: calls, quota_window_ms: window_ms, ...parts } = asked;
      const quota = calls === undefined ? undefined : { calls, window_ms };
      const isCall = operation === "call";
      const answer = isCall ? client.call(verb, path, { ...parts, quota }, options) : client[method](asked, options);
      return { value: Symbol.asyncIterator in answer ? await walked(answer, take, items) : plain(await answer) };
    } catch (error) {
      return { ...this.#failed(error), items };
    }
  }

  #failed(error) {
    if (!this.#corehr.isFeishuError(error)) {
      throw error;
    }
    return { error: fields(error, ERROR) };
  }
}

/** Puts the items into `items` as they come. */
async function walked(walk, take, items) {
  for await (const item of walk) {
    items.push(item);
    if (items.length === take) {
      break;
    }
  }
  return { items, page_token: walk.pageToken };
}

/** The method of an operation. */
export function methodOf(operation) {
  return operation.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

/** A time of day as this language writes it. */
function withMoments(request) {
  const moment = ([name, value]) => [name, MOMENTS.includes(name) && typeof value === "string" ? new Date(value) : value];
  return Object.fromEntries(Object.entries(request).map(moment));
}

function fields(of, names) {
  return Object.fromEntries(names.map((name) => [name, of[name]]));
}

/** What the package hands out, without the text that says everything a second time. */
function plain({ raw, ...value }) {
  return value;
}

const ERROR = [
  ...["kind", "operation", "effect", "retryable", "retry_after_ms", "http_status", "code", "msg", "summary", "advice"],
  ...["log_id", "scopes", "troubleshooter", "field_violations", "helps", "problems", "status", "location_host"],
  ...["same_token", "attempts"],
];
