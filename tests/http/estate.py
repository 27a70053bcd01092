"""A shop with one of each kind of thing, which every request finds as it was: built once, put back before each use.

Seller A has two customers, of whom one owns everything; seller B has staff and a customer of its own. Provider and
gateway are the fakes. It stands on SQLite: whom an endpoint answers does not depend on the database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import attrs
import sqlalchemy as sa
from tests.billing.market import Market, item
from tests.conftest import START
from tests.databases import demand_seller, tables_of_sellers

from larabill_billing.customers.model import NewCustomer
from larabill_billing.module import MODULE as BILLING
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions.changes import ChangeCycle
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.http.limits import RateLimits
from larabill_core.ids import PREFIXES, new_id, public_id
from larabill_core.jobs import NewJob
from larabill_core.keyring import KeyRing
from larabill_core.module import Module
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE as PROVISIONING
from larabill_sqlalchemy.migrate import create_schema
from larabill_sqlalchemy.opening import database_of, load_manifest, open_database, open_engine, storages_of

HOOK_SECRET: Final = "hook-secret-canary-7-0123456789abcdef"
PAY_SECRET: Final = "whsec_0123456789abcdef0123456789abcdef"
COUPON: Final = {"name": "Spring", "codes": ["SPRING"], "percent": "10"}
PREFIX_OF: Final = {kind: prefix for prefix, kind in PREFIXES.items()}
MANY: Final = 1_000_000
"""Requests a minute: no test of a contract is about that limit."""


@attrs.define(kw_only=True)
class Estate:
    """`things` holds what a path parameter may be: the customer's, and the seller's.

    `foreign`: the ids, in hex, of what a principal may see nothing of.
    """

    market: Market
    principals: Mapping[str, Actor]
    things: Mapping[str, str]
    foreign: Mapping[str, set[str]]
    unscoped: list[str]
    _file: Path

    @property
    def engine(self) -> Engine:
        return self.market.engine

    def restore(self) -> None:
        """As it was built."""
        database_of(self.engine).dispose()
        for each in self._file.parent.glob(f"{self._file.name}-*"):
            each.unlink()
        shutil.copyfile(self._file.with_suffix(".built"), self._file)


@contextmanager
def build(folder: Path, *more: Module) -> Iterator[Estate]:
    """An estate in `folder`, with these modules beside billing and provisioning."""
    names = {"HOOK_SECRET": HOOK_SECRET, "TEST_WEBHOOK_SECRET": PAY_SECRET}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    worlds = (f":memory:{folder}:acme", f":memory:{folder}:pay")
    engine, unscoped = _open(folder, worlds, more)
    try:
        market = Market.open(engine, engine.clock)  # type: ignore[arg-type]  # the clock that we gave it
        file = folder / "estate.db"
        built = _furnish(market)
        estate = Estate(market=market, unscoped=unscoped, file=file, **built)
        unscoped.clear()
        database_of(engine).dispose()
        shutil.copyfile(file, file.with_suffix(".built"))
        yield estate
    finally:
        database_of(engine).dispose()
        for world in worlds:
            FakeWorld.forget(world)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _open(folder: Path, worlds: tuple[str, str], more: tuple[Module, ...]) -> tuple[Engine, list[str]]:
    url = f"sqlite:///{folder / 'estate.db'}"
    KeyRing.generate_file(folder / "estate.keys")
    modules = (BILLING, PROVISIONING, *more)
    plenty = {"rate": 1000.0, "burst": 1000}
    data = {
        "larabill": {
            "database": url,
            "keys": str(folder / "estate.keys"),
            "documents": str(folder / "documents"),
            "modules": [module.name for module in modules],
            "roles": {"trainee": ()},
        },
        "drivers": {
            "acme": {"driver": "fake", "world": worlds[0], "webhook_secret": {"env": "HOOK_SECRET"}, "limits": plenty},
            "pay": {"driver": "fake_gateway", "world": worlds[1], "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}},
        },
        "provisioning": {
            "plans": [
                {"plan": "web", "account": "acme", "provider_plan": "s1"},
                {"plan": "free", "account": "acme", "provider_plan": "no such plan"},
            ]
        },
    }
    installed, drivers = {module.name: module for module in modules}, load_infos()
    manifest = load_manifest(data, installed=installed, drivers=drivers)
    limits = RateLimits(customer=MANY, staff=MANY, anonymous=MANY)
    manifest = attrs.evolve(manifest, basics=attrs.evolve(manifest.basics, rate_limits=limits))
    storages = storages_of(manifest.modules)
    database = open_database(url)
    create_schema(database, storages)
    database.dispose()
    engine = open_engine(manifest, clock=ManualClock(START), installed=installed, drivers=drivers)
    unscoped: list[str] = []
    demand_seller(database_of(engine), tables_of_sellers(storages), unscoped.append)
    return engine, unscoped


def _furnish(market: Market) -> dict[str, Any]:
    """One of each."""
    billing, seller, me = market.engine.billing, market.seller, market.customer
    market.engine.provisioning.plans.sync(seller)
    other = billing.customers.create(seller, NewCustomer(name="Bob", email="bob@example.com", country="DE")).id
    elsewhere = Market.open(market.engine, market.clock)
    elsewhere.pay_order()
    market.method()
    paid = market.pay_order()
    built = market.services(paid)[0]
    charged = market.place(item())
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([me]))[me]
    payment = billing.payments.charge_invoice(seller, _some(charged.invoice_id), method.id)
    market.work()
    unpaid, failed = market.place(item()), market.place(item("free"))
    market.work()
    refused, later = market.services(failed)[0], market.clock.now() + timedelta(days=9)
    subscription = market.subscription(paid)
    when = subscription.billed_to
    renewed = market.subscription(charged).id
    billing.subscriptions.change(seller, renewed, ChangeCycle(cycle=Cycle.ANNUAL), when)
    planned = billing.subscriptions.scheduled(seller, renewed)[0]
    line = {"description": "x", "quantity": "1", "unit_price": "10.00"}
    found = {
        "customer": me,
        "order": unpaid.id,
        "invoice": _some(unpaid.invoice_id),
        "subscription": subscription.id,
        "service": built.id,
        "payment": payment.id,
        "payment method": method.id,
        "draft": billing.drafts.create(seller, me, {"lines": [line]}).id,
        "lot": billing.credits.grant(seller, me, Decimal(5), "EUR", "sorry", grant_uuid=new_id()).id,
        "coupon": billing.coupons.create(seller, COUPON).id,
        "scheduled change": planned.id,
        "resource": market.run(lambda tx: tx.provisioning.resources.for_service(built.id)).id,
        "failed resource": market.run(lambda tx: tx.provisioning.resources.for_service(refused.id)).id,
        "failed order": failed.id,
        "job": market.run(lambda tx: tx.enqueue(NewJob(handler="core.purge_jobs", seller_id=seller, run_at=later))).id,
    }
    things = {kind.replace(" ", "_"): public_id(PREFIX_OF[kind.removeprefix("failed ")], id) for kind, id in found.items()}
    return {
        "things": {**things, "account": "acme", "gateway": "pay"},
        "foreign": {
            "other_customer": _ids(market, "customer_id", me),
            "rival": _ids(market, "seller_id", seller),
        },
        "principals": _principals(market, other, elsewhere),
    }


def _principals(market: Market, other: UUID, elsewhere: Market) -> dict[str, Actor]:
    """`owner` runs the installation; `staff` and `trainee` work for seller A, `rival` for seller B."""

    def staff(id: str, role: str, seller: UUID | None) -> Actor:
        return Actor(kind="staff", id=id, roles=(role,), seller_id=seller)

    def customer(id: str, customer_id: UUID) -> Actor:
        return Actor(kind="customer", id=id, roles=("customer",), seller_id=market.seller, customer_id=customer_id)

    return {
        "customer": customer("ada", market.customer),
        "other_customer": customer("bob", other),
        "trainee": staff("tim", "trainee", market.seller),
        "staff": staff("sue", "operator", market.seller),
        "rival": staff("rob", "operator", elsewhere.seller),
        "owner": staff("olga", "operator", None),
    }


def _ids(market: Market, column: str, value: UUID) -> set[str]:
    """Of all rows that say so."""
    found = {value.hex}
    with database_of(market.engine).connect() as connection:
        for storage in storages_of(market.engine.modules):
            for table in storage.metadata.tables.values():
                if column in table.c and "id" in table.c:
                    ids = connection.execute(sa.select(table.c.id).where(table.c[column] == value)).scalars()
                    found |= {id.hex for id in ids if isinstance(id, UUID)}
    return found


def _some(value: UUID | None) -> UUID:
    assert value is not None
    return value
