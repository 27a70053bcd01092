"""Requests are counted to the last one, for as long as their minute lasts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
from tests.conftest import START

from larabill_core.http.counting import SWEEP, ProcessMemory
from larabill_core.testing.clock import ManualClock


def test_a_window_ends_a_minute_after_its_first_request() -> None:
    clock = ManualClock(START)
    memory = ProcessMemory(clock)
    limiter, twice = FixedWindowRateLimiter(memory), RateLimitItemPerMinute(2)
    assert [limiter.hit(twice, "ann") for _ in range(3)] == [True, True, False]
    assert limiter.hit(twice, "bob")
    stats = limiter.get_window_stats(twice, "ann")
    assert (stats.reset_time, stats.remaining) == ((START + timedelta(minutes=1)).timestamp(), 0)
    clock.advance(timedelta(seconds=59))
    assert not limiter.hit(twice, "ann")
    clock.advance(timedelta(seconds=1))
    assert limiter.get_window_stats(twice, "ann").remaining == 2
    assert limiter.hit(twice, "ann")


def test_no_request_is_lost_between_threads() -> None:
    memory = ProcessMemory(ManualClock(START))
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: memory.incr("ann", 60), range(2000)))
    assert sorted(counts) == list(range(1, 2001))


def test_who_asks_no_more_is_forgotten() -> None:
    clock = ManualClock(START)
    memory = ProcessMemory(clock)
    for name in range(100):
        memory.incr(str(name), 60)
    clock.advance(timedelta(seconds=SWEEP))
    memory.incr("new", 60)
    assert memory.reset() == 1
