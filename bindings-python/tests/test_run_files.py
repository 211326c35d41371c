"""What docs/runs.md says of a run's files is what is in them."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from feishu_corehr_command.results import Result, Totals

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def validate() -> Any:
    return fastjsonschema.compile(json.loads((DOCS / "run-report.schema.json").read_text()))


def test_a_report_and_what_is_exported_of_a_journal_are_as_the_schema_says(
    command: Any, sandbox: Any, tmp_path: Path, validate: Any
) -> None:
    created = sandbox.control("processes", [{"status": 1}, {"status": 1}, {"status": 9}, {"status": 4}])
    ids = [*(str(one) for one in created["process_ids"]), "7999999999999999999"]
    sandbox.fault("withdraw_process", "rst-after-applied")
    report, journal, exported = tmp_path / "a.json", tmp_path / "run.sqlite", tmp_path / "b.json"
    more = ["--as-system", "--yes", "--max-in-flight", "1", "--report", str(report), "--journal", str(journal)]
    ran = command("withdraw", *ids, *more)
    assert ran.exit_code == 3, ran.output
    ran = command("runs", "export", str(journal), str(exported))
    assert ran.exit_code == 0, ran.output
    told = [json.loads(path.read_text()) for path in (report, exported)]
    for content in told:
        validate(content)
        counted = [count for name, count in content["report"].items() if name not in ("planned", "ended", "reason")]
        counted = [sum(count.values()) if isinstance(count, dict) else count for count in counted]
        assert sum(counted) == content["report"]["planned"] == len(content["results"]) == 5
        outcomes = {one["outcome"] for one in content["results"]}
        assert outcomes == {"ours", "presumed", "unattributed", "not_withdrawable", "rejected"}
    for broken in ({"version": 2}, {"more": 1}, {"results": [{**told[0]["results"][0], "outcome": "lost"}]}):
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            validate({**told[0], **broken})


def test_a_status_or_a_code_that_is_not_known_has_a_name(validate: Any) -> None:
    fields = {"effect": "none", "kind": "http", "code": None, "status": None, "log_id": None, "summary": "x"}
    results = [
        Result(position=0, process_id="7", outcome=outcome, advice=None, **fields)
        for outcome in ("rejected", "not_withdrawable")
    ]
    report = Totals("paused", "x").add(results).fields()
    assert (report["rejected"], report["not_withdrawable"]) == ({"unknown": 1}, {"unknown": 1})
    validate({"version": 1, "report": report, "results": [one.fields() for one in results]})


def test_the_tables_of_a_journal_are_as_documented(command: Any, sandbox: Any, tmp_path: Path) -> None:
    journal = tmp_path / "run.sqlite"
    ran = command("withdraw", sandbox.running(), "--as-system", "--yes", "--journal", str(journal))
    assert ran.exit_code == 0, ran.output
    documented = (DOCS / "runs.md").read_text()
    database = sqlite3.connect(journal)
    for table in ("run", "item"):
        there = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
        rows = documented.partition(f"column of `{table}`")[2].partition("\n\n")[0]
        assert re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE) == there
    database.close()
