"""Tell when the use of a period comes to a share of what is included: once, however many events are recorded at once.

record ──▶ billing.watch_usage (a job, after the commit: it sees what the others have recorded too)
             └──▶ UsageThresholdReached, one for each row of a unique index
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.catalog.prices import usage_prices
from larabill_billing.periods.schedule import Period
from larabill_billing.pricing.exact import multiply
from larabill_billing.usage.model import Allowance
from larabill_billing.usage.ports import MeteredItem, Reached, UsageTx
from larabill_core.clock import local_date, start_of_day
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.published import UsageThresholdReached

MOST_PAIRS = 1_000
"""Items and meters that one job looks at."""
_HUNDRED = Decimal(100)


@attrs.frozen(kw_only=True)
class CountedUsage:
    """Items and meters of which something was recorded."""

    pairs: tuple[tuple[UUID, str], ...]


def watch(tx: UsageTx, pairs: Collection[tuple[UUID, str]]) -> None:
    """Have the thresholds of these items and meters looked at, after this transaction."""
    ordered = sorted(pairs)
    tx.enqueue(
        *(
            NewJob(
                handler="billing.watch_usage",
                seller_id=tx.seller_id,
                payload=CountedUsage(pairs=tuple(ordered[start : start + MOST_PAIRS])),
            )
            for start in range(0, len(ordered), MOST_PAIRS)
        )
    )


def watch_usage(tx: UsageTx, payload: CountedUsage) -> None:
    """Look at the periods of now."""
    tell(tx, allowances(tx, payload.pairs))


def allowances(tx: UsageTx, pairs: Collection[tuple[UUID, str]]) -> list[Allowance]:
    """What the plans of these items include in the period of now; items and meters without are left out."""
    items = tx.billing.usage.items({item_id for item_id, _ in pairs})
    plans = tx.billing.plans.get_many({item.plan_id for item in items.values()})
    return [
        Allowance(
            subscription_id=items[item_id].subscription_id,
            subscription_item_id=item_id,
            meter=meter,
            included=price.included,
            start_at=start_of_day(period.start, items[item_id].time_zone),
            end_at=start_of_day(period.end, items[item_id].time_zone),
        )
        for item_id, meter in pairs
        if item_id in items
        for price in usage_prices(plans[items[item_id].plan_id], items[item_id].currency)
        if price.meter == meter and price.included > 0
        for period in (_present(items[item_id], tx.now),)
    ]


def _present(item: MeteredItem, now: datetime) -> Period:
    return item.schedule.period(item.schedule.index(local_date(now, item.time_zone)))


def tell(tx: UsageTx, allowances: Sequence[Allowance]) -> None:
    """Publish the thresholds that were reached and of which nobody has told. Statements do not depend on how many."""
    told = {_key(each) for each in tx.billing.usage.reached([allowance.period for allowance in allowances])}
    waiting = [
        allowance
        for allowance in allowances
        if any(_key_of(allowance, percent) not in told for percent in allowance.percents)
    ]
    if not waiting:
        return
    meters = tx.billing.usage.meters({allowance.meter for allowance in waiting})
    asked = [(allowance.period, meters[allowance.meter].aggregation) for allowance in waiting]
    quantities = tx.billing.usage.quantities(asked)
    new = {
        _key_of(allowance, percent): (_reached(tx, allowance, percent), allowance, quantity)
        for allowance, quantity in zip(waiting, quantities, strict=True)
        for percent in allowance.percents
        if _key_of(allowance, percent) not in told and _is_reached(quantity, allowance.included, percent)
    }
    if not new:
        return
    tx.billing.usage.add_reached([reached for reached, _, _ in new.values()])
    mine = {each.id for each in tx.billing.usage.reached([allowance.period for _, allowance, _ in new.values()])}
    tx.publish(
        *(_event(tx, each, allowance, quantity) for each, allowance, quantity in new.values() if each.id in mine)
    )


def _is_reached(quantity: Decimal, included: Decimal, percent: int) -> bool:
    return multiply(quantity, _HUNDRED) >= multiply(included, Decimal(percent))


def _key(reached: Reached) -> tuple[object, ...]:
    return reached.subscription_item_id, reached.meter, reached.start_at, reached.percent


def _key_of(allowance: Allowance, percent: int) -> tuple[object, ...]:
    return allowance.subscription_item_id, allowance.meter, allowance.start_at, percent


def _reached(tx: UsageTx, allowance: Allowance, percent: int) -> Reached:
    return Reached(
        id=new_id(),
        seller_id=tx.seller_id,
        subscription_item_id=allowance.subscription_item_id,
        meter=allowance.meter,
        start_at=allowance.start_at,
        percent=percent,
        reached_at=tx.now,
    )


def _event(tx: UsageTx, reached: Reached, allowance: Allowance, quantity: Decimal) -> UsageThresholdReached:
    return UsageThresholdReached(
        seller_id=tx.seller_id,
        occurred_at=tx.now,
        subscription_id=allowance.subscription_id,
        subscription_item_id=allowance.subscription_item_id,
        meter=allowance.meter,
        percent=reached.percent,
        quantity=quantity,
        included=allowance.included,
        start_at=allowance.start_at,
        end_at=allowance.end_at,
    )
