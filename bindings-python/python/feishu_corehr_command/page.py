"""A report as one page of HTML: everything in it is escaped, and nothing is loaded from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from .results import meaning
from .texts import is_chinese, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .results import Result, Totals

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1f2329; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #dee0e3; vertical-align: top; }
input { font: inherit; padding: .3rem .6rem; width: 22rem; max-width: 100%; }
tr.failed td:nth-child(2) { color: #c02a26; }
tr.unclear td:nth-child(2) { color: #a55a00; font-weight: 600; }
code { font-size: .9em; }
@media (prefers-color-scheme: dark) { body { background: #1a1a1a; color: #ebebeb; } th, td { border-color: #434343; } }
"""
_SCRIPT = """
const search = document.getElementById("search");
const rows = [...document.querySelectorAll("#results tbody tr")];
const shown = document.getElementById("shown");
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\\s+/);
  let count = 0;
  for (const row of rows) {
    const content = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = count;
});
"""
_CLASSES = {"not_withdrawable": "failed", "rejected": "failed", "unresolved": "unclear", "not_attempted": "unclear"}


def page(results: Sequence[Result], totals: Totals) -> str:
    """Make the page."""
    policy = f"default-src 'none'; style-src {_allowed(_STYLE)}; script-src {_allowed(_SCRIPT)}"
    title = text("feishu-corehr: report")
    sums = "".join(_tr([text(name), str(count), note]) for name, count, note in totals.rows())
    columns = [text(name) for name in ("process id", "result", "what happened", "what to do", "log id")]
    rows = "".join(_row(result) for result in results)
    return f"""<!doctype html>
<html lang="{"zh-CN" if is_chinese() else "en"}">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
<h1>{escape(title)}</h1>
<p>{escape(totals.sentence())}</p>
<table>{sums}</table>
<p><input id="search" type="search" placeholder="{escape(text("search"))}" aria-label="{escape(text("search"))}">
<span id="shown">{len(results)}</span> / {len(results)}</p>
<table id="results"><thead><tr>{"".join(f"<th>{escape(name)}</th>" for name in columns)}</tr></thead>
<tbody>{rows}</tbody></table>
<script>{_SCRIPT}</script>
</html>
"""


def _row(result: Result) -> str:
    facts = [
        result.summary,
        "" if result.code is None else text("code") + f" {result.code}",
        "" if result.status is None else text("status") + f" {result.status}",
    ]
    cells = [
        f"<code>{escape(result.process_id)}</code>",
        escape(meaning(result.outcome)),
        escape("; ".join(fact for fact in facts if fact)),
        escape(result.advice_text()),
        f"<code>{escape(result.log_id or '')}</code>",
    ]
    kind = _CLASSES.get(result.outcome, "")
    return f'<tr class="{kind}">' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _tr(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _allowed(content: str) -> str:
    """The name of this very style or script, beside which the page runs none."""
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
