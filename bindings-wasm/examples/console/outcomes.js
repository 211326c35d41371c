// Outcomes in words: of a withdrawal, and of what was done from a process's details.

import { element } from "./elements.js";
import { isChinese } from "./texts.js";

/** A withdrawal's outcome: the word, the reason and advice, and whether it is `good`, `bad`, `odd` or `calm`. */
export function told(outcome, t) {
  const { kind, attribution, error } = outcome;
  const advice = isChinese() ? error?.advice?.zh : error?.advice?.en;
  switch (kind) {
    case "withdrawn":
      return { word: t[attribution], why: t[`${attribution}_why`], tone: "good" };
    case "unknown":
      return { word: t.unknown, why: [t.unknown_why, error.summary].join(" · "), tone: "odd" };
    case "not_withdrawn": {
      const status = STATUSES[error.status];
      const word = error.kind === "not_withdrawable" && status ? t.not_withdrawable(t.statuses[status]) : t.not_withdrawn;
      const code = error.code === null ? undefined : `${error.code}`;
      return { word, why: [error.msg ?? error.summary, advice, code].filter(Boolean).join(" · "), tone: "bad" };
    }
    case "still_running":
      return { word: t.still_running, why: t.still_running_why, tone: "odd" };
    default:
      return { word: t[kind], why: undefined, tone: "calm" };
  }
}

/** The same of an act, and what is known of its effect; a task that was rejected as it should be is `rejected`. */
export function toldAct({ name, kind, attribution, status, error }, t) {
  const words = t.acts[name];
  const advice = isChinese() ? error?.advice?.zh : error?.advice?.en;
  switch (kind) {
    case "acting":
      return { word: words.acting, tone: "calm" };
    case "acted": {
      // Feishu says that it revokes a process, and only a read whether that is over.
      const word = name === "revoke" ? (t.revoked_as[status] ?? words.acted) : words.acted;
      const tone = name === "reject" ? "rejected" : "good";
      const effect = attribution === "unattributed" ? undefined : t.effects.applied;
      return { word: t.attributed[attribution](word), effect, why: t.act_why[attribution], tone };
    }
    case "not_acted": {
      const why = [error.msg ?? error.summary, advice, error.code === null ? undefined : `${error.code}`].filter(Boolean).join(" · ");
      return { word: words.not_acted, effect: t.effects.none, why, tone: "bad" };
    }
    case "still_open":
      return { word: words.still_open, effect: t.effects.unknown, why: t.still_open_why, tone: "odd" };
    default: {
      const why = [words.look, advice, error.summary ?? error.message].filter(Boolean).join(" · ");
      return { word: t.unknown_of(words.verb), effect: t.effects.unknown, why, tone: "odd" };
    }
  }
}

/** A log id, to be copied. */
export function logId(id, t) {
  const button = element("button", { type: "button", className: "small copy", title: t.copy(id) }, `${t.log_id} ${id.slice(0, 8)}…`);
  button.setAttribute("aria-label", `${t.log_id}: ${t.copy(id)}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(id);
    button.textContent = t.copied;
  });
  return button;
}

/** Feishu's numbers, by which an error tells the status. */
const STATUSES = { 1: "in_progress", 2: "rejected", 4: "withdrawn", 8: "revoked", 9: "completed", 15: "revoking" };
