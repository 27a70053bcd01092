"""An amount spread over days without losing a cent: pure.

N cents over n days are N div n on each day, and one more on the first N mod n of them. So a span has one amount up to a
day and another from there on, and the sum of spans over the same days is such a span again.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from larabill_core.money import exponent

ONE_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """`first` on each day from `starts_on` up to `steps_on`, then `daily` up to `ends_on`; the ends do not belong."""

    starts_on: date
    steps_on: date
    ends_on: date
    first: Decimal
    daily: Decimal

    def between(self, start: date, end: date) -> Decimal:
        """What the days from `start` up to `end` are worth."""
        start, end = max(start, self.starts_on), min(end, self.ends_on)
        early = max((min(end, self.steps_on) - start).days, 0)
        late = max((end - max(start, self.steps_on)).days, 0)
        return self.first * early + self.daily * late


@lru_cache(maxsize=4096)
def spread(amount: Decimal, starts_on: date, ends_on: date, currency: str) -> Span:
    """The amount, of any sign and no finer than the currency, over the days from `starts_on` up to `ends_on`."""
    places = exponent(currency)
    units = int(amount.scaleb(places))
    daily, more = divmod(abs(units), (ends_on - starts_on).days)
    unit = Decimal(1 if units > 0 else -1).scaleb(-places)
    first = (daily + 1 if more else daily) * unit
    return Span(starts_on, starts_on + timedelta(days=more), ends_on, first, daily * unit)
