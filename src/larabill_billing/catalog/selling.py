"""Whether a plan may be sold like this: pure rules that hold for orders and for changes alike."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from larabill_billing.catalog.model import Plan, PlanDefinition, Visibility
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import parse_quantity

MOST_UNITS: Final = 1_000_000
"""Units of one item."""
MOST_SERVICES: Final = 1000
"""Units of one order that become a service each."""


def sold(plan: Plan | None, code: str, path: str = "plan_code") -> Plan:
    """The plan, if it may be sold to who knows its code; `None` is no plan of that code. Raises `InvalidInput`."""
    if plan is None:
        raise InvalidInput.one(path, "is not for sale", code)
    if plan.visibility is Visibility.ARCHIVED:
        raise InvalidInput.one(path, "is archived: who has it keeps it, and it is sold no more", code)
    return plan


def check_quantity(plan: PlanDefinition, quantity: int, path: str = "quantity") -> int:
    """A quantity within the plan's limits. Raises `InvalidInput`."""
    return parse_quantity(quantity, path, plan.quantity_minimum, plan.quantity_maximum)


def check_region(plan: PlanDefinition, region: str, path: str = "region") -> str:
    """One of the plan's regions, or none when it has none. Raises `InvalidInput`."""
    if plan.regions and region not in plan.regions:
        raise InvalidInput.one(path, "is none of the plan's", region, f"one of: {', '.join(plan.regions)}")
    if not plan.regions and region:
        raise InvalidInput.one(path, "cannot be chosen for this plan", region, "leave it out")
    return region


def check_company(plan: PlanDefinition, others: Collection[PlanDefinition], faults: Faults, path: str) -> None:
    """Note what forbids this plan beside `others`, the plans of the same agreement without this item.

    An add-on needs a plan that is none; of the plans that are required there has to be one, and of conflicting ones
    none. A conflict holds whichever of the two names it.
    """
    codes = {other.code for other in others}
    if plan.addon and all(other.addon for other in others):
        faults.add(path, "is an add-on, and is not sold alone", value=plan.code, remedy="add the plan it belongs to")
    if plan.requires and not codes & set(plan.requires):
        faults.add(path, "needs another plan beside it", value=plan.code, remedy=f"add {' or '.join(plan.requires)}")
    for other in sorted(others, key=lambda each: each.code):
        if other.code in plan.conflicts:
            faults.add(path, f"cannot be had together with {other.code}", value=plan.code)
