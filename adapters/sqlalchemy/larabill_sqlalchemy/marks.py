"""What we know and note about a connection: that its transaction is lost or must not be committed, and who is to be
woken once it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from larabill_core.errors import ConcurrencyError
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.faults import asks_to_run_again, code_of

_COMMITTED: Final = "larabill_committed"
"""Where a connection's `info` keeps who is to be woken."""


class Mark:
    """Of one connection. `reason`: why the database rolled back, or cast doubt on, more than one statement."""

    def __init__(self) -> None:
        self.reason = ""
        self.committing = False
        self.waiting: Final[list[Callable[[], None]]] = []

    def refuse(self) -> None:
        """Raises `ConcurrencyError` while there is a reason."""
        if self.reason:
            raise ConcurrencyError(f"{self.reason}: roll back, and run the whole transaction again")

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call it once when the transaction is committed, and not if it is rolled back.

        SQLAlchemy tells of a commit just before it. So the call comes when the connection goes back to its pool, or
        begins its next transaction: after a session's commit that is at once.
        """
        self.waiting.append(callback)


_marks: WeakKeyDictionary[sa.Connection, Mark] = WeakKeyDictionary()


def mark_of(connection: sa.Connection) -> Mark:
    """The mark of this connection: from now on its commit is refused while there is a reason; a rollback mends it."""
    mark = _marks.get(connection)
    if mark is None:
        mark = _marks[connection] = Mark()
        sa.event.listen(connection, "commit", _before_commit)
        sa.event.listen(connection, "rollback", _on_rollback)
        sa.event.listen(connection, "begin", _on_begin)
    return mark


def own_mark(connection: sa.Connection) -> Mark:
    """The mark of a connection on which we alone begin and commit, once, and ask the mark before: nothing listens,
    since three listeners cost more than what most transactions do."""
    mark = _marks[connection] = Mark()
    return mark


def watch(database: sa.Engine) -> None:
    """Note errors on our connections even where a handler, or the host, swallows them; and when they are given back."""
    if not sa.event.contains(database.dialect, "handle_error", _note_error):
        sa.event.listen(database.dialect, "handle_error", _note_error)
    if not sa.event.contains(database.pool, "checkin", _on_checkin):
        sa.event.listen(database.pool, "checkin", _on_checkin)


def is_lost(connection: sa.Connection) -> bool:
    """SQLite ends a transaction by itself after some errors (disk full, input/output)."""
    return not connection.invalidated and has_no_transaction(connection)


def has_no_transaction(connection: sa.Connection) -> bool:
    """Only SQLite's drivers (sqlite3, aiosqlite) can tell, and only there it matters."""
    if connection.dialect.name != "sqlite":
        return False
    raw: Any = connection.connection.driver_connection
    return not raw.in_transaction


def _before_commit(connection: sa.Connection) -> None:
    mark = _marks[connection]
    mark.refuse()
    mark.committing = True
    if mark.waiting:
        connection.info[_COMMITTED] = mark.waiting


def _on_rollback(connection: sa.Connection) -> None:
    _marks[connection].reason = ""
    _marks[connection].waiting.clear()


def _on_begin(connection: sa.Connection) -> None:
    _marks[connection].committing = False
    _wake(connection.info)


def _on_checkin(_raw: object, entry: ConnectionPoolEntry) -> None:
    _wake(entry.info)


def _wake(info: dict[Any, Any]) -> None:
    waiting: list[Callable[[], None]] = info.pop(_COMMITTED, [])
    while waiting:
        waiting.pop()()


def _note_error(context: ExceptionContext) -> None:
    connection, problem = context.connection, context.sqlalchemy_exception
    mark = _marks.get(connection) if connection is not None else None
    if mark is None:
        return
    if mark.committing:
        mark.waiting.clear()
    if not isinstance(problem, DBAPIError) or not asks_to_run_again(problem):
        return
    # MariaDB rolls back the whole transaction on a deadlock (1213) and one statement on a lock timeout (1205); the
    # next statement would silently begin anew. PostgreSQL goes on from the savepoint, except after 40001.
    if context.dialect.name in MYSQL or code_of(problem) == "40001":
        mark.reason = f"the database gave up this transaction (code {code_of(problem)})"
