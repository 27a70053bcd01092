"""Which tables were written and read: what is looked at again only when something that it reads has changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")
Statement = tuple[bool, frozenset[str]]

_WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_TABLE = re.compile(r"\blarabill_\w+")


class Watch:
    """Hears every statement that is sent to one database.

    What a question answers follows from the rows that it reads and from the clock. So its last answer still holds
    when the clock stands still and no table that it read was written since.
    """

    def __init__(self, database: sa.Engine) -> None:
        self._stamps: dict[str, int] = {}
        self._count = 0
        self._read: set[str] | None = None
        self._known: dict[object, tuple[object, int, frozenset[str], Any]] = {}
        self._database = database
        sa.event.listen(database, "before_cursor_execute", self._hear)

    def close(self) -> None:
        """Hear no more: the next history is on the same database."""
        sa.event.remove(self._database, "before_cursor_execute", self._hear)

    def _hear(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        writes, tables = parsed(statement)
        if writes:
            self._count += 1
            self._stamps.update(dict.fromkeys(tables, self._count))
        if self._read is not None:
            self._read |= tables

    def ask(self, question: object, now: object, answer: Callable[[], T]) -> T:
        """What `answer()` gives, or gave when it was asked last and nothing of it can have changed."""
        last = self._known.get(question)
        if last is not None and last[0] == now and all(self._stamps.get(table, 0) <= last[1] for table in last[2]):
            known: T = last[3]
            return known
        self._read, at = set(), self._count
        try:
            found = answer()
            self._known[question] = now, at, frozenset(self._read), found
        finally:
            self._read = None
        return found


@cache
def parsed(statement: str) -> Statement:
    """Whether a statement writes, and the tables that it names."""
    return _WRITE.match(statement) is not None, frozenset(_TABLE.findall(statement))
