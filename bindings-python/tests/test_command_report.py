"""A run's report: what spreadsheets, programs and browsers make of it, whatever a server has put in it."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Optional

import click
import pytest

from feishu_corehr_command import report
from feishu_corehr_command.results import OUTCOMES, Result, Totals
from feishu_corehr_command.sheet import from_sheet

NASTY = "</td><script>alert(1)</script><img src=x onerror=alert(1)>&\"'"
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("https://example.test")']


def result(position: int, outcome: str = "ours", **fields: Any) -> Result:
    made = {
        "position": position,
        "process_id": str(7_400_000_000_000_000_001 + position),
        "outcome": outcome,
        "effect": "none",
        "kind": None,
        "code": None,
        "status": None,
        "log_id": None,
        "summary": "",
        "advice": None,
    }
    return Result(**{**made, **fields})


def written(tmp_path: Path, name: str, results: "list[Result]", ended: str = "complete") -> bytes:
    path = tmp_path / name
    report.check(str(path))
    assert not path.exists()
    report.write(str(path), results, Totals(ended).add(results))
    assert [one.name for one in tmp_path.iterdir()] == [name]
    return path.read_bytes()


def test_a_csv_has_a_mark_for_its_chinese_and_a_row_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    advice = ("try, again", "请稍后再试")
    data = written(tmp_path, "a.csv", [result(0), result(1, "rejected", code=1160100, advice=advice, log_id="LOG")])
    assert data.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert list(first) == list(report.COLUMNS)
    assert (first["process_id"].strip(), first["outcome"]) == ("7400000000000000001", "ours")
    assert (second["code"], second["advice"], second["log_id"]) == ("1160100", "请稍后再试", "LOG")
    assert second["meaning"] == "被服务端拒绝"


def test_the_ids_of_a_csv_are_texts_and_can_be_read_again(tmp_path: Path) -> None:
    data = written(tmp_path, "a.csv", [result(0), result(1)])
    assert b"\t7400000000000000001," in data
    assert from_sheet(str(tmp_path / "a.csv"), "process_id").check() == ["7400000000000000001", "7400000000000000002"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(formula: str, tmp_path: Path) -> None:
    one = result(0, "rejected", summary=formula, log_id=formula, kind=formula, advice=(formula, formula))
    data = written(tmp_path, "a.csv", [one])
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    for name in ("summary", "log_id", "kind", "advice"):
        assert row[name] == "'" + formula


def test_json_has_everything(tmp_path: Path) -> None:
    results = [result(0), result(1, "not_withdrawable", status=9, advice=("no", "不"))]
    content = json.loads(written(tmp_path, "a.json", results, "paused"))
    assert content["report"]["planned"] == 2
    assert content["report"]["not_withdrawable"] == {"9": 1}
    assert content["report"]["ended"] == "paused"
    assert content["results"] == [one.fields() for one in results]


class Page(HTMLParser):
    """What a browser would see."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, Optional[str]]] = []
        self.text = ""
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: "list[tuple[str, Optional[str]]]") -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_escapes_everything_and_loads_nothing(tmp_path: Path) -> None:
    fields: dict[str, Any] = {"summary": NASTY, "log_id": NASTY, "advice": (NASTY, NASTY)}
    content = written(tmp_path, "a.html", [result(0, "rejected", **fields)]).decode()
    page = Page(content)
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.text.count(NASTY) == 3
    assert not [name for name, _ in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert "default-src 'none'" in content.replace("&#x27;", "'")
    assert "http" not in content.replace("http-equiv", "")


def test_html_allows_its_own_script_only(tmp_path: Path) -> None:
    import base64
    import hashlib

    content = written(tmp_path, "a.html", [result(0)]).decode()
    script = content.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in content.replace("&#x27;", "'")
    assert "unsafe" not in content


def test_html_speaks_the_language_of_the_locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    content = written(tmp_path, "a.html", [result(0, "presumed", advice=("look", "请查看"))]).decode()
    assert 'lang="zh-CN"' in content
    assert "应答曾丢失" in content
    assert "请查看" in content


def test_half_a_character_does_not_break_a_report(tmp_path: Path) -> None:
    for name in ("a.csv", "a.json", "a.html"):
        (tmp_path / name).unlink(missing_ok=True)
        for path in tmp_path.iterdir():
            path.unlink()
        written(tmp_path, name, [result(0, "rejected", summary="\ud800")]).decode("utf-8-sig")


@pytest.mark.parametrize("path", ["a.txt", "a", "no/such/folder/a.csv", "folder.csv"])
def test_a_report_that_could_not_be_written_is_refused_before(path: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(click.UsageError):
        report.check(str(tmp_path / path))


def test_totals_add_up_and_choose_the_exit_code() -> None:
    def code(*outcomes: str, ended: str = "complete") -> int:
        totals = Totals(ended).add(result(place, outcome) for place, outcome in enumerate(outcomes))
        assert totals.planned == len(outcomes)
        return totals.exit_code()

    assert code("ours", "presumed", "unattributed") == 0
    for outcome in OUTCOMES[3:]:
        assert code("ours", outcome) == (4 if outcome == "unresolved" else 3)
    assert code("unresolved", "rejected") == 4
    for ended in ("paused", "stopped", "cancelled"):
        assert code("ours", "unresolved", ended=ended) == 5


def test_an_unknown_outcome_is_counted_too() -> None:
    totals = Totals("complete").add([result(0, "new_word")])
    assert (totals.planned, totals.exit_code()) == (1, 3)
