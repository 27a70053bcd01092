"""What coupons take off an order: checked and reckoned for the preview and for the order alike (I13)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import attrs

from larabill_billing.catalog.model import Plan
from larabill_billing.customers.model import Customer
from larabill_billing.discounts.check import Circumstances, check
from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import Applies, Redemption
from larabill_billing.discounts.handlers import redemption
from larabill_billing.discounts.standing import Priced, in_order, standing
from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest
from larabill_billing.orders.build import Placed
from larabill_billing.orders.check import PricedLine
from larabill_billing.orders.model import PlaceOrder
from larabill_billing.orders.ports import OrdersTx
from larabill_billing.subscriptions.charging import priced
from larabill_billing.subscriptions.discounting import with_allowances

ZERO: Final = Decimal(0)


def discounted(
    tx: OrdersTx,
    wanted: PlaceOrder,
    customer: Customer,
    lines: Sequence[PricedLine],
    placed: Placed,
    *,
    lock: bool,
) -> Placed:
    """The order with what its codes, and coupons of the customer's, take off it.

    `lock`: it is going to be placed, so that nobody else uses up the same cycle meanwhile.
    Raises `InvalidInput` with every fault of the codes.
    """
    standing_already = [
        each
        for each in tx.billing.redemptions.in_force([customer.id], lock=lock).get(customer.id, [])
        if each.order_id is None and each.subscription_id is None and each.currency == wanted.currency
    ]
    new = _redeemed(tx, wanted, customer, lines, placed, standing_already)
    if placed.request is not None and (new or standing_already):
        request = _with_allowances(placed, lines, placed.request, [*standing_already, *new])
        placed = attrs.evolve(placed, request=request)
    return attrs.evolve(placed, redemptions=tuple(new))


def _redeemed(
    tx: OrdersTx,
    wanted: PlaceOrder,
    customer: Customer,
    lines: Sequence[PricedLine],
    placed: Placed,
    held: Sequence[Redemption],
) -> list[Redemption]:
    if not wanted.codes:
        return []
    known = tx.billing.coupons.by_codes({canonical(code) for code in wanted.codes})
    first_bill = first_periods(lines, wanted.currency)
    circumstances = Circumstances(
        currency=wanted.currency,
        country=customer.country,
        now=tx.now,
        lines=first_bill,
        spend=sum((line.amount for line in first_bill), ZERO),
        is_order=True,
        uses=tx.billing.redemptions.uses_of(customer.id, {each.coupon.id for each in known.values()}),
        held=held,
        by_customer=tx.actor.kind == "customer",
    )
    return [
        attrs.evolve(redemption(found, customer.id, wanted.currency, tx), order_id=placed.order.id)
        for found in check(wanted.codes, known, circumstances)
    ]


def first_periods(lines: Sequence[PricedLine], currency: str) -> list[Priced]:
    """What the items cost for a first whole period, set-up fees and all: also what a trial or arrears bill later."""
    found = []
    for line in lines:
        quantity = Decimal(line.item.quantity)
        kind = ChargeKind.ONE_TIME if line.item.cycle is None else ChargeKind.RECURRING
        amount = priced("", "", line.price.model, quantity, currency).amount
        for option in line.options:
            amount += option.unit_price * option.quantity * quantity
        found.append(Priced(kind, line.plan, amount))
        if line.setup is not None:
            fee = priced("", "", line.setup.model, quantity, currency).amount
            found.append(Priced(ChargeKind.SETUP, line.plan, fee))
    return found


def _with_allowances(
    placed: Placed, lines: Sequence[PricedLine], request: InvoiceRequest, redemptions: Sequence[Redemption]
) -> InvoiceRequest:
    plans = _plans(placed, lines)
    charges = [Priced(each.kind, plans.get(_key(each)), each.amount) for each in request.charges]
    found = [standing(each) for each in in_order(redemptions) if each.terms.applies is not Applies.RENEWALS]
    taken = with_allowances(
        request.charges, charges, [each for each in found if each is not None], request.currency, counts=True
    )
    return attrs.evolve(request, charges=taken)


def _plans(placed: Placed, lines: Sequence[PricedLine]) -> dict[str, Plan]:
    """By what charges are for: an item of an agreement, or what is sold once."""
    by_id = {line.plan.id: line.plan for line in lines}
    sold = {str(item.id): by_id[item.plan_id] for item in placed.items}
    return sold | {str(item.id): by_id[item.plan_id] for item in placed.subscription_items}


def _key(charge: Charge) -> str:
    return charge.cause if charge.subscription_item_id is None else str(charge.subscription_item_id)
