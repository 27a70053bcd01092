"""The database's clock, so that all workers agree on when a lease is over."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from larabill_core.clock import Clock, SystemClock
from larabill_sqlalchemy.databases import MYSQL
from larabill_sqlalchemy.faults import translated

READ_AGAIN: Final = 60.0
"""Seconds for which a reading is carried on by this machine's monotonic clock."""

_NOW: Final = {"mysql": "SELECT UTC_TIMESTAMP(6)", "postgresql": "SELECT clock_timestamp()"}


class DatabaseClock:
    """A `Clock` that asks the database at first use and every minute, and counts on in between. Never goes back."""

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._statement = sa.text(_NOW["mysql" if database.dialect.name in MYSQL else "postgresql"])
        self._lock = threading.Lock()
        self._read: tuple[datetime, float] | None = None
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Raises `DatabaseUnavailable`."""
        with self._lock:
            ticks = time.monotonic()
            if self._read is None or ticks - self._read[1] > READ_AGAIN:
                self._read = (self._ask(), ticks)
            at, since = self._read
            self._last = max(self._last, at + timedelta(seconds=ticks - since))
            return self._last

    def _ask(self) -> datetime:
        with translated(), self._database.connect() as connection:
            found: datetime = connection.execute(self._statement).scalar_one()
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def clock_of(database: sa.Engine) -> Clock:
    """The clock that all who use this database share. SQLite's users share a machine, and so its clock."""
    return SystemClock() if database.dialect.name == "sqlite" else DatabaseClock(database)
