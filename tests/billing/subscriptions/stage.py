"""A seller with a price list of every kind, one customer, and agreements that are played through on a manual clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import attrs
from tests.billing.due import next_due
from tests.billing.market import Destroy
from tests.conftest import OpenTestEngine

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.invoicing.explain import explain, recompute
from larabill_billing.invoicing.model import Charge, Invoice, InvoiceState
from larabill_billing.module import MODULE
from larabill_billing.orders.model import NewItem, Order, PlaceOrder
from larabill_billing.subscriptions.change import Preview
from larabill_billing.subscriptions.changes import Change, When
from larabill_billing.subscriptions.model import GONE, Service, ServiceStatus, Subscription, SubscriptionItem
from larabill_billing.usage.model import NewUsage
from larabill_core.clock import local_date, start_of_day
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import Handler, JobStatus, NewJob
from larabill_core.module import Module, load_target
from larabill_core.published import (
    OrderReleased,
    ServiceActivated,
    ServiceEnded,
    ServiceEndRequested,
    ServiceResumed,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspended,
    ServiceSuspendRequested,
)
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos

T = TypeVar("T")

METERS = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"

"""

CATALOG = (
    METERS
    + """
[[plans]]
code = "solo"
name = "Solo"
provision = true
stock = 40
quantity = { min = 1, max = 20 }
prices.EUR = { weekly = "3.00", monthly = "10.00", annual = "100.00", setup = "5.00" }

[plans.options]
ips = { kind = "integer", min = 0, max = 9, prices.EUR = { weekly = "0.50", monthly = "2.00", annual = "20.00" } }
backup = { kind = "boolean", prices.EUR = { weekly = "1.00", monthly = "3.00", annual = "30.00" } }
host = "text"

[[plans]]
code = "duo"
name = "Duo"
provision = true
stock = 40
prices.EUR = { weekly = "7.00", monthly = "25.00", annual = "240.00" }

[[plans]]
code = "secs"
name = "By the second"
proration = { convention = "seconds" }
prices.EUR = { weekly = "4.00", monthly = "17.00", annual = "170.00" }

[[plans]]
code = "thirty"
name = "Months of thirty days"
proration = { convention = "thirty-day-month" }
prices.EUR = { monthly = "9.00", annual = "90.00" }

[[plans]]
code = "inclusive"
name = "Both days count"
proration = { convention = "inclusive-days" }
prices.EUR = { weekly = "4.00", monthly = "16.00", annual = "160.00" }

[[plans]]
code = "whole"
name = "Whole periods only"
proration = { convention = "none" }
prices.EUR = { monthly = "11.00", annual = "110.00" }

[[plans]]
code = "stairs"
name = "Graduated seats"
prices.EUR.monthly = { model = "graduated", tiers = [{ up_to = 3, unit_price = "4" }, { unit_price = "2.5" }] }
prices.EUR.weekly = { model = "graduated", tiers = [{ up_to = 3, unit_price = "1" }, { unit_price = "0.75" }] }

[[plans]]
code = "intro"
name = "Cheap at first"
prices.EUR = { weekly = "2.00", monthly = "5.00", annual = "50.00" }
phases = [{ cycles = 3, prices.EUR = { weekly = "0.50", monthly = "1.00", annual = "10.00" } }]

[[plans]]
code = "extra"
name = "An extra"
addon = true
prices.EUR = { weekly = "1.00", monthly = "4.00", annual = "40.00", setup = "2.00" }

[[plans]]
code = "tried"
name = "Tried first"
trial = { days = 14 }
prices.EUR = { weekly = "3.00", monthly = "12.00", annual = "120.00", setup = "6.00" }

[[plans]]
code = "metered"
name = "Metered"
prices.EUR = { weekly = "1.00", monthly = "6.00", annual = "60.00" }
usage = [{ meter = "traffic", included = "10", prices.EUR = "0.25" }]

[[plans]]
code = "prepaid"
name = "Metered and prepaid"
prices.EUR = { weekly = "1.00", monthly = "6.00", annual = "60.00" }
usage = [{ meter = "traffic", included = "10", prepaid = true, prices.EUR = "0.25" }]

[[plans]]
code = "least"
name = "At least fifteen"
prices.EUR = { monthly = "4.00", weekly = "1.00" }
usage = [{ meter = "traffic", prices.EUR = "0.10" }]
commitment.EUR = "15.00"

[[plans]]
code = "later"
name = "Paid later"
billing = "arrears"
prices.EUR = { weekly = "2.00", monthly = "8.00", annual = "80.00", setup = "1.00" }

[[plans]]
code = "meterlater"
name = "Metered, paid later"
billing = "arrears"
prices.EUR = { weekly = "1.00", monthly = "3.00" }
usage = [{ meter = "traffic", included = "10", prices.EUR = "0.25" }]
"""
)


def activate(tx: Any, event: OrderReleased | ServicesOrdered) -> None:
    """Everything is built at once."""
    for item in event.items:
        tx.publish(_told(tx, ServiceActivated, item.service_id))


