// Many processes of a sandbox, and runs over them.

export const FAST = {
  get_process: { calls: 100_000, window_ms: 1000 },
  revoke_process: { calls: 100_000, window_ms: 1000 },
  withdraw_process: { calls: 100_000, window_ms: 1000 },
};

let last = 7_900_000_000_000_000_000n;

/** Ids that no process has. */
export function unknown(count) {
  return Array.from({ length: count }, () => String((last += 1n)));
}

/** New processes, running by default. */
export async function many(feishu, count, fields = {}) {
  const ids = unknown(count);
  await feishu.control("POST", "/processes", ids.map((process_id) => ({ process_id, ...fields })));
  return ids;
}

/** A run to its end. */
export async function collected(run) {
  const results = [];
  for await (const result of run) {
    results.push(result);
  }
  return { results, report: run.report };
}

/** Which processes were written, in order. */
export async function writes(feishu) {
  return (await feishu.log("withdraw_process")).map((entry) => entry.process_id);
}

/** The fields that the problems of an error name. */
export const fieldsOf = (error) => error.problems.map(({ field }) => field);
