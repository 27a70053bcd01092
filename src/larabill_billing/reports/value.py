"""What an agreement is worth: pure.

It is what its next whole period will cost, at the price and with the discounts that hold for it then, without tax: the
same functions that bill a period reckon it. So a coupon counts as long as it takes something off what comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.invoicing.taxing import rates_of
from larabill_billing.invoicing.totals import totals
from larabill_billing.pricing.exact import ZERO
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.reports.recurring import NOTHING, Recurring, Run, monthly, recurring
from larabill_billing.subscriptions.charging import period_charges
from larabill_billing.subscriptions.discounting import Discounts, renewed
from larabill_billing.subscriptions.model import Agreement, SubscriptionStatus
from larabill_billing.tax.determine import Treatment

BRINGS_IN = frozenset(
    {
        SubscriptionStatus.TRIALING,
        SubscriptionStatus.ACTIVE,
        SubscriptionStatus.PAST_DUE,
        SubscriptionStatus.SUSPENDED,
    }
)
"""Whoever is behind is billed on; a paused agreement is not."""


def worth(
    agreement: Agreement, discounts: Discounts, treated: Treatment, default: ProrationPolicy, on: date
) -> dict[str, Recurring]:
    """The recurring revenue of an agreement at the end of a day, by plan code; nothing when it brings in nothing.

    Raises `InvalidInput` when an item has no price.
    """
    subscription = agreement.subscription
    if subscription.status not in BRINGS_IN:
        return {}
    trial_until = date.max if subscription.status is SubscriptionStatus.TRIALING else None
    return {
        plan: recurring(
            [Run(monthly=monthly(price, subscription.cycle), trial_until=trial_until, ends_on=subscription.end_on)],
            min(on, subscription.end_on or on),  # it counts until it is over
        )
        for plan, price in _prices(agreement, discounts, treated, default).items()
    }


def _prices(
    agreement: Agreement, discounts: Discounts, treated: Treatment, default: ProrationPolicy
) -> Mapping[str, Decimal]:
    """The net price of the next whole period, by plan code."""
    whole = _whole(agreement)
    charges = renewed(whole, period_charges(whole, whole.subscription.next_period, default), discounts)
    if not charges:
        return {}
    sums = totals(charges, rates_of(charges, treated), whole.subscription.currency)
    plan_of: dict[UUID | None, str] = {item.id: item.plan_code for item in whole.items}
    found: dict[str, Decimal] = {}
    for charge, amount, share in zip(charges, sums.amounts, sums.shares, strict=True):
        plan = plan_of[charge.subscription_item_id]
        found[plan] = found.get(plan, ZERO) + amount - share
    return found


def _whole(agreement: Agreement) -> Agreement:
    """As if nothing began or ended within its next period."""
    subscription = agreement.subscription
    start = subscription.schedule.period(subscription.next_period).start
    return attrs.evolve(
        agreement,
        subscription=attrs.evolve(
            subscription, started_on=min(start, subscription.started_on), end_on=None, cut_on=None
        ),
        items=tuple(attrs.evolve(item, starts_on=min(start, item.starts_on)) for item in agreement.items),
    )


def differences(now: Mapping[str, Recurring], before: Mapping[str, Recurring]) -> dict[str, Recurring]:
    """What changed, by plan code."""
    found = {plan: now.get(plan, NOTHING) - before.get(plan, NOTHING) for plan in sorted({*now, *before})}
    return {plan: change for plan, change in found.items() if change != NOTHING}
