"""`engine.billing`: what hosts and the command line call. Each method is one unit of work.

Everything takes the seller first. Whoever is not LaraBill itself says who acts: the abilities of the actor are checked
before anything is read, and what happens is audited as theirs.
"""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.customers.handlers import create_seller
from larabill_billing.customers.model import NewSeller, Seller
from larabill_billing.facade.bank import Bank, Disputes
from larabill_billing.facade.catalog import Catalog
from larabill_billing.facade.coupons import Coupons
from larabill_billing.facade.credits import Credits
from larabill_billing.facade.customers import Customers, Sellers
from larabill_billing.facade.dunning import Dunning
from larabill_billing.facade.invoices import Drafts, Invoices
from larabill_billing.facade.ledger import Exchange, LedgerBooks
from larabill_billing.facade.orders import Orders, Services
from larabill_billing.facade.payments import Payments, Webhooks
from larabill_billing.facade.reports import Reports
from larabill_billing.facade.subscriptions import Subscriptions
from larabill_billing.facade.taxes import Taxes
from larabill_billing.facade.usage import Usage
from larabill_billing.facade.vouchers import Referrals, Vouchers
from larabill_billing.settings import BillingSettings
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists, ConfigurationError
from larabill_core.ids import derived_id


class Billing:
    """The façade. `invoices.get` answers an invoice with its state; lists are keyset paged with `after`."""

    def __init__(self, engine: Engine) -> None:
        access = engine.access
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
