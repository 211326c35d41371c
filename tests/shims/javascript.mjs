// What Node and a page have in common: makes the calls of a vector on the npm package, and says what a caller sees.

const SAMPLE = "7328345170959681068";

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

  async #outcome(client, call) {
    const process_ids = [];
    try {
      switch (call.operation) {
        case "get_process":
          return { value: await got(client, call) };
        case "list_processes":
          return { value: await walked(client, call, process_ids) };
        default:
          return { value: await withdrawn(client, call) };
      }
    } catch (error) {
      return { ...this.#failed(error), process_ids };
    }
  }

  #failed(error) {
    if (!this.#corehr.isFeishuError(error)) {
      throw error;
    }
    return { error: fields(error, ERROR) };
  }
}

async function withdrawn(client, call) {
  const request = { process_id: call.process_id ?? SAMPLE, actor: call.actor ?? { system: true }, reason: call.reason };
  const done = await client.withdrawProcess(request, callOptions(call));
  return fields(done, ["process_id", "attribution", "attempts", "resent_unread", "log_id"]);
}

async function got(client, call) {
  const request = { process_id: call.process_id ?? SAMPLE, user_id_type: call.user_id_type };
  return plain(await client.getProcess(request, callOptions(call)));
}

/** Puts the ids into `process_ids` as they come. */
async function walked(client, call, process_ids) {
  const { statuses, page_size, page_token, flow_definition_id } = call;
  const moment = (value) => (typeof value === "string" ? new Date(value) : value);
  const request = {
    statuses,
    page_size,
    page_token,
    flow_definition_id,
    modify_time_from: moment(call.modify_time_from),
    modify_time_to: moment(call.modify_time_to),
  };
  if (call.one_page === true) {
    client.request("list_processes", request);
    return {};
  }
  const walk = client.listProcesses(request, callOptions(call));
  for await (const id of walk) {
    process_ids.push(id);
    if (process_ids.length === call.take) {
      break;
    }
  }
  return { process_ids, page_token: walk.pageToken };
}

function callOptions({ token, request_id, deadline_ms: deadline, read_back }) {
  return Object.fromEntries(Object.entries({ token, request_id, deadline, read_back }).filter(([, value]) => value !== undefined));
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
