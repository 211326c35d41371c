"""A program that withdraws the processes of a file with a journal, for a test that kills it."""

import os
import sys
from pathlib import Path

from feishu_corehr import Client, System

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
for _result in run:
    pass
report = run.report
