"""The façade's own promises: the one seller of the settings, who the customer is, and who may ask."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from tests.billing.market import PRETEND, Market, market
from tests.conftest import OpenTestEngine

import larabill_billing
from larabill_billing.module import MODULE
from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError, Forbidden
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
