"""Proration as data: the conventions by their names, and what else decides the amount."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import attrs

from larabill_core.errors import Faults
from larabill_core.money import ROUNDINGS

MOST_PLACES: Final = 12


class Convention(StrEnum):
    """How much of a period a part of it is. `docs/explanation/conventions.md` has each with an example."""

    ACTUAL_DAYS = "actual-days"
    """Days of the part by days of the period (Kill Bill, Lago, silver)."""

    INCLUSIVE_DAYS = "inclusive-days"
    """As before, but the day on which a part ends early counts too (Lago, when something is ended)."""

    SECONDS = "seconds"
    """Real seconds, as the clocks of the customer's zone make them (Stripe, Polar)."""

    THIRTY_DAY_MONTH = "thirty-day-month"
    """Every month has the same number of days (Kill Bill's fixed days)."""

    MONTH_FRACTION = "month-fraction"
    """Months and parts of months (silver)."""

    WHOLE_DAYS = "whole-days"
    """Seconds, rounded to days of 24 hours (Blesta)."""

    NONE = "none"
    """Whole periods only: a part of one costs nothing and brings nothing back."""


@attrs.frozen
class ProrationPolicy:
    """A convention with its rounding. Raises `InvalidInput` with all faults.

    `rounding`: a name of `larabill_core.money.ROUNDINGS`, for the fraction and for the amount. `precision`: decimals of
    the fraction, 0 to 12, or None for the exact one; Kill Bill has 9. `places`: decimals of the amount, 0 to 12, or
    None for the currency's. `month_days`: the days of a month, 1 to 31, for `thirty-day-month` only.
    """

    convention: Convention
    rounding: str = "half_up"
    precision: int | None = None
    places: int | None = None
    month_days: int = 30

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not isinstance(self.convention, Convention):
            names = ", ".join(Convention)
            faults.add("convention", "is not a convention", value=self.convention, remedy=f"use one of {names}")
        if self.rounding not in ROUNDINGS:
            names = ", ".join(ROUNDINGS)
            faults.add("rounding", "is not a rounding", value=self.rounding, remedy=f"use one of {names}")
        for name, value in (("precision", self.precision), ("places", self.places)):
            if value is not None and not _whole(value, 0, MOST_PLACES):
                faults.add(name, "is not a number of decimals", value=value, remedy=f"use 0 to {MOST_PLACES}, or none")
        if not _whole(self.month_days, 1, 31):
            faults.add("month_days", "is not a number of days", value=self.month_days, remedy="use 1 to 31")
        faults.raise_if_any()


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
