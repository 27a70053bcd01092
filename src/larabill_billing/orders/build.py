"""Everything that an order brings into being, made from its priced lines: pure (I13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import attrs

from larabill_billing.catalog.model import BillingMode
from larabill_billing.discounts.coupon import Redemption
from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest
from larabill_billing.orders.check import PricedLine, fingerprint, strictest
from larabill_billing.orders.model import Order, OrderItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_billing.periods.schedule import add_months
from larabill_billing.proration.model import ProrationPolicy
from larabill_billing.subscriptions.charging import period_charges, priced, setup_charges
from larabill_billing.subscriptions.model import Agreement, Service, Subscription, SubscriptionItem
from larabill_billing.subscriptions.timing import schedule_from
from larabill_core.clock import local_date
from larabill_core.ids import new_id


@attrs.frozen(kw_only=True)
class Placed:
    """What is to be stored of one order. `request` is None where nothing is billed yet."""

    order: Order
    items: tuple[OrderItem, ...]
    subscriptions: tuple[Subscription, ...]
    subscription_items: tuple[SubscriptionItem, ...]
    services: tuple[Service, ...]
    request: InvoiceRequest | None
    redemptions: tuple[Redemption, ...] = ()


def is_for(charge: Charge, service: Service) -> bool:
    """Whether a charge on the order's invoice is for the item that this service is a unit of."""
    if service.subscription_item_id is not None:
        return charge.subscription_item_id == service.subscription_item_id
    return charge.cause == str(service.order_item_id)


@attrs.frozen(kw_only=True)
class Terms:
    """What the seller's settings and the customer's account say about a new agreement."""

    time_zone: str
    terms_days: int
    billing_day: int | None
    default: ProrationPolicy


def build(wanted: PlaceOrder, lines: Sequence[PricedLine], *, seller_id: UUID, now: datetime, terms: Terms) -> Placed:
    """One subscription for each cycle and way of billing, with an item for each line; one service for each unit.

    The agreement and its minimum term begin on the day of the order, in the customer's zone; its first period too, or
    after the longest trial of its plans. What is billed in arrears, or begins with a trial, costs nothing yet.
    """
    today = local_date(now, terms.time_zone)
    order = Order(
        id=new_id(),
        seller_id=seller_id,
        order_uuid=wanted.order_uuid,
        fingerprint=fingerprint(wanted),
        customer_id=wanted.customer_id,
        currency=wanted.currency,
        release=strictest(line.plan.release for line in lines),
        placed_at=now,
    )
    items = tuple(_item(order, position, line) for position, line in enumerate(lines))
    begun = _agreements(order, lines, terms, today)
    subscription_items: dict[UUID, SubscriptionItem] = {}
    charges: list[Charge] = []
    services: list[Service] = []
    for item, line in zip(items, lines, strict=True):
        agreement = begun.get(_group(line))
        if agreement is None:
            charges.append(_one_time(order, item, line))
        else:
            subscription_items[item.id] = mine = _subscription_item(item, line, agreement.subscription)
            charges += _first_charges(agreement, mine, terms.default)
        if line.plan.provision:
            services += _services(order, item, line, subscription_items.get(item.id))
    subscriptions = tuple(_billed(agreement.subscription) for agreement in begun.values())
    request = _request(order, charges, subscriptions, today + timedelta(days=terms.terms_days))
    if request is not None:
        request = attrs.evolve(request, purchase_order=wanted.purchase_order)
    return Placed(
        order=order if request is None else attrs.evolve(order, invoice_id=request.id),
        items=items,
        subscriptions=subscriptions,
        subscription_items=tuple(subscription_items.values()),
        services=tuple(services),
        request=request,
    )


def _request(
    order: Order, charges: Sequence[Charge], subscriptions: Sequence[Subscription], due_on: date
) -> InvoiceRequest | None:
    if not charges:
        return None
    return InvoiceRequest(
        customer_id=order.customer_id,
        currency=order.currency,
        charges=tuple(charges),
        due_on=due_on,
        order_id=order.id,
        subscription_id=subscriptions[0].id if len(subscriptions) == 1 else None,
    )


