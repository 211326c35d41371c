/** The methods of every client: one for each operation. */

import { hearing, relay, run, type Opened } from "./call.js";
import * as core from "./core.js";
import type {
  Accepted,
  AddApprovers,
  Already,
  FlowTemplate,
  FormVariables,
  GetFlowVariables,
  GetFormVariables,
  GetProcess,
  GetTemplate,
  ListedTask,
  ListTasks,
  Method,
  Process,
  ProcessPage,
  ReadBack,
  Reviewed,
  ReviewTask,
  Revoked,
  RevokeProcess,
  Settled,
  Started,
  StartProcess,
  TaskPage,
  TransferTasks,
  UserIdType,
  WaitFor,
  Withdrawn,
  WithdrawProcess,
} from "./core.js";
import type { HttpRequest, HttpResponse, ReceivedAnswer } from "./http.js";
import { Items, type List } from "./items.js";
import { problem } from "./options.js";
import { isSignal } from "./realm.js";
import type { CandidatesRequest, ListRequest, SettleRequest } from "./requests.js";
import type { Requests } from "./table.js";
import { bodyText, withMilliseconds, written } from "./text.js";
import { veiled } from "./veil.js";

/** What a caller may set for one call. */
export interface CallOptions {
  /** Stops the call, its request and its pauses. The error then tells the effect, and its `cause` is the reason. */
  signal?: AbortSignal | undefined;
  /** How long the whole call may take, waiting and resending included, in milliseconds; by default the client's. */
  deadline?: number | undefined;
  /** An id of your own for Feishu's logs: at most 128 visible ASCII characters. */
  request_id?: string | undefined;
  /**
   * More headers for each request of the call but one for a token, by name or as pairs: at most 32, each once, of visible
   * ASCII. Those that say what a request is and whose are refused: `authorization`, `content-…`, `cookie`, `host`,
   * `user-agent` and the like. A page's own go to its backend, and no further.
   */
  headers?: Readonly<Record<string, string>> | Iterable<readonly [name: string, value: string]> | undefined;
  /**
   * Is called with the answer to each request but one for a token, as received (its body decompressed), before the call goes
   * on. The last one is that which the call's result or error was made of. What it throws is ignored.
   */
  onAnswer?: ((answer: ReceivedAnswer) => unknown) | undefined;
}

/** What a withdrawal, a revocation and a decision may set beside that. */
export interface ReadBackOption {
  /**
   * What to do where an answer is lost and reading is forbidden: `best_effort` (the default) sends again unread and says
   * so in `resent_unread`, `required` ends with effect `unknown`; `never` neither reads nor sends again.
   */
  read_back?: ReadBack | undefined;
}

/** What a call that a read can prove may set beside that. */
export interface ActOptions extends ReadBackOption {
  /**
   * Whether to read the process first, within the same deadline and quota, and to write nothing unless it is in the
   * status that this starts from: running for a withdrawal, completed for a revocation; for a decision, unless the task is
   * still to do. Where reading is forbidden, the call ends with an error of kind `forbidden`.
   */
  check_first?: boolean | undefined;
}

/** What a withdrawal may set. */
export interface WithdrawOptions extends ActOptions {
  /** A process that is withdrawn already, and not by an answer to this call: `success` (the default) or `error`. */
  already_withdrawn?: Already | undefined;
}

/** What a revocation may set. */
export interface RevokeOptions extends ActOptions {
  /** A process that is revoked already, and not by an answer to this call: `success` (the default) or `error`. */
  already_revoked?: Already | undefined;
}

/** What a decision about a task may set. */
export interface ReviewOptions extends ActOptions {
  /** A task that has ended so already, and not by an answer to this call: `success` (the default) or `error`. */
  already_reviewed?: Already | undefined;
}

/** What a call of any method and path may have. */
export interface CallParts {
  /** The parameters that stand in braces in the path, by name: each becomes one segment, encoded, of at most 512 bytes. */
  path_parameters?: Readonly<Record<string, string>> | undefined;
  /** Values by name, of which one may be several; or pairs, in order. */
  query?: Readonly<Record<string, string | readonly string[]>> | Iterable<readonly [name: string, value: string]> | undefined;
  /** What JSON can write; a `GET` has none, and null is none. */
  body?: unknown;
  /** The quota of this method and path, as Feishu's page says; without it nothing paces the call. */
  quota?: { calls: number; window_ms: number } | undefined;
}

/** What a call of any method and path ends with. */
export interface CallAnswer {
  /** The answer's `data`; `{}` where there was none. */
  readonly data: unknown;
  /** The HTTP status, 200 to 299. */
  readonly status: number;
  /** The headers as received, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The log id of the answer. */
  readonly log_id: string | null;
  /** How many requests were sent. */
  readonly attempts: number;
  /** The text that `data` was read from. */
  readonly raw: string;
}

