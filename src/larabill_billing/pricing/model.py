"""Pricing models: what a quantity costs, as data.

Tiers are counted from the first unit and end inclusively: with `up_to` 10, 20 and none, the units (0, 10] lie in the
first, (10, 20] in the second, the rest in the third. A fraction between two whole bounds (10.5) so lies in the upper
tier, and decimal bounds (0.1, 1) need no rule of their own.

Prices are in currency units and are never negative. Each model checks itself: `InvalidInput` lists all faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import ClassVar, Final, TypeAlias

import attrs

from larabill_billing.pricing.exact import ZERO, text
from larabill_core.errors import Faults, InvalidInput, join
from larabill_core.money import UNIT_PRICE_PLACES, parse_decimal

PLACES: Final = UNIT_PRICE_PLACES
MOST_TIERS: Final = 100


@attrs.frozen(kw_only=True)
class Tier:
    """Units up to `up_to` (none: all that follow) at `unit_price` each, and `flat` once when the tier is reached.

    With `block` the units are sold in whole blocks of so many, begun ones counting, and `unit_price` is a block's.
    """

    up_to: Decimal | None = None
    unit_price: Decimal
    flat: Decimal = ZERO
    block: Decimal | None = None


@attrs.frozen(kw_only=True)
class PercentTier:
    """The part of an amount up to `up_to` at `rate` percent, and `flat` once when the tier is reached."""

    up_to: Decimal | None = None
    rate: Decimal
    flat: Decimal = ZERO


@attrs.frozen(kw_only=True)
class Step:
    """One price, `flat`, for any quantity up to `up_to` that the step before it does not hold."""

    up_to: Decimal | None = None
    flat: Decimal


@attrs.frozen(kw_only=True)
class Flat:
    """`amount`, whatever the quantity."""

    code: ClassVar[str] = "flat"
    amount: Decimal

    def __attrs_post_init__(self) -> None:
        _check(self, Faults()).raise_if_any()


@attrs.frozen(kw_only=True)
class PerUnit:
    """Quantity times `unit_price`."""

    code: ClassVar[str] = "per_unit"
    unit_price: Decimal

    def __attrs_post_init__(self) -> None:
        _check(self, Faults()).raise_if_any()


@attrs.frozen(kw_only=True)
class Graduated:
    """Each tier prices the units that lie in it (Kill Bill: ALL_TIERS).

    `flat_at_zero`: the first tier's `flat` is due also when nothing was used (Lago's rule); else nothing is.
    """

    code: ClassVar[str] = "graduated"
    tiers: tuple[Tier, ...]
    flat_at_zero: bool = False

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers)


@attrs.frozen(kw_only=True)
class Volume:
    """The tier that the quantity reaches prices all of it (Kill Bill: TOP_TIER). `flat_at_zero`: see Graduated."""

    code: ClassVar[str] = "volume"
    tiers: tuple[Tier, ...]
    flat_at_zero: bool = False

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers)


@attrs.frozen(kw_only=True)
class StairStep:
    """The price of the step that the quantity reaches, for all of it. `flat_at_zero`: see Graduated."""

    code: ClassVar[str] = "stair_step"
    tiers: tuple[Step, ...]
    flat_at_zero: bool = False

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers)


@attrs.frozen(kw_only=True)
class Package:
    """`price` for each package of `size` units, begun ones counting, after `free_units`."""

    code: ClassVar[str] = "package"
    size: Decimal
    price: Decimal
    free_units: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        faults = _check(self, Faults())
        if self.size == 0:
            faults.add("size", "must be more than 0", value=self.size)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class Percentage:
    """`rate` percent of each event's amount and `fixed` for each event, at least `minimum`, at most `maximum`.

    The first `free_events` events are free, and as long as their running total stays within `free_amount`; with both,
    whichever is used up first ends it. 0 means that there is no such allowance. The event that passes `free_amount`
    pays for what lies beyond. `minimum` and `maximum` are per event; free ones are not lifted to the minimum.
    """

    code: ClassVar[str] = "percentage"
    rate: Decimal
    fixed: Decimal = ZERO
    free_events: int = 0
    free_amount: Decimal = ZERO
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        faults = _check(self, Faults())
        if self.free_events < 0:
            faults.add("free_events", "must be at least 0", value=self.free_events)
        check_limits(self.minimum, self.maximum, faults)
        faults.raise_if_any()


@attrs.frozen(kw_only=True)
class GraduatedPercentage:
    """Each tier takes its percentage of the part of the amount that lies in it. `flat_at_zero`: see Graduated."""

    code: ClassVar[str] = "graduated_percentage"
    tiers: tuple[PercentTier, ...]
    flat_at_zero: bool = False

    def __attrs_post_init__(self) -> None:
        _check_tiers(self.tiers)


PricingModel: TypeAlias = Flat | PerUnit | Graduated | Volume | StairStep | Package | Percentage | GraduatedPercentage


def _check(part: attrs.AttrsInstance, faults: Faults) -> Faults:
    """Every number of `part`: a finite Decimal, not negative, of at most twelve decimals."""
    for field in attrs.fields(type(part)):
        value = getattr(part, field.name)
        if field.name in ("tiers", "flat_at_zero", "free_events") or (value is None and field.default is None):
            continue
        try:
            if not isinstance(value, Decimal):
                raise InvalidInput.one(field.name, "must be a Decimal", value)
            parse_decimal(value, places=PLACES, path=field.name, minimum=0)
        except InvalidInput as problem:
            faults.include(problem)
    return faults


def _check_tiers(tiers: Sequence[Tier | PercentTier | Step]) -> None:
    faults = Faults()
    for index, tier in enumerate(tiers):
        with faults.at("tiers", index):
            _check(tier, faults)
            if isinstance(tier, Tier) and tier.block == 0:
                faults.add("block", "must be more than 0", value=tier.block)
    check_bounds({index: tier.up_to for index, tier in enumerate(tiers)}, len(tiers), faults)
    faults.raise_if_any()


def check_limits(minimum: Decimal | None, maximum: Decimal | None, faults: Faults) -> None:
    """Note a minimum above the maximum."""
    if minimum is not None and maximum is not None and minimum > maximum:
        faults.add("minimum", "is more than the maximum", value=text(minimum))


def check_bounds(bounds: Mapping[int, Decimal | None], count: int, faults: Faults) -> None:
    """Note every fault of the ends of `count` tiers: not ascending, an open one that is not last, no open one.

    `bounds` are those that could be read, by position, so that one that could not does not hide the others' faults.
    """
    if not 1 <= count <= MOST_TIERS:
        faults.add("tiers", f"must be 1 to {MOST_TIERS} tiers", value=count)
    below = ZERO
    for index, bound in bounds.items():
        at = join("tiers", index, "up_to")
        if bound is None:
            if index < count - 1:
                faults.add(at, "is missing", remedy="only the last tier is open: those after it are never reached")
        elif bound <= below:
            start = f"{text(below)}, where the tier before it ends" if below else "0"
            faults.add(at, f"must be more than {start}", value=text(bound))
        else:
            below = bound
    last = bounds.get(count - 1)
    if last is not None:
        remedy = "leave up_to out of the last tier, so that every quantity has a price"
        faults.add(join("tiers", count - 1, "up_to"), "closes the last tier", value=text(last), remedy=remedy)
