"""Tax rates, by the categories of EN 16931."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

import attrs

from larabill_billing.pricing.exact import add, percent, text
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import parse_decimal

_HUNDRED = Decimal(100)


class TaxCategory(StrEnum):
    """EN 16931, BT-151 (UNCL5305): a reduced rate is STANDARD with a lower percentage."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    OUTSIDE = "O"
    CANARY_ISLANDS = "L"
    CEUTA_MELILLA = "M"


_ABOVE_ZERO = (TaxCategory.STANDARD,)
_ANY_RATE = (TaxCategory.CANARY_ISLANDS, TaxCategory.CEUTA_MELILLA)


def parse_category(value: str) -> TaxCategory:
    """A category by its code. Raises `InvalidInput`."""
    try:
        return TaxCategory(value)
    except ValueError:
        known = f"one of: {', '.join(TaxCategory)}"
        raise InvalidInput.one("category", "is not a category of EN 16931", value, known) from None


@attrs.frozen(kw_only=True)
class TaxRate:
    """`rate` percent under the name that is printed; `inclusive`: prices hold the tax already.

    `jurisdiction`: whose tax it is ("DE", "CA-QC"). `compound`: it is also on the taxes before it. `reason` and
    `reason_code` say why nothing is taxed (EN 16931, BT-120 and BT-121, a VATEX code).

    Raises `InvalidInput`: EN 16931 wants more than 0 percent in category S (BR-S-05), and 0 in Z, E, AE, K, G and O.
    """

    category: TaxCategory = attrs.field(converter=parse_category)
    rate: Decimal
    name: str
    inclusive: bool = False
    jurisdiction: str = ""
    compound: bool = False
    reason: str = ""
    reason_code: str = ""
    factor: Decimal = attrs.field(init=False, repr=False, eq=False)
    """The rate as a factor: 0.19."""
    divisor: Decimal = attrs.field(init=False, repr=False, eq=False)
    """100 plus the rate: the gross of 100."""
    key: str = attrs.field(init=False, repr=False, eq=False)
    """Category, rate and jurisdiction, by which a document's lines are summed up; compound and inclusive ones apart."""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        try:
            if not isinstance(self.rate, Decimal):
                raise InvalidInput.one("rate", "must be a Decimal", self.rate)
            parse_decimal(self.rate, places=6, path="rate", minimum=0)
        except InvalidInput as problem:
            faults.include(problem)
        else:
            if self.category in _ABOVE_ZERO and self.rate == 0:
                faults.add("rate", "must be more than 0", value=self.rate, remedy="zero-rated is category Z")
            elif self.category not in (*_ABOVE_ZERO, *_ANY_RATE) and self.rate != 0:
                faults.add("rate", f"must be 0 in category {self.category}", value=self.rate)
        if not self.name.strip():
            faults.add("name", "is empty")
        faults.raise_if_any()
        object.__setattr__(self, "factor", percent(self.rate))
        object.__setattr__(self, "divisor", add(_HUNDRED, self.rate))
        kind = ("inclusive " if self.inclusive else "") + ("compound " if self.compound else "")
        object.__setattr__(self, "key", f"{self.category} {text(self.rate)} {kind}{self.jurisdiction}")


Taxes: TypeAlias = tuple[TaxRate, ...]
"""All taxes of a line, in their order; mostly one."""
