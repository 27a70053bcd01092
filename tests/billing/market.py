"""What the tests of agreements share: all of billing on a real database, and a pretended provisioning at its side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import attrs
import pytest
from tests.billing.due import next_due
from tests.conftest import OpenTestEngine

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.invoicing.model import Invoice, InvoiceState
from larabill_billing.module import MODULE
from larabill_billing.orders.model import NewItem, Order, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.model import Service, Subscription
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import Handler, Job, JobStatus, NewJob
from larabill_core.messages import decode
from larabill_core.module import Module, load_target
from larabill_core.published import (
    InvoiceIssued,
    OrderReleased,
    PaymentMethodNeeded,
    PaymentReminderDue,
    PaymentUpcoming,
    PromiseBroken,
    ServiceActivated,
    ServiceEnded,
    ServiceEndRequested,
    ServiceResumed,
    ServiceResumeRequested,
    ServiceSuspended,
    ServiceSuspendRequested,
)
from larabill_core.testing.clock import ManualClock
from larabill_core.verify import Violation
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld

T = TypeVar("T")
ZONE = "Europe/Berlin"

CATALOG = """
[[plans]]
code = "web"
name = "Web hosting"
provision = true
regions = ["eu", "us"]
options = { domain = "text" }
on_failure = "credit"
prices.EUR = { weekly = "2.00", monthly = "5.00", annual = "50.00", setup = "9.00" }

[[plans]]
code = "server"
name = "Server"
provision = true
on_failure = "refund"
minimum_term_months = 12
notice_days = 30
prices.EUR = { monthly = "40.00" }

[[plans]]
code = "box"
name = "A server for good"
provision = true
on_failure = "refund"
prices.EUR = { one_time = "99.99" }

[[plans]]
code = "trust"
name = "Hosting on trust"
provision = true
release = "placed"
on_failure = "credit"
prices.EUR = { monthly = "7.00" }

[[plans]]
code = "held"
name = "Hosting, authorised first"
provision = true
release = "authorised"
on_failure = "credit"
prices.EUR = { monthly = "8.00" }

