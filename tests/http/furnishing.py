"""Who is in the estate: principals, their tokens, what each of them has, and what is foreign to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import attrs
import sqlalchemy as sa
from tests.billing.market import CATALOG, Market
from tests.http.belongings import BANK, of_customer, of_seller

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.payments import webhooks as of_gateways
from larabill_core.access import Actor
from larabill_core.http.tokens import NewToken, create_token
from larabill_core.ids import PREFIXES, public_id
from larabill_core.privacy import Secret
from larabill_drivers.world import FakeWorld
from larabill_provisioning import webhooks as of_providers
from larabill_sqlalchemy.opening import database_of, storages_of

HOOK_SECRET: Final = "hook-secret-canary-7-0123456789abcdef"
PAY_SECRET: Final = "whsec_0123456789abcdef0123456789abcdef"
PROVIDER: Final = "acme"
"""The account at the provider, of all sellers."""
GATEWAY: Final = "pay"
"""The gateway's account of seller A; each account belongs to one seller."""
RIVALS_GATEWAY: Final = "till"

METER: Final = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"
"""
PREFIX_OF: Final = {kind: prefix for prefix, kind in PREFIXES.items()}


def furnish(market: Market, worlds: Mapping[str, str]) -> dict[str, Any]:
    """The principals, what each of them has by its name in paths and samples, and what is foreign to whom."""
    billing, seller = market.engine.billing, market.seller
    other = billing.customers.create(seller, NewCustomer(name="Bob", email="bob@example.com", country="DE")).id
    elsewhere = Market.open(market.engine, market.clock)
    principals = _principals(market, other, elsewhere)
    for each in (seller, elsewhere.seller):
        market.engine.provisioning.plans.sync(each)
        billing.catalog.load(each, parse_catalog(METER + CATALOG))
    staff, rival, world = principals["staff"], principals["rival"], worlds[PROVIDER]
    ours = of_customer(market, principals["customer"], staff, GATEWAY) | of_seller(market, staff, world)
    ours["provider webhook"], ours["gateway webhook"] = _heard(market, worlds)
    bobs = of_customer(attrs.evolve(market, customer=other), principals["other_customer"], staff, GATEWAY)
    bobs |= {name: ours[name] for name in ("coupon_code", "code")}
    theirs = of_customer(elsewhere, principals["rivals_customer"], rival, RIVALS_GATEWAY)
    theirs |= of_seller(elsewhere, rival, world)
    return {
        "things": _named(ours, GATEWAY),
        "others": {"other_customer": _named(bobs, GATEWAY), "rival": _named(theirs, RIVALS_GATEWAY)},
        "principals": principals,
        "tokens": _tokens(market, principals),
        "foreign": {
            "other_customer": _ids(market, "customer_id", market.customer),
            "rival": _ids(market, "seller_id", seller),
        },
        "kept": _single(market),
    }


def _named(found: Mapping[str, UUID | str], gateway: str) -> dict[str, str]:
    """As they stand in paths and samples."""
    ids = {kind: each if isinstance(each, str) else public_id(_prefix(kind), each) for kind, each in found.items()}
    names = {"account": PROVIDER, "gateway": gateway, "bank_account": BANK, "name": "dns"}
    return {kind.replace(" ", "_"): id for kind, id in ids.items()} | names


def _heard(market: Market, worlds: Mapping[str, str]) -> tuple[UUID, UUID]:
    """One webhook of the provider, and one of the gateway, as they came."""
    engine = market.engine

    def hear(world: str, secret: str, account: str, receive: Callable[..., object]) -> None:
        FakeWorld.open(world).deliver_webhooks(
            lambda headers, body: receive(engine, account, {name.lower(): v for name, v in headers.items()}, body),
            secret=Secret(secret),
            at=market.clock.now(),
            account=account,
        )

    hear(worlds[PROVIDER], HOOK_SECRET, PROVIDER, of_providers.receive)
    hear(worlds[GATEWAY], PAY_SECRET, GATEWAY, of_gateways.receive)
    return (
        market.run(lambda tx: tx.provisioning.webhooks.page(limit=1))[0].id,
        market.run(lambda tx: tx.billing.webhooks.page(limit=1))[0].id,
    )


def _principals(market: Market, other: UUID, elsewhere: Market) -> dict[str, Actor]:
    """`owner` runs the installation; `staff` and `trainee` work for seller A, `rival` for seller B."""

    def staff(id: str, role: str, seller: UUID | None) -> Actor:
        return Actor(kind="staff", id=id, roles=(role,), seller_id=seller)

    def customer(id: str, seller: UUID, customer_id: UUID) -> Actor:
        return Actor(kind="customer", id=id, roles=("customer",), seller_id=seller, customer_id=customer_id)

    return {
        "customer": customer("ada", market.seller, market.customer),
        "other_customer": customer("bob", market.seller, other),
        "rivals_customer": customer("rita", elsewhere.seller, elsewhere.customer),
        "trainee": staff("tim", "trainee", market.seller),
        "staff": staff("sue", "operator", market.seller),
        "rival": staff("rob", "operator", elsewhere.seller),
        "owner": staff("olga", "operator", None),
    }


def _tokens(market: Market, principals: Mapping[str, Actor]) -> dict[str, str]:
    """What each sends as who they are."""

    def make(name: str, actor: Actor) -> str:
        new = NewToken(
            name=name,
            roles=actor.roles,
            seller_id=actor.seller_id,
            customer_id=actor.customer_id,
            valid_for=timedelta(days=90),
        )
        return market.engine.run(lambda tx: create_token(tx, new))[1]

    return {name: make(name, actor) for name, actor in principals.items()}


def _ids(market: Market, column: str, value: UUID) -> set[str]:
    """Of all rows that say so, in hex."""
    found = {value.hex}
    with database_of(market.engine).connect() as connection:
        for storage in storages_of(market.engine.modules):
            for table in storage.metadata.tables.values():
                if column in table.c and "id" in table.c:
                    ids = connection.execute(sa.select(table.c.id).where(table.c[column] == value)).scalars()
                    found |= {id.hex for id in ids if isinstance(id, UUID)}
    return found


def _single(market: Market) -> set[str]:
    """The ids of sellers and customers."""
    kept: set[str] = set()
    with database_of(market.engine).connect() as connection:
        for storage in storages_of(market.engine.modules):
            for name in ("larabill_sellers", "larabill_customers"):
                if (table := storage.metadata.tables.get(name)) is not None:
                    kept |= {id.hex for id in connection.execute(sa.select(table.c.id)).scalars()}
    return kept


def _prefix(kind: str) -> str:
    words = kind.split()
    return next(PREFIX_OF[" ".join(words[n:])] for n in range(len(words)) if " ".join(words[n:]) in PREFIX_OF)
