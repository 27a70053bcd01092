"""A document that gives back more than it asks for: nothing is due, and the rest is the customer's credit."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.shop import Shop

from larabill_billing.credits.documents import issue
from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.model import Charge, ChargeKind, InvoiceRequest, InvoiceStatus
from larabill_core.errors import IllegalTransition
from larabill_sqlalchemy.opening import database_of


def given_back(shop: Shop, amount: str, number: int = 0) -> Charge:
    """Paid time that was not used."""
    return shop.charge(f"-{amount}", kind=ChargeKind.PRORATION, cause=f"credit:{number}")


def request(shop: Shop, *charges: Charge, **changes: Any) -> InvoiceRequest:
    return shop.request(charges=charges, **changes)


def test_less_than_nothing_becomes_credit(shop: Shop) -> None:
    wanted = request(shop, given_back(shop, "20.00"), shop.charge("7.50"))
    (invoice,) = shop.run(lambda tx: issue(tx, [wanted]))
    assert [(line.kind, line.amount) for line in invoice.lines] == [
        ("proration", Decimal("20.00")),
        ("one_time", Decimal("-7.50")),
    ]
    assert (invoice.type, invoice.number) == ("credit_note", "CN-000001")
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("12.50"), Decimal(0), Decimal("12.50"))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.credit() == Decimal("12.50")
    assert shop.balances() == {"revenue": Decimal("12.50"), "customer_credit": Decimal("-12.50")}
    assert shop.violations() == []
    other = shop.issue("10.00")
    assert shop.run(lambda tx: spend(tx, other.id)) == Decimal("10.00")
    assert shop.credit() == Decimal("2.50")
    assert shop.violations() == []


def test_what_is_given_back_lowers_what_is_due(shop: Shop) -> None:
    wanted = request(shop, given_back(shop, "4.00"), shop.charge("7.50"))
    (invoice,) = shop.run(lambda tx: issue(tx, [wanted]))
    assert (invoice.total, shop.credit()) == (Decimal("3.50"), Decimal(0))
    assert shop.balances() == {"receivable": Decimal("3.50"), "revenue": Decimal("-3.50")}
    assert shop.violations() == []


def test_a_document_that_gave_credit_cannot_be_voided(shop: Shop) -> None:
    (invoice,) = shop.run(lambda tx: issue(tx, [request(shop, given_back(shop, "5.00"))]))
    with pytest.raises(IllegalTransition):
        shop.run(lambda tx: void(tx, invoice.id, "a mistake"))
    assert shop.credit() == Decimal("5.00")
    assert shop.violations() == []


def test_a_batch_gives_credit_by_one_statement(shop: Shop) -> None:
    counted: list[str] = []
    sa.event.listen(database_of(shop.engine), "before_cursor_execute", lambda *args: counted.append(args[2]))
    inserts = []
    for number, size in enumerate((1, 20)):
        wanted = [request(shop, given_back(shop, "1.00", 100 * number + each)) for each in range(size)]
        counted.clear()
        shop.run(partial(issue, requests=wanted))
        inserts.append(sum(text.startswith("INSERT INTO larabill_credits") for text in counted))
    assert inserts == [1, 1]
    assert shop.credit() == Decimal("21.00")
    assert shop.violations() == []


def test_in_a_hosts_transaction_credit_comes_with_the_number(shop: Shop) -> None:
    host = database_of(shop.engine)
    with host.begin() as connection:
        wanted = request(shop, given_back(shop, "3.00"))
        assert shop.engine.joined(connection).run(lambda tx: issue(tx, [wanted]), seller=shop.seller.id) == []
    assert shop.credit() == Decimal(0)
    shop.engine.run_due()
    assert shop.credit() == Decimal("3.00")
    assert shop.violations() == []
