"""Everything that has to be known about agreements before anything is decided: a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_billing.invoicing.model import Charge, ChargeKind
from larabill_billing.subscriptions.metered import Use, Used, meter_of, usage_windows
from larabill_billing.subscriptions.model import Agreement, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.usage.handlers import usage_for_periods
from larabill_billing.usage.model import MeteredPeriod, PeriodUsage
from larabill_core.clock import start_of_day


def agreements(tx: SubscriptionsTx, subscriptions: Sequence[Subscription]) -> list[Agreement]:
    """The agreements of these subscriptions, in the same order, with the items that are not over."""
    items = tx.billing.subscriptions.living_items([subscription.id for subscription in subscriptions])
    plans = tx.billing.plans.get_many({item.plan_id for each in items.values() for item in each})
    return [
        Agreement(subscription=subscription, items=tuple(items.get(subscription.id, ())), plans=plans)
        for subscription in subscriptions
    ]


Pair: TypeAlias = tuple[UUID, str]


@attrs.frozen
class Counted:
    """What was used, as it was counted, by item and meter: noted as billed where charges for it are issued."""

    usages: Mapping[Pair, PeriodUsage] = attrs.field(factory=dict)

    @property
    def used(self) -> Used:
        """The quantities by themselves."""
        return {
            pair: Use(
                usage.quantity,
                sum((late.quantity for late in usage.late), Decimal(0)),
                sum((draw.units for draw in usage.drawn), Decimal(0)),
            )
            for pair, usage in self.usages.items()
        }

    def billed_by(self, charges: Sequence[Charge]) -> list[PeriodUsage]:
        """Those that these charges bill."""
        return [
            self.usages[charge.subscription_item_id, meter_of(charge)]
            for charge in charges
            if charge.kind is ChargeKind.USAGE and charge.subscription_item_id is not None
        ]


def usage_of(tx: SubscriptionsTx, wanted: Sequence[tuple[Agreement, int]]) -> Counted:
    """What was used in a period of each agreement; no query where nothing is metered."""
    periods = [
        MeteredPeriod(
            subscription_item_id=window.item.id,
            meter=window.price.meter,
            start_at=start_of_day(window.period.start, agreement.subscription.time_zone),
            end_at=start_of_day(window.period.end, agreement.subscription.time_zone),
            included=window.price.included,
            prepaid=window.price.prepaid,
        )
        for agreement, n in wanted
        for window in usage_windows(agreement, n)
    ]
    if not periods:
        return Counted()
    return Counted({usage.period.pair: usage for usage in usage_for_periods(tx, periods)})
