"""The command itself: its subcommands, each imported when it is named, and how failures end it."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from . import exits
from .output import say
from .texts import clean, is_chinese, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

    from feishu_corehr import Error

SUBCOMMANDS = {
    "call": ("call", text("Call any method and path of Feishu's API.")),
    "doctor": ("doctor", text("Check credentials, proxy, certificate, clock, scopes and quota.")),
    "explain": ("explain", text("Say what a code of Feishu's means, and what to do.")),
    "get": ("get", text("Read processes.")),
    "list": ("list", text("List the ids of processes.")),
    "revoke": ("act", text("Revoke completed processes.")),
    "runs": ("runs", text("Show, resume and export the journals of runs.")),
    "sandbox": ("sandbox", text("Run a local Feishu to try things on.")),
    "settle": ("settle", text("Find out how writes have ended whose answers were lost.")),
    "wait": ("wait", text("Wait until processes have ended.")),
    "withdraw": ("act", text("Withdraw running processes.")),
}
"""Each subcommand: the module below `commands` that has it, and what it does, so that a list need not import it."""


class Commands(click.Group):
    """A group that imports a subcommand when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """All names."""
        return sorted(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _ = SUBCOMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__package__}.commands.{module}"), f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List them, none of them imported."""
        with formatter.section(text("Commands")):
            formatter.write_dl([(name, does) for name, (_, does) in sorted(SUBCOMMANDS.items())])

    def invoke(self, ctx: click.Context) -> object:
        """Run it; what fails ends with a message and an exit code, and never with a trace."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            say(text("stopped"))
            ctx.exit(exits.STOPPED)
        except BrokenPipeError:
            # Who read the results has left. Python would complain once more when it flushes them at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(exits.STOPPED)
        except Exception as error:
            if not _is_ours(error):
                raise
            tell(error)
            ctx.exit(exits.of_error(str(error.kind), str(error.effect)))


def _is_ours(error: Exception) -> TypeGuard[Error]:
    """Whether the library has raised it; where the library was not imported, it has not."""
    errors = sys.modules.get("feishu_corehr.errors")
    return errors is not None and isinstance(error, errors.Error)


def tell(error: Error) -> None:
    """Say what an error of the library says, and in Chinese what to do."""
    say(text("error: {error}", error=clean(error)), color="red")
    if error.advice is not None and is_chinese():
        say(error.advice.zh)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=text(
        "Withdraw Feishu (Lark) CoreHR approval processes, one or thousands, and know afterwards what happened.\n\n"
        "The app's id and secret come from FEISHU_APP_ID and FEISHU_APP_SECRET, never from an argument: whoever can "
        "list the programs of a machine sees their arguments.\n\n"
        "Exit codes: 0 all reached, 2 wrong usage (nothing was sent), 3 some not reached, 4 some unresolved, 5 stopped."
    ),
)
@click.version_option(package_name="feishu-corehr", message="%(version)s")
def commands() -> None:
    """Stand for all subcommands."""
