"""Between instants and billing days: the customer's zone decides the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from larabill_billing.periods.schedule import Period
from larabill_core.clock import as_utc, local_date, start_of_day, zone


def bill_cycle_day(instant: datetime, time_zone: str) -> int:
    """The day of the month on which something that began at `instant` is billed: 21:17 UTC is the next day in Tokyo."""
    return local_date(instant, time_zone).day


def instants(period: Period, time_zone: str) -> tuple[datetime, datetime]:
    """The UTC instants `[start, end)` of a period for a customer in `time_zone`."""
    return start_of_day(period.start, time_zone), start_of_day(period.end, time_zone)


def end_of_day(on: date, time_zone: str) -> datetime:
    """The last whole second of the local day `on`, in UTC, as Lago and many documents write the end of a period.

    It is for showing; a period is half-open, so that nothing falls between this second and the next.
    """
    return start_of_day(on + timedelta(days=1), time_zone) - timedelta(seconds=1)


def trial_end(starts_at: datetime, days: int) -> datetime:
    """When a trial of so many times 24 hours is over, in UTC; the paid periods are anchored on its local day."""
    return as_utc(starts_at) + timedelta(days=days)


def at_time_of(on: date, instant: datetime, time_zone: str) -> datetime:
    """The day `on` at the local time of day that `instant` has, in UTC.

    It is for systems whose periods begin at the time of day of the first one, such as Polar's.
    """
    local = as_utc(instant).astimezone(zone(time_zone))
    return as_utc(local.replace(year=on.year, month=on.month, day=on.day))