[[plans]]
code = "free"
name = "Free hosting"
provision = true
prices.EUR = { monthly = "0.00" }
"""


def activate(tx: Any, event: OrderReleased) -> None:
    """Everything is built at once."""
    for item in event.items:
        tx.publish(_told(tx, ServiceActivated, item.service_id))


def suspend(tx: Any, event: ServiceSuspendRequested) -> None:
    """As provisioning does: billing has the last word, where it is for money."""
    version = event.case_version
    if version is None or tx.engine.standing.may_suspend(tx, event.service_id, version):
        tx.publish(_told(tx, ServiceSuspended, event.service_id))


def resume(tx: Any, event: ServiceResumeRequested) -> None:
    """At once."""
    tx.publish(_told(tx, ServiceResumed, event.service_id))


def end(tx: Any, event: ServiceEndRequested) -> None:
    """Later."""
    payload = Destroy(service_id=event.service_id, case_version=event.case_version)
    tx.enqueue(NewJob(handler="pretend.destroy", payload=payload, seller_id=event.seller_id, run_at=event.destroy_at))


def destroy(tx: Any, event: Destroy) -> None:
    """The last word again, when there is a case."""
    version = event.case_version
    if version is None or tx.engine.standing.may_suspend(tx, event.service_id, version):
        tx.publish(_told(tx, ServiceEnded, event.service_id))


def listen(tx: Any, event: Any) -> None:
    """Leaves its job as the trace that an event was published."""


def _told(tx: Any, kind: type[Any], service_id: UUID) -> Any:
    return kind(seller_id=tx.seller_id, occurred_at=tx.now, service_id=service_id, resource_id=service_id)


@attrs.frozen(kw_only=True)
class Destroy:
    """The time has come."""

    service_id: UUID
    case_version: int | None


_HERE = "tests.billing.market"

PRETEND = Module(
    name="pretend",
    requires=("billing",),
    handlers=(
        Handler(name="pretend.activate", target=f"{_HERE}:activate", payload=OrderReleased),
        Handler(name="pretend.suspend", target=f"{_HERE}:suspend", payload=ServiceSuspendRequested),
        Handler(name="pretend.resume", target=f"{_HERE}:resume", payload=ServiceResumeRequested),
        Handler(name="pretend.end", target=f"{_HERE}:end", payload=ServiceEndRequested),
        Handler(name="pretend.remind", target=f"{_HERE}:listen", payload=PaymentReminderDue),
        Handler(name="pretend.upcoming", target=f"{_HERE}:listen", payload=PaymentUpcoming),
        Handler(name="pretend.needed", target=f"{_HERE}:listen", payload=PaymentMethodNeeded),
        Handler(name="pretend.broken", target=f"{_HERE}:listen", payload=PromiseBroken),
        Handler(name="pretend.issued", target=f"{_HERE}:listen", payload=InvoiceIssued),
        Handler(name="pretend.destroy", target=f"{_HERE}:destroy", payload=Destroy),
    ),
)

SILENT = Module(
    name="pretend",
    requires=("billing",),
    handlers=tuple(
        Handler(name=handler.name, target=f"{_HERE}:listen", payload=handler.payload) for handler in PRETEND.handlers
    ),
)
"""Hears everything and does nothing: the test says what provisioning did."""


@attrs.frozen(kw_only=True)
class Market:
    """One seller and one customer; `run` opens a transaction of that seller."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    customer: UUID

    @classmethod
    def open(cls, engine: Engine, clock: ManualClock) -> Market:
        billing = engine.billing
        new = NewSeller(name="Hosting Ltd", country="DE", currency="EUR", time_zone=ZONE)
        seller = billing.sellers.create(new).id
        billing.catalog.load(seller, parse_catalog(CATALOG))
        customer = billing.customers.create(seller, NewCustomer(name="Ada", email="ada@example.com", country="DE"))
        return cls(engine=engine, clock=clock, seller=seller, customer=customer.id)

    def run(self, fn: Callable[[Any], T]) -> T:
        return self.engine.run(fn, seller=self.seller)

    def wanted(self, *items: NewItem, **changes: Any) -> PlaceOrder:
        chosen = items or (item(),)
        values = {"order_uuid": new_id(), "customer_id": self.customer, "currency": "EUR", "items": chosen}
        return PlaceOrder(**{**values, **changes})

    def place(self, *items: NewItem, **changes: Any) -> Order:
        order: Order = self.engine.billing.orders.place(self.seller, self.wanted(*items, **changes))
        return order

    def order(self, order: Order) -> Order:
        found: Order = self.engine.billing.orders.get(self.seller, order.id)
        return found

    def subscription(self, order: Order) -> Subscription:
        return self.run(lambda tx: tx.billing.subscriptions.for_order(order.id))[0]

    def services(self, order: Order) -> list[Service]:
        return self.run(lambda tx: tx.billing.services.for_order(order.id))

    def invoices(self) -> list[tuple[Invoice, InvoiceState]]:
        found: list[tuple[Invoice, InvoiceState]] = self.engine.billing.invoices.list(self.seller, limit=1000)
        return found

    def pay(self, invoice_id: UUID, amount: str | None = None) -> None:
        """By bank transfer, and carry out what follows."""
        balance = self.run(lambda tx: tx.billing.invoices.state(invoice_id)).balance
        wanted = balance if amount is None else Decimal(amount)
        self.engine.billing.payments.record_manual(self.seller, invoice_id, wanted, f"transfer {new_id().hex}")
        self.work()

    def pay_order(self, **changes: Any) -> Order:
        """A paid order of one web hosting."""
        order = self.place(item(**changes))
        self.pay(order.invoice_id)
        return order

    def work(self) -> None:
        """Carry out what is due now."""
        self.engine.run_due()

    def go(self, *, step_days: int = 7, **by: int) -> None:
        """Move on, by so many days at most at a time, and carry out what is due, whenever anything may be."""
        until = self.clock.now() + timedelta(**by)
        while True:
            self.engine.run_due()
            if self.clock.now() >= until:
                return
            due = self.run(lambda tx: next_due(tx, ZONE))
            step = min(until, self.clock.now() + timedelta(days=step_days))
            self.clock.set(max(self.clock.now(), step if due is None else min(due, step)))

    def jobs(self, handler: str, *statuses: JobStatus) -> list[Job]:
        found: list[Job] = self.engine.run(lambda tx: tx.jobs.list(statuses=statuses, limit=10_000))
        return [job for job in found if job.handler == handler]

    def heard(self, handler: str, kind: type[T]) -> list[T]:
        """The events that reached a handler of the pretended provisioning."""
        return [decode(job.payload, kind) for job in self.jobs(handler)]

    def tell(self, event: Any) -> None:
        """An event of provisioning, and what billing makes of it."""
        self.run(lambda tx: tx.publish(event))
        self.work()

    def told(self, kind: type[Any], service: Service, **more: Any) -> None:
        self.tell(
            kind(
                seller_id=self.seller,
                occurred_at=self.clock.now(),
                service_id=service.id,
                resource_id=service.id,
                **more,
            )
        )

    def method(self, token: str = "pm_ok") -> None:
        self.engine.billing.payments.add_method(self.seller, self.customer, "pay", token, "Test card")

    def credit(self) -> Decimal:
        balance: Decimal = self.engine.billing.credits.balance(self.seller, self.customer, "EUR")
        return balance

    def violations(self) -> list[Violation]:
        def verify(tx: Any) -> list[Violation]:
            return [violation for target in MODULE.verify for violation in load_target(target)(tx)]

        return self.run(verify)

    def unfinished(self) -> list[tuple[str, str]]:
        """Jobs that stand in the operator's list."""
        found: list[Job] = self.engine.run(
            lambda tx: tx.jobs.list(statuses=(JobStatus.DEAD, JobStatus.PARKED), limit=1000)
        )
        return [(job.handler, job.last_error) for job in found]


