"""What a quantity costs under a pricing model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from larabill_billing.pricing.exact import ONE, ZERO, multiply, percent, subtract, total, whole_up
from larabill_billing.pricing.model import (
    Flat,
    Graduated,
    GraduatedPercentage,
    Package,
    Percentage,
    PercentTier,
    PerUnit,
    PricingModel,
    StairStep,
    Tier,
    Volume,
)
from larabill_billing.pricing.percentage import percentage_parts
from larabill_billing.pricing.rated import Part, Rated, part, rated
from larabill_core.errors import InvalidInput

_make: Final = tuple.__new__


def rate(
    model: PricingModel,
    quantity: Decimal | None = None,
    *,
    currency: str,
    events: Sequence[Decimal] | None = None,
    reached: Decimal | None = None,
    already_billed: Decimal = ZERO,
) -> Rated:
    """What `quantity` costs; exact, so round it once with `rounded`. Never negative, also for a negative one.

    `events` are the amounts of the single events, of which `quantity` is the sum when it is not given; a percentage
    has fees and allowances for each, and takes a quantity alone as one event. `reached` is the quantity that chooses
    the tier of a volume price when that is not the one to be billed (Lago: units in full, and prorated).
    `already_billed` is taken off, but not below zero. Raises `InvalidInput` when there is neither quantity nor events.
    """
    if quantity is None:
        if events is None:
            raise InvalidInput.one("quantity", "is missing", remedy="give it, or the events")
        quantity = total(events)
    used = quantity if quantity > ZERO else ZERO
    if isinstance(model, PerUnit):
        # what most lines cost, so it takes no detour
        price = model.unit_price
        amount = multiply(used, price)
        parts: tuple[Part, ...] = (_make(Part, (used, "unit", price, ZERO, amount, ONE)),)
        if not already_billed:
            return _make(Rated, (amount, currency, model.code, used, parts, already_billed))
    elif isinstance(model, Flat):
        parts = (part(ONE, "flat", model.amount),)
    elif isinstance(model, Percentage):
        parts = percentage_parts(model, events if events is not None else (used,) if used else ())
    elif isinstance(model, Volume):
        parts = _volume(model, used, quantity if reached is None else reached)
    else:
        parts = _PARTS[type(model)](model, quantity)
    return rated(model.code, currency, used, parts, already_billed)


def _volume(model: Volume, quantity: Decimal, reached: Decimal) -> tuple[Part, ...]:
    if reached <= 0:
        return _at_zero(model, reached)
    return (_tier_part(_reached(model.tiers, reached), quantity),)


def _graduated(model: Graduated | GraduatedPercentage, quantity: Decimal) -> tuple[Part, ...]:
    if quantity <= 0:
        return _at_zero(model, quantity)
    parts = []
    below = ZERO
    for tier in model.tiers:
        above = quantity if tier.up_to is None else min(quantity, tier.up_to)
        parts.append(_tier_part(tier, subtract(above, below)))
        if above == quantity:
            break
        below = above
    return tuple(parts)


def _stair_step(model: StairStep, quantity: Decimal) -> tuple[Part, ...]:
    if quantity <= 0:
        return _at_zero(model, quantity)
    return (part(quantity, "step", ZERO, _reached(model.tiers, quantity).flat),)


def _package(model: Package, quantity: Decimal) -> tuple[Part, ...]:
    used = max(quantity, ZERO)
    free = min(used, model.free_units)
    packages = whole_up(subtract(used, free), model.size)
    paid = part(packages, "package", model.price, ZERO, model.size)
    return (part(free, "free", ZERO), paid) if free else (paid,)


def _at_zero(model: Graduated | Volume | StairStep | GraduatedPercentage, quantity: Decimal) -> tuple[Part, ...]:
    flat = model.tiers[0].flat if model.flat_at_zero and quantity == 0 else ZERO
    return (part(ZERO, "unit", ZERO, flat),)


def _reached(tiers: Sequence[Any], quantity: Decimal) -> Any:
    return next(tier for tier in tiers if tier.up_to is None or quantity <= tier.up_to)


def _tier_part(tier: Tier | PercentTier, inside: Decimal) -> Part:
    if isinstance(tier, PercentTier):
        return part(inside, "percent", percent(tier.rate), tier.flat)
    if tier.block is None:
        return part(inside, "unit", tier.unit_price, tier.flat)
    return part(whole_up(inside, tier.block), "block", tier.unit_price, tier.flat, tier.block)


_PARTS: Final[Mapping[type[Any], Callable[[Any, Decimal], tuple[Part, ...]]]] = {
    Graduated: _graduated,
    GraduatedPercentage: _graduated,
    StairStep: _stair_step,
    Package: _package,
}
