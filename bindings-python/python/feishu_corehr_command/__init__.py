"""The command `feishu-corehr`, for people who do not write code.

It is a package beside the library, since whoever imports a module of `feishu_corehr` imports the library: `--help` must
not. Its own libraries (click, and rich for tables and bars) come with `pip install "feishu-corehr[cli]"`.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

LIBRARIES = ("click", "rich")
"""What the extra `cli` brings."""


def main() -> None:
    """Run the command; without its libraries, say how to get them."""
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        sys.stderr.write(
            f'feishu-corehr: the command needs {names}, which the library does not: pip install "feishu-corehr[cli]"\n'
        )
        raise SystemExit(2)
    from .group import commands

    commands(prog_name="feishu-corehr")
