"""A customer's name, address and the like change; what was issued does not."""

from __future__ import annotations

import attrs
import pytest
from tests.billing.shop import Shop

from larabill_billing.customers.handlers import change_customer, change_seller
from larabill_billing.customers.model import ChangeCustomer, ChangeSeller
from larabill_billing.customers.search import folded
from larabill_core.errors import InvalidInput

CARD = "4242 4242 4242 4242"


def test_what_is_named_changes_and_the_rest_stays(shop: Shop) -> None:
    before = shop.customer
    change = ChangeCustomer(
        company=" Lovelace Ltd ", address=("1 New Road", "London"), email="ada@EXAMPLE.org", tax_id=""
    )
    after = shop.run(lambda tx: change_customer(tx, before.id, change))
    assert after == attrs.evolve(
        before, company="Lovelace Ltd", address=("1 New Road", "London"), email="ada@example.org", tax_id=""
    )
    assert shop.run(lambda tx: tx.billing.customers.get(before.id)) == after


def test_an_issued_invoice_keeps_the_words_it_was_issued_with(shop: Shop) -> None:
    first = shop.issue("10.00")
    shop.run(lambda tx: change_customer(tx, shop.customer.id, ChangeCustomer(name="Countess", country="IT")))
    second = shop.issue("10.00")
    assert shop.run(lambda tx: tx.billing.invoices.get(first.id)) == first
    assert (second.buyer["name"], second.buyer["country"]) == ("Countess", "IT")


def test_a_search_finds_the_new_words_and_no_more_the_old(shop: Shop) -> None:
    shop.run(
        lambda tx: change_customer(tx, shop.customer.id, ChangeCustomer(name="Augusta King", email="k@example.com"))
    )

    def found(word: str) -> int:
        return len(shop.run(lambda tx: tx.billing.customers.page(search=folded(word))))

    assert [found(word) for word in ("augusta", "king", "k@example.com")] == [1, 1, 1]
    assert [found(word) for word in (shop.customer.name, shop.customer.email)] == [0, 0]


def test_a_seller_changes_and_issued_invoices_keep_its_words(shop: Shop) -> None:
    first = shop.issue("10.00")
    after = shop.run(lambda tx: change_seller(tx, ChangeSeller(name="Hosting GmbH", address=("New Road 1",), email="")))
    assert after == attrs.evolve(shop.seller, name="Hosting GmbH", address=("New Road 1",))
    second = shop.issue("10.00")
    assert shop.run(lambda tx: tx.billing.invoices.get(first.id)).seller == first.seller
    assert (second.seller["name"], second.seller["address"]) == ("Hosting GmbH", ["New Road 1"])
    (audit,) = [
        audit for audit in shop.run(lambda tx: tx.billing.audits.for_subject("seller", shop.seller.id)) if audit.reason
    ]
    assert audit.reason == "name, address"


def test_all_faults_are_told_and_nothing_changes(shop: Shop) -> None:
    change = ChangeCustomer(name="", email="nobody", address=("ok", CARD), country="Germany", time_zone="Mars/Olympus")
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: change_customer(tx, shop.customer.id, change))
    assert [fault.path for fault in raised.value.faults] == [
        "customer.name",
        "customer.email",
        "customer.address[1]",
        "customer.country",
        "customer.time_zone",
    ]
    assert shop.run(lambda tx: tx.billing.customers.get(shop.customer.id)) == shop.customer


def test_the_audit_names_fields_and_holds_nothing_personal(shop: Shop) -> None:
    def changed() -> list[str]:
        audits = shop.run(lambda tx: tx.billing.audits.for_subject("customer", shop.customer.id))
        return [audit.reason for audit in audits if audit.action == "change"]

    shop.run(lambda tx: change_customer(tx, shop.customer.id, ChangeCustomer(name=shop.customer.name)))
    assert changed() == []
    shop.run(
        lambda tx: change_customer(tx, shop.customer.id, ChangeCustomer(name="Countess", tax_id="X1", language="de"))
    )
    assert changed() == ["name, tax_id, language"]