/**
 * A request as data, and as a line for a shell. It holds the token, but does not show it: printed, written as JSON or
 * as text, secrets are `[redacted]`.
 */
export interface ShownRequest extends HttpRequest {
  /** A `curl` command line, secrets replaced by `[redacted]`. */
  readonly curl: string;
}

/**
 * Where a client keeps how it is opened. A method finds it through a Proxy, too, as Vue and others make of what they are
 * given; private fields it would not find.
 */
const OPEN = Symbol("open");
const OPEN_NOW = Symbol("open now");
/** Marks our clients, also those of another copy of this package in the same program. */
const CLIENT = Symbol.for("feishu-corehr.client");

/** Whether `value` is a client. */
export function isClient(value: unknown): value is Operations<CallOptions> {
  return typeof value === "object" && value !== null && CLIENT in value;
}

/** The type of what nobody has: where no run can be made, a call of one does not compile, and says why. */
export type NoRuns = "only a server's client in Node, Deno or Bun makes runs over many processes";

/** What a call of one says where it is made all the same. */
export function noRuns(operation: string): never {
  throw problem(operation, "client", "makes no runs over many: only a server's in Node, Deno or Bun does");
}

/** The methods that clients in Node and in pages have in common. */
export class Operations<Options extends CallOptions> {
  /** @internal */
  declare readonly [OPEN]: () => Opened | Promise<Opened>;
  /** @internal */
  declare readonly [OPEN_NOW]: () => Opened;

  /** @internal */
  constructor(openNow: () => Opened, open: () => Opened | Promise<Opened>) {
    Object.defineProperties(this, { [CLIENT]: { value: true }, [OPEN]: { value: open }, [OPEN_NOW]: { value: openNow } });
  }

  /**
   * Withdraws a running process, and knows what happened. Where an answer proves nothing, the process is read before
   * the request is sent again, unless `read_back` says otherwise or reading is forbidden.
   *
   * Rejects with a `FeishuError`: `kind` is `not_withdrawable` when the process is not running any more, and `effect`
   * says whether it may have been withdrawn all the same.
   */
  withdrawProcess(request: WithdrawProcess, options?: Options & WithdrawOptions): Promise<Withdrawn> {
    return call(this[OPEN], "withdraw_process", request, options);
  }

  /**
   * Undoes a completed process, and knows what happened, as `withdrawProcess` does. `status` says whether it is revoked or
   * still being revoked, where a read has told it.
   *
   * Rejects with a `FeishuError`: `kind` is `not_revocable` when the process is not completed, and `effect` says whether
   * it may have been revoked all the same.
   */
  revokeProcess(request: RevokeProcess, options?: Options & RevokeOptions): Promise<Revoked> {
    return call(this[OPEN], "revoke_process", request, options);
  }

  /**
   * Does it to many, with a journal, in Node, Deno and Bun; elsewhere, and for a page's client, it throws: a page lets its
   * backend do that.
   */
  withdrawProcesses(processIds: NoRuns, options: never): unknown {
    return noRuns("withdraw_process");
  }

  /** As `withdrawProcesses`: in Node, Deno and Bun. */
  revokeProcesses(processIds: NoRuns, options: never): unknown {
    return noRuns("revoke_process");
  }

  /**
   * Reads what the form of one process holds; `plainValues` makes plain data of it. For processes of CoreHR and of
   * attendance only. Here the kinds of ids are by default `people_corehr_id` and `people_corehr_department_id`.
   */
  getFormVariables(request: GetFormVariables, options?: Options): Promise<FormVariables> {
    return call(this[OPEN], "get_form_variables", request, options);
  }

  /**
   * Reads the data of one process's flow, who started it and when included; `plainValues` makes plain data of it. For
   * processes of CoreHR and of attendance only. Here the kinds of ids are by default `people_corehr_id` and
   * `people_corehr_department_id`.
   */
  getFlowVariables(request: GetFlowVariables, options?: Options): Promise<FormVariables> {
    return call(this[OPEN], "get_flow_variables", request, options);
  }

  /**
   * Reads of which form the values of a flow's variables are; for development, not for production. `error_info` has what
   * is wrong with the names, in Feishu's words.
   */
  getTemplate(request: GetTemplate, options?: Options): Promise<FlowTemplate> {
    return call(this[OPEN], "get_template", request, options);
  }

  /**
   * Approves or rejects one task, and knows what happened, as `withdrawProcess` does: by the task's place in the process.
   *
   * Rejects with a `FeishuError`: `kind` is `not_reviewable` when the task has ended otherwise, and `effect` says whether
   * the decision may have been taken all the same.
   */
  reviewTask(request: ReviewTask, options?: Options & ReviewOptions): Promise<Reviewed> {
    return call(this[OPEN], "review_task", request, options);
  }