def suspend(tx: Any, event: ServiceSuspendRequested) -> None:
    """At once."""
    tx.publish(_told(tx, ServiceSuspended, event.service_id))


def resume(tx: Any, event: ServiceResumeRequested) -> None:
    """At once; what was to be destroyed is kept when the agreement has begun again."""
    tx.publish(_told(tx, ServiceResumed, event.service_id))


def end(tx: Any, event: ServiceEndRequested) -> None:
    """It stands still until it is destroyed."""
    tx.publish(_told(tx, ServiceSuspended, event.service_id))
    payload = Destroy(service_id=event.service_id, case_version=event.case_version)
    tx.enqueue(NewJob(handler="pretend.destroy", payload=payload, seller_id=event.seller_id, run_at=event.destroy_at))


def destroy(tx: Any, event: Destroy) -> None:
    """Unless it was resumed meanwhile."""
    service = tx.billing.services.get(event.service_id)
    if service.status is ServiceStatus.SUSPENDED:
        tx.publish(_told(tx, ServiceEnded, event.service_id))


def _told(tx: Any, kind: type[Any], service_id: UUID) -> Any:
    return kind(seller_id=tx.seller_id, occurred_at=tx.now, service_id=service_id, resource_id=service_id)


_HERE = "tests.billing.subscriptions.stage"

PRETEND = Module(
    name="pretend",
    requires=("billing",),
    handlers=(
        Handler(name="pretend.activate", target=f"{_HERE}:activate", payload=OrderReleased),
        Handler(name="pretend.add", target=f"{_HERE}:activate", payload=ServicesOrdered),
        Handler(name="pretend.suspend", target=f"{_HERE}:suspend", payload=ServiceSuspendRequested),
        Handler(name="pretend.resume", target=f"{_HERE}:resume", payload=ServiceResumeRequested),
        Handler(name="pretend.end", target=f"{_HERE}:end", payload=ServiceEndRequested),
        Handler(name="pretend.destroy", target=f"{_HERE}:destroy", payload=Destroy),
    ),
)


