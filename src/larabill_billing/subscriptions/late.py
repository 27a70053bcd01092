"""Use that is told after an agreement is over: billed once, when no more of it can come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.catalog.prices import usage_prices
from larabill_billing.invoicing.model import Charge
from larabill_billing.periods.schedule import Period
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.gather import Counted
from larabill_billing.subscriptions.metered import UsageWindow, late_charge
from larabill_billing.subscriptions.model import Agreement, Subscription, SubscriptionStatus
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.usage.handlers import usage_for_periods
from larabill_billing.usage.model import MeteredPeriod, PeriodUsage
from larabill_core.clock import local_date, start_of_day
from larabill_core.jobs import NewJob


@attrs.frozen(kw_only=True)
class LateUsageDue:
    """An agreement that is over, and has meters."""

    subscription_id: UUID


def late_jobs(tx: SubscriptionsTx, moved: Sequence[tuple[Agreement, Subscription]]) -> list[NewJob]:
    """A job for each metered agreement that is over now, when the window for late events has closed."""
    return [
        NewJob(
            handler="billing.late_usage",
            payload=LateUsageDue(subscription_id=new.id),
            seller_id=tx.seller_id,
            run_at=max(_over_at(new) + settings_of(tx).late_window, tx.now),
            tags=(f"subscription:{new.id}",),
        )
        for before, new in moved
        if new.status is SubscriptionStatus.ENDED
        and before.subscription.status is not SubscriptionStatus.ENDED
        and any(usage_prices(before.plans[item.plan_id], new.currency) for item in before.items)
    ]


def late_charges(tx: SubscriptionsTx, agreement: Agreement) -> tuple[list[Charge], Counted]:
    """What came late of the last periods of an agreement that is over, beyond what was billed of them.

    What is included in their price and was not used up covers it first, then prepaid units.
    """
    subscription = agreement.subscription
    at = _over_at(subscription)
    on = local_date(at, subscription.time_zone)
    windows = {
        (item.id, price.meter): UsageWindow(item, price, Period(on, on))
        for item in agreement.items
        for price in usage_prices(agreement.plans[item.plan_id], subscription.currency)
    }
    told = usage_for_periods(tx, [_nothing(window, at, Decimal(0)) for window in windows.values()])
    left = {usage.period.pair: _left(tx, usage, windows[usage.period.pair].price.included) for usage in told}
    late = usage_for_periods(tx, [_nothing(window, at, left[pair]) for pair, window in windows.items()])
    counted = Counted({usage.period.pair: usage for usage in late if usage.late})
    charges = []
    for pair, usage in counted.usages.items():
        first = min(local_date(each.start_at, subscription.time_zone) for each in usage.late)
        price = attrs.evolve(windows[pair].price, included=left[pair])
        window = UsageWindow(windows[pair].item, price, Period(first, on))
        charges.append(late_charge(agreement, window, counted.used[pair]))
    return charges, counted


def _nothing(window: UsageWindow, at: datetime, included: Decimal) -> MeteredPeriod:
    """A period without time, for what is late alone."""
    return MeteredPeriod(
        subscription_item_id=window.item.id,
        meter=window.price.meter,
        start_at=at,
        end_at=at,
        included=included,
        prepaid=window.price.prepaid,
    )


def _left(tx: SubscriptionsTx, usage: PeriodUsage, included: Decimal) -> Decimal:
    """How much of what is included the last period has not used up, as it was billed."""
    last = max(usage.late, key=lambda each: each.end_at, default=None)
    if last is None:
        return Decimal(0)
    pair = usage.period.pair
    aggregation = tx.billing.usage.meters([pair[1]])[pair[1]].aggregation
    period = MeteredPeriod(subscription_item_id=pair[0], meter=pair[1], start_at=last.start_at, end_at=last.end_at)
    (now,) = tx.billing.usage.quantities([(period, aggregation)])
    return max(included - (now - last.quantity), Decimal(0))


def _over_at(subscription: Subscription) -> datetime:
    if subscription.end_on is not None:
        return start_of_day(subscription.end_on, subscription.time_zone)
    if subscription.ended_at is None:
        raise AssertionError("an agreement that is over knows since when")
    return subscription.ended_at
