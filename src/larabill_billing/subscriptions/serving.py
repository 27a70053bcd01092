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
    """Services to be made, changed (with their new plan and configuration), ended, suspended and resumed.

    `back`: those that were to end, and shall not any more.
    """

    made: tuple[Service, ...] = ()
    changed: tuple[Service, ...] = ()
    ended: tuple[Service, ...] = ()
    suspended: tuple[Service, ...] = ()
    resumed: tuple[Service, ...] = ()
    back: tuple[Service, ...] = ()


def living(services: Sequence[Service]) -> list[Service]:
    """Those that still exist, or may yet."""
    return [service for service in services if service.status not in GONE]


def touches_services(before: Agreement, after: Agreement) -> bool:
    """Whether anything of services has to be looked at. A renewal never does, and so asks for none."""
    old, new = before.subscription.status, after.subscription.status
    moved = old is not new and SubscriptionStatus.TRIALING not in (old, new)
    return moved or new is SubscriptionStatus.ENDED or before.items is not after.items


def served(before: Agreement, after: Agreement, services: Sequence[Service], now: datetime, region: str = "") -> Served:
    """What becomes of `services`, all of `before`. `region` is where new items are built.

    The first units of an item are those that are wanted; a living one beyond them was asked to end before, and is
    brought back when it is wanted again.
    """
    old, new = before.subscription.status, after.subscription.status
    over, begun = new is SubscriptionStatus.ENDED, old is SubscriptionStatus.ENDED
    alive = living(services)
    made: list[Service] = []
    changed: list[Service] = []
    ended: list[Service] = []
    going: list[Service] = []
    back: list[Service] = []
    known = {item.id: item for item in before.items}
    kept = {item.id: item for item in after.items}
    for item in {**known, **kept}.values():
        units = [service for service in alive if service.subscription_item_id == item.id]
        had = 0 if begun else _wanted(before, known.get(item.id))
        want = 0 if over else _wanted(after, kept.get(item.id))
        ended += units[want:had]
        going += units[: min(had, want)]
        back += units[had:want]
        taken = [service.unit for service in services if service.subscription_item_id == item.id]
        made += _made(after, item, range(len(units), want), max(taken, default=-1) + 1, now, region, units)
        earlier = known.get(item.id)
        changed += [
            attrs.evolve(unit, plan_code=item.plan_code, spec={**unit.spec, **item.spec})
            for unit in units[:want]
            if unit.plan_code != item.plan_code or (earlier is not None and earlier.spec != item.spec)
        ]
    return Served(
        made=tuple(made),
        changed=tuple(changed),
        ended=tuple(ended),
        suspended=tuple(going) if new is SubscriptionStatus.PAUSED and old is not new else (),
        resumed=tuple(going) if old is SubscriptionStatus.PAUSED and old is not new and not over else (),
        back=tuple(back),
    )


def _wanted(agreement: Agreement, item: SubscriptionItem | None) -> int:
    """How many units of an item there shall be."""
    return item.quantity if item is not None and agreement.plans[item.plan_id].provision else 0


def _made(
    agreement: Agreement,
    item: SubscriptionItem,
    missing: range,
    first_unit: int,
    now: datetime,
    region: str,
    units: Sequence[Service],
) -> Iterator[Service]:
    """A service for each unit that there is none for."""
    subscription = agreement.subscription
    for unit in range(first_unit, first_unit + len(missing)):
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
            on_failure=agreement.plans[item.plan_id].on_failure,
            created_at=now,
        )
