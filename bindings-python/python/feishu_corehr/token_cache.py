"""What a token cache must have; import it for type checking only."""

from __future__ import annotations

from typing import Protocol


class TokenCache(Protocol):
    """A cache that several processes share. Its failures count as misses."""

    def load(self, key: str, /) -> bytes | None:
        """What is kept under an opaque key of 64 hexadecimal digits."""

    def save(self, key: str, value: bytes, /) -> object:
        """Keep `value`, which is a secret, under `key`."""


class AsyncTokenCache(Protocol):
    """The same with `async def`."""

    async def load(self, key: str, /) -> bytes | None:
        """What is kept under an opaque key of 64 hexadecimal digits."""

    async def save(self, key: str, value: bytes, /) -> object:
        """Keep `value`, which is a secret, under `key`."""
