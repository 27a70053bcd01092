"""How long a billing period is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import ClassVar, Final

from larabill_core.errors import InvalidInput

_MONTHS: Final[Mapping[str, int]] = MappingProxyType(
    {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12, "biennial": 24, "triennial": 36}
)
_DAYS: Final[Mapping[str, int]] = MappingProxyType({"daily": 1, "weekly": 7})
_EVERY: Final = re.compile(r"([1-9][0-9]{0,3})_(day|week|month|year)s?")
MOST_MONTHS: Final = 120
MOST_DAYS: Final = 3660


class Cycle(str):
    """A cycle by its code: a name (`monthly`, `annual` …) or `<n>_days`, `<n>_weeks`, `<n>_months`, `<n>_years`.

    The code is canonical, so equal lengths compare equal: `Cycle("12_months") == Cycle("annual") == "annual"`.
    A cycle is counted in months or in days, never in both. Raises `InvalidInput`: unknown, or longer than ten years.
    """

    __slots__ = ()

    DAILY: ClassVar[Cycle]
    WEEKLY: ClassVar[Cycle]
    MONTHLY: ClassVar[Cycle]
    QUARTERLY: ClassVar[Cycle]
    SEMIANNUAL: ClassVar[Cycle]
    ANNUAL: ClassVar[Cycle]
    BIENNIAL: ClassVar[Cycle]
    TRIENNIAL: ClassVar[Cycle]

    def __new__(cls, code: str) -> Cycle:
        return code if type(code) is cls else super().__new__(cls, _canonical(*_length(code)))

    @property
    def months(self) -> int:
        """Months of a cycle that is counted in months, else 0."""
        return _length(str(self))[0]

    @property
    def days(self) -> int:
        """Days of a cycle that is counted in days (a week is seven), else 0."""
        return _length(str(self))[1]


@cache
def _length(code: str) -> tuple[int, int]:
    """(months, days), one of them 0."""
    if isinstance(code, str):
        if code in _MONTHS:
            return _MONTHS[code], 0
        if code in _DAYS:
            return 0, _DAYS[code]
        found = _EVERY.fullmatch(code)
        if found is not None:
            count, unit = int(found[1]), found[2]
            months = count * {"month": 1, "year": 12}.get(unit, 0)
            days = count * {"day": 1, "week": 7}.get(unit, 0)
            if months <= MOST_MONTHS and days <= MOST_DAYS:
                return months, days
            raise InvalidInput.one("cycle", "is longer than ten years", code)
    names = ", ".join((*_DAYS, *_MONTHS))
    raise InvalidInput.one("cycle", "is not a cycle", code, f"use {names}, or a number such as 10_days or 18_months")


@cache
def _canonical(months: int, days: int) -> str:
    for names, length in ((_MONTHS, months), (_DAYS, days)):
        for name, known in names.items():
            if known == length:
                return name
    if months:
        return f"{months // 12}_years" if months % 12 == 0 else f"{months}_months"
    return f"{days // 7}_weeks" if days % 7 == 0 else f"{days}_days"


def parse_cycle(value: object, path: str) -> Cycle:
    """The cycle of this code. Raises `InvalidInput` at `path`."""
    if not isinstance(value, str):
        raise InvalidInput.one(path, "must be text", value, "such as monthly, annual or 10_days")
    try:
        return Cycle(value)
    except InvalidInput as problem:
        fault = problem.faults[0]
        raise InvalidInput.one(path, fault.problem, value, fault.remedy) from None


for _name in (*_DAYS, *_MONTHS):
    setattr(Cycle, _name.upper(), Cycle(_name))
