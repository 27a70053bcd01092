"""When an unpaid invoice may be charged again: by the policy's gaps, and never too often with one method (F38)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from larabill_billing.policies import DAY


def next_attempt(gaps: Sequence[timedelta], declined: Sequence[datetime], stood: timedelta) -> datetime | None:
    """When the attempt after these may be made; None when there is none.

    `declined`: when the attempts on this invoice with this method were, in order. Each gap counts from the attempt
    before it, without the time `stood` for which everything was paused since.
    """
    if not 0 < len(declined) <= len(gaps):
        return None
    return declined[-1] + gaps[len(declined) - 1] + stood


def allowed_at(made: Sequence[datetime], most: int, now: datetime) -> datetime:
    """When one more attempt may be made, so that no 24 hours see more than `most`; `now` when it may be now."""
    recent = sorted(at for at in made if at > now - DAY)
    return now if len(recent) < most else recent[-most] + DAY
