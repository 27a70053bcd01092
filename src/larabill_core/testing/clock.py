"""A clock that stands still until a test or the demo moves it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from larabill_core.clock import as_utc


class ManualClock:
    """A `Clock` that is moved by hand, and never backwards; safe to share between threads."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = as_utc(start)

    def now(self) -> datetime:
        """The instant that the clock shows: aware, UTC."""
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move on by a duration, and return the new instant. Raises ValueError for a negative one."""
        with self._lock:
            return self._move(self._now + by)

    def set(self, instant: datetime) -> None:
        """Move on to `instant` (aware). Raises ValueError when it lies in the past."""
        with self._lock:
            self._move(as_utc(instant))

    def _move(self, instant: datetime) -> datetime:
        if instant < self._now:
            raise ValueError(f"a clock does not go back: it is {self._now}, asked for {instant}")
        self._now = instant
        return instant
