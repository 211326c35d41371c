"""Every message in the language of the locale: Chinese for `zh…`, else English, which is written where it is used."""

from __future__ import annotations

import os


def is_chinese() -> bool:
    """Whether messages are in Chinese: by `LC_ALL`, `LC_MESSAGES` or `LANG`, the first of them that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.lower().startswith("zh")
    return False


def text(english: str, **values: object) -> str:
    """Give the message in the language of the locale, its places filled in."""
    template = english
    if is_chinese():
        from .chinese import TEXTS

        template = TEXTS.get(english, english)
    return template.format(**values) if values else template


def bilingual(english: str, chinese: str) -> str:
    """Choose between two texts that the library brings itself."""
    return chinese if is_chinese() and chinese else english


def clean(value: object) -> str:
    """Make a text harmless for a terminal: what a server or a file wrote may move the cursor, or turn a line around."""
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_control(ord(letter)) else letter for letter in str(value))


def _is_control(number: int) -> bool:
    return (
        number < 32
        or 127 <= number < 160
        or 0x200E <= number <= 0x200F
        or 0x2028 <= number <= 0x202E
        or 0x2066 <= number <= 0x2069
    )
