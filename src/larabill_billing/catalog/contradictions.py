"""What the keys of a plan, and the plans of a catalogue, may not say together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from larabill_billing.catalog.model import Price, PriceKind
from larabill_billing.catalog.plan_table import PlanTable
from larabill_billing.catalog.selling import MOST_SERVICES
from larabill_core.errors import Faults, join


def check_plan(plan: PlanTable, faulty: Collection[str], faults: Faults) -> None:
    """Note every contradiction between keys of a plan. What has to do with the keys in `faulty` is left out."""
    for keys, check in _WITHIN:
        if not keys & set(faulty):
            check(plan, faults)


def check_meters(plans: Sequence[PlanTable], codes: Collection[str], faults: Faults) -> None:
    """Note use that nothing counts. `codes` are those of the meters that the file defines."""
    for index, plan in enumerate(plans):
        for position, usage in enumerate(plan.usage):
            if usage.meter not in codes:
                at = join("plans", index, "usage", position, "meter")
                faults.add(at, "is not a meter of this catalogue", value=usage.meter, remedy="define it: [[meters]]")


def check_company(plans: Sequence[PlanTable], codes: Collection[str], faults: Faults) -> None:
    """Note the faults of `requires` and `conflicts`. `codes` are those of all plans that the file names."""
    by_code = {plan.code: plan for plan in plans}
    for index, plan in enumerate(plans):
        with faults.at("plans", index):
            for key, others in (("requires", plan.requires), ("conflicts", plan.conflicts)):
                for position, other in enumerate(others):
                    if other not in codes:
                        faults.add(join(key, position), "is not a plan of this catalogue", value=other)
                    elif other == plan.code:
                        faults.add(join(key, position), "is the plan itself", value=other)
            both = [other for other in plan.requires if other in plan.conflicts]
            for other in both:
                at = join("conflicts", plan.conflicts.index(other))
                faults.add(at, "is required by the same plan", value=other, remedy="keep one of the two")
            possible = [by_code[other] for other in plan.requires if other in by_code and other not in both]
            if possible and len(possible) == len(plan.requires) and all(plan.code in p.conflicts for p in possible):
                faults.add("requires", "names only plans that conflict with it", remedy="it could never be sold")


def _currencies(plan: PlanTable) -> set[str]:
    return {price.currency for price in plan.prices if price.kind is not PriceKind.SETUP}


def _cycles(plan: PlanTable) -> list[tuple[str, str]]:
    """(currency, cycle) of each recurring price."""
    return [(price.currency, str(price.cycle)) for price in plan.prices if price.kind is PriceKind.RECURRING]


def _phases(plan: PlanTable, faults: Faults) -> None:
    sold = _cycles(plan)
    for index, phase in enumerate(plan.phases):
        priced = [(price.currency, str(price.cycle)) for price in phase.prices]
        for currency, cycle in priced:
            if (currency, cycle) not in sold:
                at = join("phases", index, "prices", currency, cycle)
                faults.add(at, "is a price that the plan does not have", remedy="add it to the plan's prices")
        for currency, cycle in sold:
            if (currency, cycle) not in priced:
                remedy = f"the plan is sold at {currency} {cycle}, and so is each of its phases"
                faults.add(join("phases", index, "prices", currency, cycle), "is missing", remedy=remedy)


def _options(plan: PlanTable, faults: Faults) -> None:
    sold = _cycles(plan)
    for name, option in plan.options.items():
        choices = sorted({price.choice for price in option.prices})
        for choice in choices:
            path = join("options", name, *(("choices", choice) if choice else ()), "prices")
            priced = [(price.currency, str(price.cycle)) for price in option.prices if price.choice == choice]
            for currency, cycle in priced:
                if (currency, cycle) not in sold:
                    faults.add(join(path, currency, cycle), "is a price that the plan does not have")
            for currency, cycle in sold:
                if (currency, cycle) not in priced:
                    remedy = f'the plan is sold at {currency} {cycle}; what costs nothing there is "0"'
                    faults.add(join(path, currency, cycle), "is missing", remedy=remedy)


def _usage(plan: PlanTable, faults: Faults) -> None:
    sold, meters = _currencies(plan), [usage.meter for usage in plan.usage]
    for index, usage in enumerate(plan.usage):
        with faults.at("usage", index):
            if usage.meter in meters[:index]:
                faults.add("meter", "is priced twice", value=usage.meter)
            for currency in usage.prices:
                if currency not in sold:
                    faults.add(join("prices", currency), "is a currency that the plan has no price in")
            for currency in sorted(sold - set(usage.prices)):
                remedy = "name one, or use would be free in this currency"
                faults.add(join("prices", currency), "is missing", remedy=remedy)


def _commitment(plan: PlanTable, faults: Faults) -> None:
    for currency in plan.commitment:
        if currency not in _currencies(plan):
            faults.add(join("commitment", currency), "is a currency that the plan has no price in")


def _stock(plan: PlanTable, faults: Faults) -> None:
    for region in plan.stock:
        if region in plan.regions or (not region and not plan.regions):
            continue
        if not plan.regions:
            faults.add("stock", "names regions, but the plan has none", remedy="such as stock = 10")
            return
        known = ", ".join(plan.regions)
        if region:
            faults.add(join("stock", region), "is none of the plan's regions", remedy=f"one of: {known}")
        else:
            faults.add("stock", "is by region", remedy=f"such as stock = {{ {plan.regions[0]} = 10 }}")


def _quantity(plan: PlanTable, faults: Faults) -> None:
    if plan.quantity.min > plan.quantity.max:
        faults.add("quantity.min", "is more than max", value=plan.quantity.min)
    if plan.provision and plan.quantity.max > MOST_SERVICES:
        remedy = f"each unit becomes a service: use up to {MOST_SERVICES}"
        faults.add("quantity.max", "is too large", value=plan.quantity.max, remedy=remedy)


def _trial(plan: PlanTable, faults: Faults) -> None:
    if plan.addon and plan.trial is not None:
        faults.add("trial", "cannot be had of an add-on", remedy="the trial is that of the plan it is added to")


def _once(plan: PlanTable, faults: Faults) -> None:
    """What takes periods, of a plan that has none."""
    if not plan.prices or _cycles(plan):
        return
    for key in ("trial", "usage", "commitment"):
        if getattr(plan, key):
            faults.add(key, "is for plans with a recurring price", remedy='such as monthly = "0"')


def _measured(plan: PlanTable, faults: Faults) -> None:
    """A percentage is of amounts, and a plan's own prices are of units."""
    for index, phase in enumerate(plan.phases):
        _no_percentage(phase.prices, faults, join("phases", index, "prices"))
    _no_percentage(plan.prices, faults, "prices")


def _no_percentage(prices: Collection[Price], faults: Faults, path: str) -> None:
    for price in prices:
        if "percentage" in price.model.code:
            at = join(path, price.currency, price.cycle or price.kind)
            faults.add(at, "is a percentage, but there is no amount to take it of", remedy="it is for usage")


Check = Callable[[PlanTable, Faults], None]

_WITHIN: Final[tuple[tuple[frozenset[str], Check], ...]] = (
    (frozenset({"prices", "phases"}), _phases),
    (frozenset({"prices", "options"}), _options),
    (frozenset({"prices", "usage"}), _usage),
    (frozenset({"prices", "commitment"}), _commitment),
    (frozenset({"regions", "stock"}), _stock),
    (frozenset({"quantity", "provision"}), _quantity),
    (frozenset({"trial", "addon"}), _trial),
    (frozenset({"prices", "trial", "usage", "commitment"}), _once),
    (frozenset({"prices", "phases"}), _measured),
)
"""The keys that each check reads, and the check."""
