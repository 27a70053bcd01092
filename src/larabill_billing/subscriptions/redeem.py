"""A coupon is redeemed for what runs already: one agreement, or all of a customer's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.discounts.check import Circumstances, check
from larabill_billing.discounts.codes import canonical
from larabill_billing.discounts.coupon import Redemption
from larabill_billing.discounts.handlers import redeem, redemption
from larabill_billing.discounts.standing import Priced
from larabill_billing.invoicing.model import ChargeKind
from larabill_billing.subscriptions.charging import components
from larabill_billing.subscriptions.gather import agreements
from larabill_billing.subscriptions.model import LIVE, Agreement, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.errors import Conflict, InvalidInput

MOST_AGREEMENTS = 1000


def apply_code(
    tx: SubscriptionsTx, code: str, *, subscription_id: UUID | None = None, customer_id: UUID | None = None
) -> Redemption:
    """It counts from the next invoice on: what is billed already stays as it is.

    Raises `InvalidInput` with everything that stands against it, `NotFound`; `Conflict` for an agreement that is over
    or never began, and where the coupon is used up.
    """
    if (subscription_id is None) == (customer_id is None):
        raise InvalidInput.one("subscription_id", "must be given, or customer_id, and not both")
    word = canonical(code)
    running = _running(tx, subscription_id, customer_id)
    customer = tx.billing.customers.get(customer_id or running[0].customer_id)
    currency = running[0].currency if subscription_id is not None else customer.currency
    lines = [line for each in agreements(tx, running) for line in _next_period(each)]
    known = tx.billing.coupons.by_codes([word])
    held = tx.billing.redemptions.in_force([customer.id]).get(customer.id, [])
    circumstances = Circumstances(
        currency=currency,
        country=customer.country,
        now=tx.now,
        lines=lines,
        spend=sum((line.amount for line in lines), Decimal(0)),
        is_order=False,
        uses=tx.billing.redemptions.uses_of(customer.id, [each.coupon.id for each in known.values()]),
        held=[each for each in held if any(each.is_for(one.id, one.order_id) for one in running)],
        by_customer=tx.actor.kind == "customer",
    )
    (found,) = check([code], known, circumstances)
    made = redemption(found, customer.id, currency, tx, subscription_id=subscription_id)
    redeem(tx, [made], f"subscription {subscription_id}" if subscription_id else f"customer {customer.id}")
    return made


def _running(tx: SubscriptionsTx, subscription_id: UUID | None, customer_id: UUID | None) -> Sequence[Subscription]:
    if subscription_id is not None:
        subscription = tx.billing.subscriptions.get(subscription_id, lock=True)
        if subscription.status not in LIVE:
            raise Conflict(f"subscription {subscription_id}", f"it is {subscription.status}", "redeem it with an order")
        return [subscription]
    page = tx.billing.subscriptions.page(customer_id=customer_id, limit=MOST_AGREEMENTS)
    running = [each for each in page if each.status in LIVE]
    if not running:
        raise Conflict(f"customer {customer_id}", "no agreement of theirs runs", "redeem it with an order")
    return running


def _next_period(agreement: Agreement) -> list[Priced]:
    """What the period that is billed next costs as a whole."""
    n = agreement.subscription.next_period
    return [
        Priced(ChargeKind.RECURRING, agreement.plans[item.plan_id], component.amount)
        for item in agreement.items
        for component in components(agreement, item, n)
    ]
