"""How many units of a plan there may be in a region: taken when they are sold, given back when they end (F39)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from larabill_billing.catalog.model import PlanDefinition, Units
from larabill_billing.catalog.ports import CatalogTx
from larabill_core.errors import Conflict


def limits(plans: Sequence[PlanDefinition]) -> list[Units]:
    """The stock that plans are defined with."""
    return [
        Units(plan_code=plan.code, region=region, units=units)
        for plan in plans
        for region, units in sorted(plan.stock.items())
    ]


def take(tx: CatalogTx, wanted: Iterable[Units]) -> None:
    """Take units, all or none; of plans and regions without a limit there are always enough.

    The rows stay locked until the transaction ends, so take late in it. Raises `Conflict`, which names each plan and
    region that has too few left, and how many.
    """
    asked = _together(wanted)
    stock = tx.billing.stock.lock(asked)
    left = {(each.plan_code, each.region): each.left for each in stock}
    limited = [units for units in asked if (units.plan_code, units.region) in left]
    short = [
        f"{units.plan_code}{f' in {units.region}' if units.region else ''}: {left[units.plan_code, units.region]} left"
        f", {units.units} wanted"
        for units in limited
        if units.units > left[units.plan_code, units.region]
    ]
    if short:
        raise Conflict("stock", "; ".join(short), "order fewer, or another region or plan")
    if limited and tx.billing.stock.take(limited) != len(limited):
        raise AssertionError("stock changed under its lock")


def give_back(tx: CatalogTx, units: Iterable[Units]) -> None:
    """These units are free to be sold again."""
    tx.billing.stock.give_back(_together(units))


def _together(wanted: Iterable[Units]) -> list[Units]:
    """One entry for each plan and region, in the order in which rows are locked."""
    counted: Counter[tuple[str, str]] = Counter()
    for units in wanted:
        counted[units.plan_code, units.region] += units.units
    return [
        Units(plan_code=code, region=region, units=count) for (code, region), count in sorted(counted.items()) if count
    ]
