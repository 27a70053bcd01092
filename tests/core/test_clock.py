"""Rules of instants, local dates and zones."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given

from larabill_core import clock
from larabill_core.errors import InvalidInput
from larabill_core.testing.clock import ManualClock
from larabill_core.testing.strategies import dates, instants, zones

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_system_clock_is_aware_and_utc() -> None:
    assert clock.SystemClock().now().utcoffset() == timedelta(0)


@given(dates(), zones())
@example(date(2018, 11, 4), "America/Sao_Paulo")
@example(date(2011, 12, 30), "Pacific/Apia")
@example(date(1919, 3, 31), "America/Toronto")
@example(date(2010, 11, 7), "America/St_Johns")
def test_a_day_starts_at_its_first_instant(on: date, zone: str) -> None:
    start, local = clock.start_of_day(on, zone), ZoneInfo(zone)
    assert start.utcoffset() == timedelta(0)
    assert clock.local_date(start, zone) >= on
    assert clock.local_date(start - timedelta(microseconds=1), zone) < on
    wall = start.astimezone(local)
    if wall.replace(tzinfo=None) != datetime.combine(on, datetime.min.time()):
        before = (start - timedelta(microseconds=1)).astimezone(local)
        assert before.utcoffset() != wall.utcoffset(), "only a jump of the clock may start a day after midnight"


@given(dates(), zones())
def test_days_tile_time(on: date, zone: str) -> None:
    length = clock.start_of_day(on + timedelta(days=1), zone) - clock.start_of_day(on, zone)
    assert timedelta(0) <= length <= timedelta(hours=48)


@pytest.mark.parametrize(
    ("on", "zone", "start"),
    [
        (date(2026, 1, 31), "UTC", "2026-01-31T00:00:00+00:00"),
        (date(2026, 1, 31), "Europe/Berlin", "2026-01-30T23:00:00+00:00"),
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),  # midnight does not exist
        (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00:00+00:00"),
        (date(2020, 11, 1), "America/Havana", "2020-11-01T04:00:00+00:00"),  # midnight happens twice
        (
            date(1919, 3, 31),
            "America/Toronto",
            "1919-03-31T04:30:00+00:00",
        ),  # jump at 23:30
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00+00:00"),  # no such day
    ],
)
def test_starts_of_days_around_jumps(on: date, zone: str, start: str) -> None:
    assert clock.start_of_day(on, zone).isoformat() == start


def test_the_zone_decides_the_date() -> None:
    instant = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert clock.local_date(instant, "UTC") == date(2026, 1, 31)
    assert clock.local_date(instant, "Europe/Berlin") == date(2026, 2, 1)
    assert clock.local_date(instant, "America/Los_Angeles") == date(2026, 1, 31)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "utc",
        "Europe",
        "Europe/Atlantis",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/../UTC",
        "UTC\0",
        "UTC\n",
        "europe/berlin",
        "Europe\\Berlin",
        "localtime",
        "Factory",
        "posix/UTC",
        "right/UTC",
        "x" * 5000,
        None,
        5,
        ["UTC"],
    ],
    ids=lambda value: repr(value)[:30],
)
def test_odd_and_unknown_zones_are_refused(name: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^customer\.zone: is not an IANA time zone"):
        clock.zone(name, "customer.zone")


@given(zones())
def test_every_zone_of_the_strategy_is_accepted(name: str) -> None:
    assert clock.zone(name).key == name


def test_naive_datetimes_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        clock.as_utc(START.replace(tzinfo=None))
    with pytest.raises(InvalidInput):
        clock.local_date(START.replace(tzinfo=None), "UTC")


def test_as_utc_keeps_the_instant() -> None:
    there = datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert clock.as_utc(there) == there
    assert clock.as_utc(there).isoformat() == "2026-01-01T00:00:00+00:00"


@given(instants())
def test_instants_round_trip(instant: datetime) -> None:
    assert clock.parse_instant(instant.isoformat(), "at") == instant
    assert clock.parse_instant(instant.isoformat().replace("+00:00", "Z"), "at") == instant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31",
        "2026-01-31T10:00:00",
        "2026-01-31 10:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-01-31T24:00:01Z",
        "2026-01-31T10:00:60Z",
        "2026-01-31T10:00:00.1234567Z",
        "20260131T100000Z",
        "\uff12026-01-31T10:00:00Z",
        "2026-01-31T10:00:00+25:00",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "1700000000",
        None,
        0,
        True,
        ["2026-01-31T10:00:00Z"],
    ],
    ids=repr,
)
def test_what_is_no_rfc_3339_instant_is_refused(text: object) -> None:
    with pytest.raises(InvalidInput, match=r"^starts_at: is not an instant"):
        clock.parse_instant(text, "starts_at")


@given(dates())
def test_dates_round_trip(on: date) -> None:
    assert clock.parse_date(on.isoformat(), "on") == on


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-29",
        "2026-1-1",
        "20260101",
        "2026-W01-1",
        "0001-01-01",
        "9999-12-31",
        "\uff12026-01-01",
        " 2026-01-01",
        None,
        5,
    ],
    ids=repr,
)
def test_what_is_no_date_is_refused(text: object) -> None:
    with pytest.raises(InvalidInput, match=r"^due_on: is not a date"):
        clock.parse_date(text, "due_on")


def test_manual_clock_stands_still_until_moved_and_never_goes_back() -> None:
    manual = ManualClock(START)
    assert manual.now() == manual.now() == START
    assert manual.advance(timedelta(days=1)) == manual.now() == START + timedelta(days=1)
    manual.set(START + timedelta(days=2))
    for backwards in (lambda: manual.set(START), lambda: manual.advance(timedelta(microseconds=-1))):
        with pytest.raises(ValueError, match="does not go back"):
            backwards()
    assert manual.now() == START + timedelta(days=2)


def test_manual_clock_refuses_a_naive_start() -> None:
    with pytest.raises(InvalidInput):
        ManualClock(START.replace(tzinfo=None))


def test_manual_clock_loses_no_step_between_threads() -> None:
    manual = ManualClock(START)
    steps = [
        threading.Thread(target=lambda: [manual.advance(timedelta(seconds=1)) for _ in range(200)]) for _ in range(4)
    ]
    for step in steps:
        step.start()
    for step in steps:
        step.join()
    assert manual.now() == START + timedelta(seconds=800)


@given(instants(datetime(1960, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)), zones())
def test_an_instant_lies_in_its_day_unless_the_clock_went_back_over_midnight(instant: datetime, zone: str) -> None:
    on = clock.local_date(instant, zone)
    start = clock.start_of_day(on, zone)
    assert start <= instant
    following = clock.start_of_day(on + timedelta(days=1), zone)
    assert instant < following or instant - following < timedelta(hours=2)
