"""The shop and its customers: what each of them can do in the story."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import Invoice, InvoiceState, InvoiceStatus
from larabill_billing.orders.model import NewItem, Order, PlaceOrder
from larabill_billing.payments.model import Payment, WebhookResult
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.model import Subscription
from larabill_cli.demo.company import CATALOG, STRIPE, WALLET
from larabill_cli.demo.stripe import Stripe
from larabill_cli.demo.timeline import Timeline
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.ids import derived_id
from larabill_core.testing.clock import ManualClock
from larabill_provisioning.credentials.access import AccessDetails
from larabill_provisioning.resources.model import Resource

OPENING: Final = datetime(2026, 1, 15, 9, tzinfo=UTC)
HOUR: Final = time(9, tzinfo=UTC)
PATIENCE: Final = timedelta(minutes=30)
"""What falls due within this time of a day's work (a poll, a second try) is waited for."""


@attrs.frozen(kw_only=True)
class Buyer:
    """A customer of the story, and their order."""

    name: str
    customer_id: UUID
    order: Order


@attrs.define(slots=False)
class Shop:
    """An engine whose clock is ours, Stripe at the other end, and the timeline."""

    engine: Engine
    clock: ManualClock
    stripe: Stripe
    timeline: Timeline

    @cached_property
    def seller(self) -> UUID:
        """The one seller of the manifest."""
        seller: UUID = self.engine.billing.default_seller()
        self.engine.provisioning.plans.sync(seller)
        return seller

    def open(self) -> None:
        """Put the catalogue into force."""
        changes = self.engine.billing.catalog.load(self.seller, parse_catalog(CATALOG))
        self.tell(f"Nordlicht Hosting opens; its catalogue has {', '.join(changes.added)}")

    def order(self, name: str) -> Buyer:
        """A new customer orders hosting for a month at a time."""
        billing = self.engine.billing
        customer = billing.customers.create(
            self.seller,
            NewCustomer(name=f"{name} Muster", email=f"{name.lower()}@example.com", country="DE", address=("Hafen 1",)),
        )
        domain = f"{name.lower()}.example"
        item = NewItem(plan_code="web-m", cycle=Cycle.MONTHLY, region="eu", spec={"domain": domain}, name=domain)
        wanted = PlaceOrder(
            order_uuid=derived_id("larabill demo", name), customer_id=customer.id, currency="EUR", items=(item,)
        )
        buyer = Buyer(name=name, customer_id=customer.id, order=billing.orders.place(self.seller, wanted))
        self.settle()
        self.tell(f"{name} orders Web hosting M, by the month", invoice=self.latest_invoice(buyer))
        return buyer

    def checkout(self, buyer: Buyer) -> Payment:
        """The host sends the customer to Stripe with what is open."""
        invoice = next(invoice for invoice, state in self.invoices(buyer) if state.status is InvoiceStatus.ISSUED)
        payment: Payment = self.engine.billing.payments.open_checkout(self.seller, invoice.id, STRIPE)
        return payment

    def charge(self, buyer: Buyer) -> None:
        """The customer stores a method at the other gateway, and the open invoice is charged to it."""
        payments = self.engine.billing.payments
        method = payments.add_method(self.seller, buyer.customer_id, WALLET, "pm_ok", "Visa …4242")
        payments.charge_invoice(self.seller, self.latest_invoice(buyer)[0].id, method.id)
        self.settle()

    def deliver(self, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """A webhook of Stripe reaches the host, and all that follows is done."""
        result: WebhookResult = self.engine.billing.webhooks.receive(STRIPE, headers, body)
        self.settle()
        return result

    def reveal(self, buyer: Buyer) -> AccessDetails:
        """The customer opens the page with the access details."""
        actor = Actor(kind="customer", id="demo", customer_id=buyer.customer_id, seller_id=self.seller)
        details: AccessDetails = self.engine.provisioning.reveal(self.seller, self.resource(buyer).id, actor=actor)
        return details

    def go_to(self, day: date) -> None:
        """A day later: all that has fallen due is done."""
        self.clock.set(datetime.combine(day, HOUR))
        self.settle()

    def settle(self) -> None:
        """Carry out what is due, and what falls due within the patience; the clock moves on for it."""
        until = self.clock.now() + PATIENCE
        while True:
            self.engine.run_due()
            due = self.engine.run(lambda tx: tx.jobs.next_run_at())
            if due is None or due > until:
                return
            self.clock.set(max(due, self.clock.now()))

    def invoices(self, buyer: Buyer) -> list[tuple[Invoice, InvoiceState]]:
        """Of one customer, oldest first."""
        found: list[tuple[Invoice, InvoiceState]] = self.engine.billing.invoices.list(
            self.seller, customer_id=buyer.customer_id
        )
        return found

    def latest_invoice(self, buyer: Buyer) -> tuple[Invoice, InvoiceState]:
        """The newest invoice, with its state of now."""
        return self.invoices(buyer)[-1]

    def subscription(self, buyer: Buyer) -> Subscription:
        """The one agreement of the order."""
        found: list[Subscription] = self.engine.billing.subscriptions.list(self.seller, customer_id=buyer.customer_id)
        return found[0]

    def resource(self, buyer: Buyer) -> Resource:
        """What stands at the web server."""
        found: list[Resource] = self.engine.provisioning.resources.list(self.seller, customer_id=buyer.customer_id)
        return found[0]

    def tell(self, what: str, *, state: str = "", invoice: tuple[Invoice, InvoiceState] | None = None) -> None:
        """A line of the timeline; about an invoice with its number, total and state."""
        money = ""
        if invoice is not None:
            document, beside = invoice
            what, money, state = (
                f"{what} ({document.number})",
                f"{document.total:.2f} {document.currency}",
                beside.status,
            )
        self.timeline.tell(self.clock.now(), what, money=money, state=state)

    def tell_service(self, buyer: Buyer, what: str) -> None:
        """A line about the customer's resource."""
        self.tell(what, state=self.resource(buyer).status)
