"""`sandbox`: a local Feishu to try the command on."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import click

from ..output import say
from ..texts import text

PROGRAM = "feishu-corehr-sandbox"


@click.command(
    "sandbox",
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    help=text(
        "Run a local Feishu, with real state and without any effect elsewhere, until Ctrl-C. It prints one line of "
        "JSON with its address and the credentials for it, and says how to set them. It is a package of its own, "
        "feishu-corehr-sandbox; ARGUMENTS are those of its program, for instance --demo-processes 300."
    ),
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def sandbox_command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Run that program, which ends when this one does."""
    program = _program()
    if program is None:
        raise click.UsageError(
            text(
                "the sandbox is not installed: it is a package of its own, feishu-corehr-sandbox; in the repository, "
                "`cargo xtask release` builds its wheel, and `cargo run -p feishu-corehr-sandbox` runs it"
            )
        )
    command = [program, "--exit-with-stdin", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for line in process.stdout or ():
            click.echo(line, nl=False)
            _say_how(line)
        ctx.exit(process.wait())


def _say_how(line: bytes) -> None:
    """Say how another terminal uses it."""
    try:
        start = json.loads(line)
        values = {
            "FEISHU_APP_ID": start["app_id"],
            "FEISHU_APP_SECRET": start["app_secret"],
            "FEISHU_BASE_URL": start["http"],
            "FEISHU_INSECURE_LOOPBACK": "1",
        }
    except (ValueError, KeyError, TypeError):
        return
    say(text("in another terminal:"))
    say("  export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items()))


def _program() -> str | None:
    """The program of this installation, else the one on the PATH."""
    for folder in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent)):
        found = shutil.which(PROGRAM, path=folder)
        if found is not None:
            return found
    return shutil.which(PROGRAM)
