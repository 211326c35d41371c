"""The main job, for a person to watch: withdraw a running approval process, and know what happened.

Against a sandbox (the JSON line that it prints on start):

    python demo.py --sandbox '{"http": "http://127.0.0.1:…", …}'

On the real platform, with FEISHU_APP_ID and FEISHU_APP_SECRET set:

    python demo.py --real PROCESS_ID --reason "why"
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Optional

from feishu_corehr import (
    BulkRun,
    Client,
    Error,
    NotWithdrawableError,
    Observation,
    Status,
    System,
    Withdrawn,
    explain,
)


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--sandbox", metavar="JSON", type=json.loads, help="what the sandbox printed on start")
    where.add_argument("--real", metavar="PROCESS_ID", help="withdraw this process on the real platform")
    parser.add_argument("--reason", help="why, at most 500 characters")
    parser.add_argument("--folder", type=Path, help="withdraw the processes in the file `ids` of this folder")
    arguments = parser.parse_args()
    if arguments.folder:
        with Client(**options(arguments.sandbox), allow_insecure_loopback=True) as client:
            for result in withdraw_many(client, arguments.folder):
                print(result.process_id, result.outcome, flush=True)
    elif arguments.real:
        with Client() as client:
            process = client.get_process(arguments.real)
            print(f"{arguments.real}: {process.status}, started by {process.initiator_id or 'the system'}")
            if input("Withdraw it as the system? [y/N] ").strip().lower() == "y":
                withdraw(client, arguments.real, arguments.reason)
    else:
        show(arguments.sandbox)


def withdraw(client: Client, process_id: str, reason: Optional[str] = None) -> Optional[Withdrawn]:
    """Withdraw one process, and say what happened; this is all that a program needs."""
    try:
        done = client.withdraw_process(process_id, actor=System(), reason=reason)
    except NotWithdrawableError as error:
        print(f"  not withdrawn: its status is {error.status}; code {error.code}, effect {error.effect}")
        print(f"  {error}")
        if error.advice:
            print(f"  {error.advice.zh}")
        return None
    except Error as error:
        print(f"  {error.kind}: {error}")
        return None
    print(f"  withdrawn; by whom: {done.attribution}; attempts: {done.attempts}; log id {done.log_id}")
    return done


def withdraw_many(client: Client, folder: Path) -> BulkRun:
    """Withdraw all, or go on with that; what is known of each process is kept beside the list."""
    ids = (folder / "ids").read_text().split()
    return client.withdraw_processes(ids, actor=System(), reason="a duplicate", journal=folder / "run.sqlite")


def options(sandbox: dict[str, Any]) -> dict[str, Any]:
    """How the sandbox is reached."""
    return {"app_id": sandbox["app_id"], "app_secret": sandbox["app_secret"], "base_url": sandbox["http"]}


def show(sandbox: dict[str, Any]) -> None:
    """Show the main job, and what can go wrong with it."""
    refusals: list[int] = []

    def on_attempt(observation: Observation) -> None:
        if observation.code is not None:
            refusals.append(observation.code)

    with Client(**options(sandbox), allow_insecure_loopback=True, on_attempt=on_attempt) as client:
        print("1. The running processes of the last day:")
        now = datetime.now(timezone.utc) + timedelta(minutes=1)
        ids = list(
            client.list_processes(
                modify_time_from=now - timedelta(days=1), modify_time_to=now, statuses=[Status.IN_PROGRESS]
            )
        )
        print(f"  {len(ids)} running: {', '.join(ids)}")

        print(f"2. Withdraw {ids[0]}:")
        withdraw(client, ids[0], "a duplicate")

        print("3. Withdraw it again; it is withdrawn, but not by this call:")
        withdraw(client, ids[0])
        for code in refusals:
            tell_why(code)

        print("4. Withdraw one that is completed already:")
        withdraw(client, sandbox["processes"]["completed"])

        print(f"5. Withdraw {ids[1]}, and lose the connection after the server has done it:")
        order_fault(sandbox, "rst-after-applied")
        withdraw(client, ids[1])

        print("6. Two mistakes in the arguments, found before anything is sent:")
        withdraw(client, "../7", "x" * 612)

        with tempfile.TemporaryDirectory() as folder:
            show_many(client, sandbox, Path(folder))


def show_many(client: Client, sandbox: dict[str, Any], folder: Path) -> None:
    """Withdraw 200 in a program that is killed in the middle, and go on here."""
    ids = control(sandbox, "processes", [{}] * 200)["process_ids"]
    (folder / "ids").write_text("\n".join(ids))

    print(f"7. Withdraw {len(ids)} with a journal, in a program that is killed in the middle:")
    control(sandbox, "faults", {"on": "withdraw_process", "fault": "timeout-applied", "ms": 60_000})
    command = [sys.executable, __file__, "--sandbox", json.dumps(sandbox), "--folder", str(folder)]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    told = len(list(itertools.islice(program.stdout, 60)))
    program.kill()
    program.wait()
    program.stdout.close()
    sent = withdrawals(sandbox, ids)
    print(f"  killed after {told} results; Feishu has received {sent} withdrawals, and one of them is not answered yet")

    print("8. The same call with the same journal goes on:")
    run = withdraw_many(client, folder)
    earlier = sum(result.is_earlier for result in run)
    report = run.report
    print(f"  {earlier} had ended before and were not sent again; those without an answer were read first")
    print(f"  of {report.planned}: {report.ours} ours, {report.presumed} presumed, {report.unattributed} unattributed")
    print(f"  the run is {report.ended}; withdrawn in Feishu: {applied(sandbox, ids)}, each of them once")


def withdrawals(sandbox: dict[str, Any], ids: list[str]) -> int:
    """How many withdrawals of these the sandbox has received."""
    log = control(sandbox, "log")
    return sum(entry["operation"] == "withdraw_process" and entry["process_id"] in ids for entry in log)


def applied(sandbox: dict[str, Any], ids: list[str]) -> int:
    """How many of these the sandbox has withdrawn; none of them twice."""
    log = control(sandbox, "log")
    done = [entry["process_id"] for entry in log if entry["process_id"] in ids and entry["applied"]]
    assert len(done) == len(set(done)), done
    return len(done)


def tell_why(code: int) -> None:
    """Say what the server's refusal means, and what to do."""
    explanation = explain("withdraw_process", code)
    if explanation and explanation.advice:
        print(f"  the server had refused by code {code}: {explanation.meaning}")
        print(f"  {explanation.advice.en}")
        print(f"  {explanation.advice.zh}")


def order_fault(sandbox: dict[str, Any], fault: str) -> None:
    """Tell the sandbox to break the next withdrawal."""
    control(sandbox, "faults", {"on": "withdraw_process", "fault": fault})


def control(sandbox: dict[str, Any], path: str, body: Any = None) -> Any:
    """Ask the sandbox for something that no client of Feishu's can ask for."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{sandbox['control']}/{path}", data=data)) as answer:
        return json.loads(answer.read() or b"null")


if __name__ == "__main__":
    main()
