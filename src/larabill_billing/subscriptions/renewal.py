"""What is to be done about one agreement that is due: pure, so that a preview can use it too (I13)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TypeAlias

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.invoicing.model import Charge, InvoiceRequest
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.subscriptions.charging import period_charges, setup_charges
from larabill_billing.subscriptions.metered import Used, usage_charges
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.timing import bills_on, timed
from larabill_core.clock import local_date
from larabill_core.errors import InvalidInput

@attrs.frozen(kw_only=True)
class Renewed:
    """One more period, and the invoice for it. There may be further periods due, each with an invoice of its own."""

    subscription: Subscription
    request: InvoiceRequest | None


@attrs.frozen(kw_only=True)
class Held:
    """Cannot be priced: set aside with its reason, for a person to look."""

    subscription: Subscription


@attrs.frozen(kw_only=True)
class Over:
    """Its cancellation takes effect, or nothing is left of it. What was used since the last invoice is billed."""

    subscription: Subscription
    request: InvoiceRequest | None = None


Plan: TypeAlias = Renewed | Held | Over


def plan(
    agreement: Agreement, used: Used, *, now: datetime, terms_days: int, default: ProrationPolicy
) -> Plan:
    """Bill one period, hold, or end. The subscription in the answer is as it will be.

    `used` holds what was used in the period that `used_period` names; `default` is the seller's way to prorate.
    """
    subscription = agreement.subscription
    today = local_date(now, subscription.time_zone)
    try:
        charges = _charges(agreement, used, default)
    except InvalidInput as problem:
        return Held(subscription=held(subscription, problem))
    request = request_for(subscription, charges, today, terms_days)
    if is_over(agreement):
        return Over(subscription=ended(subscription, now), request=request)
    return Renewed(subscription=advanced(subscription), request=request)


def is_over(agreement: Agreement) -> bool:
    """Whether nothing of the agreement is left to be billed but use."""
    subscription = agreement.subscription
    end = subscription.end_on
    return not agreement.items or (end is not None and subscription.billed_to >= end)


def used_period(subscription: Subscription) -> int:
    """The number of the period whose use is billed next: in advance the one before the next period."""
    return subscription.next_period - (subscription.billing is BillingMode.ADVANCE)


def _charges(agreement: Agreement, used: Used, default: ProrationPolicy) -> tuple[Charge, ...]:
    subscription = agreement.subscription
    charges: list[Charge] = []
    if not is_over(agreement):
        charges += period_charges(agreement, subscription.next_period, default)
        if subscription.status is SubscriptionStatus.TRIALING:
            for item in agreement.items:
                charges += setup_charges(agreement, item, subscription.anchor_on)
    charges += usage_charges(agreement, used_period(subscription), used, default)
    return tuple(charges)


def request_for(
    subscription: Subscription, charges: tuple[Charge, ...], today: date, terms_days: int
) -> InvoiceRequest | None:
    """The invoice of these charges, if there are any."""
    if not charges:
        return None
    return InvoiceRequest(
        customer_id=subscription.customer_id,
        currency=subscription.currency,
        charges=charges,
        due_on=today + timedelta(days=terms_days),
        subscription_id=subscription.id,
    )


def is_due(subscription: Subscription, today: date) -> bool:
    """Whether a period is to be billed, or the agreement ends, on `today` or before."""
    if subscription.status is SubscriptionStatus.PAUSED:
        return subscription.end_on is not None and subscription.end_on <= today
    end = subscription.end_on
    return bills_on(subscription) <= today or (end is not None and end <= today)


def advanced(subscription: Subscription) -> Subscription:
    """The subscription with one more period billed."""
    status = subscription.status
    if status is SubscriptionStatus.TRIALING:
        status = after(subscription, "begin")
    return timed(attrs.evolve(subscription, status=status, next_period=subscription.next_period + 1))


def held(subscription: Subscription, problem: Exception) -> Subscription:
    """The subscription set aside, with the reason for a person to read."""
    return attrs.evolve(subscription, held_reason=str(problem)[:500])


def ended(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription when it is over. Raises `IllegalTransition`."""
    return timed(
        attrs.evolve(subscription, status=after(subscription, "end"), change_on=None, held_reason="", ended_at=now)
    )


def restored(subscription: Subscription) -> Subscription:
    """A subscription that was paid after all: it goes on where its periods stopped. Raises `IllegalTransition`."""
    return timed(attrs.evolve(subscription, status=after(subscription, "settle"), ended_at=None))
