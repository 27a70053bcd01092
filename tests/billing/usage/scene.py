"""What the tests of usage share: a seller whose plans are metered, and one running agreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.usage.handlers import mark_billed, usage_for_periods
from larabill_billing.usage.model import MeteredPeriod, NewUsage, PeriodUsage
from larabill_billing.usage.record import Recorded
from larabill_core.clock import start_of_day
from larabill_core.engine import Engine
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id
from larabill_core.jobs import Handler
from larabill_core.messages import decode
from larabill_core.module import Module
from larabill_core.published import UsageThresholdReached
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.billing.usage_tables import EVENTS

T = TypeVar("T")

CATALOG = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"

[[meters]]
code = "peak"
aggregation = "max"
unit = "Mbit/s"

[[meters]]
code = "seats"
aggregation = "last"
unit = "seats"

[[meters]]
code = "people"
aggregation = "unique"
unit = "people"

[[meters]]
code = "disk"
aggregation = "time_weighted"
unit = "GB"

[[meters]]
code = "calls"
aggregation = "sum"
unit = "calls"
property = "count"

[[meters]]
code = "senders"
aggregation = "unique"
unit = "senders"
property = "from"

[[plans]]
code = "metered"
name = "Metered"
release = "placed"
prices.EUR = { monthly = "5.00" }
usage = [
    { meter = "traffic", included = "100", prices.EUR = "0.10" },
    { meter = "disk", prices.EUR = "0.05" },
]

[[plans]]
code = "plain"
name = "Plain"
release = "placed"
prices.EUR = { monthly = "3.00" }
"""

ZONE = "Europe/Berlin"


def listen(tx: Any, event: UsageThresholdReached) -> None:
    """Leaves its job as the trace that an event was published."""


LISTENER = Module(
    name="listener",
    requires=("billing",),
    handlers=(Handler(name="listener.reached", target=f"{__name__}:listen", payload=UsageThresholdReached),),
)


@attrs.frozen(kw_only=True)
class Scene:
    """The agreement began at noon of 31 January 2026 UTC; its periods are those of its anchor day in Berlin."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    subscription: UUID
    item: UUID

    @classmethod
    def open(cls, engine: Engine, clock: ManualClock) -> Scene:
        billing = engine.billing
        new = NewSeller(name="Hosting Ltd", country="DE", currency="EUR", time_zone=ZONE)
        seller = billing.sellers.create(new).id
        catalog = parse_catalog(CATALOG)
        billing.catalog.load(seller, catalog)
        billing.usage.define_meters(seller, catalog.meters)
        scene = cls(engine=engine, clock=clock, seller=seller, subscription=seller, item=seller)
        subscription, items = scene.subscribe("metered")
        return attrs.evolve(scene, subscription=subscription, item=items[0])

    def subscribe(self, *plans: str) -> tuple[UUID, list[UUID]]:
        """A new agreement on these plans, and its items in their order."""
        billing = self.engine.billing
        customer = billing.customers.create(self.seller, NewCustomer(name="Ada", email="a@example.com", country="DE"))
        wanted = PlaceOrder(
            order_uuid=new_id(),
            customer_id=customer.id,
            currency="EUR",
            items=tuple(NewItem(plan_code=plan, cycle="monthly") for plan in plans),
        )
        order = billing.orders.place(self.seller, wanted)
        self.engine.run_due()
        [subscription] = self.run(lambda tx: tx.billing.subscriptions.for_order(order.id))
        items = self.run(lambda tx: tx.billing.subscriptions.items([subscription.id]))[subscription.id]
        return subscription.id, [item.id for plan in plans for item in items if item.plan_code == plan]

    def run(self, fn: Callable[[Any], T]) -> T:
        return self.engine.run(fn, seller=self.seller)

    def event(self, id: str, quantity: Any = None, meter: str = "traffic", **changes: Any) -> NewUsage:
        values: dict[str, Any] = {
            "idempotency_id": id,
            "subscription_id": self.subscription,
            "meter": meter,
            "quantity": None if quantity is None else Decimal(quantity),
            "occurred_at": self.clock.now(),
        }
        return NewUsage(**{**values, **changes})

    def record(self, *events: Any) -> Recorded:
        done: Recorded = self.engine.billing.usage.record(self.seller, events)
        return done

    def faults(self, *events: Any) -> dict[str, str]:
        """The problems of a batch that must be refused, by place; nothing may be recorded of it."""
        before = self.count()
        try:
            self.record(*events)
        except InvalidInput as problem:
            assert self.count() == before
            return {fault.path: fault.problem for fault in problem.faults}
        raise AssertionError("nothing was refused")

    def count(self) -> int:
        """How many rows of events there are."""
        mine = sa.select(sa.func.count()).where(EVENTS.c.seller_id == self.seller)
        found: int = self.run(lambda tx: tx.connection.scalar(mine))
        return found

    def total(self, meter: str = "traffic", *, item: UUID | None = None, subscription: UUID | None = None) -> Decimal:
        """What February holds, and the last day of January, on which all began."""
        return self.quantity(date(2026, 1, 31), date(2026, 3, 1), meter, item=item, subscription=subscription)

    def quantity(
        self,
        start: date,
        end: date,
        meter: str = "traffic",
        *,
        item: UUID | None = None,
        subscription: UUID | None = None,
    ) -> Decimal:
        found: Decimal = self.engine.billing.usage.quantity(
            self.seller, subscription or self.subscription, item or self.item, meter, start, end
        )
        return found

    def period(self, start: date, end: date, meter: str = "traffic", **changes: Any) -> MeteredPeriod:
        values = {
            "subscription_item_id": self.item,
            "meter": meter,
            "start_at": start_of_day(start, ZONE),
            "end_at": start_of_day(end, ZONE),
        }
        return MeteredPeriod(**{**values, **changes})

    def usage(self, *periods: MeteredPeriod) -> list[PeriodUsage]:
        return self.run(lambda tx: usage_for_periods(tx, periods))

    def bill(self, *periods: MeteredPeriod) -> list[PeriodUsage]:
        """As a renewal does: what is to be billed, and that it was."""

        def work(tx: Any) -> list[PeriodUsage]:
            usages = usage_for_periods(tx, periods)
            mark_billed(tx, usages)
            return usages

        return self.run(work)

    def heard(self) -> list[UsageThresholdReached]:
        """What was published, after all jobs are done."""
        self.engine.run_due()
        jobs = self.engine.run(lambda tx: tx.jobs.list(limit=1000))
        return [decode(job.payload, UsageThresholdReached) for job in jobs if job.handler == "listener.reached"]


def at(day: int, hour: int = 12, minute: int = 0, *, month: int = 2) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


FEBRUARY = (date(2026, 1, 31), date(2026, 2, 28))
MARCH = (date(2026, 2, 28), date(2026, 3, 31))
APRIL = (date(2026, 3, 31), date(2026, 4, 30))
"""The agreement's first periods."""

HOUR = timedelta(hours=1)


def decimals(values: Sequence[Any]) -> list[Decimal]:
    return [Decimal(value) for value in values]
