"""What a run over many processes costs: memory, processor time of an item, and how soon it goes on after a stop.

The server is a function in the same process that answers at once, so that what is measured is the package alone: the
run, its journal on the disk, and the loop over the results. Each size has a process of its own.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from feishu_corehr import Client, HttpRequest, HttpResponse, System

SMALL, LARGE = 1_000, 100_000
ROUNDS = 9
"""How often the small run is measured: it is short."""
LIMITS = {"memory_mb": 64.0, "ratio": 1.1, "resume_s": 2.0}


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


def main() -> None:
    """Measure, show, and fail where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, help="measure one run of so many, and print what was measured")
    arguments = parser.parse_args()
    if arguments.size:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(arguments.size, Path(folder) / "run.sqlite")))
        return
    small: list[float] = []
    large: list[dict[str, float]] = []
    for round_number in range(ROUNDS):
        small.append(one(SMALL)["item_us"])
        if round_number % 3 == 1:
            large.append(one(LARGE))
    item = statistics.median(figures["item_us"] for figures in large)
    figures = {
        "memory_mb": max(figures["memory_mb"] for figures in large),
        "ratio": item / statistics.median(small),
        "resume_s": statistics.median(figures["resume_s"] for figures in large),
    }
    print(f"memory of a run of {LARGE:,} above the start: {figures['memory_mb']:.1f} MB")
    print(f"processor time of an item, {SMALL:,}: {statistics.median(small):.0f} us; {LARGE:,}: {item:.0f} us")
    print(f"the ratio of these: {figures['ratio']:.2f}")
    waited = statistics.median(figures["waited_s"] for figures in large)
    print(
        f"until a run that goes on with {LARGE:,} sends its first request: {figures['resume_s']:.2f} s of processor "
        f"time, {waited:.2f} s by the clock"
    )
    missed = [name for name, limit in LIMITS.items() if figures[name] > limit]
    if missed:
        sys.exit(f"missed: {', '.join(missed)}; the limits are {LIMITS}")


def one(size: int) -> dict[str, float]:
    """One run in a process of its own."""
    ran = subprocess.run([sys.executable, __file__, "--size", str(size)], stdout=subprocess.PIPE, check=True)
    measured: dict[str, float] = json.loads(ran.stdout)
    return measured


def measure(size: int, journal: Path) -> dict[str, float]:
    """A run of so many, and one that goes on with the last of them."""
    first_request: list[tuple[float, float]] = []

    def transport(request: HttpRequest) -> HttpResponse:
        if not first_request:
            first_request.append((time.process_time(), time.perf_counter()))
        return HttpResponse(status=200, headers=[], body=b'{"code":0,"msg":"success","data":{}}')

    quotas = {"withdraw_process": (1_000, 0.001)}
    client = Client(token=lambda: "t-1", transport=transport, quotas=quotas)
    # What is imported and opened once is not an item's.
    list(client.withdraw_processes(["7"], actor=System(), journal=journal.with_name("first.sqlite")))
    ids = [str(7_000_000_000_000_000_000 + number) for number in range(size)]

    def results() -> Iterator[object]:
        return iter(client.withdraw_processes(ids, actor=System(), journal=journal))

    gc.collect()
    before, started = peak(), time.process_time()
    told = sum(1 for _ in results())
    item_us = (time.process_time() - started) / size * 1e6
    assert told == size, told
    with sqlite3.connect(journal) as connection:
        connection.execute("UPDATE item SET state = 'planned' WHERE position = ?", (size - 1,))
    connection.close()
    first_request.clear()
    started, began = time.process_time(), time.perf_counter()
    told = sum(1 for _ in results())
    assert (told, len(first_request)) == (size, 1)
    return {
        "item_us": item_us,
        "memory_mb": peak() - before,
        "resume_s": first_request[0][0] - started,
        "waited_s": first_request[0][1] - began,
    }


if __name__ == "__main__":
    main()
