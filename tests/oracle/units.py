"""From the words and units of the sources to those of the library, and the comparison of what comes back.

This is the only module of the runner that reckons, and it reckons with nothing but units: cents and currency units,
names of cycles and zones, the precision of an expected number.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from larabill_billing.periods.cycle import Cycle

CYCLES = {
    "DAILY": "1_day",
    "WEEKLY": "1_week",
    "BIWEEKLY": "2_weeks",
    "THIRTY_DAYS": "30_days",
    "THIRTY_ONE_DAYS": "31_days",
    "SIXTY_DAYS": "60_days",
    "NINETY_DAYS": "90_days",
    "MONTHLY": "1_month",
    "BIMESTRIAL": "2_months",
    "QUARTERLY": "3_months",
    "TRIANNUAL": "4_months",
    "BIANNUAL": "6_months",
    "SEMIANNUAL": "6_months",
    "ANNUAL": "1_year",
    "YEARLY": "1_year",
    "SESQUIENNIAL": "18_months",
    "BIENNIAL": "2_years",
    "TRIENNIAL": "3_years",
    "DAY": "1_day",
    "WEEK": "1_week",
    "MONTH": "1_month",
    "QUARTER": "3_months",
    "YEAR": "1_year",
}
NO_CYCLE = frozenset({"NO_BILLING_PERIOD", "ONETIME", "ONE_TIME"})

# Whole hours are in the IANA database with the sign turned round; these are the zones of the others.
HALF_HOURS = {
    "+0330": "Asia/Tehran",
    "+0430": "Asia/Kabul",
    "+0530": "Asia/Kolkata",
    "+0545": "Asia/Kathmandu",
    "+0630": "Asia/Yangon",
    "+0930": "Australia/Darwin",
    "-0930": "Pacific/Marquesas",
}
EXACT_PLACES = 12
"""An expected number with more decimals than this was a binary float, and the rest of it is noise."""


def cycle(name: str, count: int = 1) -> Cycle:
    """The library's cycle for a source's name of a period, such as `THIRTY_DAYS` or `month`, taken `count` times."""
    code = Cycle(CYCLES[name.upper()])
    return Cycle(f"{code.days * count}_days" if code.days else f"{code.months * count}_months")


def days_cycle(days: int) -> Cycle:
    """A cycle of so many days."""
    return Cycle(f"{days}_days")


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)


def full_days_between(count: int) -> timedelta:
    """The gap of sources that want so many whole days between two days, neither of which counts."""
    return timedelta(days=count + 1)


def days_from(start: datetime, end: datetime) -> Fraction:
    """Days from one instant to another."""
    return Fraction(int((end - start).total_seconds()), 86_400)


def is_no_cycle(name: str | None) -> bool:
    """Whether the source means that nothing recurs."""
    return name is None or name.upper() in NO_CYCLE


def day(text: str) -> date:
    """A date from `2026-01-31`, from `01-31` (the year of most such pages, 2023) or from an instant's text."""
    if re.fullmatch(r"\d\d-\d\d", text):
        return date.fromisoformat(f"2023-{text}")
    return date.fromisoformat(text[:10])


def instant(text: str) -> datetime:
    """An instant from RFC 3339 text; without an offset, or a date alone, it is in UTC as in the sources' tests."""
    found = datetime.fromisoformat(text.removesuffix(" UTC").replace("-00:00", "+00:00"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def is_instant(text: Any) -> bool:
    """Whether the source wrote a date with a time of day."""
    return isinstance(text, str) and ":" in text


def is_number(value: Any) -> bool:
    """Whether the source gave a number, and not a letter for one."""
    try:
        Decimal(value)
    except (ArithmeticError, TypeError):
        return False
    return True


def zone(name: str | None) -> str:
    """An IANA zone from its name, or from an offset such as `+0300`; none is UTC."""
    offset = re.fullmatch(r"([+-])(\d\d):?(\d\d)", name or "UTC")
    if offset is None:
        return name or "UTC"
    sign, hours, minutes = offset.groups()
    if minutes != "00":
        return HALF_HOURS[f"{sign}{hours}{minutes}"]
    return "UTC" if hours == "00" else f"Etc/GMT{'-' if sign == '+' else '+'}{int(hours)}"


def zone_of(text: str) -> str:
    """The zone of an instant's text, from its offset."""
    return zone(text[-6:] if re.search(r"[+-]\d\d:\d\d$", text) else None)


def money(value: str | int | Decimal) -> Decimal:
    """An amount in currency units."""
    return Decimal(value)


def from_cents(cents: int | str | Decimal | None) -> Decimal:
    """Currency units from cents; free is nothing."""
    return Decimal(cents or 0) / 100


def cents(amount: Decimal | Fraction) -> Fraction:
    """Cents from currency units."""
    return Fraction(amount) * 100


def fraction(text: str) -> Fraction:
    """A number from `1/2` or `0.5`."""
    return Fraction(text)


def negative(amount: Decimal) -> Decimal:
    """The amount as a source writes a credit: below zero."""
    return -amount


def size(amount: Decimal | Fraction) -> Decimal | Fraction:
    """The amount without its sign, for sources that say the direction in a word."""
    return abs(amount)


def same(expected: Any, found: Any) -> bool:
    """Whether `found` is what the case expects: numbers by value, whatever their text, and all else by its form.

    What the source had as a binary float is compared to 12 decimals.
    """
    if isinstance(expected, list):
        listed = isinstance(found, list | tuple)
        return listed and len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict):
        mapped = isinstance(found, dict) and expected.keys() == found.keys()
        return mapped and all(same(value, found[key]) for key, value in expected.items())
    if isinstance(found, datetime):
        return isinstance(expected, str) and instant(expected) == found
    if isinstance(found, bool) or isinstance(expected, bool) or found is None or expected is None:
        return found is expected
    if isinstance(found, date):
        return expected == found.isoformat()
    if isinstance(found, int | Decimal | Fraction):
        return _same_number(expected, Fraction(found))
    return bool(expected == found)


def _same_number(expected: Any, found: Fraction) -> bool:
    text = str(expected)
    try:
        wanted = Fraction(text)
    except ValueError:
        return False
    decimals = len(text.partition(".")[2])
    if decimals > EXACT_PLACES:
        return abs(wanted - found) < Fraction(1, 10**EXACT_PLACES)
    return wanted == found
