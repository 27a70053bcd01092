"""What stands in the estate: one of each kind of thing, each in the state in which its sample can be carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from tests.billing.market import CATALOG, Market, item

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.instalments import Instalment
from larabill_billing.payments import webhooks as of_gateways
from larabill_billing.periods.cycle import Cycle
from larabill_billing.subscriptions import change as changing
from larabill_billing.subscriptions.changes import Cancel, ChangeCycle
from larabill_billing.tax.handlers import NewExemption
from larabill_core.access import Actor
from larabill_core.http.tokens import NewToken, create_token
from larabill_core.ids import PREFIXES, new_id, public_id
from larabill_core.jobs import NewJob
from larabill_core.privacy import Secret
from larabill_drivers.world import FakeWorld
from larabill_provisioning import webhooks as of_providers
from larabill_provisioning.credentials.handlers import put_credential
from larabill_provisioning.credentials.model import Scope
from larabill_sqlalchemy.opening import database_of, storages_of

HOOK_SECRET: Final = "hook-secret-canary-7-0123456789abcdef"
PAY_SECRET: Final = "whsec_0123456789abcdef0123456789abcdef"

COUPON: Final = {"name": "Spring", "codes": ["SPRING"], "percent": "10"}
METER: Final = """
[[meters]]
code = "traffic"
aggregation = "sum"
unit = "GB"
"""
LINE: Final = {"description": "x", "quantity": "1", "unit_price": "10.00"}
PREFIX_OF: Final = {kind: prefix for prefix, kind in PREFIXES.items()}


def furnish(market: Market, worlds: tuple[str, str]) -> dict[str, Any]:
    """The things by their names in paths and samples, the principals, and what is foreign to whom.

    A thing's name ends in its kind: `second_draft` is a draft.
    """
    billing, seller, me = market.engine.billing, market.seller, market.customer
    market.engine.provisioning.plans.sync(seller)
    other = billing.customers.create(seller, NewCustomer(name="Bob", email="bob@example.com", country="DE")).id
    elsewhere = Market.open(market.engine, market.clock)
    elsewhere.pay_order()
    for each in (seller, elsewhere.seller):
        billing.catalog.load(each, parse_catalog(METER + CATALOG))
    principals = _principals(market, other, elsewhere.seller)
    found = _agreements(market, principals["customer"]) | _money(market)
    found["provider webhook"], found["gateway webhook"] = _heard(market, worlds)
    market.engine.run(
        lambda tx: put_credential(tx, "dns", "fake", {"token": Secret("t")}, Scope.SYSTEM),
        seller=seller,
        actor=principals["staff"],
    )
    things = {kind.replace(" ", "_"): public_id(_prefix(kind), id) for kind, id in found.items()}
    things |= {"account": "acme", "gateway": "pay", "name": "dns", "code": "NOSUCH-VOUCHER-0123456789"}
    things |= {"bank_line": public_id("bnk", new_id())}
    foreign = {"other_customer": _ids(market, "customer_id", me), "rival": _ids(market, "seller_id", seller)}
    return {
        "things": things,
        "principals": principals,
        "tokens": _tokens(market, principals),
        "foreign": foreign,
        "kept": _single(market),
    }


def _agreements(market: Market, ada: Actor) -> dict[str, UUID]:
    """Orders and what became of them; the customer asked for every change."""
    engine, seller = market.engine, market.seller

    def change(subscription_id: UUID, wanted: Any, when: Any) -> None:
        engine.run(lambda tx: changing.change(tx, subscription_id, wanted, when), seller=seller, actor=ada)

    paid, renewed, leaving = market.pay_order(), market.pay_order(), market.pay_order()
    failed, unpaid = market.place(item("free")), market.place(item())
    market.work()
    subscription, planned = market.subscription(paid), market.subscription(renewed).id
    change(planned, ChangeCycle(cycle=Cycle.ANNUAL), subscription.billed_to)
    change(market.subscription(leaving).id, Cancel(), "period_end")
    waits = NewJob(handler="core.purge_jobs", seller_id=seller, run_at=market.clock.now() + timedelta(days=9))
    market.run(lambda tx: tx.enqueue(waits))
    resources = market.run(lambda tx: [tx.provisioning.resources.for_order(order.id)[0].id for order in (paid, failed)])
    return {
        "customer": market.customer,
        "order": unpaid.id,
        "failed order": failed.id,
        "invoice": some(unpaid.invoice_id),
        "subscription": subscription.id,
        "leaving subscription": market.subscription(leaving).id,
        "scheduled change": engine.billing.subscriptions.scheduled(seller, planned)[0].id,
        "service": market.services(paid)[0].id,
        "resource": resources[0],
        "failed resource": resources[1],
        "job": next(job.id for job in market.jobs(waits.handler) if job.seller_id == seller),
    }


def _money(market: Market) -> dict[str, UUID]:
    """What is paid, how, and what is still to be written."""
    billing, seller, me = market.engine.billing, market.seller, market.customer
    market.method()
    method = market.run(lambda tx: tx.billing.payment_methods.defaults([me]))[me].id
    charged, by_hand, planned, doubted = (some(market.place(item()).invoice_id) for _ in range(4))
    payment = billing.payments.charge_invoice(seller, charged, method)
    disputed = billing.payments.charge_invoice(seller, doubted, method)
    manual = billing.payments.record_manual(seller, by_hand, Decimal("2.00"), "line 1")
    market.work()
    second = billing.customers.create(seller, NewCustomer(name="Cleo", email="cleo@example.com", country="DE")).id
    owed = market.run(lambda tx: tx.billing.invoices.state(planned)).balance
    parts = [Instalment(due_on=date(2026, 3, day), amount=owed / 2) for day in (1, 20)]
    billing.invoices.agree_plan(seller, planned, parts)
    billing.credits.set_top_up(seller, me, Decimal("5.00"), Decimal("20.00"))
    drawn, second_drawn = (
        billing.drafts.issue(seller, billing.drafts.create(seller, me, {"lines": [LINE]}).id) for _ in range(2)
    )
    draft, second_draft = (billing.drafts.create(seller, me, {"lines": [LINE, LINE]}) for _ in range(2))
    lot = billing.credits.grant(seller, me, Decimal(5), "EUR", "sorry", grant_uuid=new_id())
    return {
        "payment method": method,
        "payment": payment.id,
        "manual payment": manual.id,
        "drawn invoice": drawn.id,
        "second drawn invoice": second_drawn.id,
        "planned invoice": planned,
        "draft": draft.id,
        "second draft": second_draft.id,
        "draft line": draft.content["lines"][0].id,
        "lot": lot.id,
        "exemption": billing.taxes.exempt(seller, second, NewExemption(reason="charity")).id,
        "second customer": second,
        "dispute": billing.disputes.open(seller, disputed.id, "dp_1", Decimal("1.00")).id,
        "coupon": billing.coupons.create(seller, COUPON).id,
    }


def _heard(market: Market, worlds: tuple[str, str]) -> tuple[UUID, UUID]:
    """One webhook of the provider, and one of the gateway, as they came."""
    engine = market.engine

    def hear(world: str, secret: str, account: str, receive: Callable[..., object]) -> None:
        FakeWorld.open(world).deliver_webhooks(
            lambda headers, body: receive(engine, account, {name.lower(): v for name, v in headers.items()}, body),
            secret=Secret(secret),
            at=market.clock.now(),
            account=account,
        )

    hear(worlds[0], HOOK_SECRET, "acme", of_providers.receive)
    hear(worlds[1], PAY_SECRET, "pay", of_gateways.receive)
    return (
        market.run(lambda tx: tx.provisioning.webhooks.page(limit=1))[0].id,
        market.run(lambda tx: tx.billing.webhooks.page(limit=1))[0].id,
    )


def _principals(market: Market, other: UUID, elsewhere: UUID) -> dict[str, Actor]:
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
        "rival": staff("rob", "operator", elsewhere),
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


def some(value: UUID | None) -> UUID:
    """What must be there."""
    assert value is not None
    return value
