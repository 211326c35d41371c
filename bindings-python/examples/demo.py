"""The main job, for a person to watch: withdraw a running approval process, and know what happened.

Against a sandbox (the JSON line that it prints on start):

    python demo.py --sandbox '{"http": "http://127.0.0.1:…", …}'

On the real platform, with FEISHU_APP_ID and FEISHU_APP_SECRET set:

    python demo.py --real PROCESS_ID --reason "why"
"""

import argparse
import json
import urllib.request
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from feishu_corehr import Client, Error, NotWithdrawableError, Observation, Status, System, Withdrawn, explain


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--sandbox", metavar="JSON", type=json.loads, help="what the sandbox printed on start")
    where.add_argument("--real", metavar="PROCESS_ID", help="withdraw this process on the real platform")
    parser.add_argument("--reason", help="why, at most 500 characters")
    arguments = parser.parse_args()
    if arguments.real:
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


def show(sandbox: dict[str, Any]) -> None:
    """Show the main job, and what can go wrong with it."""
    options = {"app_id": sandbox["app_id"], "app_secret": sandbox["app_secret"], "base_url": sandbox["http"]}
    refusals: list[int] = []

    def on_attempt(observation: Observation) -> None:
        if observation.code is not None:
            refusals.append(observation.code)

    with Client(**options, allow_insecure_loopback=True, on_attempt=on_attempt) as client:
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


def tell_why(code: int) -> None:
    """Say what the server's refusal means, and what to do."""
    explanation = explain("withdraw_process", code)
    if explanation and explanation.advice:
        print(f"  the server had refused by code {code}: {explanation.meaning}")
        print(f"  {explanation.advice.en}")
        print(f"  {explanation.advice.zh}")


def order_fault(sandbox: dict[str, Any], fault: str) -> None:
    """Tell the sandbox to break the next withdrawal."""
    body = json.dumps({"on": "withdraw_process", "fault": fault}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{sandbox['control']}/faults", data=body)).close()


if __name__ == "__main__":
    main()
