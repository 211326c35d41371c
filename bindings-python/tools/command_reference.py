"""Writes docs/command.md to standard output, out of the commands themselves; `cargo xtask gen` runs it."""

from __future__ import annotations

import sys

import click

from feishu_corehr_command.connection import CONNECTION_OPTIONS
from feishu_corehr_command.group import commands

HEAD = """# The command `feishu-corehr`

Written by `cargo xtask gen` out of the commands themselves, as `--help` shows them. With a locale that begins with `zh`
they speak Chinese.
"""


def main() -> None:
    """Write the page."""
    root = click.Context(commands, info_name="feishu-corehr")
    parts = [HEAD, paragraphs(commands.help)]
    parts += [section(name, commands.get_command(root, name), root) for name in commands.list_commands(root)]
    parts.append(connection(root))
    sys.stdout.buffer.write("\n".join(parts).encode())


def section(name: str, command: click.Command | None, root: click.Context) -> str:
    """One subcommand."""
    assert command is not None
    if isinstance(command, click.Group):
        here = click.Context(command, info_name=name, parent=root)
        below = [section(f"{name} {one}", command.get_command(here, one), root) for one in command.list_commands(here)]
        return f"## {name}\n\n{paragraphs(command.help)}\n" + "\n".join(below)
    context = click.Context(command, info_name=name, parent=root)
    usage = " ".join(["feishu-corehr", name, *command.collect_usage_pieces(context)])
    mark = "###" if " " in name else "##"
    lines = [f"{mark} {name}", "", "```text", usage, "```", "", paragraphs(command.help)]
    options = [one for one in command.params if isinstance(one, click.Option)]
    lines += table([one for one in options if one.name not in CONNECTION_OPTIONS], context)
    if any(one.name in CONNECTION_OPTIONS for one in options):
        lines += ["And the [options of a connection](#options-of-a-connection).", ""]
    return "\n".join(lines)


def connection(root: click.Context) -> str:
    """The options that are the same everywhere, once."""
    command = commands.get_command(root, "doctor")
    assert command is not None
    options = [one for one in command.params if one.name in CONNECTION_OPTIONS]
    return "\n".join(["## Options of a connection", "", *table(options, click.Context(command, parent=root))])


def table(options: list[click.Parameter], context: click.Context) -> list[str]:
    """Options with their help."""
    rows = [row for row in (one.get_help_record(context) for one in options) if row is not None]
    if not rows:
        return []
    return ["| option | |", "|---|---|", *(f"| `{cell(left)}` | {cell(right)} |" for left, right in rows), ""]


def paragraphs(help_text: str | None) -> str:
    """The help as Markdown."""
    return (help_text or "").replace("<", "&lt;").strip() + "\n"


def cell(value: str) -> str:
    """A cell of a table."""
    return value.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    main()
