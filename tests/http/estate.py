"""A shop with one of each kind of thing, which every request finds as it was: built once, put back after each change.

Seller A has two customers, seller B staff and a customer; each of them has the same kinds of things. Provider and
gateways are the fakes, and the register of VAT ids is a pretended one on this machine; at the account `blind` the
gateway cannot be asked, and its word has to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
from tests.billing.market import Market
from tests.billing.tax.register import serve
from tests.conftest import START
from tests.databases import Place, demand_seller, drop_database, make_database, note_writes, tables_of_sellers
from tests.http.belongings import BANK, VAT_ID
from tests.http.furnishing import GATEWAY, HOOK_SECRET, PAY_SECRET, PROVIDER, RIVALS_GATEWAY, furnish

from larabill_billing.module import MODULE as BILLING
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.http.limits import RateLimits
from larabill_core.keyring import KeyRing
from larabill_core.module import Module
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.services.fake_vies import FakeVies
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE as PROVISIONING
from larabill_sqlalchemy.opening import database_of, load_manifest, open_engine, storages_of

MANY: Final = 1_000_000
"""Requests a minute: no test of a contract is about that limit."""


@attrs.define(kw_only=True)
class Estate:
    """`things` holds what a path parameter may be: the customer's, and the seller's; `others` what somebody else has.

    `foreign`: the ids, in hex, of what a principal may see nothing of; `kept`: those of what there is one of, always.
    `written`: the tables that were written to since it was built or put back.
    """

    market: Market
    principals: Mapping[str, Actor]
    things: Mapping[str, str]
    others: Mapping[str, Mapping[str, str]]
    tokens: Mapping[str, str]
    foreign: Mapping[str, set[str]]
    unscoped: list[str]
    written: set[str]
    kept: set[str]
    place: Place

    @property
    def engine(self) -> Engine:
        return self.market.engine

    @property
    def file(self) -> Path:
        return self.place.file

    @property
    def logins(self) -> dict[str, Actor]:
        """Who somebody is, by the token that they send."""
        return {self.tokens[name]: actor for name, actor in self.principals.items()}

    def restore(self) -> None:
        """As it was built."""
        if self.place.kind == "sqlite":
            database_of(self.engine).dispose()
        self.place.restore(self.written)
        self.written.clear()


@contextmanager
def build(folder: Path, *more: Module, kind: str = "sqlite") -> Iterator[Estate]:
    """An estate on a database of its own, with these modules beside billing and provisioning."""
    name = f"larabill_estate_{os.getpid()}"
    worlds = {account: f":memory:{folder}:{account}" for account in (PROVIDER, GATEWAY, RIVALS_GATEWAY)}
    with ExitStack() as stack:
        stack.enter_context(_environment({"HOOK_SECRET": HOOK_SECRET, "TEST_WEBHOOK_SECRET": PAY_SECRET}))
        register = stack.enter_context(serve(FakeVies(VAT_ID)))
        place = Place(kind, make_database(kind, name, folder), folder)
        stack.callback(drop_database, kind, name)
        engine = _open(place, worlds, register, more)
        stack.callback(_close, place, engine, worlds)
        unscoped: list[str] = []
        demand_seller(database_of(engine), tables_of_sellers(storages_of(engine.modules)), unscoped.append)
        market = Market.open(engine, engine.clock)  # type: ignore[arg-type]  # the clock that we gave it
        built = furnish(market, worlds)
        unscoped.clear()
        database_of(engine).dispose()
        place.keep()
        written: set[str] = set()
        note_writes(database_of(engine), written)
        yield Estate(market=market, unscoped=unscoped, written=written, place=place, **built)


@contextmanager
def _environment(names: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _close(place: Place, engine: Engine, worlds: Mapping[str, str]) -> None:
    database_of(engine).dispose()
    if place.database is not None:
        place.database.dispose()
    for world in worlds.values():
        FakeWorld.forget(world)


def _open(place: Place, worlds: Mapping[str, str], register: str, more: tuple[Module, ...]) -> Engine:
    folder = place.folder
    KeyRing.generate_file(folder / "estate.keys")
    modules = (BILLING, PROVISIONING, *more)
    plenty = {"rate": 1000.0, "burst": 1000}
    data = {
        "larabill": {
            "database": place.url,
            "keys": str(folder / "estate.keys"),
            "documents": str(folder / "documents"),
            "modules": [module.name for module in modules],
            "roles": {"trainee": ()},
        },
        "drivers": {
            PROVIDER: {
                "driver": "fake",
                "world": worlds[PROVIDER],
                "webhook_secret": {"env": "HOOK_SECRET"},
                "limits": plenty,
            },
            **{each: _gateway(worlds[each]) for each in (GATEWAY, RIVALS_GATEWAY)},
            "blind": {**_gateway(worlds[GATEWAY]), "finds": False},
            "vies": {"driver": "vies", "base_url": register, "deadline": "5s"},
        },
        "billing": {"bank": [{"name": BANK, "currency": "EUR"}], "tax": {"checker": "vies"}},
        "provisioning": {
            "plans": [
                {"plan": "web", "account": PROVIDER, "provider_plan": "s1"},
                {"plan": "free", "account": PROVIDER, "provider_plan": "no such plan"},
            ]
        },
    }
    installed, drivers = {module.name: module for module in modules}, load_infos()
    manifest = load_manifest(data, installed=installed, drivers=drivers)
    limits = RateLimits(customer=MANY, staff=MANY, anonymous=MANY, guesses=MANY)
    manifest = attrs.evolve(manifest, basics=attrs.evolve(manifest.basics, rate_limits=limits))
    place.prepare(storages_of(manifest.modules))
    return open_engine(manifest, clock=ManualClock(START), installed=installed, drivers=drivers)


def _gateway(world: str) -> dict[str, Any]:
    return {"driver": "fake_gateway", "world": world, "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}}
