"""Discounts, and what they take off."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.pricing.exact import ONE, percent
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import UNIT_PRICE_PLACES, parse_decimal

_HUNDRED = Decimal(100)


@attrs.frozen(kw_only=True)
class Allowance:
    """What a discount takes off one charge: `amount` has the sign of the charge, and is with tax where prices are.

    `document`: the discount is on the whole document (EN 16931, BG-20), and this is the charge's part of it; else it is
    one on the line (BG-27). `percent` is what it was reckoned by, if it was. `source_id`: what granted it.
    `counts`: one of the cycles for which the discount was granted is used up with it.
    """

    reason: str
    amount: Decimal
    percent: Decimal | None = None
    source_id: UUID | None = None
    document: bool = False
    counts: bool = False


@attrs.frozen(kw_only=True)
class Discount:
    """`percent` of what is left when its turn comes, or `amount`, under the name that is printed.

    Raises `InvalidInput`: exactly one of the two, more than 0, a percentage of at most 100.
    """

    name: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    factor: Decimal = attrs.field(init=False, repr=False, eq=False)
    """The percentage as a factor: 0.1; of a fixed amount 1."""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        if not self.name.strip():
            faults.add("name", "is empty")
        if (self.percent is None) == (self.amount is None):
            faults.add("amount", "must be given, or percent, and not both")
        for path, value in (("percent", self.percent), ("amount", self.amount)):
            if value is None:
                continue
            try:
                if not isinstance(value, Decimal):
                    raise InvalidInput.one(path, "must be a Decimal", value)
                parse_decimal(value, places=UNIT_PRICE_PLACES, path=path, minimum=0)
            except InvalidInput as problem:
                faults.include(problem)
            else:
                if value == 0:
                    faults.add(path, "must be more than 0", value=value)
                elif path == "percent" and value > _HUNDRED:
                    faults.add(path, "must be at most 100", value=value)
        faults.raise_if_any()
        object.__setattr__(self, "factor", ONE if self.percent is None else percent(self.percent))
