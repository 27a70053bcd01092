"""Place an order, release it once, cancel it before that."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record_many
from larabill_billing.audits.model import Change
from larabill_billing.catalog.model import Plan, ReleasePolicy, Units
from larabill_billing.catalog.stock import give_back, take
from larabill_billing.credits.credit_notes import void
from larabill_billing.credits.documents import issue
from larabill_billing.customers.model import Customer
from larabill_billing.discounts.handlers import redeem, return_all, use
from larabill_billing.invoicing.model import Charge, InvoiceStatus
from larabill_billing.invoicing.taxing import rates_of, treatments
from larabill_billing.invoicing.totals import Totals, check_size, totals
from larabill_billing.orders.build import Placed, Terms, build
from larabill_billing.orders.check import fingerprint, price
from larabill_billing.orders.credit import credit_for, issue_paid
from larabill_billing.orders.discounting import discounted
from larabill_billing.orders.model import Order, OrderItem, OrderStatus, PlaceOrder
from larabill_billing.orders.ports import OrdersTx
from larabill_billing.orders.states import after
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import ServiceStatus, Subscription
from larabill_billing.subscriptions.states import after as subscription_after
from larabill_billing.subscriptions.timing import timed
from larabill_core.errors import Conflict
from larabill_core.published import OrderReleased, ReleasedItem


def place(tx: OrdersTx, wanted: PlaceOrder) -> Order:
    """Take an order: its agreements, services, first charges and invoice, in this transaction.

    The same request again gives the same order, whatever the catalogue says by then. What costs nothing, and what its
    plans release when placed, is released at once.
    Raises `NotFound` for the customer, `InvalidInput` with every fault, `Conflict` when the `order_uuid` was used for
    another order, or a coupon was used up by somebody else.
    """
    known = tx.billing.orders.by_uuid(wanted.order_uuid)
    if known is not None:
        return _same(known, wanted)
    placed = _build(tx, wanted, tx.billing.customers.get(wanted.customer_id), lock=True)
    stored = tx.billing.orders.add_new(placed.order)
    if stored.id != placed.order.id:
        return _same(stored, wanted)
    tx.billing.orders.add_items(placed.items)
    tx.billing.subscriptions.add_many(placed.subscriptions, placed.subscription_items)
    tx.billing.services.add_many(placed.services)
    record_many(
        tx,
        [
            _moved("order", stored.id, "place", "", stored.status),
            *(_moved("subscription", each.id, "create", "", each.status) for each in placed.subscriptions),
            *(_moved("service", each.id, "create", "", each.status) for each in placed.services),
        ],
    )
    redeem(tx, placed.redemptions, f"order {stored.id}")
    take(tx, units_of(placed.items))
    request = placed.request
    charges = () if request is None else request.charges
    if stored.release is ReleasePolicy.PLACED or not any(each.net_amount for each in charges):
        stored = release(tx, stored, str(stored.release))
    if request is not None:
        use(tx, charges)
        if wanted.use_credit:
            issue_paid(tx, request)
        else:
            issue(tx, [request])
    return stored


@attrs.frozen(kw_only=True)
class OrderPreview:
    """What an order would bring into being, its invoice (I13), and what `credit` would pay of that."""

    subscriptions: tuple[Subscription, ...]
    charges: tuple[Charge, ...]
    totals: Totals
    credit: Decimal


def preview(tx: OrdersTx, wanted: PlaceOrder) -> OrderPreview:
    """What the order would cost now, without placing it. Raises what `place` raises."""
    customer = tx.billing.customers.get(wanted.customer_id)
    placed = _build(tx, wanted, customer, lock=False)
    charges = () if placed.request is None else placed.request.charges
    rates = rates_of(charges, treatments(tx, {customer.id: customer})[customer.id])
    sums = totals(charges, rates, wanted.currency, settings_of(tx).tax.rounding)
    credit = credit_for(tx, customer.id, wanted.currency, sums) if wanted.use_credit else Decimal(0)
    return OrderPreview(subscriptions=placed.subscriptions, charges=charges, totals=sums, credit=credit)


def _build(tx: OrdersTx, wanted: PlaceOrder, customer: Customer, *, lock: bool) -> Placed:
    """Everything that the order brings into being, after checking it against the catalogue."""
    plans = tx.billing.plans.active({item.plan_code for item in wanted.items})
    lines = price(wanted, plans, currency=customer.currency, has_method=_has_method(tx, customer.id, plans.values()))
    settings = settings_of(tx)
    terms = Terms(
        time_zone=customer.time_zone,
        terms_days=settings.payment_terms_days,
        billing_day=wanted.billing_day or customer.billing_day or settings.billing_day,
        default=settings.proration,
    )
    placed = build(wanted, lines, seller_id=tx.seller_id, now=tx.now, terms=terms)
    if placed.request is not None:
        check_size([charge.amount for charge in placed.request.charges])
    return discounted(tx, wanted, customer, lines, placed, lock=lock)


def units_of(items: Iterable[OrderItem]) -> list[Units]:
    """What an order takes from stock."""
    return [Units(plan_code=item.plan_code, region=item.region, units=item.quantity) for item in items]


def _has_method(tx: OrdersTx, customer_id: UUID, plans: Iterable[Plan]) -> bool:
    """Whether there is a payment method, if any of the plans wants to know."""
    if not any(plan.trial_needs_method for plan in plans):
        return False
    return customer_id in tx.billing.payment_methods.defaults([customer_id])


def _same(known: Order, wanted: PlaceOrder) -> Order:
    if known.fingerprint != fingerprint(wanted):
        raise Conflict(
            f"order_uuid {wanted.order_uuid}", "it was used for another order", "make a new order_uuid for each order"
        )
    return known


def release(tx: OrdersTx, order: Order, reason: str) -> Order:
    """Let work begin: `OrderReleased`, and its agreements become active.

    `order` is locked, or was made in this transaction. Raises `IllegalTransition` unless it is pending.
    """
    released = attrs.evolve(order, status=after(order, "release"), released_at=tx.now)
    tx.billing.orders.save(released)
    before = tx.billing.subscriptions.for_order(order.id)
    active = [
        timed(attrs.evolve(each, status=subscription_after(each, "try" if each.is_trial else "release")))
        for each in before
    ]
    tx.billing.subscriptions.save_many(active)
    record_many(
        tx,
        [
            _moved("order", order.id, "release", order.status, released.status, reason),
            *(
                _moved("subscription", old.id, "release", old.status, new.status, reason)
                for old, new in zip(before, active, strict=True)
            ),
        ],
    )
    tx.publish(
        OrderReleased(
            seller_id=tx.seller_id,
            occurred_at=tx.now,
            order_id=order.id,
            customer_id=order.customer_id,
            items=tuple(
                ReleasedItem(
                    service_id=service.id,
                    plan_code=service.plan_code,
                    name=service.name,
                    region=service.region,
                    spec=service.spec,
                    on_failure=service.on_failure,
                )
                for service in tx.billing.services.for_order(order.id)
            ),
        )
    )
    return released


def cancel(tx: OrdersTx, order_id: UUID, reason: str = "") -> Order:
    """Call off an order that was not released: its invoice is void, its agreements are cancelled.

    Raises `NotFound`; `IllegalTransition` unless it is pending; `Conflict` while money is on its way or when some came.
    """
    check_reason(reason)
    order = tx.billing.orders.get(order_id, lock=True)
    cancelled = attrs.evolve(order, status=after(order, "cancel"))
    if order.invoice_id is not None:
        _void_unpaid(tx, order, order.invoice_id, reason)
    tx.billing.orders.save(cancelled)
    return_all(tx, order.id)
    give_back(tx, units_of(tx.billing.orders.items(order.id)))
    before = tx.billing.subscriptions.for_order(order.id)
    over = [
        attrs.evolve(subscription, status=subscription_after(subscription, "cancel"), ended_at=tx.now)
        for subscription in before
    ]
    tx.billing.subscriptions.save_many(over)
    services = tx.billing.services.for_order(order.id)
    tx.billing.services.close_many([service.id for service in services])
    record_many(
        tx,
        [
            _moved("order", order.id, "cancel", order.status, cancelled.status, reason),
            *(_moved("service", each.id, "cancel", each.status, ServiceStatus.ENDED) for each in services),
            *(
                _moved("subscription", old.id, "cancel", old.status, new.status, reason)
                for old, new in zip(before, over, strict=True)
            ),
        ],
    )
    return cancelled


def _void_unpaid(tx: OrdersTx, order: Order, invoice_id: UUID, reason: str) -> None:
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.status is InvoiceStatus.PAID:
        raise Conflict(f"order {order.id}", "it is paid, and about to be released", "cancel the subscription then")
    if any(payment.is_in_flight for payment in tx.billing.payments.for_invoices([invoice_id])):
        raise Conflict(f"order {order.id}", "a payment of it is under way", "wait for its end")
    void(tx, invoice_id, f"order cancelled: {reason}")


def _moved(kind: str, subject_id: UUID, action: str, before: str, after: str, reason: str = "") -> Change:
    return Change(subject_kind=kind, subject_id=subject_id, action=action, before=before, after=after, reason=reason)


def release_if_pending(tx: OrdersTx, invoice_id: UUID, reason: str, *, policies: frozenset[ReleasePolicy]) -> None:
    """Release the order of an invoice, if there is one, it waits, and its policy is among these. Locks the order."""
    order = tx.billing.orders.by_invoice(invoice_id, lock=True)
    if order is not None and order.status is OrderStatus.PENDING and order.release in policies:
        release(tx, order, reason)