Group: TypeAlias = tuple[Cycle | None, BillingMode]


def _group(line: PricedLine) -> Group:
    return line.item.cycle, line.plan.billing


def _agreements(order: Order, lines: Sequence[PricedLine], terms: Terms, today: date) -> dict[Group, Agreement]:
    """An agreement without items for each cycle and way of billing.

    The longest minimum term, notice period and trial of the plans in it hold for the whole.
    """
    groups: dict[tuple[Cycle, BillingMode], list[PricedLine]] = {}
    for line in lines:
        if line.item.cycle is not None:
            groups.setdefault((line.item.cycle, line.plan.billing), []).append(line)
    begun: dict[Group, Agreement] = {}
    for (cycle, billing), within in groups.items():
        starts_on = today + timedelta(days=max(line.plan.trial_days for line in within))
        schedule = schedule_from(starts_on, cycle, terms.billing_day)
        subscription = Subscription(
            id=new_id(),
            seller_id=order.seller_id,
            customer_id=order.customer_id,
            order_id=order.id,
            currency=order.currency,
            cycle=cycle,
            time_zone=terms.time_zone,
            billing=billing,
            is_trial=starts_on > today,
            started_on=starts_on,
            anchor_on=schedule.anchor_on,
            anchor_day=schedule.anchor_day,
            billing_day=terms.billing_day,
            next_period=schedule.index(starts_on),
            minimum_until=add_months(today, max(line.plan.minimum_term_months for line in within)),
            notice_days=max(line.plan.notice_days for line in within),
            created_at=order.placed_at,
        )
        plans = {line.plan.id: line.plan for line in within}
        begun[cycle, billing] = Agreement(subscription=subscription, items=(), plans=plans)
    return begun


def _subscription_item(item: OrderItem, line: PricedLine, subscription: Subscription) -> SubscriptionItem:
    return SubscriptionItem(
        id=new_id(),
        seller_id=item.seller_id,
        subscription_id=subscription.id,
        plan_id=item.plan_id,
        plan_code=item.plan_code,
        description=_description(item, line),
        quantity=item.quantity,
        spec=line.spec,
        starts_on=subscription.started_on,
        first_period=subscription.next_period,
    )


def _first_charges(agreement: Agreement, item: SubscriptionItem, default: ProrationPolicy) -> list[Charge]:
    """The first period and the setup fee; after a trial they come with its end."""
    subscription = agreement.subscription
    if subscription.is_trial:
        return []
    alone = attrs.evolve(agreement, items=(item,))
    setup = setup_charges(alone, item, subscription.started_on)
    if subscription.billing is BillingMode.ARREARS:
        return setup
    return period_charges(alone, subscription.next_period, default) + setup


def _billed(subscription: Subscription) -> Subscription:
    """As it is with its first period on the order's invoice."""
    if subscription.is_trial or subscription.billing is BillingMode.ARREARS:
        return subscription
    return attrs.evolve(subscription, next_period=subscription.next_period + 1)


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


def _description(item: OrderItem, line: PricedLine) -> str:
    return line.plan.name if item.name == line.plan.name else f"{line.plan.name}: {item.name}"


def _one_time(order: Order, item: OrderItem, line: PricedLine) -> Charge:
    """What is sold once."""
    cost = priced(str(item.id), _description(item, line), line.price.model, Decimal(item.quantity), order.currency)
    return Charge(
        customer_id=order.customer_id,
        kind=ChargeKind.ONE_TIME,
        cause=cost.cause,
        description=cost.description,
        quantity=cost.quantity,
        unit_price=cost.unit_price,
        amount=cost.amount,
        currency=order.currency,
        tax_class=line.plan.tax_class,
        trace=cost.trace,
    )


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
