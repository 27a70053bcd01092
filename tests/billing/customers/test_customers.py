"""Sellers and customers: everything checked at once, nothing personal in a repr or an error."""

from __future__ import annotations

from typing import Any

import babel
import pytest
from tests.billing.shop import Shop

from larabill_billing.customers.checks import COUNTRIES, check_email
from larabill_billing.customers.handlers import create_customer, create_seller
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_core.errors import InvalidInput

CARD = "4242 4242 4242 4242"


def test_a_customer_takes_from_the_seller_what_is_left_open(shop: Shop) -> None:
    new = NewCustomer(name="Grace", email="Grace@EXAMPLE.com", country="US", address=("1 Main St", "Town"))
    customer = shop.run(lambda tx: create_customer(tx, new))
    assert (customer.currency, customer.time_zone, customer.language) == ("EUR", "Europe/Berlin", "en")
    assert customer.email == "Grace@example.com"
    assert shop.run(lambda tx: tx.billing.customers.get(customer.id)) == customer


def test_all_faults_of_a_customer_are_reported_and_none_is_repeated(shop: Shop) -> None:
    new = NewCustomer(
        name="",
        email="nobody",
        country="Germany",
        company=CARD,
        tax_id="DE\u200b1",
        address=("ok", CARD),
        currency="eur",
        time_zone="Mars/Olympus",
        language="xx-yy-zz",
    )
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: create_customer(tx, new))
    assert [fault.path for fault in raised.value.faults] == [
        "customer.name",
        "customer.email",
        "customer.company",
        "customer.tax_id",
        "customer.address[1]",
        "customer.country",
        "customer.currency",
        "customer.time_zone",
        "customer.language",
    ]
    assert "4242" not in str(raised.value)
    assert len(shop.run(lambda tx: tx.billing.customers.page())) == 1


def test_all_faults_of_a_seller_are_reported(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as raised:
        shop.engine.run(lambda tx: create_seller(tx, NewSeller(name=" ", country="EU", currency="XXX")))
    assert [fault.path for fault in raised.value.faults] == ["seller.name", "seller.country", "seller.currency"]


def test_a_repr_shows_nothing_personal(shop: Shop) -> None:
    new = NewCustomer(name="Ada Example", email="ada@example.com", country="FR", address=("5 Rue X",))
    for thing in (new, shop.customer):
        for personal in ("Ada", "ada@", "Rue"):
            assert personal not in repr(thing)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_another_sellers_customer_is_not_seen(shop: Shop) -> None:
    other = shop.engine.run(lambda tx: create_seller(tx, NewSeller(name="Other", country="DE", currency="EUR")))
    assert shop.engine.run(lambda tx: tx.billing.customers.page(), seller=other.id) == []


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("a@Example.COM", "a@example.com"),
        (" a.b+c@example.org ", "a.b+c@example.org"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_in_canonical_form(typed: str, canonical: str) -> None:
    assert check_email(typed, "email") == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "@example.com",
        "a@",
        "a@localhost",
        "a@-x.com",
        "a@x..com",
        "a..b@example.com",
        "a b@example.com",
        "\u0430da@example.com",  # a Cyrillic a
        "a\u200b@example.com",
        "a@example.com\nBcc: b@example.com",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 260}.com",
        "4242424242424242@example.com",
    ],
)
def test_an_address_that_looks_like_another_or_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        check_email(typed, "email")


def test_countries_are_those_that_cldr_knows_less_what_is_no_country() -> None:
    known = babel.Locale("en").territories
    assert len(COUNTRIES) == 249
    assert all(country in known for country in COUNTRIES)
    assert not COUNTRIES & {"EU", "UN", "XK", "ZZ", "UK"}


@pytest.mark.parametrize(
    ("field", "value"), [("country", ["DE"]), ("address", "Hafen 1"), ("address", None), ("address", 5)]
)
def test_a_field_of_another_type_is_a_fault_by_name(shop: Shop, field: str, value: Any) -> None:
    new = {"name": "Ada", "email": "ada@example.com", "country": "DE", field: value}
    with pytest.raises(InvalidInput, match=f"^customer.{field}: "):
        shop.run(lambda tx: create_customer(tx, NewCustomer(**new)))
