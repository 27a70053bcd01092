"""The façade's own promises: the one seller of the settings, who the customer is, and who may ask."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.billing.market import PRETEND, Market, market
from tests.conftest import OpenTestEngine

import larabill_billing
from larabill_billing.module import MODULE
from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError, Forbidden, InvalidInput, NotFound
from larabill_core.ids import new_id

__all__ = ["market"]

SELLER = {"name": "Hosting Ltd", "country": "DE", "currency": "EUR", "address": ["Hafen 1", "20457 Hamburg"]}


def test_the_seller_of_the_settings_is_made_once(open_test_engine: OpenTestEngine) -> None:
    engine = open_test_engine(MODULE, PRETEND, settings={"billing": {"seller": SELLER}})
    found: list[UUID] = []
    threads = [threading.Thread(target=lambda: found.append(engine.billing.default_seller())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    (seller,) = engine.billing.sellers.list()
    assert set(found) == {seller.id}
    assert seller.address == ("Hafen 1", "20457 Hamburg")


def test_no_seller_and_no_settings_says_what_to_write(open_test_engine: OpenTestEngine) -> None:
    engine = open_test_engine(MODULE, PRETEND)
    with pytest.raises(ConfigurationError, match=r"add a \[billing.seller\] table"):
        engine.billing.default_seller()


def test_contacts_know_the_sellers_own_customers_only(market: Market) -> None:
    contacts = market.engine.contacts
    assert contacts is not None
    found = market.run(lambda tx: contacts.get(tx, market.customer))
    assert found is not None
    assert (found.name, found.email, found.time_zone) == ("Ada", "ada@example.com", "Europe/Berlin")
    assert market.run(lambda tx: contacts.get(tx, new_id())) is None


@pytest.mark.parametrize("roles", [(), ("system",), ("clerk",)])
def test_nobody_may_anything_without_a_role(market: Market, roles: tuple[str, ...]) -> None:
    actor = Actor(kind="staff", id="jo", roles=roles)
    billing: Any = market.engine.billing
    for ask in (billing.orders.list, billing.invoices.list, billing.ledger.trial_balance, billing.customers.list):
        with pytest.raises(Forbidden):
            ask(market.seller, actor=actor)


def test_force_needs_an_ability_of_its_own(market: Market) -> None:
    order = market.pay_order()
    subscription = market.subscription(order)
    with pytest.raises(Forbidden, match=r"subscriptions\.force"):
        market.engine.billing.subscriptions.cancel(
            market.seller, subscription.id, "now", force=True, actor=Actor(kind="staff", id="jo")
        )


def test_the_packages_public_names_are_there() -> None:
    assert larabill_billing.MODULE is MODULE
    assert all(hasattr(larabill_billing, name) for name in larabill_billing.__all__)


@pytest.mark.parametrize("id", ["1e3", " 1", 1, 1.0, True, [], {}, "id or 1=1", "01890000-0000-7000-8000-000000000001"])
def test_what_is_no_uuid_is_told_and_never_reaches_the_database(market: Market, id: Any) -> None:
    billing: Any = market.engine.billing
    asked = (
        lambda: billing.orders.get(market.seller, id),
        lambda: billing.orders.get(id, new_id()),
        lambda: billing.orders.list(market.seller, customer_id=id),
        lambda: billing.orders.list(market.seller, after=id),
    )
    for ask in asked:
        with pytest.raises(InvalidInput, match=r"^id: is not a UUID \(got .*\); hand over a uuid\.UUID"):
            ask()


@pytest.mark.parametrize("limit", [0, -1, None, True, 1.5, "1;--", [], 2**63])
def test_a_limit_is_a_number_of_rows_and_never_all(market: Market, limit: Any) -> None:
    billing: Any = market.engine.billing
    for area in ("customers", "invoices", "orders", "payments", "services", "subscriptions"):
        with pytest.raises(InvalidInput, match=r"^limit: must be a whole number"):
            getattr(billing, area).list(market.seller, limit=limit)
    with pytest.raises(InvalidInput, match=r"^limit: must be a whole number"):
        billing.ledger.audits(market.seller, limit=limit)


@pytest.mark.parametrize("reason", [None, 5, ["x"], "a\x00b", "a\nb", "a" * 501, "card 4242 4242 4242 4242"])
def test_a_reason_that_cannot_be_kept_changes_nothing(market: Market, reason: Any) -> None:
    billing = market.engine.billing
    order = market.place()
    with pytest.raises(InvalidInput, match=r"^reason: ") as raised:
        billing.orders.cancel(market.seller, order.id, reason)
    assert "4242" not in str(raised.value)
    assert market.order(order).status == "pending"
    with pytest.raises(InvalidInput, match=r"^reason: "):
        billing.subscriptions.cancel(market.seller, market.subscription(order).id, "now", reason)
    with pytest.raises(InvalidInput, match=r"^reason: "):
        billing.payments.resolve_review(market.seller, new_id(), None, reason)


@pytest.mark.parametrize("currency", ["eur", "ZZZ", None, 5, []])
def test_credit_in_what_is_no_currency_is_not_zero(market: Market, currency: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^currency: is not a currency"):
        market.engine.billing.credits.balance(market.seller, market.customer, currency)


def test_a_typed_order_is_read_as_strictly_as_plain_data(market: Market) -> None:
    bad: Any = {"plan_code": 5, "name": None, "price": "0.01"}
    wanted = attrs.evolve(market.wanted(), items=(bad,), currency="eur")
    with pytest.raises(InvalidInput) as raised:
        market.engine.billing.orders.place(market.seller, wanted)
    assert {fault.path for fault in raised.value.faults} == {"items[0].plan_code", "items[0].name", "items[0].price"}
    assert market.invoices() == []


def test_a_customer_sees_their_own_and_nobody_elses(market: Market) -> None:
    """Whatever abilities they have (B01): what is another's is not there, what is for staff is forbidden."""
    billing, order = market.engine.billing, market.pay_order()
    subscription, invoice = market.subscription(order).id, market.invoices()[0][0].id
    seller = market.seller

    def asks(actor: Actor, customer: UUID | None) -> list[Any]:
        return [
            lambda: billing.orders.get(seller, order.id, actor=actor),
            lambda: billing.orders.list(seller, customer_id=customer, actor=actor),
            lambda: billing.services.list(seller, customer_id=customer, actor=actor),
            lambda: billing.invoices.get(seller, invoice, actor=actor),
            lambda: billing.invoices.context(seller, invoice, actor=actor),
            lambda: billing.invoices.list(seller, customer_id=customer, actor=actor),
            lambda: billing.payments.list(seller, customer_id=customer, actor=actor),
            lambda: billing.subscriptions.get(seller, subscription, actor=actor),
            lambda: billing.subscriptions.items(seller, subscription, actor=actor),
            lambda: billing.subscriptions.scheduled(seller, subscription, actor=actor),
            lambda: billing.subscriptions.list(seller, customer_id=customer, actor=actor),
        ]

    mine = Actor(kind="customer", id="ada", roles=("operator",), seller_id=seller, customer_id=market.customer)
    stranger = attrs.evolve(mine, id="eve", customer_id=new_id())
    for ask in asks(mine, market.customer):
        assert ask() is not None
    for ask in [*asks(stranger, market.customer), *asks(stranger, None)]:
        with pytest.raises(NotFound):
            ask()
    for forbidden in (
        lambda: billing.customers.list(seller, actor=mine),
        lambda: billing.invoices.void(seller, invoice, "mine", actor=mine),
        lambda: billing.payments.record_manual(seller, invoice, 5, "transfer 1", actor=mine),
        lambda: billing.ledger.trial_balance(seller, actor=mine),
    ):
        with pytest.raises(Forbidden):
            forbidden()
