"""How much one account at one provider is asked: a token bucket, a circuit breaker and a cap on concurrent calls.

Pure: the state is a value that storage keeps, so that all workers share it and an operator can see and reset it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs


@attrs.frozen(kw_only=True)
class LimitSettings:
    """Limits of one account. `rate` is in calls a second, `burst` in calls."""

    rate: float = 10.0
    burst: int = 20
    concurrency: int = 8
    failures_to_open: int = 5
    open_for: timedelta = timedelta(seconds=30)


@attrs.frozen(kw_only=True)
class LimitState:
    """The state of one account. `open_until` is set while the breaker is open; after it one trial call may pass."""

    account: str
    tokens: float
    refilled_at: datetime
    failures: int = 0
    open_until: datetime | None = None
    trial_at: datetime | None = None


@attrs.frozen(kw_only=True)
class Refused:
    """Not now: try again at `until`."""

    reason: str
    until: datetime


def fresh(account: str, settings: LimitSettings, now: datetime) -> LimitState:
    """The state of an account that was never called: a full bucket, a closed breaker."""
    return LimitState(account=account, tokens=float(settings.burst), refilled_at=now)


def admit(state: LimitState, settings: LimitSettings, running: int, now: datetime) -> LimitState | Refused:
    """The state after one more call, or why there may be none now. `running` counts calls under a valid lease."""
    if state.open_until is not None:
        if now < state.open_until:
            return Refused(reason=f"the breaker of {state.account} is open", until=state.open_until)
        if state.trial_at is not None and now < state.trial_at + settings.open_for:
            return Refused(
                reason=f"a trial call to {state.account} is under way",
                until=state.trial_at + settings.open_for,
            )
        state = attrs.evolve(state, trial_at=now)
    if running >= settings.concurrency:
        return Refused(reason=f"{running} calls to {state.account} are running", until=now + timedelta(seconds=1))
    elapsed = max((now - state.refilled_at).total_seconds(), 0.0)
    tokens = min(float(settings.burst), state.tokens + elapsed * settings.rate)
    if tokens < 1:
        wait = timedelta(seconds=(1 - tokens) / settings.rate)
        return Refused(reason=f"the rate limit of {state.account} is reached", until=now + wait)
    return attrs.evolve(state, tokens=tokens - 1, refilled_at=now)


def note_answer(state: LimitState, settings: LimitSettings, *, healthy: bool, now: datetime) -> LimitState:
    """The state after a call ended: an answer of any kind is healthy, silence and 5xx are not."""
    if healthy:
        return attrs.evolve(state, failures=0, open_until=None, trial_at=None)
    failures = state.failures + 1
    opened = now + settings.open_for if failures >= settings.failures_to_open else state.open_until
    return attrs.evolve(state, failures=failures, open_until=opened, trial_at=None)
