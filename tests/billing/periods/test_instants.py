"""The customer's zone decides the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from larabill_billing.periods.instants import at_time_of, bill_cycle_day, end_of_day, instants, trial_end
from larabill_billing.periods.schedule import Period

LATE = datetime(2012, 7, 16, 21, 17, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 16), ("Europe/Paris", 16), ("Etc/GMT-3", 17), ("Asia/Tokyo", 17), ("Pacific/Honolulu", 16)],
)
def test_the_zone_decides_the_bill_cycle_day(zone: str, day: int) -> None:
    assert bill_cycle_day(LATE, zone) == day


def test_a_month_is_an_hour_shorter_where_the_clocks_go_forward() -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    start, end = instants(march, "Europe/Berlin")
    assert end - start == timedelta(days=31) - timedelta(hours=1)
    assert instants(march, "UTC") == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def test_the_end_of_a_day_is_its_last_second_there() -> None:
    assert end_of_day(date(2022, 1, 31), "America/New_York") == datetime(2022, 2, 1, 4, 59, 59, tzinfo=UTC)


def test_a_trial_is_counted_in_hours() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert trial_end(start, 7) == datetime(2026, 4, 4, 12, tzinfo=UTC)


def test_a_time_of_day_is_local() -> None:
    noon_in_winter = datetime(2026, 1, 31, 11, tzinfo=UTC)
    assert at_time_of(date(2026, 7, 31), noon_in_winter, "Europe/Berlin") == datetime(2026, 7, 31, 10, tzinfo=UTC)