  /**
   * Hands 1 to 20 tasks of a running process over to somebody else. It is never sent again once it may have arrived: a
   * `FeishuError` whose `effect` is `unknown` says where to look.
   */
  transferTasks(request: TransferTasks, options?: Options): Promise<Accepted> {
    return call(this[OPEN], "transfer_tasks", request, options);
  }

  /**
   * Adds 1 to 20 people who must approve, too, before, beside or after a task or a node. It is never sent again once it may
   * have arrived: a `FeishuError` whose `effect` is `unknown` says where to look.
   */
  addApprovers(request: AddApprovers, options?: Options): Promise<Accepted> {
    return call(this[OPEN], "add_approvers", request, options);
  }

  /**
   * Starts a process, if its flow's business type is custom. It is never sent again once it may have arrived: a
   * `FeishuError` whose `effect` is `unknown` says how to look for the process, since nothing proves that one is this one.
   */
  startProcess(request: StartProcess, options?: Options): Promise<Started> {
    return call(this[OPEN], "start_process", request, options);
  }

  /** Reads one process. */
  getProcess(request: GetProcess, options?: Options): Promise<Process> {
    return call(this[OPEN], "get_process", request, options);
  }

  /**
   * Reads one process until it has ended, or has come to one of the statuses in `until`: at once, then after 2 s, and after
   * pauses that double up to 30 s, within the quota of all reads of a process. `timeout` is how long to wait in all, in
   * milliseconds, by default ten minutes; there is no upper limit, and `deadline` does not count here.
   *
   * Rejects with a `FeishuError`: `kind` is `deadline` when the time is over, and `status` the last one that was read.
   */
  waitFor(request: WaitFor, options?: Omit<Options, "deadline">): Promise<Process> {
    return call(this[OPEN], "wait_for", request, options);
  }

  /**
   * Calls any method and path of Feishu's API that there is no method for here, with the same care. A `GET` is a read and
   * is repeated like any. Every other method is a write that nothing proves: it is never sent again once it may have
   * arrived, and ends then with a `FeishuError` whose `effect` is `unknown`. Nothing is known of its own codes, its scope
   * and its quota.
   *
   * `path` begins with `/open-apis/` and has its parameters in braces, as in `/open-apis/contact/v3/departments/{id}`; what
   * is below `/open-apis/auth/` and `/open-apis/authen/` is refused. A page's backend refuses what it has no operation for.
   */
  async call(method: Method, path: string, parts?: CallParts, options?: Options): Promise<CallAnswer> {
    const { headers, ...rest } = await call<core.CallAnswer>(this[OPEN], "call", anyCall(method, path, parts), options);
    return { ...rest, headers: headers.map(({ name, value }) => [name, value]), data: JSON.parse(rest.raw) };
  }

  /**
   * Finds out how a withdrawal or a revocation has ended that ended with effect `unknown`. `since` is when that call sent its
   * last request, or later: when its error came. The process is read, and again until 120 s have passed since then, the
   * longest that a request is taken to live (an assumption); where reads fail, for two minutes more. `settled` is `done`
   * (`attribution` says how sure it is that it was that call), `not_done` (it is safe to send it again), `elsewhere` (it is
   * not possible any more) or `unclear`.
   */
  settle(request: SettleRequest, options?: Omit<Options, "deadline">): Promise<Settled> {
    return call(this[OPEN], "settle", withMilliseconds(request), options);
  }

  /**
   * Lists the ids of the processes that were modified in a span of time, for `for await`. A span of 31 days or more is
   * asked for in parts, oldest first; an id may then come twice. What is wrong is thrown by the first step.
   */
  listProcesses(request: ListRequest, options?: Options): Items<string> {
    return listed(this[OPEN], PROCESSES, withMilliseconds(request), options);
  }

  /** Lists the tasks of one person, for `for await`. What is wrong is thrown by the first step. */
  listTasks(request: ListTasks, options?: Options): Items<ListedTask> {
    return listed(this[OPEN], TASKS, request, options);
  }

