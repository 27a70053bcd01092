from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from larabill_core.calls.limits import LimitSettings, LimitState, Refused, admit, fresh, note_answer

START = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = LimitSettings(rate=2.0, burst=4, concurrency=3, failures_to_open=3, open_for=timedelta(seconds=30))


def opened() -> LimitState:
    state = fresh("web1", SETTINGS, START)
    for _ in range(3):
        state = note_answer(state, SETTINGS, healthy=False, now=START)
    return state


@given(st.lists(st.integers(0, 2000), max_size=200))
def test_never_more_calls_than_burst_plus_rate_times_time(gaps: list[int]) -> None:
    state, now, passed = fresh("web1", SETTINGS, START), START, 0
    for gap in gaps:
        now += timedelta(milliseconds=gap)
        decision = admit(state, SETTINGS, 0, now)
        if isinstance(decision, LimitState):
            state, passed = decision, passed + 1
    assert passed <= SETTINGS.burst + SETTINGS.rate * (now - START).total_seconds() + 1e-6


@given(st.integers(0, 10))
def test_a_refused_call_is_admitted_when_it_was_told_to_come_back(calls: int) -> None:
    state, now = fresh("web1", SETTINGS, START), START
    for _ in range(calls):
        decision = admit(state, SETTINGS, 0, now)
        if isinstance(decision, Refused):
            now = decision.until + timedelta(microseconds=1)
            decision = admit(state, SETTINGS, 0, now)
        assert isinstance(decision, LimitState)
        state = decision


def test_the_breaker_opens_after_silence_and_not_after_answers() -> None:
    assert isinstance(admit(opened(), SETTINGS, 0, START), Refused)
    state = fresh("web1", SETTINGS, START)
    for healthy in (False, False, True, False, False):
        state = note_answer(state, SETTINGS, healthy=healthy, now=START)
    assert isinstance(admit(state, SETTINGS, 0, START), LimitState)


def test_one_trial_call_passes_when_the_breaker_has_been_open_long_enough() -> None:
    later = START + SETTINGS.open_for
    trial = admit(opened(), SETTINGS, 0, later)
    assert isinstance(trial, LimitState)
    assert isinstance(admit(trial, SETTINGS, 0, later), Refused)
    closed = note_answer(trial, SETTINGS, healthy=True, now=later)
    assert isinstance(admit(closed, SETTINGS, 0, later), LimitState)
    reopened = note_answer(trial, SETTINGS, healthy=False, now=later)
    assert isinstance(admit(reopened, SETTINGS, 0, later + timedelta(seconds=1)), Refused)


def test_a_trial_whose_worker_died_does_not_close_the_account_for_ever() -> None:
    later = START + SETTINGS.open_for
    trial = admit(opened(), SETTINGS, 0, later)
    assert isinstance(trial, LimitState)
    assert isinstance(admit(trial, SETTINGS, 0, later + SETTINGS.open_for), LimitState)


def test_no_more_calls_at_once_than_the_cap() -> None:
    state = fresh("web1", SETTINGS, START)
    assert isinstance(admit(state, SETTINGS, 3, START), Refused)
    assert isinstance(admit(state, SETTINGS, 2, START), LimitState)


def test_a_clock_that_steps_back_gives_no_tokens() -> None:
    state = attrs.evolve(fresh("web1", SETTINGS, START), tokens=0.0)
    assert isinstance(admit(state, SETTINGS, 0, START - timedelta(hours=1)), Refused)
