"""The journal of a run: one SQLite file, on which the core's statements are run."""

from __future__ import annotations

from contextlib import suppress
from sqlite3 import Connection, Error, connect

from ._native import JOURNAL_PRAGMAS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from typing import TypeVar

    from ._native import Bulk

    _Answer = TypeVar("_Answer")
    _Statement = tuple[str, list[object]]


class Journal:
    """One file, open from the first statement on; nobody else may open it meanwhile."""

    __slots__ = ("_connection", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._connection: Connection | None = None

    def query(self, bulk: Bulk, statement: _Statement) -> None:
        """Ask, and hand the rows to the run."""

        def ask(connection: Connection) -> None:
            sql, values = statement
            bulk.rows(connection.execute(sql, values).fetchall())

        self._answered(bulk, ask)

    def store(self, bulk: Bulk, statements: list[_Statement]) -> None:
        """Make all statements durable at once, and tell the run so."""

        def commit(connection: Connection) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                connection.execute(sql, values)
            connection.execute("COMMIT")
            bulk.stored()

        self._answered(bulk, commit)

    def _answered(self, bulk: Bulk, act: Callable[[Connection], None]) -> None:
        try:
            if self._connection is None:
                # Statements come from one thread at a time; with an event loop it need not be the same one.
                self._connection = connect(self._path, isolation_level=None, timeout=0, check_same_thread=False)
                for pragma in JOURNAL_PRAGMAS:
                    self._connection.execute(pragma)
            act(self._connection)
        except Error as error:
            bulk.failed(str(error))

    def close(self) -> None:
        """Let others open the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Error):
                connection.close()
