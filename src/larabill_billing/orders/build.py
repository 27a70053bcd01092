"""Everything that an order brings into being, made from its priced lines: pure (I13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import attrs

from larabill_billing.catalog.model import PriceKind
from larabill_billing.periods.cycle import Cycle
from larabill_billing.invoicing.model import Charge, InvoiceRequest
from larabill_billing.orders.check import PricedLine, fingerprint, strictest
from larabill_billing.orders.model import Order, OrderItem, PlaceOrder
from larabill_billing.subscriptions.model import Service, Subscription, SubscriptionItem
from larabill_billing.subscriptions.periods import add_months
from larabill_billing.subscriptions.renewal import REGULAR, period_charge
from larabill_core.clock import local_date
from larabill_core.ids import new_id
from larabill_core.money import quantize


@attrs.frozen(kw_only=True)
class Placed:
    """What is to be stored of one order."""

    order: Order
    items: tuple[OrderItem, ...]
    subscriptions: tuple[Subscription, ...]
    subscription_items: tuple[SubscriptionItem, ...]
    services: tuple[Service, ...]
    request: InvoiceRequest


def is_for(charge: Charge, service: Service) -> bool:
    """Whether a charge on the order's invoice is for the item that this service is a unit of."""
    if service.subscription_item_id is not None:
        return charge.subscription_item_id == service.subscription_item_id
    return charge.cause == str(service.order_item_id)


def build(
    wanted: PlaceOrder,
    lines: Sequence[PricedLine],
    *,
    seller_id: UUID,
    time_zone: str,
    now: datetime,
    terms_days: int,
) -> Placed:
    """One subscription for each cycle, with an item for each line; one service for each unit that is provisioned.

    The agreement, its first period and its minimum term begin on the day of the order, in the customer's zone.
    """
    today = local_date(now, time_zone)
    order = Order(
        id=new_id(),
        seller_id=seller_id,
        order_uuid=wanted.order_uuid,
        fingerprint=fingerprint(wanted),
        customer_id=wanted.customer_id,
        currency=wanted.currency,
        release=strictest(line.plan.release for line in lines),
        invoice_id=new_id(),
        placed_at=now,
    )
    items = tuple(_item(order, position, line) for position, line in enumerate(lines))
    subscriptions = _subscriptions(order, lines, time_zone, today)
    subscription_items = {
        item.id: SubscriptionItem(
            id=new_id(),
            seller_id=seller_id,
            subscription_id=subscriptions[item.cycle].id,
            plan_id=item.plan_id,
            plan_code=item.plan_code,
            description=_description(item, line),
            quantity=item.quantity,
        )
        for item, line in zip(items, lines, strict=True)
        if item.cycle is not None
    }
    charges: list[Charge] = []
    services: list[Service] = []
    for item, line in zip(items, lines, strict=True):
        subscription = subscriptions[item.cycle] if item.cycle is not None else None
        charges += _charges(order, item, line, subscription, subscription_items.get(item.id), today)
        if line.plan.provision:
            services += _services(order, item, line, subscription_items.get(item.id))
    request = InvoiceRequest(
        id=order.invoice_id,
        customer_id=order.customer_id,
        currency=order.currency,
        charges=tuple(charges),
        due_on=today + timedelta(days=terms_days),
        order_id=order.id,
        subscription_id=next(iter(subscriptions.values())).id if len(subscriptions) == 1 else None,
    )
    return Placed(
        order=order,
        items=items,
        subscriptions=tuple(subscriptions.values()),
        subscription_items=tuple(subscription_items.values()),
        services=tuple(services),
        request=request,
    )


def _item(order: Order, position: int, line: PricedLine) -> OrderItem:
    return OrderItem(
        id=new_id(),
        seller_id=order.seller_id,
        order_id=order.id,
        position=position,
        plan_id=line.plan.id,
        plan_code=line.plan.code,
        cycle=line.item.cycle,
        quantity=line.item.quantity,
        region=line.item.region,
        spec=line.spec,
        name=line.item.name or line.plan.name,
    )


def _subscriptions(order: Order, lines: Sequence[PricedLine], time_zone: str, today: date) -> dict[Cycle, Subscription]:
    """By cycle. The longest minimum term and notice period of the plans in it hold for the whole."""
    plans: dict[Cycle, list[PricedLine]] = {}
    for line in lines:
        if line.item.cycle is not None:
            plans.setdefault(line.item.cycle, []).append(line)
    return {
        cycle: Subscription(
            id=new_id(),
            seller_id=order.seller_id,
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            cycle=cycle,
            time_zone=time_zone,
            anchor_on=today,
            minimum_until=add_months(today, max(line.plan.minimum_term_months for line in within)),
            notice_days=max(line.plan.notice_days for line in within),
            created_at=order.placed_at,
        )
        for cycle, within in plans.items()
    }


def _description(item: OrderItem, line: PricedLine) -> str:
    return line.plan.name if item.name == line.plan.name else f"{line.plan.name}: {item.name}"


def _charges(
    order: Order,
    item: OrderItem,
    line: PricedLine,
    subscription: Subscription | None,
    subscription_item: SubscriptionItem | None,
    today: date,
) -> list[Charge]:
    """The first period or the one-time price, and the setup fee."""
    description = _description(item, line)
    charges = []
    if subscription is not None and subscription_item is not None:
        charges.append(period_charge(subscription, subscription_item, line.price.amount, 0))
    once = [price for price in (line.price, line.setup) if price is not None and price.cycle is None]
    return charges + [
        Charge(
            customer_id=order.customer_id,
            subscription_id=subscription.id if subscription is not None else None,
            subscription_item_id=subscription_item.id if subscription_item is not None else None,
            kind=price.kind,
            period_start=today if subscription is not None else None,
            cause=REGULAR if subscription is not None else str(item.id),
            description=f"{description}, set-up" if price.kind is PriceKind.SETUP else description,
            quantity=item.quantity,
            unit_price=price.amount,
            amount=quantize(price.amount * item.quantity, order.currency),
            currency=order.currency,
        )
        for price in once
    ]


def _services(
    order: Order, item: OrderItem, line: PricedLine, subscription_item: SubscriptionItem | None
) -> list[Service]:
    return [
        Service(
            id=new_id(),
            seller_id=order.seller_id,
            customer_id=order.customer_id,
            order_id=order.id,
            order_item_id=item.id,
            subscription_id=subscription_item.subscription_id if subscription_item is not None else None,
            subscription_item_id=subscription_item.id if subscription_item is not None else None,
            unit=unit,
            units=item.quantity,
            plan_code=item.plan_code,
            name=item.name if item.quantity == 1 else f"{item.name} {unit + 1}",
            region=item.region,
            spec=item.spec,
            on_failure=line.plan.on_failure,
            created_at=order.placed_at,
        )
        for unit in range(item.quantity)
    ]
