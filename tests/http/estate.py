"""A shop with one of each kind of thing, which every request finds as it was: built once, put back before each use.

Seller A has two customers, of whom one owns everything; seller B has staff and a customer of its own. Provider and
gateway are the fakes. It stands on SQLite: whom an endpoint answers does not depend on the database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
from tests.billing.market import Market
from tests.conftest import START
from tests.databases import demand_seller, tables_of_sellers
from tests.http.furnishing import HOOK_SECRET, PAY_SECRET, furnish

from larabill_billing.module import MODULE as BILLING
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.http.limits import RateLimits
from larabill_core.keyring import KeyRing
from larabill_core.module import Module
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE as PROVISIONING
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import create_schema
from larabill_sqlalchemy.opening import database_of, load_manifest, open_engine, storages_of

MANY: Final = 1_000_000
"""Requests a minute: no test of a contract is about that limit."""


@attrs.define(kw_only=True)
class Estate:
    """`things` holds what a path parameter may be: the customer's, and the seller's.

    `foreign`: the ids, in hex, of what a principal may see nothing of; `kept`: those of what there is one of, always.
    """

    market: Market
    principals: Mapping[str, Actor]
    things: Mapping[str, str]
    tokens: Mapping[str, str]
    foreign: Mapping[str, set[str]]
    unscoped: list[str]
    kept: set[str]
    file: Path

    @property
    def engine(self) -> Engine:
        return self.market.engine

    @property
    def logins(self) -> dict[str, Actor]:
        """Who somebody is, by the token that they send."""
        return {self.tokens[name]: actor for name, actor in self.principals.items()}

    def restore(self) -> None:
        """As it was built."""
        database_of(self.engine).dispose()
        for each in self.file.parent.glob(f"{self.file.name}-*"):
            each.unlink()
        shutil.copyfile(self.file.with_suffix(".built"), self.file)


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
        built = furnish(market, worlds)
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
