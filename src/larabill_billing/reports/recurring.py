"""What agreements bring in by the month: pure.

A year has 12 months or 52 weeks, so a price of a year is divided by 12, and one of a week is taken 52 times and divided
by 12. What is not for time is no recurring revenue: set-up fees, use, one-time sales. Tax is not, either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import attrs

from larabill_billing.discounts.apply import apply
from larabill_billing.discounts.model import Discount
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.exact import ZERO, divide, multiply, quantize, rounded, total
from larabill_billing.proration.normalised import per_month

PLACES: Final = Decimal("0.0001")
"""What a month is worth is kept with four decimals; sums are rounded when they are shown."""
MONTHS: Final = Decimal(12)


def monthly(price: Decimal, cycle: Cycle, discounts: Sequence[Discount] = (), currency: str = "EUR") -> Decimal:
    """A price of a cycle by the month, net of discounts that last, to four decimals."""
    price = apply(discounts, [price], currency).amounts[0] if discounts else price
    exact = per_month(price, cycle)
    return quantize(divide(Decimal(exact.numerator), Decimal(exact.denominator)), PLACES)


@attrs.frozen(kw_only=True)
class Run:
    """An agreement as it stands: what a month of it is worth, the day its trial ends, and the day it ends."""

    monthly: Decimal
    trial_until: date | None = None
    ends_on: date | None = None


@attrs.frozen(kw_only=True)
class Recurring:
    """Recurring revenue of a time, by the month. `leaving` is the part of it that is cancelled and still runs.

    `trial` is what trials would bring, and is not part of `mrr`; `trial_leaving` the part of that which is cancelled.
    """

    mrr: Decimal = ZERO
    leaving: Decimal = ZERO
    trial: Decimal = ZERO
    trial_leaving: Decimal = ZERO

    @property
    def committed(self) -> Decimal:
        """Without what is cancelled."""
        return self.mrr - self.leaving

    @property
    def trial_committed(self) -> Decimal:
        """Of trials, without what is cancelled."""
        return self.trial - self.trial_leaving

    @property
    def arr(self) -> Decimal:
        """By the year."""
        return self.mrr * MONTHS

    def __add__(self, other: Recurring) -> Recurring:
        return Recurring(
            mrr=self.mrr + other.mrr,
            leaving=self.leaving + other.leaving,
            trial=self.trial + other.trial,
            trial_leaving=self.trial_leaving + other.trial_leaving,
        )

    def __sub__(self, other: Recurring) -> Recurring:
        return self + Recurring(
            mrr=-other.mrr, leaving=-other.leaving, trial=-other.trial, trial_leaving=-other.trial_leaving
        )


NOTHING: Final = Recurring()


def recurring(runs: Iterable[Run], until: date) -> Recurring:
    """What agreements that have begun come to at the end of a time; `until` is the first day after it.

    A trial that ends within the time counts as paid, and an agreement that ends within it counts no more.
    """
    found = NOTHING
    for run in runs:
        if run.ends_on is not None and run.ends_on < until:
            continue
        leaving = ZERO if run.ends_on is None else run.monthly
        if run.trial_until is not None and run.trial_until >= until:
            found += Recurring(trial=run.monthly, trial_leaving=leaving)
        else:
            found += Recurring(mrr=run.monthly, leaving=leaving)
    return found


def average(rates: Sequence[Decimal]) -> Decimal:
    """The mean of the rates that are known of a time."""
    return divide(total(rates), Decimal(len(rates)))


def converted(amounts: Mapping[str, Decimal], rates: Mapping[str, Decimal], currency: str) -> Decimal:
    """Amounts by currency as one in `currency`, rounded once; a rate says what one unit is worth in it."""
    worth = total(multiply(amount, rates[code]) for code, amount in amounts.items() if code != currency)
    return rounded(worth + amounts.get(currency, ZERO), currency)


def per_agreement(amount: Decimal, agreements: int, currency: str) -> Decimal:
    """What one of so many agreements brings in on average; of none nothing."""
    return rounded(divide(amount, Decimal(agreements)), currency) if agreements else rounded(ZERO, currency)
