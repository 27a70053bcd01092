"""Churn: the share of agreements that ended within a window of days. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import attrs

from larabill_billing.pricing.exact import ZERO, divide, quantize

PLACES: Final = Decimal("0.000001")


@attrs.frozen
class Life:
    """From when to when something was paid for; `ended_on` is the first day without it."""

    begun_on: date
    ended_on: date | None = None


def churn_rate(lives: Iterable[Life], on: date, window_days: int) -> Decimal:
    """The share, 0 to 1, of those alive when the window began that ended within it.

    The window is the `window_days` before the day, which is not part of it. Of none it is 0.
    """
    begins = on - timedelta(days=window_days)
    alive = lost = 0
    for life in lives:
        if life.begun_on <= begins and (life.ended_on is None or life.ended_on >= begins):
            alive += 1
            lost += life.ended_on is not None and life.ended_on < on
    return quantize(divide(Decimal(lost), Decimal(alive)), PLACES) if alive else ZERO
