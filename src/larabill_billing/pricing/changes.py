"""A graduated price for a quantity that changes within the period: each change prorated, in the tiers it crosses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from larabill_billing.pricing.exact import ZERO, add, multiply, ratio, subtract, total
from larabill_billing.pricing.model import Graduated
from larabill_billing.pricing.rated import Rated, part, rated
from larabill_core.errors import Faults


def rate_changes(model: Graduated, full: Sequence[Decimal], prorated: Sequence[Decimal], *, currency: str) -> Rated:
    """What the changes of a quantity cost, in their order: `full` is each change, `prorated` its share of the period.

    The full changes choose the tiers; a change that crosses a bound is split there in proportion, a negative one takes
    its share out of the tiers that it leaves. The `flat` of every tier that was ever reached is due. Nothing is due
    when the quantity ends below zero, and the prorated units together never cost less than nothing.
    Source: Lago's prorated graduated charges. Raises `InvalidInput`: lists of unlike length, tiers of blocks.
    """
    _check(model, full, prorated)
    inside = [ZERO] * len(model.tiers)
    level = highest = ZERO
    for change, share in zip(full, prorated, strict=True):
        if change:
            _spread(model, level, change, share, inside)
        level = add(level, change)
        highest = max(highest, level)
    if level < 0:
        return rated(model.code, currency, ZERO, (part(ZERO, "unit", ZERO),))
    if highest == 0:
        flat = model.tiers[0].flat if model.flat_at_zero else ZERO
        return rated(model.code, currency, ZERO, (part(ZERO, "unit", ZERO, flat),))
    used = total([multiply(units, tier.unit_price) for units, tier in zip(inside, model.tiers, strict=True)]) >= 0
    parts = []
    for units, tier in zip(inside, model.tiers, strict=True):
        parts.append(part(units if used else ZERO, "unit", tier.unit_price, tier.flat))
        if tier.up_to is None or highest <= tier.up_to:
            break
    return rated(model.code, currency, total(prorated), tuple(parts))


def _check(model: Graduated, full: Sequence[Decimal], prorated: Sequence[Decimal]) -> None:
    faults = Faults()
    if len(full) != len(prorated):
        faults.add("prorated", f"must be as many as the {len(full)} changes", value=len(prorated))
    for index, tier in enumerate(model.tiers):
        if tier.block is not None:
            faults.add(f"tiers[{index}].block", "cannot be prorated by changes", value=tier.block)
    faults.raise_if_any()


def _spread(model: Graduated, level: Decimal, change: Decimal, share: Decimal, inside: list[Decimal]) -> None:
    """Add the share of one change to the tiers between `level` and where it leads; no part of it is lost."""
    low, high = sorted((level, add(level, change)))
    left = share
    below: Decimal | None = None
    for index, tier in enumerate(model.tiers):
        above = high if tier.up_to is None else min(high, tier.up_to)
        overlap = subtract(above, low if below is None else max(low, below))
        if overlap > 0:
            # what is cut off from a fraction without end goes to the highest tier that it touches
            units = left if above == high else ratio(share, overlap, abs(change))
            inside[index] = add(inside[index], units)
            left = subtract(left, units)
        if above == high:
            break
        below = tier.up_to
