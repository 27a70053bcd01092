"""The state from which renewals are measured: sellers, customers, and agreements on two items, set-based."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_billing.audits.handlers import record_many
from larabill_billing.audits.model import Change
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.credits.write import moved, movement
from larabill_billing.customers.model import NewCustomer
from larabill_billing.discounts.check import Found
from larabill_billing.discounts.coupon import NewCoupon
from larabill_billing.discounts.handlers import redemption
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import REFUNDS
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.renew import renew_due
from larabill_cli.seed.bulk import multiply
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import Handler
from larabill_core.keyring import KeyRing
from larabill_core.module import Module, installed_modules
from larabill_core.published import InvoiceIssued
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import open_engine
from larabill_sqlalchemy.billing.subscriptions import SUBSCRIPTIONS
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import upgrade
from larabill_sqlalchemy.opening import database_of, load_manifest, storages_of

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
MONTH = timedelta(days=31)
CATALOG = """
[[plans]]
code = "server"
name = "Server"
release = "placed"
prices.EUR = { monthly = "12.90" }

[[plans]]
code = "backup"
name = "Backup"
release = "placed"
prices.EUR = { monthly = "2.49" }
"""
COUPON = NewCoupon(name="Ten off", percent=Decimal(10), cycles=1200, codes=("TEN",))
COUPON_EVERY, CREDIT_EVERY = 5, 10
"""A fifth of the customers has a coupon, a tenth has credit."""
LOTS = (Decimal("5.00"), Decimal("9000.00"))
PAGE = 2_000


def hear(tx: Any, event: InvoiceIssued) -> None:
    """Hears of an invoice: its job is the outbox row that is counted. It is never run."""


AUDIENCE = Module(
    name="audience",
    requires=("billing",),
    handlers=(Handler(name="audience.hear", target="benchmarks.sides.shop:hear", payload=InvoiceIssued),),
)


@attrs.define
class Shop:
    """An engine on a database of its own with `size` agreements, each on two items and with a customer of its own."""

    engine: Engine
    clock: ManualClock
    seller: UUID
    size: int

    @classmethod
    def open(cls, url: str, folder: Path, size: int) -> Shop:
        """A new shop. Nothing is due before a month has gone by."""
        keys = str(folder / new_id().hex)
        KeyRing.generate_file(keys)
        settings: dict[str, Any] = {
            "larabill": {"database": url, "keys": keys, "modules": ["billing", "audience"]},
            "billing": {"seller": {"name": "S", "country": "DE", "currency": "EUR"}, "payment_terms_days": 365},
        }
        settings["billing"]["taxes"] = [{"rate": "19", "name": "VAT"}]
        settings["billing"]["loyalty"] = [{"months": 1, "percent": "5"}]
        installed = {**installed_modules(), "audience": AUDIENCE}
        manifest = load_manifest(settings, installed=installed)
        schema = open_database(url)
        upgrade(schema, storages_of(manifest.modules))
        schema.dispose()
        clock = ManualClock(START)
        engine = open_engine(manifest, clock=clock, installed=installed)
        shop = cls(engine, clock, engine.billing.default_seller(), size)
        shop._fill()
        return shop

    @property
    def database(self) -> sa.Engine:
        """Its pool of connections."""
        return database_of(self.engine)

    def _fill(self) -> None:
        """One agreement by an order, as all begin; the others are copies of it, written set-based."""
        engine, seller = self.engine, self.seller
        engine.billing.catalog.load(seller, parse_catalog(CATALOG))
        customer = engine.billing.customers.create(seller, NewCustomer(name="N", email="n@example.com", country="DE"))
        items = tuple(NewItem(plan_code=code, cycle=Cycle("monthly")) for code in ("server", "backup"))
        wanted = PlaceOrder(order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=items)
        order = engine.billing.orders.place(seller, wanted)
        engine.run_due()

        (template,) = engine.run(lambda tx: tx.billing.subscriptions.for_order(order.id), seller=seller)
        lines = engine.run(lambda tx: tx.billing.subscriptions.items([template.id]), seller=seller)[template.id]

        multiply(engine, customer, template, lines, self.size - 1)
        mine = sa.select(SUBSCRIPTIONS.c.customer_id).order_by(SUBSCRIPTIONS.c.id)
        with self.database.connect() as connection:
            customers = connection.scalars(mine).all()
        self._discount(customers[::COUPON_EVERY])
        self._credit(customers[1::CREDIT_EVERY])

    def _discount(self, customers: Sequence[UUID]) -> None:
        """Each of them has redeemed a coupon that outlasts the rounds."""
        coupon = self.engine.billing.coupons.create(self.seller, COUPON)
        (code,) = self.engine.billing.coupons.get(self.seller, coupon.id)[1]
        found = Found(code=code, coupon=coupon)

        def redeem(tx: Any, customers: Sequence[UUID]) -> None:
            redeemed = [redemption(found, customer, "EUR", tx) for customer in customers]
            tx.billing.redemptions.add_many(redeemed)
            tx.billing.coupons.give_back({coupon.id: -len(redeemed)})
            record_many(
                tx,
                [Change(subject_kind="redemption", subject_id=e.id, action="redeem", after=e.status) for e in redeemed],
            )

        for start in range(0, len(customers), PAGE):
            self.engine.run(partial(redeem, customers=customers[start : start + PAGE]), seller=self.seller)

    def _credit(self, customers: Sequence[UUID]) -> None:
        """Each of them has two lots: a small one that is used up by the first invoice, and one that outlasts all."""

        def grant(tx: Any, customers: Sequence[UUID]) -> None:
            lots = [movement(tx, each, worth, "EUR", "goodwill", new_id()) for each in customers for worth in LOTS]
            tx.billing.credits.add_many(lots)
            post(tx, [moved(lot, "granted", REFUNDS, -lot.amount) for lot in lots])

        for start in range(0, len(customers), PAGE):
            self.engine.run(partial(grant, customers=customers[start : start + PAGE]), seller=self.seller)

    def wait_a_month(self) -> None:
        """All agreements become due."""
        self.clock.advance(MONTH)

    def renew(self, batch: int) -> None:
        """One transaction that renews up to `batch` agreements."""
        self.engine.run(lambda tx: renew_due(tx, batch), seller=self.seller)

    def batches(self, batch: int) -> Sequence[int]:
        """How many agreements each transaction of one month renews."""
        return [*_parts(self.size, batch)]

    def poison(self, count: int) -> None:
        """Let so many agreements become such as cannot be priced: each is parked when it is due, and then left out."""
        mine = sa.select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.currency == "EUR").order_by(SUBSCRIPTIONS.c.id)
        with self.database.begin() as connection:
            ids = connection.scalars(mine.limit(count)).all()
            connection.execute(sa.update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(ids)).values(currency="JPY"))

    def close(self) -> None:
        """Let go of the database."""
        self.database.dispose()


def _parts(total: int, size: int) -> Iterator[int]:
    for start in range(0, total, size):
        yield min(size, total - start)
