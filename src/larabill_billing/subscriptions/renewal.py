"""What is to be done about one subscription whose next period begins: pure, so that a preview can use it too (I13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import attrs

from larabill_billing.catalog.model import PriceKind
from larabill_billing.invoicing.model import Charge, InvoiceRequest
from larabill_billing.subscriptions.model import Subscription, SubscriptionItem, SubscriptionStatus
from larabill_billing.subscriptions.periods import boundary, boundary_at
from larabill_billing.subscriptions.states import after
from larabill_core.clock import local_date
from larabill_core.errors import InvalidInput
from larabill_core.money import quantize

REGULAR: Final = "regular"
"""The cause of a charge that the agreement itself foresees, as against one that corrects a voided one."""


@attrs.frozen(kw_only=True)
class PricedItem:
    """An item, and its plan version's price in the agreement's currency and cycle; None where there is none."""

    item: SubscriptionItem
    unit_price: Decimal | None


@attrs.frozen(kw_only=True)
class Renewed:
    """One more period, and the invoice for it. There may be further periods due, each with an invoice of its own."""

    subscription: Subscription
    request: InvoiceRequest


@attrs.frozen(kw_only=True)
class Held:
    """Cannot be priced: set aside with its reason, for a person to look."""

    subscription: Subscription


@attrs.frozen(kw_only=True)
class Over:
    """Its cancellation takes effect, or nothing is left of it."""

    subscription: Subscription


Plan: TypeAlias = Renewed | Held | Over


def plan(subscription: Subscription, items: Sequence[PricedItem], *, now: datetime, terms_days: int) -> Plan:
    """Renew for one period, hold, or end. The subscription in the answer is as it will be."""
    start = boundary(subscription.anchor_on, subscription.cycle, subscription.next_period)
    living = [priced for priced in items if priced.item.quantity > 0]
    if not living or (subscription.end_on is not None and start >= subscription.end_on):
        return Over(subscription=ended(subscription, now))
    unpriced = sorted({priced.item.plan_code for priced in living if priced.unit_price is None})
    if unpriced:
        reason = f"no {subscription.cycle} price in {subscription.currency} for: {', '.join(unpriced)}"
        return Held(subscription=attrs.evolve(subscription, held_reason=reason))
    try:
        charges = tuple(
            period_charge(subscription, priced.item, priced.unit_price, subscription.next_period)
            for priced in living
            if priced.unit_price is not None
        )
    except InvalidInput as problem:
        return Held(subscription=attrs.evolve(subscription, held_reason=str(problem)[:500]))
    today = local_date(now, subscription.time_zone)
    request = InvoiceRequest(
        customer_id=subscription.customer_id,
        currency=subscription.currency,
        charges=charges,
        due_on=today + timedelta(days=terms_days),
        subscription_id=subscription.id,
    )
    return Renewed(subscription=advanced(subscription), request=request)


def period_charge(subscription: Subscription, item: SubscriptionItem, unit_price: Decimal, n: int) -> Charge:
    """The charge of one item for period `n`."""
    return Charge(
        customer_id=subscription.customer_id,
        subscription_id=subscription.id,
        subscription_item_id=item.id,
        kind=PriceKind.RECURRING,
        period_start=boundary(subscription.anchor_on, subscription.cycle, n),
        period_end=boundary(subscription.anchor_on, subscription.cycle, n + 1),
        cause=REGULAR,
        description=item.description,
        quantity=item.quantity,
        unit_price=unit_price,
        amount=quantize(unit_price * item.quantity, subscription.currency),
        currency=subscription.currency,
    )


def advanced(subscription: Subscription) -> Subscription:
    """The subscription with one more period billed."""
    return billed_up_to(subscription, subscription.next_period + 1)


def billed_up_to(subscription: Subscription, next_period: int) -> Subscription:
    """The subscription with `next_period` to be billed next, at the instant when that period begins."""
    at = boundary_at(subscription.anchor_on, subscription.cycle, next_period, subscription.time_zone)
    return attrs.evolve(subscription, next_period=next_period, next_billing_at=at)


def ended(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription when it is over. Raises `IllegalTransition`."""
    return attrs.evolve(
        subscription, status=after(subscription, "end"), next_billing_at=None, held_reason="", ended_at=now
    )


def restored(subscription: Subscription) -> Subscription:
    """A subscription that was paid after all: it goes on where its periods stopped. Raises `IllegalTransition`."""
    status = after(subscription, "settle")
    back = attrs.evolve(subscription, status=status, ended_at=None)
    return billed_up_to(back, back.next_period) if subscription.status is SubscriptionStatus.ENDED else back
