"""Time: the `Clock` port, and the way between instants (aware, UTC) and dates in a customer's zone.

This is the only module that asks the machine for the time.
"""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from larabill_core.errors import InvalidInput

_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")
_NOT_ZONES: Final = frozenset({"localtime", "posixrules", "Factory"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_YEARS: Final = range(1900, 3000)
_SECOND: Final = timedelta(seconds=1)


class Clock(Protocol):
    """Where all time comes from."""

    def now(self) -> datetime:
        """The present instant: aware, UTC, microseconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant: aware, UTC, microseconds."""
        return datetime.now(UTC)


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises InvalidInput for a naive datetime, whose instant nobody knows."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise InvalidInput.one("instant", "has no time zone", str(instant), "use an aware datetime")
    return instant.astimezone(UTC)


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - _NOT_ZONES


def zone(name: str, path: str = "zone") -> ZoneInfo:
    """The IANA time zone of this exact name; the name never reaches the file system unless it is a known one.

    Raises InvalidInput.
    """
    if not isinstance(name, str) or not _ZONE.fullmatch(name) or name not in _known_zones():
        raise InvalidInput.one(path, "is not an IANA time zone", name, "use a name such as Europe/Berlin")
    return ZoneInfo(name)


def local_date(instant: datetime, zone_name: str) -> date:
    """The date on the wall in `zone_name` at `instant`."""
    return _local_date(as_utc(instant), zone_name)


@lru_cache(maxsize=1_000)
def _local_date(instant: datetime, zone_name: str) -> date:
    return instant.astimezone(zone(zone_name)).date()


@lru_cache(maxsize=10_000)
def start_of_day(on: date, zone_name: str) -> datetime:
    """The UTC instant at which the local day `on` begins.

    Midnight that happens twice (clocks go back over it) means the first; midnight that does not exist
    (clocks go forward over it) means the first instant after the gap: 2018-11-04 began at 01:00 in
    America/Sao_Paulo.
    A day that a zone left out (Pacific/Apia, 2011-12-30) begins and ends at the same instant.
    """
    local = zone(zone_name)
    midnight = datetime.combine(on, time.min, tzinfo=local)
    begin = midnight.astimezone(UTC)
    if begin.astimezone(local).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return begin
    # In a gap fold=0 reckons with the offset before it and lands behind the jump; fold=1 lands before it.
    before, after = midnight.replace(fold=1).astimezone(UTC), begin
    offset_before = before.astimezone(local).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(local).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after


def parse_instant(text: object, path: str) -> datetime:
    """An RFC 3339 instant (`2026-01-31T23:00:00Z`, or with an offset; at most microseconds), in UTC.

    Years 1900 to 2999. Raises InvalidInput.
    """
    found = None
    if isinstance(text, str) and len(text) <= 40 and _INSTANT.fullmatch(text):
        try:
            found = datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            found = None
    if found is None or found.year not in _YEARS:
        raise InvalidInput.one(path, "is not an instant", text, "write it like 2026-01-31T23:00:00Z")
    return found


def parse_date(text: object, path: str) -> date:
    """An ISO 8601 date (`2026-01-31`), years 1900 to 2999. Raises InvalidInput."""
    found = None
    if isinstance(text, str) and len(text) == 10 and _DATE.fullmatch(text):
        try:
            found = date.fromisoformat(text)
        except ValueError:
            found = None
    if found is None or found.year not in _YEARS:
        raise InvalidInput.one(path, "is not a date", text, "write it like 2026-01-31")
    return found
