"""A program that withdraws the processes of a file with a journal, for a test that kills it."""

import os
import sys
from pathlib import Path

from feishu_corehr import Client, System


def tell(*words: object) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


client = Client(
    app_id=os.environ["APP"],
    app_secret=os.environ["SECRET"],
    base_url=os.environ["URL"],
    allow_insecure_loopback=True,
    quotas={"withdraw_process": (100_000, 1.0), "get_process": (100_000, 1.0)},
)
run = client.withdraw_processes(
    Path(sys.argv[1]).read_text().split(), actor=System(), journal=sys.argv[2], max_in_flight=8, deadline=20
)
for result in run:
    tell(result.position, result.outcome)
report = run.report
tell("report", report.ended, report.ours + report.presumed, report.unattributed)
