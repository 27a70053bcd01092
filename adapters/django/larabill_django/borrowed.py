"""A DBAPI connection of Django's, lent to SQLAlchemy: what would end its transaction does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction


class Borrowed:
    """Everything else is Django's connection itself."""

    def __init__(self, django: Any) -> None:
        self._django = django
        self._raw = django.connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def commit(self) -> None:
        """Django's business."""

    def rollback(self) -> None:
        """Django's business."""

    def close(self) -> None:
        """Django's business."""

    def cursor(self, *args: Any, **more: Any) -> Any:
        """A cursor that gives values as SQLAlchemy's dialects expect them, whatever Django has registered.

        Raises `TransactionManagementError` when the transaction that was joined is over, or must be rolled back.
        """
        if not self._django.in_atomic_block or self._django.connection is not self._raw:
            raise transaction.TransactionManagementError("the transaction that was joined is over: call joined() again")
        self._django.validate_no_broken_transaction()
        if self._django.vendor == "sqlite":
            return _PlainCursor(self._raw.cursor(*args, **more))
        if self._django.vendor == "postgresql":
            return _aware_cursor(self._raw)
        return self._raw.cursor(*args, **more)


def _aware_cursor(raw: Any) -> Any:
    """With USE_TZ = False, Django has instants loaded without their zone, and so as local times."""
    from psycopg import Cursor
    from psycopg.rows import tuple_row
    from psycopg.types.datetime import TimestamptzLoader

    cursor = Cursor(raw, row_factory=tuple_row)
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    return cursor


class _PlainCursor:
    """Of SQLite: Django has sqlite3 convert columns that are declared as dates and instants, which are text to us."""

    def __init__(self, raw: Any) -> None:
        self._cursor = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def fetchone(self) -> Any:
        """As the DBAPI has it."""
        row = self._cursor.fetchone()
        return None if row is None else _plain(row)

    def fetchmany(self, *size: int) -> list[Any]:
        """As the DBAPI has it."""
        return [_plain(row) for row in self._cursor.fetchmany(*size)]

    def fetchall(self) -> list[Any]:
        """As the DBAPI has it."""
        return [_plain(row) for row in self._cursor.fetchall()]


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([_text(value) if isinstance(value, date) else value for value in row])


def _text(value: date) -> str:
    return value.isoformat(" ", "microseconds") if isinstance(value, datetime) else value.isoformat()
