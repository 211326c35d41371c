"""The command is killed again and again in the middle of a run, against a server that loses answers."""

import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROCESSES = 250
KILLS = 30
"""How often one run is killed."""
RUNS = -(-int(os.environ.get("FEISHU_COREHR_KILLS", KILLS)) // KILLS)
"""How many runs there are; more on demand, by `cargo xtask kills`."""
FAULTS = ("rst-after-applied", "rst-after-request-not-applied", "eof-in-body", "504-after", "503-retry-after-0")
"""What strikes the first request of each start."""
IN_FLIGHT = 4


def ended(journal: Path) -> "dict[str, str]":
    """What is durable: the processes that have ended, and how."""
    # As after a power cut: the files as they are, and not the journal itself, which stays untouched.
    copy = journal.parent / "copy.sqlite"
    for suffix in ("", "-wal"):
        source = Path(f"{journal}{suffix}")
        Path(f"{copy}{suffix}").write_bytes(source.read_bytes() if source.exists() else b"")
    database = sqlite3.connect(copy)
    try:
        return dict(database.execute("SELECT process_id, outcome FROM item WHERE state = 'ended'").fetchall())
    except sqlite3.OperationalError:
        return {}  # it was killed before the journal was made
    finally:
        database.close()


@pytest.mark.parametrize("number", range(RUNS))
def test_nothing_is_lost_and_nothing_is_sent_after_its_end(number: int, sandbox: Any, tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    created = sandbox.control("processes", [{"status": 1}] * PROCESSES)
    ids = [str(one) for one in created["process_ids"]]
    journal = tmp_path / "run.sqlite"
    more = ["--as-system", "--yes", "--look", "0", "--journal", str(journal), "--json"]
    more += ["--max-in-flight", str(IN_FLIGHT)]
    run = ["withdraw", *ids, *more]
    seen = kills = 0
    for kill in range(KILLS + 1):
        answers = [{"real": True}] * chance.randrange(0, PROCESSES // (KILLS + 1) - IN_FLIGHT // 2)
        sandbox.few(*([{"fault": chance.choice(FAULTS)}, *answers], IN_FLIGHT) if kill < KILLS else ([], 0))
        before = ended(journal)
        process = subprocess.Popen(
            [sys.executable, "-m", "feishu_corehr_command", *run],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **sandbox.variables(), "HOME": str(tmp_path)},
        )
        if kill < KILLS:
            wanted = seen + chance.randrange(0, len(answers) + IN_FLIGHT)
            sandbox.until(lambda: len(sandbox.log("withdraw_process")) >= wanted or process.poll() is not None)  # noqa: B023
            process.kill()
        out, err = process.communicate(timeout=300)
        told = [json.loads(line) for line in out.splitlines() if line.endswith("}")]
        durable = ended(journal)
        for one in told:
            # It was told only after it was durable.
            assert one["type"] != "result" or durable.get(one["process_id"]) == one["outcome"], (seed, kill, one)
        entries = sandbox.log("withdraw_process")
        again = {entry["process_id"] for entry in entries[seen:]} & set(before)
        assert not again, (seed, kill, again)
        seen = len(entries)
        kills += process.returncode == -9
        assert process.returncode == (-9 if kill < KILLS else 0), (seed, out, err)
    assert kills == KILLS
    report = told[-1]
    assert (report["type"], report["planned"], report["ended"]) == ("report", PROCESSES, "complete")
    assert report["ours"] + report["presumed"] + report["unattributed"] == PROCESSES, (seed, report)
    applied = [entry["process_id"] for entry in sandbox.log("withdraw_process") if entry["applied"]]
    assert sorted(applied) == sorted(ids), seed
    assert set(ended(journal)) == set(ids)
    sys.stdout.write(f"run {number}: {kills} kills, {len(sandbox.log('withdraw_process'))} withdrawals received\n")
