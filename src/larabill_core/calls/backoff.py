"""How long to wait before asking again: exponential, full jitter, capped (AWS Architecture Blog, 2015)."""

from __future__ import annotations

import random
from datetime import timedelta

_random = random.SystemRandom()


def backoff(tries: int, *, base: timedelta, cap: timedelta) -> timedelta:
    """A random wait in (0, min(cap, base * 2**tries)]; `tries` counts from 0."""
    ceiling: timedelta = min(cap, base * int(2 ** min(tries, 32)))
    return ceiling * _random.uniform(0.05, 1.0)
