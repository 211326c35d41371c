// The results of a batch as a table for a spreadsheet.

import { told } from "./outcomes.js";
import { nameOf } from "./table.js";
import { texts } from "./texts.js";

/** Lets the browser save them. */
export function saveResults(items) {
  const header = ["process_id", "name", "outcome", "why", "effect", "code", "log_id", "at"];
  const lines = items.map((item) => {
    const { word, why } = told(item.outcome, texts());
    const { error, log_id, at } = item.outcome;
    const effect = error === undefined ? (item.outcome.kind === "withdrawn" ? "applied" : "none") : error.effect;
    const time = at === undefined ? "" : new Date(at).toISOString();
    return [item.id, nameOf(item), word, why ?? "", effect, error?.code ?? "", log_id ?? "", time];
  });
  const text = [header, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n");
  // With a byte order mark, or Excel takes it for another encoding.
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "withdrawals.csv";
  link.click();
  URL.revokeObjectURL(address);
}

/** In quotes; and what a spreadsheet would take for a formula, or for a number that it would round, stays text. */
function quoted(value) {
  const text = String(value);
  const kept = /^[=+\-@\t\r]|^\d{16,}$/.test(text) ? `'${text}` : text;
  return `"${kept.replaceAll('"', '""')}"`;
}
