"""Counts in the memory of this process, for the library `limits`."""

from __future__ import annotations

import threading
from typing import Final

from limits.storage import Storage

from larabill_core.clock import Clock

SWEEP: Final = 60.0
"""Seconds after which what is over is forgotten."""


class ProcessMemory(Storage):
    """Forgets as it counts. The library's own memory starts a thread for that, again and again: it costs more CPU than
    all else that we do for a request.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._sweep_at = 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; how many there are since the window began. It begins with the first and lasts `expiry` seconds."""
        now = self._clock.now().timestamp()
        with self._lock:
            if now >= self._sweep_at:
                self._counts = {name: found for name, found in self._counts.items() if found[1] > now}
                self._sweep_at = now + SWEEP
            count, end = self._counts.get(key, (0, 0.0))
            if end <= now:
                count, end = 0, now + expiry
            self._counts[key] = count + amount, end
            return count + amount

    def get(self, key: str) -> int:
        """How many were counted in the window that is open."""
        count, end = self._counts.get(key, (0, 0.0))
        return count if end > self._clock.now().timestamp() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970."""
        return self._counts.get(key, (0, self._clock.now().timestamp()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all."""
        with self._lock:
            forgotten, self._counts = len(self._counts), {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._lock:
            self._counts.pop(key, None)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a storage that fails raises; memory does not."""
        return ValueError
