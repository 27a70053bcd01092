"""Whether a change may be made: everything that is wrong with it at once, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from larabill_billing.catalog.model import Plan
from larabill_billing.catalog.options import check_spec
from larabill_billing.catalog.prices import price_for
from larabill_billing.catalog.selling import check_company, check_quantity, check_region, sold
from larabill_billing.customers.checks import attempt
from larabill_billing.subscriptions.changes import AddItem, Change, ChangeCycle, ChangeItem, RemoveItem
from larabill_billing.subscriptions.model import Agreement, SubscriptionItem
from larabill_core.errors import Faults, InvalidInput
from larabill_core.money import LIMIT, UNIT_PRICE_PLACES, parse_decimal
from larabill_core.privacy import refuse_pan


def check_change(agreement: Agreement, wanted: Change, plans: Mapping[str, Plan]) -> None:
    """Raises `InvalidInput` with every fault. `plans` are the versions on sale of what the change names."""
    faults = Faults()
    match wanted:
        case ChangeItem():
            _check_item(agreement, wanted, plans, faults)
        case AddItem():
            _check_new(agreement, wanted, plans, faults)
        case RemoveItem():
            _check_removal(agreement, wanted, faults)
        case ChangeCycle():
            currency = agreement.subscription.currency
            for item in agreement.items:
                plan = agreement.plans[item.plan_id]
                if item.unit_price is None:
                    attempt(faults, partial(price_for, plan, currency, wanted.cycle), None)
        case _:
            pass
    faults.raise_if_any()


def _check_item(agreement: Agreement, wanted: ChangeItem, plans: Mapping[str, Plan], faults: Faults) -> None:
    item = next((each for each in agreement.items if each.id == wanted.item_id), None)
    if item is None:
        faults.add("item_id", "is no item of this subscription", value=str(wanted.item_id))
        return
    plan: Plan | None = agreement.plans[item.plan_id]
    if wanted.plan_code is not None:
        plan = attempt(faults, partial(sold, plans.get(wanted.plan_code), wanted.plan_code), None)
    if plan is None:
        return
    moves = plan.code != item.plan_code
    quantity = item.quantity if wanted.quantity is None else wanted.quantity
    if moves or wanted.quantity is not None:
        attempt(faults, partial(check_quantity, plan, quantity), None)
    if moves or wanted.spec is not None:
        attempt(faults, partial(check_spec, plan, item.spec if wanted.spec is None else wanted.spec, "spec"), None)
    if plan.billing is not agreement.subscription.billing:
        _billed_otherwise(plan, faults)
    if wanted.unit_price is not None:
        if wanted.plan_price:
            faults.add("plan_price", "stands beside a unit price", remedy="name one of them")
        attempt(faults, partial(_check_price, wanted.unit_price, quantity), None)
    keeps = None if moves or wanted.plan_price else item.unit_price
    _check_beside(agreement, item, plan, keeps if wanted.unit_price is None else wanted.unit_price, faults)


def _check_removal(agreement: Agreement, wanted: RemoveItem, faults: Faults) -> None:
    left = [each for each in agreement.items if each.id != wanted.item_id]
    if len(left) == len(agreement.items):
        faults.add("item_id", "is no item of this subscription", value=str(wanted.item_id))
        return
    _check_left(agreement, left, None, faults, "item_id")


def _check_left(
    agreement: Agreement, left: Sequence[SubscriptionItem], plan: Plan | None, faults: Faults, path: str
) -> None:
    """Note which of the items that stay cannot be without what goes. `plan` is what comes in its place."""
    plans = [agreement.plans[each.plan_id] for each in left]
    for index, each in enumerate(plans):
        others = [other for number, other in enumerate(plans) if number != index]
        found = Faults()
        check_company(each, others if plan is None else [*others, plan], found, path)
        for fault in found:
            faults.add(path, f"is needed: {each.code} {fault.problem}", remedy=fault.remedy)


def _billed_otherwise(plan: Plan, faults: Faults) -> None:
    faults.add("plan_code", f"is billed in {plan.billing}, and the subscription is not", value=plan.code)


def _check_price(unit_price: Decimal, quantity: int) -> None:
    price = parse_decimal(unit_price, places=UNIT_PRICE_PLACES, path="unit_price", minimum=0)
    if price * quantity >= LIMIT:
        raise InvalidInput.one("unit_price", f"comes to {LIMIT} or more in a period", unit_price)


def _check_beside(
    agreement: Agreement, item: SubscriptionItem | None, plan: Plan, unit_price: Decimal | None, faults: Faults
) -> None:
    """The plan's price here, and the other items that it has to be beside, or may not."""
    subscription = agreement.subscription
    if unit_price is None:
        attempt(faults, partial(price_for, plan, subscription.currency, subscription.cycle, "plan_code"), None)
    if item is not None and item.plan_code == plan.code:
        return
    left = [each for each in agreement.items if item is None or each.id != item.id]
    check_company(plan, [agreement.plans[each.plan_id] for each in left], faults, "plan_code")
    if item is not None:
        _check_left(agreement, left, plan, faults, "plan_code")


def _check_new(agreement: Agreement, wanted: AddItem, plans: Mapping[str, Plan], faults: Faults) -> None:
    plan = attempt(faults, partial(sold, plans.get(wanted.plan_code), wanted.plan_code), None)
    attempt(faults, partial(refuse_pan, wanted.name, "name"), None)
    if len(wanted.name) > 200 or not wanted.name.isprintable():
        faults.add("name", "is no good name", value=wanted.name, remedy="up to 200 printable characters")
    if plan is None:
        return
    attempt(faults, partial(check_quantity, plan, wanted.quantity), None)
    attempt(faults, partial(check_region, plan, wanted.region), None)
    attempt(faults, partial(check_spec, plan, wanted.spec, "spec"), None)
    _check_beside(agreement, None, plan, None, faults)
    if plan.billing is not agreement.subscription.billing:
        _billed_otherwise(plan, faults)