  /**
   * Lists the processes that a `startProcess` may have started which ended with effect `unknown`, for `for await` and for you
   * to judge: no read proves that one of them is this one, and the request may still take effect. They are of that definition,
   * were created 5 s before `since` or later, and have the actor as their initiator, or none where the system started them;
   * what an answer does not have excludes nothing.
   *
   * `since` is when that call sent its first request, which the error's `advice` tells, or a moment before the call by your
   * own clock. The ids are listed, which takes its turn among 20 calls a minute, and each process is read, among 100 a minute.
   * What is wrong is thrown by the first step; after an error, the next step asks for the same again.
   */
  listStartCandidates(request: CandidatesRequest, options?: Options): AsyncIterableIterator<Process> {
    const start = withMilliseconds(request);
    const text = written(start);
    const seen = new Set<string>();
    const given = async (process_id: string): Promise<Process | undefined> => {
      // An id may come twice.
      if (seen.has(process_id)) {
        return undefined;
      }
      const { instance } = await this[OPEN]();
      const user_id_type = instance.ask<UserIdType | null>(() => core.candidate(text));
      const process = await this.getProcess({ process_id, ...(user_id_type && { user_id_type }) }, options);
      seen.add(process_id);
      return instance.ask<string | null>(() => core.candidate(text, process.raw)) === null ? undefined : process;
    };
    const ids: unknown = listed(this[OPEN], { ...PROCESSES, walk: "list_start_candidates", given }, start, options);
    return ids as AsyncIterableIterator<Process>;
  }

  /** The request as data, for another HTTP stack or to look at; nothing is sent. */
  request<Name extends keyof Requests>(
    operation: Name,
    request: Requests[Name],
    options?: Omit<Options, "onAnswer" | "signal">,
  ): ShownRequest {
    const { instance, number } = this[OPEN_NOW]();
    const texts = [String(operation), written(withMilliseconds(request)), optionsText(options ?? {})] as const;
    return veiled(instance.ask<ShownRequest>(() => core.request(number, ...texts)));
  }

  /**
   * Sends one request for a page's client, which decides by the raw answer.
   * @internal
   */
  async relay(operation: string, request: unknown, options: object, signal: AbortSignal): Promise<HttpResponse> {
    return relay(await this[OPEN](), operation, written(request), written(options), signal);
  }
}

const PROCESSES: List<string> = { operation: "list_processes", items: (page: ProcessPage) => page.process_ids };
const TASKS: List<ListedTask> = { operation: "list_tasks", items: (page: TaskPage) => page.approver_list };

function listed<Item>(
  doOpen: () => Opened | Promise<Opened>,
  list: List<Item>,
  request: unknown,
  options: CallOptions | undefined,
): Items<Item> {
  const { signal, onAnswer, ...rest } = options ?? {};
  const pageToken = (request as { page_token?: unknown } | null | undefined)?.page_token;
  const token = typeof pageToken === "string" ? pageToken : null;
  const open = async (): Promise<Opened> => {
    check(list.walk ?? list.operation, signal, onAnswer);
    return hearing(await doOpen(), onAnswer);
  };
  return new Items(open, list, written(request), optionsText(rest), signal ?? undefined, token);
}

/** The request of a call; what is of a wrong type is left to the core. */
function anyCall(method: Method, path: string, parts: CallParts | undefined): unknown {
  const { path_parameters, query, body, quota, ...rest } = parts ?? {};
  let text: string | undefined;
  try {
    text = body === undefined || body === null ? undefined : bodyText(body);
  } catch (error) {
    throw problem("call", "body", `cannot be written as JSON: ${(error as Error).message}`);
  }
  return {
    ...rest,
    method,
    path,
    path_parameters: namesAndValues(path_parameters),
    query: namesAndValues(query),
    body: text,
    quota_calls: quota?.calls,
    quota_window_ms: quota?.window_ms,
  };
}

function namesAndValues(given: CallParts["query"]): unknown {
  if (typeof given !== "object" || given === null) {
    return given;
  }
  const pairs = Symbol.iterator in given ? [...given] : Object.entries(given);
  return pairs.flatMap((pair) => {
    const [name, value] = Array.isArray(pair) ? (pair as [unknown, unknown]) : [pair];
    return (Array.isArray(value) ? value : [value]).map((one: unknown) => ({ name, value: one }));
  });
}

async function call<T>(
  open: () => Opened | Promise<Opened>,
  operation: string,
  request: unknown,
  options: (CallOptions & ReadBackOption) | undefined,
): Promise<T> {
  const { signal, onAnswer, ...rest } = options ?? {};
  const opened = open();
  const client = opened instanceof Promise ? await opened : opened;
  check(operation, signal, onAnswer);
  return run<T>(hearing(client, onAnswer), operation, written(request), optionsText(rest), signal ?? undefined);
}

/** The options that are the core's. */
export function optionsText(options: Omit<CallOptions, "onAnswer" | "signal">): string {
  const { headers, ...rest } = options;
  return written(headers === undefined ? rest : { ...rest, headers: namesAndValues(headers) });
}

function check(operation: string, signal: unknown, onAnswer: unknown): void {
  if (signal !== undefined && signal !== null && !isSignal(signal)) {
    throw problem(operation, "signal", "must be an AbortSignal");
  }
  if (onAnswer !== undefined && onAnswer !== null && typeof onAnswer !== "function") {
    throw problem(operation, "onAnswer", "must be a function");
  }
}
