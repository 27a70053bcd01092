"""`engine.billing`: what hosts and the command line call. Each method is one unit of work.

Everything takes the seller first. Whoever is not LaraBill itself says who acts: the abilities of the actor are checked
before anything is read, and what happens is audited as theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.agreements import Subscriptions
from larabill_billing.area import Area
from larabill_billing.balances import Credits
from larabill_billing.bookkeeping import Exchange, LedgerBooks
from larabill_billing.books import Payments, Webhooks
from larabill_billing.catalog.handlers import Changes, listed
from larabill_billing.catalog.handlers import load as load_catalog
from larabill_billing.catalog.model import Catalogue, Plan, Stock
from larabill_billing.coupons import Coupons
from larabill_billing.customers.handlers import create_customer, create_seller, set_group
from larabill_billing.customers.model import Customer, NewCustomer, NewSeller, Seller
from larabill_billing.documents import Drafts, Invoices
from larabill_billing.dunning.choice import check_named
from larabill_billing.gifts import Referrals, Vouchers
from larabill_billing.metering import Usage
from larabill_billing.orders import check as order_check
from larabill_billing.orders import handlers as orders
from larabill_billing.orders.handlers import OrderPreview
from larabill_billing.orders.model import Order, PlaceOrder
from larabill_billing.overdue import Dunning
from larabill_billing.reconciling import Bank, Disputes
from larabill_billing.reporting import Reports
from larabill_billing.repositories import BillingTx
from larabill_billing.settings import BillingSettings
from larabill_billing.subscriptions.model import Service
from larabill_billing.taxation import Taxes
from larabill_billing.usage.handlers import define_meters
from larabill_core.access import SYSTEM, Access, Actor, Role
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists, ConfigurationError
from larabill_core.ids import derived_id

OPERATOR = Role(name="operator", grants=("*",))
"""Whoever works at the console of the installation."""


class Billing:
    """The façade. `invoices.get` answers an invoice with its state; lists are keyset paged with `after`."""

    def __init__(self, engine: Engine) -> None:
        access = Access([OPERATOR], [ability for module in engine.modules for ability in module.abilities])
        self._engine = engine
        self.bank = Bank(engine, access)
        self.catalog = Catalog(engine, access)
        self.credits = Credits(engine, access)
        self.coupons = Coupons(engine, access)
        self.customers = Customers(engine, access)
        self.disputes = Disputes(engine, access)
        self.drafts = Drafts(engine, access)
        self.dunning = Dunning(engine, access)
        self.exchange = Exchange(engine, access)
        self.invoices = Invoices(engine, access)
        self.ledger = LedgerBooks(engine, access)
        self.orders = Orders(engine, access)
        self.payments = Payments(engine, access)
        self.referrals = Referrals(engine, access)
        self.reports = Reports(engine, access)
        self.sellers = Sellers(engine, access)
        self.services = Services(engine, access)
        self.subscriptions = Subscriptions(engine, access)
        self.taxes = Taxes(engine, access)
        self.usage = Usage(engine, access)
        self.vouchers = Vouchers(engine, access)
        self.webhooks = Webhooks(engine, access)

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
            made: Seller = self._engine.run(lambda tx: create_seller(tx, new, seller_id=only))
        except AlreadyExists:
            return only
        return made.id


class Sellers(Area):
    """`engine.billing.sellers`."""

    def create(self, new: NewSeller, *, actor: Actor = SYSTEM) -> Seller:
        """Raises `InvalidInput` with every fault."""
        return self._run("sellers.write", None, actor, lambda tx: create_seller(tx, new))

    def list(self, *, actor: Actor = SYSTEM) -> Sequence[Seller]:
        """All, oldest first."""
        return self._run("sellers.read", None, actor, lambda tx: tx.billing.sellers.all())


class Catalog(Area):
    """`engine.billing.catalog`."""

    def load(self, seller: UUID, catalog: Catalogue, *, actor: Actor = SYSTEM) -> Changes:
        """Put a catalogue into force: what changed becomes a new version, what is missing is no longer sold.

        Raises `InvalidInput` for one without plans, for another aggregation of a meter that has counted, and for a
        dunning policy that the manifest does not name.
        """

        def load(tx: BillingTx) -> Changes:
            check_named(tx, catalog.plans)
            define_meters(tx, catalog.meters)
            return load_catalog(tx, catalog)

        return self._run("catalog.write", seller, actor, load)

    def list(self, seller: UUID, *, hidden: bool = False, actor: Actor = SYSTEM) -> Sequence[Plan]:
        """The plans that customers see, by code; with `hidden` those too that are sold to who knows their code."""
        return self._run("catalog.read", seller, actor, lambda tx: listed(tx, hidden=hidden))

    def stock(self, seller: UUID, *, actor: Actor = SYSTEM) -> Sequence[Stock]:
        """What may be sold and what is taken, of each plan and region that is limited."""
        return self._run("catalog.read", seller, actor, lambda tx: tx.billing.stock.all())


class Customers(Area):
    """`engine.billing.customers`."""

    def create(self, seller: UUID, new: NewCustomer, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `InvalidInput` with every fault."""
        return self._run("customers.write", seller, actor, lambda tx: create_customer(tx, new))

    def get(self, seller: UUID, customer_id: UUID, *, actor: Actor = SYSTEM) -> Customer:
        """Raises `NotFound`."""
        return self._run("customers.read", seller, actor, lambda tx: tx.billing.customers.get(customer_id))

    def set_group(self, seller: UUID, customer_id: UUID, group: str, *, actor: Actor = SYSTEM) -> Customer:
        """Put the customer into a group, or out of all with "". Raises `InvalidInput`, `NotFound`."""
        return self._run("customers.write", seller, actor, lambda tx: set_group(tx, customer_id, group))

    def list(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Customer]:
        """By id, that is, oldest first."""
        return self._run(
            "customers.read", seller, actor, lambda tx: tx.billing.customers.page(after=after, limit=limit)
        )


class Orders(Area):
    """`engine.billing.orders`."""

    def place(self, seller: UUID, wanted: PlaceOrder | Mapping[str, Any], *, actor: Actor = SYSTEM) -> Order:
        """Take an order, given as such or as plain data. The same `order_uuid` twice is the same order.

        Raises `InvalidInput` with every fault, `NotFound` for the customer, `Conflict`.
        """
        request = order_check.parse(attrs.asdict(wanted) if isinstance(wanted, PlaceOrder) else wanted)
        return self._run("orders.write", seller, actor, lambda tx: orders.place(tx, request))

    def preview(self, seller: UUID, wanted: PlaceOrder | Mapping[str, Any], *, actor: Actor = SYSTEM) -> OrderPreview:
        """What the order would cost now, to the cent (I13). Raises what `place` raises."""
        request = order_check.parse(attrs.asdict(wanted) if isinstance(wanted, PlaceOrder) else wanted)
        return self._run("orders.read", seller, actor, lambda tx: orders.preview(tx, request))

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
    ) -> Sequence[Order]:
        """By id, that is, oldest first."""
        return self._run(
            "orders.read",
            seller,
            actor,
            lambda tx: tx.billing.orders.page(customer_id=customer_id, after=after, limit=limit),
        )


class Services(Area):
    """`engine.billing.services`."""

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Service]:
        """By id, that is, oldest first."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.services.page(customer_id=customer_id, after=after, limit=limit),
        )
