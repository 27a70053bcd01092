"""Everything that has to be known about agreements before anything is decided: a constant number of queries."""

from __future__ import annotations

from collections.abc import Sequence

from larabill_billing.subscriptions.metered import Used, usage_windows
from larabill_billing.subscriptions.model import Agreement, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.clock import start_of_day


def agreements(tx: SubscriptionsTx, subscriptions: Sequence[Subscription]) -> list[Agreement]:
    """The agreements of these subscriptions, in the same order, with the items that are not over."""
    items = tx.billing.subscriptions.living_items([subscription.id for subscription in subscriptions])
    plans = tx.billing.plans.get_many({item.plan_id for each in items.values() for item in each})
    return [
        Agreement(subscription=subscription, items=tuple(items.get(subscription.id, ())), plans=plans)
        for subscription in subscriptions
    ]


def usage_of(tx: SubscriptionsTx, wanted: Sequence[tuple[Agreement, int]]) -> Used:
    """What was used in a period of each agreement, beyond what was prepaid; no query where nothing is metered."""
    windows = [(agreement, window) for agreement, n in wanted for window in usage_windows(agreement, n)]
    if not windows:
        return {}
    from larabill_billing.usage.handlers import billable
    from larabill_billing.usage.model import MeteredPeriod

    periods = [
        MeteredPeriod(
            subscription_item_id=window.item.id,
            meter=window.price.meter,
            start_at=start_of_day(window.period.start, agreement.subscription.time_zone),
            end_at=start_of_day(window.period.end, agreement.subscription.time_zone),
        )
        for agreement, window in windows
    ]
    return billable(tx, periods)