def item(plan_code: str = "web", **changes: Any) -> NewItem:
    values: dict[str, Any] = {"plan_code": plan_code, "cycle": Cycle.MONTHLY}
    if plan_code == "web":
        values["region"] = "eu"
    return NewItem(**{**values, **changes})


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def make_market(
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    node: str,
    *,
    provisioning: Module = PRETEND,
    accounts: Mapping[str, Any] | None = None,
    **billing: Any,
) -> Market:
    """A market on the test's database. The gateway's account is `pay`; `accounts` are more."""
    drivers = {
        "pay": {"driver": "fake_gateway", "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}, "world": f":memory:{node}"}
    }
    settings: dict[str, Any] = {"drivers": {**drivers, **(accounts or {})}}
    if billing:
        settings["billing"] = billing
    engine = open_test_engine(MODULE, provisioning, drivers=load_infos(), settings=settings)
    return Market.open(engine, clock)


@pytest.fixture
def market(
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Market]:
    """With a provisioning that does at once what it is asked for."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    yield make_market(open_test_engine, clock, request.node.nodeid)
    FakeWorld.forget(f":memory:{request.node.nodeid}")


@pytest.fixture
def quiet_market(
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Market]:
    """With a provisioning that only listens."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    yield make_market(open_test_engine, clock, request.node.nodeid, provisioning=SILENT)
    FakeWorld.forget(f":memory:{request.node.nodeid}")


@pytest.fixture
def open_market(
    open_test_engine: OpenTestEngine,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Market]]:
    """Makes a market of which the manifest says what is given: `open_market(group_invoices=True)`."""
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", "whsec_0123456789abcdef0123456789abcdef")
    yield partial(make_market, open_test_engine, clock, request.node.nodeid)
    FakeWorld.forget(f":memory:{request.node.nodeid}")
