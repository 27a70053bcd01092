"""Any number of agreements at once, for measurements: one is ordered, the others are copies of it, written set-based.

Each has a customer of its own and is on trial until tomorrow, so that nothing was billed yet and all of them fall due
together. One batch is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing import Cycle
from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import Customer, NewCustomer
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.subscriptions.model import Subscription, SubscriptionItem
from larabill_cli.seed.plans import sell
from larabill_core.engine import Engine
from larabill_core.ids import new_id

BATCH: Final = 2_000
CATALOG: Final = """
[[plans]]
code = "bulk-server"
name = "Demo server"
release = "placed"
trial = { days = 1 }
prices.EUR = { monthly = "12.90" }

[[plans]]
code = "bulk-backup"
name = "Demo backup"
release = "placed"
prices.EUR = { monthly = "2.49" }
"""


def fill(engine: Engine, seller: UUID, count: int, told: Callable[[int], None]) -> None:
    """Write `count` agreements on two items each; `told` hears of each batch how many they were."""
    sell(engine, seller, parse_catalog(CATALOG))
    customer, subscription, items = _first(engine, seller)
    told(1)
    multiply(engine, customer, subscription, items, count - 1, told)


def multiply(
    engine: Engine,
    customer: Customer,
    subscription: Subscription,
    items: Sequence[SubscriptionItem],
    count: int,
    told: Callable[[int], None] = lambda _: None,
) -> None:
    """So many more customers with the same agreement as this one, in transactions of a batch each."""
    for size in _batches(count):
        engine.run(
            partial(copy, customer=customer, subscription=subscription, items=items, count=size),
            seller=customer.seller_id,
        )
        told(size)


def _first(engine: Engine, seller: UUID) -> tuple[Customer, Subscription, list[SubscriptionItem]]:
    """One customer's agreement, by an order, as all begin."""
    billing = engine.billing
    new = NewCustomer(name="Bulk Example", email="bulk@example.com", country="DE", currency="EUR")
    customer: Customer = billing.customers.create(seller, new)
    items = tuple(NewItem(plan_code=code, cycle=Cycle("monthly")) for code in ("bulk-server", "bulk-backup"))
    wanted = PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=items)
    billing.orders.place(seller, wanted)
    (subscription,) = billing.subscriptions.list(seller, customer_id=customer.id)
    return customer, subscription, list(billing.subscriptions.items(seller, subscription.id))


def copy(
    tx: Any, *, customer: Customer, subscription: Subscription, items: Sequence[SubscriptionItem], count: int
) -> None:
    """So many customers with the same agreement, and the audits that lead to it. A constant number of statements."""
    customers = [attrs.evolve(customer, id=new_id()) for _ in range(count)]
    agreements = [attrs.evolve(subscription, id=new_id(), customer_id=each.id) for each in customers]
    tx.billing.customers.add_many(customers)
    tx.billing.subscriptions.add_many(
        agreements,
        [attrs.evolve(item, id=new_id(), subscription_id=each.id) for each in agreements for item in items],
    )
    record_many(
        tx,
        [
            *(Change(subject_kind="customer", subject_id=each.id, action="create") for each in customers),
            *(
                Change(subject_kind="subscription", subject_id=each.id, action="create", after=each.status)
                for each in agreements
            ),
        ],
    )


def _batches(count: int) -> Iterator[int]:
    for start in range(0, count, BATCH):
        yield min(BATCH, count - start)
