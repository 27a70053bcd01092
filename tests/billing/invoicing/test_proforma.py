"""A proforma asks for money and owes nothing; the invoice follows when it is paid."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.billing.shop import BOOK, Shop, fails
from tests.conftest import OpenTestEngine

from larabill_billing.credits.credit_notes import credit, void
from larabill_billing.credits.handlers import grant, spend
from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import DocumentType, Invoice, InvoiceStatus
from larabill_billing.payments.handlers import record_manual
from larabill_core.errors import AlreadyExists, Conflict, IllegalTransition
from larabill_core.ids import new_id
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.opening import database_of

D = Decimal


@pytest.fixture
def asking(open_test_engine: OpenTestEngine, clock: ManualClock) -> Shop:
    """A shop whose seller asks for the money first."""
    return Shop.open(open_test_engine(BOOK, settings={"billing": {"proforma": True}}), clock)


def documents(shop: Shop) -> list[Invoice]:
    return [document for document, _ in shop.run(lambda tx: tx.billing.invoices.page())]


def pay(shop: Shop, invoice: Invoice, amount: str) -> None:
    shop.run(lambda tx: record_manual(tx, invoice.id, D(amount), f"transfer {new_id()}"))


def test_a_proforma_owes_nothing(asking: Shop) -> None:
    made = asking.issue("10.00", "2.50")
    assert (made.type, made.number, made.total) == (DocumentType.PROFORMA, "PRO-000001", D("12.50"))
    assert asking.state(made).balance == D("12.50")
    assert asking.balances() == {}
    assert asking.violations() == []


def test_the_invoice_follows_when_it_is_paid_in_full(asking: Shop) -> None:
    made = asking.issue("10.00", "2.50")
    pay(asking, made, "5.00")
    assert asking.balances() == {"cash:manual": D("5.00"), "prepayments": D("-5.00")}
    assert [each.number for each in documents(asking)] == ["PRO-000001"]
    assert asking.violations() == []
    pay(asking, made, "8.00")
    proforma, invoice = sorted(documents(asking), key=lambda each: each.number, reverse=True)
    assert (proforma.id, invoice.preceding_id, invoice.number) == (made.id, made.id, "INV-000001")
    whole = asking.run(lambda tx: tx.billing.invoices.get(invoice.id))
    assert [line.charge_id for line in whole.lines] == [line.charge_id for line in made.lines]
    assert (whole.net, whole.tax, whole.total) == (made.net, made.tax, made.total)
    assert {asking.state(each).status for each in (proforma, invoice)} == {InvoiceStatus.PAID}
    assert asking.balances() == {
        "cash:manual": D("13.00"),
        "customer_credit": D("-0.50"),
        "revenue": D("-12.50"),
    }
    assert asking.published("InvoicePaid") == 1
    assert asking.violations() == []


def test_credit_pays_a_proforma(asking: Shop) -> None:
    asking.run(lambda tx: grant(tx, asking.customer.id, D("20.00"), "EUR", "gift", new_id()))
    made = asking.issue("10.00")
    asking.run(lambda tx: spend(tx, made.id))
    assert len(documents(asking)) == 2
    assert asking.credit() == D("10.00")
    assert asking.violations() == []


def test_what_costs_nothing_and_what_gives_back_is_no_proforma(asking: Shop) -> None:
    assert asking.issue("0.00").type is DocumentType.INVOICE


def test_a_charge_stands_on_one_invoice(asking: Shop) -> None:
    period = {"subscription_item_id": new_id(), "period_start": asking.clock.now().date()}
    charge = asking.charge("10.00", **period)
    made = asking.run(lambda tx: issue(tx, [asking.request(charges=(charge,))]))[0]
    pay(asking, made, "10.00")
    again = asking.charge("10.00", **period)
    fails(AlreadyExists, lambda: asking.run(lambda tx: issue(tx, [asking.request(charges=(again,))])))
    assert asking.violations() == []


def test_a_void_proforma_gives_back_what_was_paid_as_credit(asking: Shop) -> None:
    made, other = asking.issue("10.00"), asking.issue("1.00")
    pay(asking, made, "4.00")
    asking.run(lambda tx: void(tx, made.id, "ordered twice"))
    asking.run(lambda tx: void(tx, other.id, "ordered twice"))
    assert asking.state(made).status is InvoiceStatus.VOID
    assert asking.credit() == D("4.00")
    assert asking.balances() == {"cash:manual": D("4.00"), "customer_credit": D("-4.00")}
    assert asking.violations() == []
    fails(IllegalTransition, lambda: asking.run(lambda tx: void(tx, made.id, "again")))


def test_a_credit_note_of_a_paid_proforma_is_one_of_its_invoice(asking: Shop) -> None:
    made = asking.issue("10.00")
    fails(Conflict, lambda: asking.run(lambda tx: credit(tx, made.id, reason="r")))
    pay(asking, made, "10.00")
    note = asking.run(lambda tx: credit(tx, made.id, amount=D("2.00"), reason="r"))
    assert note is not None
    invoice = next(each for each in documents(asking) if each.type is DocumentType.INVOICE)
    assert note.preceding_id == invoice.id
    assert asking.credit() == D("2.00")
    assert asking.violations() == []


def test_paid_in_a_hosts_transaction_the_invoice_follows_after_its_commit(asking: Shop) -> None:
    made = asking.issue("10.00")
    with database_of(asking.engine).begin() as host:
        within = asking.engine.joined(host)
        within.run(lambda tx: record_manual(tx, made.id, D("10.00"), "transfer"), seller=asking.seller.id)
    assert len(documents(asking)) == 1
    assert asking.violations() == []
    asking.work()
    assert len(documents(asking)) == 2
    assert asking.violations() == []
