"""A year of business, day by day, through the same calls of the façade that a host makes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing import Cycle
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.dunning.handlers import EASTERNMOST
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.subscriptions.model import LIVE
from larabill_cli.seed.people import CATALOG, People, Wish
from larabill_cli.seed.plans import sell
from larabill_cli.simulate.play import schedules_of, work
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock

OPENS: Final = time(9, tzinfo=UTC)
PAGE: Final = 1000


@attrs.define(kw_only=True)
class Year:
    """The year of one seller. What is to happen on a later day is noted by that day."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    people: People
    random: Random
    _customers: dict[int, UUID] = attrs.field(factory=dict, init=False)
    _buyers: dict[UUID, int] = attrs.field(factory=dict, init=False)
    _payments: dict[date, list[UUID]] = attrs.field(factory=lambda: defaultdict(list), init=False)
    _cancellations: dict[date, list[UUID]] = attrs.field(factory=lambda: defaultdict(list), init=False)
    _seen: UUID | None = attrs.field(default=None, init=False)
    _invoices: int = attrs.field(default=0, init=False)
    _paid: int = attrs.field(default=0, init=False)

    def open(self) -> None:
        """Sell the invented plans beside those that are sold already."""
        sell(self.engine, self.seller, parse_catalog(CATALOG))
        newest = self.engine.billing.invoices.list(self.seller, limit=PAGE)
        while newest:
            self._seen = newest[-1][0].id
            newest = self.engine.billing.invoices.list(self.seller, after=self._seen, limit=PAGE)

    def live(self, day: date, wishes: Sequence[Wish]) -> None:
        """One day: what fell due in the night and what follows from the day before, then what customers do."""
        self.clock.set(datetime.combine(day, OPENS))
        if self.engine.run(_has_work):
            work(self.engine, schedules_of(self.engine))
            self._look_at_invoices(day)
        for wish in wishes:
            self._order(wish)
        for invoice_id in self._payments.pop(day, ()):
            self._pay(invoice_id)
        for subscription_id in self._cancellations.pop(day, ()):
            self._cancel(subscription_id)
        if wishes:
            self._look_at_invoices(day)

    def close(self) -> None:
        """What follows from the last day."""
        work(self.engine, schedules_of(self.engine))

    def _order(self, wish: Wish) -> None:
        billing = self.engine.billing
        if wish.buyer not in self._customers:
            customer_id = billing.customers.create(self.seller, self.people.customers[wish.buyer]).id
            self._customers[wish.buyer] = customer_id
            self._buyers[customer_id] = wish.buyer
        customer_id = self._customers[wish.buyer]
        item = NewItem(plan_code=wish.plan, cycle=Cycle(wish.cycle), quantity=wish.quantity)
        order = billing.orders.place(
            self.seller,
            PlaceOrder(order_uuid=new_id(), customer_id=customer_id, currency="EUR", items=(item,)),
        )
        if wish.cancels_on is not None:
            self._cancellations[wish.cancels_on] += [
                subscription.id
                for subscription in billing.subscriptions.list(self.seller, customer_id=customer_id)
                if subscription.order_id == order.id
            ]

    def _look_at_invoices(self, day: date) -> None:
        """Each customer pays new invoices after the time that they always take."""
        found = self.engine.billing.invoices.list(self.seller, after=self._seen, limit=PAGE)
        for invoice, state in found:
            buyer = self._buyers.get(invoice.customer_id)
            if buyer is None:
                continue
            self._invoices += 1
            if state.status is not InvoiceStatus.ISSUED:
                continue
            habit = self.people.habits[buyer]
            if habit != "never":
                wait = self.random.randint(1, 6) if habit == "prompt" else self.random.randint(9, 40)
                self._payments[day + timedelta(days=wait)].append(invoice.id)
        if found:
            self._seen = found[-1][0].id

    def _pay(self, invoice_id: UUID) -> None:
        invoice, state = self.engine.billing.invoices.get(self.seller, invoice_id)
        if state.status is InvoiceStatus.ISSUED:
            reference = f"demo transfer {invoice.number} {invoice_id}"
            self.engine.billing.payments.record_manual(self.seller, invoice_id, state.balance, reference)
            self._paid += 1

    def counts(self) -> dict[str, int]:
        """What was written, by kind."""
        return {
            "customers": len(self._customers),
            "subscriptions": len(self.people.wishes),
            "invoices": self._invoices,
            "payments": self._paid,
        }

    def _cancel(self, subscription_id: UUID) -> None:
        subscriptions = self.engine.billing.subscriptions
        if subscriptions.get(self.seller, subscription_id).status in LIVE:
            subscriptions.cancel(self.seller, subscription_id, "period_end", "moves elsewhere")


def _has_work(tx: Any) -> bool:
    """Whether anything is due now: most days of a small year are quiet."""
    due = tx.jobs.next_run_at()
    return bool(
        (due is not None and due <= tx.now)
        or tx.billing.subscriptions.due_by_seller(tx.now)
        or tx.billing.dunning.sellers_with_work((tx.now + EASTERNMOST).date())
    )


def days_of(people: People, start: date, end: date) -> list[tuple[date, list[Wish]]]:
    """Each day from `start` to before `end`, and what is wished for on it."""
    wishes = defaultdict(list)
    for wish in people.wishes:
        wishes[wish.on].append(wish)
    return [(day, wishes[day]) for day in (start + timedelta(days=n) for n in range((end - start).days))]
