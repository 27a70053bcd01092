"""When something happens, as a scenario writes it: a day, a time on the wall, or an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final, Literal, TypeAlias

from larabill_core.clock import as_utc, parse_date, parse_instant, start_of_day, zone
from larabill_core.errors import InvalidInput

Moment: TypeAlias = date | datetime
"""A day (its beginning is meant), a naive datetime (a time on the wall of whom it is about), or an aware one."""

When: TypeAlias = Literal["now", "period_end"] | date

YEARS: Final = range(1970, 2200)
_FORMS: Final = "write it like 2026-01-31, 2026-01-31T09:00:00 or 2026-01-31T09:00:00Z"


def parse_moment(value: object, path: str) -> Moment:
    """A TOML date or datetime, or the same as text. Raises `InvalidInput`."""
    found = _of_text(value, path) if isinstance(value, str) else value
    if not isinstance(found, date) or found.year not in YEARS:
        raise InvalidInput.one(path, "is not a date or time", value, _FORMS)
    return found


def _of_text(text: str, path: str) -> Moment | None:
    try:
        if len(text) == 10:
            return parse_date(text, path)
        if len(text) == 19:
            return parse_instant(f"{text}Z", path).replace(tzinfo=None)
        return parse_instant(text, path)
    except InvalidInput:
        return None


def parse_when(value: object, path: str) -> When:
    """ "now", "period_end" or a day. Raises `InvalidInput`."""
    if value == "now" or value == "period_end":
        return "now" if value == "now" else "period_end"
    try:
        found: Moment | None = parse_moment(value, path)
    except InvalidInput:
        found = None
    if found is None or isinstance(found, datetime):
        raise InvalidInput.one(path, "is neither now, period_end nor a day", value, "write a day like 2026-01-31")
    return found


def parse_day(value: object, path: str) -> date:
    """A day alone. Raises `InvalidInput`."""
    found = parse_moment(value, path)
    if isinstance(found, datetime):
        raise InvalidInput.one(path, "is not a day", value, "write a day like 2026-01-31")
    return found


def instant(moment: Moment, zone_name: str, path: str) -> datetime:
    """The UTC instant of a moment in a zone. Raises `InvalidInput` for a time that the clocks leave out.

    A time that the clocks show twice is the first of the two.
    """
    if not isinstance(moment, datetime):
        return start_of_day(moment, zone_name)
    if moment.utcoffset() is not None:
        return as_utc(moment)
    local = moment.replace(tzinfo=zone(zone_name))
    found = local.astimezone(UTC)
    if found.astimezone(local.tzinfo).replace(tzinfo=None) != moment:
        raise InvalidInput.one(path, f"does not exist in {zone_name}: the clocks go forward over it", str(moment))
    return found
