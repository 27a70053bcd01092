"""What the change of an agreement means for its services: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import attrs

from larabill_billing.subscriptions.model import (
    GONE,
    Agreement,
    Service,
    SubscriptionItem,
    SubscriptionStatus,
)
from larabill_core.ids import new_id


@attrs.frozen(kw_only=True)
class Served:
    """Services to be made, changed (with their new plan and configuration), ended, suspended and resumed."""

    made: tuple[Service, ...] = ()
    changed: tuple[Service, ...] = ()
    ended: tuple[Service, ...] = ()
    suspended: tuple[Service, ...] = ()
    resumed: tuple[Service, ...] = ()


def living(services: Sequence[Service]) -> list[Service]:
    """Those that still exist, or may yet."""
    return [service for service in services if service.status not in GONE]


def touches_services(before: Agreement, after: Agreement) -> bool:
    """Whether anything of services has to be looked at. A renewal never does, and so asks for none."""
    old, new = before.subscription.status, after.subscription.status
    moved = old is not new and SubscriptionStatus.TRIALING not in (old, new)
    return moved or new is SubscriptionStatus.ENDED or before.items is not after.items


def served(before: Agreement, after: Agreement, services: Sequence[Service], now: datetime, region: str = "") -> Served:
    """What becomes of `services`, those of `before` that are not gone. `region` is where new items are built."""
    alive = living(services)
    old, new = before.subscription.status, after.subscription.status
    if new is SubscriptionStatus.ENDED:
        return Served(ended=tuple(alive))
    made: list[Service] = []
    changed: list[Service] = []
    ended: list[Service] = []
    known = {item.id: item for item in before.items}
    kept = {item.id for item in after.items}
    for item in after.items:
        units = [service for service in alive if service.subscription_item_id == item.id]
        taken = [service.unit for service in services if service.subscription_item_id == item.id]
        made += _made(after, item, len(units), max(taken, default=-1) + 1, now, region, units)
        ended += units[item.quantity :]
        earlier = known.get(item.id)
        if earlier is not None and (earlier.plan_code, earlier.spec) != (item.plan_code, item.spec):
            changed += [
                attrs.evolve(unit, plan_code=item.plan_code, spec={**unit.spec, **item.spec})
                for unit in units[: item.quantity]
            ]
    ended += [service for service in alive if service.subscription_item_id not in kept]
    going = [service for service in alive if service not in ended]
    return Served(
        made=tuple(made),
        changed=tuple(changed),
        ended=tuple(ended),
        suspended=tuple(going) if new is SubscriptionStatus.PAUSED and old is not new else (),
        resumed=tuple(going) if old in (SubscriptionStatus.PAUSED, SubscriptionStatus.ENDED) and old is not new else (),
    )


def _made(
    agreement: Agreement,
    item: SubscriptionItem,
    have: int,
    first_unit: int,
    now: datetime,
    region: str,
    units: Sequence[Service],
) -> Iterator[Service]:
    """A service for each unit that there is none for."""
    subscription, plan = agreement.subscription, agreement.plans[item.plan_id]
    if not plan.provision:
        return
    for unit in range(first_unit, first_unit + item.quantity - have):
        yield Service(
            id=new_id(),
            seller_id=subscription.seller_id,
            customer_id=subscription.customer_id,
            order_id=subscription.order_id,
            order_item_id=None,
            subscription_id=subscription.id,
            subscription_item_id=item.id,
            unit=unit,
            units=item.quantity,
            plan_code=item.plan_code,
            name=f"{item.description} {unit + 1}" if item.quantity > 1 else item.description,
            region=units[0].region if units else region,
            spec=units[0].spec if units else item.spec,
            on_failure=plan.on_failure,
            created_at=now,
        )
