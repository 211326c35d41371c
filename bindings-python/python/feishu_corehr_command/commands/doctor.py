"""`doctor`: what an app needs before it can withdraw, checked one by one, each with what to do; nothing is written."""

from __future__ import annotations

import click

from .. import exits
from ..connection import Connection, connects, variable
from ..health import FAILED, Finding, connection_findings
from ..output import console, emit, table
from ..texts import text

_STYLES = {"ok": "green", "look": "yellow", "failed": "bold red", "not checked": "dim"}


@click.command(
    "doctor",
    help=text(
        "Check what an app needs: credentials, proxy, connection and certificate, clock, scopes, quota; each with what "
        "to do. It reads only: one page of the list of processes, and one template that does not exist, for which "
        "Feishu wants the scope of writing."
    ),
)
@click.option("--json", "as_json", is_flag=True, help=text("Write one JSON object a line."))
@connects
def doctor_command(as_json: bool, connection: Connection) -> None:
    """Show all findings; exit code 3 when something has failed."""
    findings = [_credentials(connection)]
    if findings[0].state != FAILED:
        findings += connection_findings(connection)
    if as_json:
        for finding in findings:
            emit(finding.fields())
    else:
        _show(findings)
    failed = any(finding.state == FAILED for finding in findings)
    click.get_current_context().exit(exits.NOT_REACHED if failed else exits.REACHED)


def _credentials(connection: Connection) -> Finding:
    """Whether there are any; whether they are right, the token tells."""
    missing = [] if variable("FEISHU_APP_ID") else ["FEISHU_APP_ID"]
    if connection.secret_file is None and not variable("FEISHU_APP_SECRET"):
        missing.append("FEISHU_APP_SECRET")
    if not missing:
        return Finding("credentials", "ok", text("app {app_id}; a secret is set", app_id=variable("FEISHU_APP_ID")))
    return Finding(
        "credentials",
        FAILED,
        text("missing: {names}", names=", ".join(missing)),
        text("set them in the environment; both stand on the app's page in the developer console, under credentials"),
    )


def _show(findings: list[Finding]) -> None:
    import sys

    if not sys.stdout.isatty():
        rows = [(text(one.name), text(one.state), one.found, one.advice) for one in findings]
        table([text("check"), text("state"), text("found"), text("what to do")], rows)
        return
    from rich.cells import set_cell_size
    from rich.text import Text

    screen = console(err=False)
    for one in findings:
        line = Text(set_cell_size(text(one.state), 12), style=_STYLES[one.state])
        line.append(f"{text(one.name)}: ", style="bold").append(one.found, style="default")
        screen.print(line)
        if one.advice:
            screen.print(Text(f"{'':12}→ {one.advice}"))