@attrs.frozen(kw_only=True)
class Stage:
    """One seller and one customer in a zone; `run` opens a transaction of that seller."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    customer: UUID
    zone: str

    @classmethod
    def open(
        cls,
        open_test_engine: OpenTestEngine,
        clock: ManualClock,
        *,
        zone: str = "Europe/Berlin",
        catalog: str = CATALOG,
        billing_day: int | None = None,
        seller_billing_day: int | None = None,
        **billing: Any,
    ) -> Stage:
        """On the test's database, with `billing` as settings; `billing_day` is the customer's own."""
        drivers = {"pay": {"driver": "fake_gateway", "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}}}
        settings: dict[str, Any] = {"drivers": drivers}
        if seller_billing_day is not None:
            billing["billing_day"] = seller_billing_day
        if billing:
            settings["billing"] = billing
        engine = open_test_engine(MODULE, PRETEND, drivers=load_infos(), settings=settings)
        new = NewSeller(name="Hosting Ltd", country="DE", currency="EUR", time_zone=zone)
        seller = engine.billing.sellers.create(new).id
        wanted = NewCustomer(name="Ada", email="ada@example.com", country="DE", billing_day=billing_day)
        customer = engine.billing.customers.create(seller, wanted).id
        stage = cls(engine=engine, clock=clock, seller=seller, customer=customer, zone=zone)
        stage.sell(catalog)
        return stage

    def sell(self, catalog: str) -> None:
        """Another price list."""
        parsed = parse_catalog(catalog)
        self.engine.billing.catalog.load(self.seller, parsed)

    def run(self, fn: Callable[[Any], T]) -> T:
        return self.engine.run(fn, seller=self.seller)

    @property
    def today(self) -> date:
        """The customer's."""
        return local_date(self.clock.now(), self.zone)

    # what happens

    def order(self, *items: NewItem, **changes: Any) -> Order:
        values = {"order_uuid": new_id(), "customer_id": self.customer, "currency": "EUR", "items": items}
        placed: Order = self.engine.billing.orders.place(self.seller, PlaceOrder(**{**values, **changes}))
        return placed

    def agree(self, *items: NewItem, **changes: Any) -> UUID:
        """A paid order's agreement."""
        order = self.order(*items, **changes)
        if order.invoice_id is not None:
            self.pay(order.invoice_id)
        self.work()
        return self.run(lambda tx: tx.billing.subscriptions.for_order(order.id))[0].id  # type: ignore[no-any-return]

    def pay(self, invoice_id: UUID) -> None:
        """By bank transfer, all of it."""
        balance = self.run(lambda tx: tx.billing.invoices.state(invoice_id)).balance
        if balance:
            self.engine.billing.payments.record_manual(self.seller, invoice_id, balance, f"transfer {new_id().hex}")

    def pay_all(self) -> None:
        """Whatever is open, and what follows."""
        for invoice, state in self.invoices():
            if state.status == "issued":
                self.pay(invoice.id)
        self.work()

    def change(self, subscription: UUID, change: Change, when: When = "now", **more: Any) -> Subscription:
        changed: Subscription = self.engine.billing.subscriptions.change(
            self.seller, subscription, change, when, **more
        )
        return changed

    def preview(self, subscription: UUID, change: Change, when: When = "now") -> Preview:
        shown: Preview = self.engine.billing.subscriptions.preview(self.seller, subscription, change, when)
        return shown

    def use(self, subscription: UUID, item: UUID, quantity: str, at: datetime | None = None, **more: Any) -> None:
        """So much traffic, now or then."""
        values: dict[str, Any] = {
            "idempotency_id": new_id().hex,
            "subscription_id": subscription,
            "subscription_item_id": item,
            "meter": "traffic",
            "quantity": Decimal(quantity),
            "occurred_at": at or self.clock.now(),
        }
        self.engine.billing.usage.record(self.seller, [NewUsage(**{**values, **more})])

    def work(self) -> None:
        """Carry out what is due now."""
        self.engine.run_due()

    def to(self, on: date, *, step_days: int | None = None, hour: int = 12) -> None:
        """Move on to noon (UTC) of a day, and carry out what is due on the way: on each day on which anything may be,
        and in each week, or else every so many days.
        """
        while self.today < on:
            at = min(self.today + timedelta(days=step_days or 7), on)
            due = None if step_days else self.run(lambda tx: next_due(tx, self.zone))
            if due is not None:
                at = min(at, max(local_date(due, self.zone), self.today + timedelta(days=1)))
            self.clock.set(max(start_of_day(at, self.zone) + timedelta(hours=hour), self.clock.now()))
            self.work()

    def jump(self, days: int) -> None:
        """Nothing ran in all these days."""
        self.clock.advance(timedelta(days=days))
        self.work()

    # what there is

    def get(self, subscription: UUID) -> Subscription:
        found: Subscription = self.engine.billing.subscriptions.get(self.seller, subscription)
        return found

    def items(self, subscription: UUID) -> list[SubscriptionItem]:
        return list(self.engine.billing.subscriptions.items(self.seller, subscription))

    def item(self, subscription: UUID, plan_code: str | None = None) -> SubscriptionItem:
        """The one item, or the one of a plan."""
        (found,) = [item for item in self.items(subscription) if plan_code in (None, item.plan_code)]
        return found

    def services(self, subscription: UUID) -> list[Service]:
        found = self.run(lambda tx: tx.billing.services.for_subscriptions([subscription])).get(subscription, [])
        return [service for service in found if service.status not in GONE]

    def invoices(self) -> list[tuple[Invoice, InvoiceState]]:
        return list(self.engine.billing.invoices.list(self.seller, limit=1000))

    def last(self) -> Invoice:
        """The invoice that was issued last, with its lines."""
        last = max((invoice for invoice, _ in self.invoices()), key=lambda each: (each.issued_at, each.id))
        found: Invoice = self.run(lambda tx: tx.billing.invoices.get(last.id))
        return found

    def charges(self, subscription: UUID) -> list[Charge]:
        found: list[Charge] = self.run(lambda tx: tx.billing.charges.for_subscription(subscription))
        return found

    def amounts(self, invoice: Invoice | None = None) -> list[str]:
        """The lines' amounts of an invoice, or of the last one."""
        return [f"{line.amount:.2f}" for line in (invoice or self.last()).lines]

    def credit(self) -> Decimal:
        balance: Decimal = self.engine.billing.credits.balance(self.seller, self.customer, "EUR")
        return balance

    def stock(self, plan_code: str) -> int:
        """How many units are taken."""
        found = {each.plan_code: each.taken for each in self.engine.billing.catalog.stock(self.seller)}
        return found[plan_code]

    # what must hold

    def check(self) -> None:
        """Nothing is broken, nothing is left undone, and every amount can be reckoned again from its trace."""
        broken = [violation.message for violation in self.violations()]
        assert not broken, broken
        assert not self.unfinished(), self.unfinished()
        for subscription in self.engine.billing.subscriptions.list(self.seller, limit=1000):
            assert subscription.held_reason == ""
            charges = self.charges(subscription.id)
            for charge in charges:
                assert recompute(charge) == charge.amount, explain(charge)
                assert explain(charge).endswith(f"{charge.amount:.2f} EUR.")

    def violations(self) -> list[Any]:
        def verify(tx: Any) -> list[Any]:
            return [found for target in MODULE.verify for found in load_target(target)(tx)]

        return self.run(verify)

    def unfinished(self) -> list[tuple[str, str]]:
        """Jobs that stand in the operator's list, and those that are tried again."""
        jobs = self.engine.run(
            lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD, JobStatus.PARKED, JobStatus.READY), limit=1000)
        )
        return [(job.handler, job.last_error) for job in jobs if job.status != JobStatus.READY or job.last_error]


def item(plan_code: str, cycle: str = "monthly", **changes: Any) -> NewItem:
    return NewItem(plan_code=plan_code, cycle=cycle, **changes)
