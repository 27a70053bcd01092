"""Python's collector of reference cycles, at rest while a batch makes tens of thousands of objects without any.

Each of its full collections walks over everything that the process holds; with 500 renewals in one transaction that
was a third of the work. What has no cycles is freed without it, and it goes on when the batch is done.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0
_was_on = False


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No collection in this process while within. It may be entered again, also by other threads: the last one out
    wakes the collector, unless the host had turned it off."""
    global _resting, _was_on
    with _lock:
        if _resting == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _resting += 1
    try:
        yield
    finally:
        with _lock:
            _resting -= 1
            if _resting == 0 and _was_on:
                gc.enable()
