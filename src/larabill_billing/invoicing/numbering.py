"""How documents are numbered: a format for each type, and the series that its numbers come from. Pure."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter
from typing import Any, Final

import attrs

from larabill_core.errors import Faults, InvalidInput

LONGEST_NUMBER: Final = 32
"""With the largest number in it: what banks take as a reference of a transfer (SEPA: 35 characters)."""

LAST_NUMBER: Final = 2_147_483_647
"""What a whole number holds in all three databases."""

_LITERAL = re.compile(r"[A-Za-z0-9/._-]*")
_WIDTH = re.compile(r"0[1-9]")
FIELDS: Final = {"month": 2, "seq": len(str(LAST_NUMBER)), "year": 4}
"""The fields of a format, and the most characters that each may take."""


@attrs.frozen
class NumberFormat:
    """`INV-{year}-{seq:05}`: `{seq}` once, with leading zeros where a width is given; `{year}` and `{month}` of issue.

    With `{year}` the numbers begin anew each year. Raises `InvalidInput` with every fault.
    """

    text: str
    head: str = attrs.field(init=False, repr=False, eq=False)
    """What stands before the first field."""
    yearly: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        parts = _parts(self.text)
        object.__setattr__(self, "head", parts[0][0])
        object.__setattr__(self, "yearly", any(field == "year" for _, field, _ in parts))

    def number(self, sequence: int, issued_on: date) -> str:
        """The number of a document. More digits than the width are written out."""
        return self.text.format(seq=sequence, year=f"{issued_on.year:04}", month=f"{issued_on.month:02}")

    def following(self, last: int, count: int, issued_on: date) -> list[str]:
        """The next `count` numbers after `last`."""
        return [self.number(last + step, issued_on) for step in range(1, count + 1)]

    def may_meet(self, other: NumberFormat) -> bool:
        """Whether a number of this format may be one of the other's. What comes after a head is always a digit."""
        short, long = sorted((self.head, other.head), key=len)
        return long.startswith(short) and (len(long) == len(short) or long[len(short)].isdigit())


def _parts(text: object) -> list[tuple[str, str | None, str]]:
    """Text, field and width of each part."""
    if not isinstance(text, str):
        raise InvalidInput.one("format", "must be text", text)
    try:
        parts = [(literal, field, spec or "") for literal, field, spec, _ in Formatter().parse(text)]
    except ValueError:
        raise InvalidInput.one("format", "has a brace too many or too few", text) from None
    faults = Faults()
    for literal, field, spec in parts:
        if not _LITERAL.fullmatch(literal):
            faults.add("format", "has signs that do not belong there", value=literal, remedy="use A-Z, 0-9 and - / . _")
        if field is not None and field not in FIELDS:
            faults.add("format", "has an unknown field", value=field, remedy=f"known are: {', '.join(FIELDS)}")
        elif spec and not (field == "seq" and _WIDTH.fullmatch(spec)):
            faults.add("format", "has a width that does not fit", value=spec, remedy="write it like {seq:05}")
    fields = [field for _, field, _ in parts]
    if "seq" not in fields:
        faults.add("format", "has no {seq}", value=text, remedy="each document needs a number of its own")
    for field in FIELDS:
        if fields.count(field) > 1:
            faults.add("format", f"has {{{field}}} twice", value=text)
    if "!" in text:
        faults.add("format", "has a conversion", value=text, remedy="leave the ! out")
    if sum(len(literal) + FIELDS.get(field or "", 0) for literal, field, _ in parts) > LONGEST_NUMBER:
        faults.add("format", f"makes numbers of more than {LONGEST_NUMBER} characters", value=text)
    faults.raise_if_any()
    return parts


def parse_format(value: Any, path: str) -> NumberFormat:
    """A format of the manifest. Raises `InvalidInput` with every fault, by key path."""
    try:
        return NumberFormat(value)
    except InvalidInput as problem:
        raise InvalidInput([attrs.evolve(fault, path=path) for fault in problem.faults]) from None


@attrs.frozen(kw_only=True)
class SeriesSettings:
    """`start`: the number of a seller's very first document of the type, where an older system counted before.

    Raises `InvalidInput`.
    """

    format: NumberFormat = attrs.field(metadata={"parse": parse_format})
    start: int = 1

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.start <= LAST_NUMBER // 2:
            raise InvalidInput.one("start", f"must be 1 to {LAST_NUMBER // 2}", self.start)


@attrs.frozen(kw_only=True)
class Numbering:
    """How each type of document is numbered. Raises `InvalidInput` where two types might come to the same number."""

    invoice: SeriesSettings = SeriesSettings(format=NumberFormat("INV-{seq:06}"))
    credit_note: SeriesSettings = SeriesSettings(format=NumberFormat("CN-{seq:06}"))
    proforma: SeriesSettings = SeriesSettings(format=NumberFormat("PRO-{seq:06}"))

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        names = [field.name for field in attrs.fields(Numbering)]
        for index, name in enumerate(names):
            for other in names[:index]:
                if self.of(name).format.may_meet(self.of(other).format):
                    faults.add(name, f"may come to a number of {other}", remedy="let their formats begin differently")
        faults.raise_if_any()

    def of(self, type: str) -> SeriesSettings:
        """The settings of a type of document."""
        found: SeriesSettings = getattr(self, type)
        return found


CODES: Final = {"invoice": "INV", "credit_note": "CN", "proforma": "PRO"}


def series_code(type: str, format: NumberFormat, issued_on: date) -> str:
    """The series of a document: one for each type, or each type and year. The same whatever the format looks like."""
    return f"{CODES[type]}-{issued_on.year:04}" if format.yearly else CODES[type]
