"""What the tests of billing's money share: a module of these features alone, and a shop to try them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import attrs

from larabill_billing.credits import jobs as credits_jobs
from larabill_billing.credits import verify as verify_credits
from larabill_billing.customers.handlers import create_customer, create_seller
from larabill_billing.customers.model import Customer, NewCustomer, NewSeller, Seller
from larabill_billing.exchange import jobs as exchange_jobs
from larabill_billing.invoicing import jobs as invoicing_jobs
from larabill_billing.invoicing import verify as verify_invoicing
from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import Charge, ChargeKind, Invoice, InvoiceRequest, InvoiceState
from larabill_billing.ledger import verify as verify_ledger
from larabill_billing.payments import jobs as payments_jobs
from larabill_billing.payments import verify as verify_payments
from larabill_billing.payments.methods import add_method
from larabill_billing.payments.model import Payment, PaymentMethod, WebhookResult
from larabill_billing.payments.webhooks import receive
from larabill_billing.settings import BillingSettings
from larabill_billing.tax import verify as verify_tax
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.ids import new_id
from larabill_core.jobs import Handler
from larabill_core.module import Module, load_target
from larabill_core.privacy import Secret
from larabill_core.published import (
    DisputeClosed,
    InvoiceIssued,
    InvoicePaid,
    PaymentCaptured,
    PaymentDeclined,
    PaymentDisputed,
)
from larabill_core.testing.clock import ManualClock
from larabill_core.verify import Violation
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER, FakeWorld

T = TypeVar("T")
SECRET = "whsec_0123456789abcdef0123456789abcdef"


def listen(tx: Any, event: Any) -> None:
    """Leaves its job as the trace that an event was published."""


_VERIFY = (
    *verify_ledger.VERIFY,
    *verify_tax.VERIFY,
    *verify_invoicing.VERIFY,
    *verify_credits.VERIFY,
    *verify_payments.VERIFY,
)

BOOK = Module(
    name="billing",
    settings=BillingSettings,
    handlers=(
        *credits_jobs.HANDLERS,
        *exchange_jobs.HANDLERS,
        *invoicing_jobs.HANDLERS,
        *payments_jobs.HANDLERS,
        *(
            Handler(name=f"test.{event.__name__}", target="tests.billing.shop:listen", payload=event)
            for event in (DisputeClosed, InvoiceIssued, InvoicePaid, PaymentCaptured, PaymentDeclined, PaymentDisputed)
        ),
    ),
    calls=dict(payments_jobs.CALLS),
    storage="larabill_sqlalchemy.billing:STORAGE",
    verify=_VERIFY,
)


@attrs.frozen(kw_only=True)
class Shop:
    """One seller, one customer; `run` opens a transaction of that seller."""

    engine: Engine
    clock: ManualClock
    seller: Seller
    customer: Customer

    @classmethod
    def open(cls, engine: Engine, clock: ManualClock) -> Shop:
        new_seller = NewSeller(name="Hosting Ltd", country="DE", currency="EUR", time_zone="Europe/Berlin")
        seller: Seller = engine.run(lambda tx: create_seller(tx, new_seller))
        new = NewCustomer(name="Ada Example", email="ada@example.com", country="FR")
        customer = engine.run(lambda tx: create_customer(tx, new), seller=seller.id)
        return cls(engine=engine, clock=clock, seller=seller, customer=customer)

    def run(self, fn: Callable[[Any], T]) -> T:
        return self.engine.run(fn, seller=self.seller.id)

    def world(self, account: str = "pay") -> FakeWorld:
        world: FakeWorld = self.engine.drivers.get(account).world
        return world

    def charge(self, amount: str, **changes: Any) -> Charge:
        return charge(self.customer.id, amount, **changes)

    def request(self, *amounts: str, **changes: Any) -> InvoiceRequest:
        charges = tuple(self.charge(amount) for amount in amounts)
        values = {"customer_id": self.customer.id, "currency": "EUR", "due_on": date(2026, 2, 7), "charges": charges}
        return InvoiceRequest(**{**values, **changes})

    def issue(self, *amounts: str, **changes: Any) -> Invoice:
        return self.run(lambda tx: issue(tx, [self.request(*amounts, **changes)]))[0]

    def state(self, invoice: Invoice) -> InvoiceState:
        state: InvoiceState = self.run(lambda tx: tx.billing.invoices.state(invoice.id))
        return state

    def payment(self, payment: Payment) -> Payment:
        stored: Payment = self.run(lambda tx: tx.billing.payments.get(payment.id))
        return stored

    def method(self, token: str = "pm_ok", account: str = "pay") -> PaymentMethod:
        return self.run(lambda tx: add_method(tx, self.customer.id, account, token, "Test card"))

    def credit(self) -> Decimal:
        balance: Decimal = self.run(lambda tx: tx.billing.credits.balance(self.customer.id, "EUR"))
        return balance

    def balances(self) -> dict[str, Decimal]:
        found = self.run(lambda tx: tx.billing.ledger.trial_balance())
        return {line.account: line.balance for line in found if line.balance}

    def work(self, minutes: int = 15) -> None:
        """Carry out what is due, moving the clock from one due time to the next, for so many minutes at most."""
        end = self.clock.now() + timedelta(minutes=minutes)
        while True:
            self.engine.run_due()
            due = self.engine.run(lambda tx: tx.jobs.next_run_at())
            if due is None or due > end:
                return
            self.clock.set(max(due, self.clock.now()))

    def published(self, name: str) -> int:
        jobs = self.engine.run(lambda tx: tx.jobs.list(limit=1000))
        return sum(job.handler == f"test.{name}" for job in jobs)

    def violations(self) -> list[Violation]:
        def verify(tx: Any) -> list[Violation]:
            return [violation for target in _VERIFY for violation in load_target(target)(tx)]

        return self.run(verify)

    def deliver(self, account: str = "pay", *, times: int = 1, again: bool = False) -> list[WebhookResult]:
        """Let the pretended gateway send its webhooks; what became of each."""
        results: list[WebhookResult] = []
        self.world(account).deliver_webhooks(
            lambda headers, body: results.append(receive(self.engine, account, headers, body)),
            secret=Secret(SECRET),
            at=self.clock.now(),
            account=account,
            times=times,
            again=again,
        )
        return results

    def send(self, data: dict[str, Any], account: str = "blind", **changes: Any) -> WebhookResult:
        """A signed webhook of our own making."""
        headers, body = self.webhook(data, account, **changes)
        return receive(self.engine, account, headers, body)

    def webhook(self, data: dict[str, Any], account: str = "blind", **changes: Any) -> tuple[dict[str, str], bytes]:
        event = {"id": f"evt_{new_id().hex}", "type": "payment.changed", "account": account, "data": data, **changes}
        body = json.dumps(event).encode()
        return {SIGNATURE_HEADER: sign(body, Secret(SECRET), self.clock.now())}, body


def paid_claim(payment: Payment, state: str = "captured", **changes: str | None) -> dict[str, Any]:
    """What a gateway says of this payment when everything fits."""
    claim: dict[str, str | None] = {
        "ref": payment.ref,
        "state": state,
        "transaction": f"tr_{payment.id.hex}",
        "amount": str(payment.amount),
        "currency": payment.currency,
        "invoice": payment.document,
    }
    return {**claim, **changes}


def charge(customer_id: UUID, amount: str, **changes: Any) -> Charge:
    values = {
        "customer_id": customer_id,
        "kind": ChargeKind.ONE_TIME,
        "cause": "test",
        "description": "Something sold",
        "quantity": Decimal(1),
        "unit_price": Decimal(amount),
        "amount": Decimal(amount),
        "currency": "EUR",
    }
    return Charge(**{**values, **changes})


def fails(problem: type[LarabillError], fn: Callable[[], object]) -> LarabillError:
    """The error that `fn` raises, which must be of this kind."""
    try:
        fn()
    except problem as raised:
        return raised
    raise AssertionError(f"{problem.__name__} was not raised")
