"""`engine.billing`: what hosts and the command line call. Each method is one unit of work.

Everything takes the seller first. Whoever is not LaraBill itself says who acts: the abilities of the actor are checked
before anything is read, and what happens is audited as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

import attrs

from larabill_billing.audits.model import Audit
from larabill_billing.catalog.handlers import Changes
from larabill_billing.catalog.handlers import load as load_catalog
from larabill_billing.catalog.model import Plan, PlanDefinition
from larabill_billing.customers.handlers import create_customer, create_seller
from larabill_billing.customers.model import Customer, NewCustomer, NewSeller, Seller
from larabill_billing.invoicing import handlers as invoicing
from larabill_billing.invoicing.model import Invoice, InvoiceState, InvoiceStatus
from larabill_billing.ledger.handlers import trial_balance
from larabill_billing.ledger.model import AccountBalance
from larabill_billing.orders import check as order_check
from larabill_billing.orders import handlers as orders
from larabill_billing.orders.model import Order, PlaceOrder
from larabill_billing.payments import handlers as payments
from larabill_billing.payments import webhooks
from larabill_billing.payments.model import Payment, PaymentMethod, Refund, WebhookResult
from larabill_billing.payments.refunds import refund
from larabill_billing.repositories import BillingTx
from larabill_billing.settings import BillingSettings
from larabill_billing.subscriptions import cancel as cancelling
from larabill_billing.subscriptions.model import Service, Subscription
from larabill_billing.subscriptions.terms import When
from larabill_core.access import SYSTEM, Access, Actor, Role
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists, ConfigurationError
from larabill_core.ids import derived_id

T = TypeVar("T")

OPERATOR = Role(name="operator", grants=("*",))
"""Whoever works at the console of the installation."""


class Billing:
    """The façade. `invoices.get` answers an invoice with its state; lists are keyset paged with `after`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.catalog = Catalog(self)
        self.customers = Customers(self)
        self.invoices = Invoices(self)
        self.ledger = LedgerBooks(self)
        self.orders = Orders(self)
        self.payments = Payments(self)
        self.sellers = Sellers(self)
        self.services = Services(self)
        self.subscriptions = Subscriptions(self)
        self.webhooks = Webhooks(self)

    @cached_property
    def access(self) -> Access:
        """The table of roles, over the abilities of all modules that are on."""
        return Access([OPERATOR], [ability for module in self._engine.modules for ability in module.abilities])

    def run(self, ability: str, seller: UUID | None, actor: Actor, fn: Callable[[BillingTx], T]) -> T:
        """One transaction, for an actor who may. Raises `Forbidden`."""
        self.access.require(actor, ability)
        return self._engine.run(fn, seller=seller, actor=actor)

    def default_seller(self) -> UUID:
        """The seller of a single-seller installation; made from the settings when there is none yet.

        Raises `ConfigurationError` when there is none to be made, or there are several.
        """
        known = self.sellers.list()
        if len(known) == 1:
            return known[0].id
        if known:
            raise ConfigurationError.one("seller", "there are several sellers", remedy="name the one that is meant")
        settings: BillingSettings = self._engine.manifest.settings["billing"]
        if settings.seller is None:
            raise ConfigurationError.one("billing.seller", "is missing", remedy="add a [billing.seller] table")
        new = NewSeller(**attrs.asdict(settings.seller, recurse=False))
        try:
            only = derived_id("seller", "default")
            return self._engine.run(lambda tx: create_seller(tx, new, seller_id=only)).id
        except AlreadyExists:
            return self.sellers.list()[0].id

    def receive(self, account: str, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """Take one webhook of a gateway."""
        return webhooks.receive(self._engine, account, headers, body)


class _Area:
    def __init__(self, billing: Billing) -> None:
        self._run = billing.run
        self._billing = billing


class Sellers(_Area):
    """`engine.billing.sellers`."""

    def create(self, new: NewSeller, *, actor: Actor = SYSTEM) -> Seller:
        """Raises `InvalidInput` with every fault."""
        return self._run("sellers.write", None, actor, lambda tx: create_seller(tx, new))

    def list(self, *, actor: Actor = SYSTEM) -> list[Seller]:
        """All, oldest first."""
        return self._run("sellers.read", None, actor, lambda tx: tx.billing.sellers.all())


class Catalog(_Area):
    """`engine.billing.catalog`."""

    def load(self, seller: UUID, plans: Sequence[PlanDefinition], *, actor: Actor = SYSTEM) -> Changes:
        """Put a catalogue into force: what changed becomes a new version, what is missing is no longer sold."""
        return self._run("catalog.write", seller, actor, lambda tx: load_catalog(tx, plans))

    def list(self, seller: UUID, *, actor: Actor = SYSTEM) -> list[Plan]:
        """The plans that are sold, by code."""
        return self._run("catalog.read", seller, actor, lambda tx: list(tx.billing.plans.active().values()))


class Customers(_Area):
    """`engine.billing.customers`."""

    def create(self, seller: UUID, new: NewCustomer, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `InvalidInput` with every fault."""
        return self._run("customers.write", seller, actor, lambda tx: create_customer(tx, new))

    def get(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `NotFound`."""
        return self._run("customers.read", seller, actor, lambda tx: tx.billing.customers.get(customer_id))

    def list(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> list[Customer]:
        """By id, that is, oldest first."""
        return self._run(
            "customers.read", seller, actor, lambda tx: tx.billing.customers.page(after=after, limit=limit)
        )

    def credit(self, seller: UUID, customer_id: UUID, currency: str, *, actor: Actor = SYSTEM) -> Decimal:
        """What the customer holds with us."""
        return self._run(
            "customers.read", seller, actor, lambda tx: tx.billing.credits.balance(customer_id, currency)
        )


class Orders(_Area):
    """`engine.billing.orders`."""

    def place(self, seller: UUID, wanted: PlaceOrder | Mapping[str, Any], *, actor: Actor = SYSTEM) -> Order:
        """Take an order, given as such or as plain data. The same `order_uuid` twice is the same order.

        Raises `InvalidInput` with every fault, `NotFound` for the customer, `Conflict`.
        """
        request = wanted if isinstance(wanted, PlaceOrder) else order_check.parse(wanted)
        return self._run("orders.write", seller, actor, lambda tx: orders.place(tx, request))

    def cancel(self, seller: UUID, order_id: UUID, reason: str = "", *, actor: Actor = SYSTEM) -> Order:
        """Call off an order that was not released. Raises `NotFound`, `IllegalTransition`, `Conflict`."""
        return self._run("orders.write", seller, actor, lambda tx: orders.cancel(tx, order_id, reason))

    def get(self, seller: UUID, order_id: UUID, *, actor: Actor = SYSTEM) -> Order:
        """Raises `NotFound`."""
        return self._run("orders.read", seller, actor, lambda tx: tx.billing.orders.get(order_id))

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> list[Order]:
        """By id, that is, oldest first."""
        return self._run(
            "orders.read",
            seller,
            actor,
            lambda tx: tx.billing.orders.page(customer_id=customer_id, after=after, limit=limit),
        )


class Subscriptions(_Area):
    """`engine.billing.subscriptions`."""

    def cancel(
        self,
        seller: UUID,
        subscription_id: UUID,
        when: When,
        reason: str = "",
        *,
        force: bool = False,
        actor: Actor = SYSTEM,
    ) -> Subscription:
        """End now, at "period_end", or at the first period boundary from a date. `force` breaks the terms.

        Raises `NotFound`, `IllegalTransition`; `Conflict` naming the earliest date.
        """
        if force:
            self._billing.access.require(actor, "subscriptions.force")
        return self._run(
            "subscriptions.write",
            seller,
            actor,
            lambda tx: cancelling.cancel(tx, subscription_id, when, reason, force=force),
        )

    def withdraw_cancellation(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """It goes on after all. Raises `NotFound`, `Conflict`."""
        return self._run(
            "subscriptions.write", seller, actor, lambda tx: cancelling.withdraw_cancellation(tx, subscription_id)
        )

    def release_hold(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """Try a held renewal again at the next run. Raises `NotFound`, `Conflict`."""
        return self._run(
            "subscriptions.write", seller, actor, lambda tx: cancelling.release_hold(tx, subscription_id)
        )

    def get(self, seller: UUID, subscription_id: UUID, *, actor: Actor = SYSTEM) -> Subscription:
        """Raises `NotFound`."""
        return self._run(
            "subscriptions.read", seller, actor, lambda tx: tx.billing.subscriptions.get(subscription_id)
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        held: bool = False,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> list[Subscription]:
        """By id; `held`: only those whose renewal waits for a person."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.subscriptions.page(customer_id=customer_id, held=held, after=after, limit=limit),
        )


class Services(_Area):
    """`engine.billing.services`."""

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> list[Service]:
        """By id, that is, oldest first."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.services.page(customer_id=customer_id, after=after, limit=limit),
        )


class Invoices(_Area):
    """`engine.billing.invoices`."""

    def get(self, seller: UUID, invoice_id: UUID, *, actor: Actor = SYSTEM) -> tuple[Invoice, InvoiceState]:
        """The document with its lines, and its state. Raises `NotFound`."""
        return self._run(
            "invoices.read",
            seller,
            actor,
            lambda tx: (tx.billing.invoices.get(invoice_id), tx.billing.invoices.state(invoice_id)),
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        status: InvoiceStatus | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> list[tuple[Invoice, InvoiceState]]:
        """Documents without lines, and their states, by id."""
        return self._run(
            "invoices.read",
            seller,
            actor,
            lambda tx: tx.billing.invoices.page(customer_id=customer_id, status=status, after=after, limit=limit),
        )

    def void(self, seller: UUID, invoice_id: UUID, reason: str, *, actor: Actor = SYSTEM) -> None:
        """Take an issued invoice back. Raises `Conflict` when anything was paid, `NotFound`."""
        self._run("invoices.write", seller, actor, lambda tx: invoicing.void(tx, invoice_id, reason))


class Payments(_Area):
    """`engine.billing.payments`."""

    def add_method(
        self,
        seller: UUID,
        customer_id: UUID,
        account: str,
        token: str,
        label: str,
        *,
        default: bool = True,
        actor: Actor = SYSTEM,
    ) -> PaymentMethod:
        """Keep a method that the customer stored at the gateway, by the gateway's name for it: never card data."""
        return self._run(
            "payments.write",
            seller,
            actor,
            lambda tx: payments.add_method(tx, customer_id, account, token, label, default=default),
        )

    def charge_invoice(self, seller: UUID, invoice_id: UUID, method_id: UUID, *, actor: Actor = SYSTEM) -> Payment:
        """Charge a stored method. Raises `Conflict`, `NotFound`."""
        return self._run(
            "payments.write", seller, actor, lambda tx: payments.charge_invoice(tx, invoice_id, method_id)
        )

    def open_checkout(
        self, seller: UUID, invoice_id: UUID, account: str, *, capture: bool = True, actor: Actor = SYSTEM
    ) -> Payment:
        """Begin a payment that the customer makes at the gateway. Raises `Conflict`, `NotFound`."""
        return self._run(
            "payments.write",
            seller,
            actor,
            lambda tx: payments.open_checkout(tx, invoice_id, account, capture=capture),
        )

    def record_manual(
        self, seller: UUID, invoice_id: UUID, amount: Decimal, reference: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """Money that came by hand. Raises `AlreadyExists`, `InvalidInput`, `NotFound`."""
        return self._run(
            "payments.write", seller, actor, lambda tx: payments.record_manual(tx, invoice_id, amount, reference)
        )

    def refund(
        self, seller: UUID, payment_id: UUID, amount: Decimal, reason: str, *, actor: Actor = SYSTEM
    ) -> Refund:
        """Give money back. Raises `Conflict`, `InvalidInput`, `NotFound`."""
        return self._run("payments.write", seller, actor, lambda tx: refund(tx, payment_id, amount, reason))

    def resolve_review(
        self, seller: UUID, payment_id: UUID, transaction_id: str | None, reason: str, *, actor: Actor = SYSTEM
    ) -> Payment:
        """What a person found at the gateway about a payment in review. Raises `Conflict`, `NotFound`."""
        return self._run(
            "payments.write",
            seller,
            actor,
            lambda tx: payments.resolve_review(tx, payment_id, transaction_id, reason),
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> list[Payment]:
        """By id, that is, oldest first."""
        return self._run(
            "payments.read",
            seller,
            actor,
            lambda tx: tx.billing.payments.page(customer_id=customer_id, after=after, limit=limit),
        )


class Webhooks(_Area):
    """`engine.billing.webhooks`."""

    def receive(self, account: str, headers: Mapping[str, str], body: bytes) -> WebhookResult:
        """Take one webhook of a gateway. Raises `Unverified` when it is not believed, `NotFound`."""
        return self._billing.receive(account, headers, body)


class LedgerBooks(_Area):
    """`engine.billing.ledger`."""

    def trial_balance(self, seller: UUID, *, actor: Actor = SYSTEM) -> list[AccountBalance]:
        """The balance of each account; each currency's add up to zero (I4)."""
        return self._run("ledger.read", seller, actor, trial_balance)

    def audits(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> list[Audit]:
        """Everything that changed, oldest first."""
        return self._run("ledger.read", seller, actor, lambda tx: tx.billing.audits.page(after=after, limit=limit))
