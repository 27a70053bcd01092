"""Late fees, invoices that become one, statements of account, and what is frozen on a document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests.billing.market import CATALOG, Market, open_market
from tests.billing.shop import Shop, fails

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.credits.credit_notes import credit
from larabill_billing.credits.handlers import grant
from larabill_billing.credits.merging import merge
from larabill_billing.customers.model import NewCustomer, NewSeller
from larabill_billing.invoicing.late_fees import charge_late_fee
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.invoicing.statements import Happened, Statement, statement
from larabill_billing.orders.model import NewItem, PlaceOrder
from larabill_billing.payments.handlers import record_manual
from larabill_billing.payments.refunds import refund
from larabill_core.errors import AlreadyExists, Conflict, InvalidInput
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.numbering import NUMBERS
from larabill_sqlalchemy.opening import database_of

__all__ = ["open_market"]

OpenMarket = Callable[..., Market]
D = Decimal


def account(shop: Shop, first: date, last: date) -> Statement:
    return shop.run(lambda tx: statement(tx, shop.customer.id, "EUR", first, last))


def test_a_late_fee_is_charged_once_for_a_step(shop: Shop) -> None:
    late = shop.issue("100.00")
    ids = {shop.run(lambda tx: charge_late_fee(tx, late.id, D("5.00"), "10d")) for _ in range(3)}
    ids |= {shop.run(lambda tx: charge_late_fee(tx, late.id, D("5.00"), "20d"))}
    fees = [shop.run(lambda tx, fee=fee: tx.billing.invoices.get(fee)) for fee in sorted(ids)]
    assert [(fee.total, fee.preceding_id, fee.lines[0].description) for fee in fees] == [
        (D("5.00"), late.id, "Late fee, INV-000001")
    ] * 2
    assert fees[0].lines[0].tax_category == "O"
    assert shop.state(late).balance == D("100.00")
    assert shop.violations() == []


def test_a_late_fee_needs_an_open_invoice_and_an_amount(shop: Shop) -> None:
    late = shop.issue("1.00")
    for wrong in (D(0), D(-1), D("0.001"), D("NaN")):
        fails(InvalidInput, lambda wrong=wrong: shop.run(lambda tx: charge_late_fee(tx, late.id, wrong, "x")))  # type: ignore[misc]
    shop.run(lambda tx: record_manual(tx, late.id, D("1.00"), "transfer"))
    fails(Conflict, lambda: shop.run(lambda tx: charge_late_fee(tx, late.id, D(1), "x")))


def test_open_invoices_become_one(shop: Shop) -> None:
    period = {"subscription_item_id": new_id(), "period_start": date(2026, 1, 1)}
    first = shop.issue(charges=(shop.charge("10.00", **period), shop.charge("1.00")))
    second = shop.issue("5.00")
    whole = shop.run(lambda tx: merge(tx, [first.id, second.id], "you asked for one"))
    assert (whole.total, whole.number) == (D("16.00"), "INV-000003")
    assert {shop.state(each).status for each in (first, second)} == {InvoiceStatus.VOID}
    assert shop.balances() == {"receivable": D("16.00"), "revenue": D("-16.00")}
    assert shop.violations() == []


def test_invoices_that_are_paid_in_part_or_void_do_not_become_one(shop: Shop) -> None:
    paid, void, other, ordered = (shop.issue("5.00") for _ in range(4))
    ordered = shop.issue("5.00", order_id=new_id())
    shop.run(lambda tx: record_manual(tx, paid.id, D("1.00"), "transfer"))
    shop.run(lambda tx: credit(tx, void.id, reason="x"))
    ids = [paid.id, void.id, other.id, ordered.id]
    problem = fails(InvalidInput, lambda: shop.run(lambda tx: merge(tx, ids, "x")))
    assert len(problem.faults) == 3  # type: ignore[attr-defined]
    fails(InvalidInput, lambda: shop.run(lambda tx: merge(tx, [other.id], "x")))
    fails(InvalidInput, lambda: shop.run(lambda tx: merge(tx, [other.id, other.id], "x")))
    assert shop.state(other).status is InvoiceStatus.ISSUED


def test_a_statement_adds_up(shop: Shop) -> None:
    start = shop.clock.now()
    day = start.date()
    first = shop.issue("100.00")
    shop.clock.set(start + timedelta(days=10))
    payment = shop.run(lambda tx: record_manual(tx, first.id, D("120.00"), "transfer"))
    shop.clock.set(start + timedelta(days=11))
    shop.run(lambda tx: refund(tx, payment.id, D("5.00"), "too much"))
    shop.clock.set(start + timedelta(days=12))
    note = shop.run(lambda tx: credit(tx, first.id, amount=D("30.00"), reason="x"))
    shop.clock.set(start + timedelta(days=13))
    shop.run(lambda tx: grant(tx, shop.customer.id, D("1.00"), "EUR", "gift", new_id()))
    whole = account(shop, day, day + timedelta(days=30))
    assert note is not None
    assert [(line.what, line.number, line.amount, line.balance) for line in whole.lines] == [
        (Happened.INVOICE, first.number, D("100.00"), D("100.00")),
        (Happened.PAYMENT, "", D("-120.00"), D("-20.00")),
        (Happened.REFUND, "", D("5.00"), D("-15.00")),
        (Happened.CREDIT_NOTE, note.number, D("-30.00"), D("-45.00")),
        (Happened.CREDIT, "", D("-1.00"), D("-46.00")),
    ]
    assert (whole.opening, whole.closing, whole.documents) == (0, D("-46.00"), D("70.00"))
    assert whole.opening + whole.documents + whole.payments + whole.credits == whole.closing
    parts = [account(shop, day, day + timedelta(days=9)), account(shop, day + timedelta(days=10), day + timedelta(30))]
    assert [part.opening for part in parts] == [0, parts[0].closing]
    assert (parts[1].closing, parts[0].lines + parts[1].lines) == (whole.closing, whole.lines)


def test_a_statement_of_no_days_is_refused(shop: Shop) -> None:
    day = date(2026, 1, 1)
    fails(InvalidInput, lambda: account(shop, day, day - timedelta(days=1)))
    fails(InvalidInput, lambda: account(shop, day, day + timedelta(days=4000)))


@pytest.mark.parametrize("year", [True, False])
def test_numbers_begin_at_the_start_and_anew_each_year(open_market: OpenMarket, year: bool) -> None:
    form = "RE-{year}-{seq:04}" if year else "RE-{seq:04}"
    market = open_market(numbering={"invoice": {"format": form, "start": 41}})
    market.place()
    market.place()
    market.clock.set(market.clock.now() + timedelta(days=366))
    market.place()
    numbers = [invoice.number for invoice, _ in market.invoices() if invoice.order_id is not None]
    first = market.invoices()[0][0].issued_on.year
    if year:
        assert numbers == [f"RE-{first}-0041", f"RE-{first}-0042", f"RE-{first + 1}-0001"]
    else:
        assert numbers == ["RE-0041", "RE-0042", "RE-0043"]
    assert market.violations() == []


def test_parties_terms_and_purchase_order_are_frozen(open_market: OpenMarket) -> None:
    market: Market = open_market(terms="Payable within seven days")
    billing = market.engine.billing
    seller = billing.sellers.create(
        NewSeller(
            name="Hosting Ltd",
            country="DE",
            currency="EUR",
            tax_id="DE123",
            address=("Kai 4", "Hamburg"),
            email="billing@hosting.example",
            phone="+49 40 123",
            registration="Amtsgericht Hamburg, HRB 12345",
        )
    )
    customer = billing.customers.create(seller.id, NewCustomer(name="Ada", email="ada@example.com", country="FR"))
    billing.catalog.load(seller.id, parse_catalog(CATALOG))
    item = NewItem(plan_code="web", cycle="monthly", region="eu", spec={"domain": "a.example"})
    wanted = PlaceOrder(
        order_uuid=new_id(), customer_id=customer.id, currency="EUR", items=(item,), purchase_order="PO 4711"
    )
    order = billing.orders.place(seller.id, wanted)
    invoice, _ = billing.invoices.get(seller.id, order.invoice_id)
    assert (invoice.terms, invoice.purchase_order) == ("Payable within seven days", "PO 4711")
    assert invoice.seller == {
        "name": "Hosting Ltd",
        "country": "DE",
        "tax_id": "DE123",
        "address": ["Kai 4", "Hamburg"],
        "email": "billing@hosting.example",
        "phone": "+49 40 123",
        "registration": "Amtsgericht Hamburg, HRB 12345",
    }
    assert invoice.buyer["email"] == "ada@example.com"


def test_the_database_refuses_to_change_a_number(shop: Shop) -> None:
    """B52, I5."""
    invoice = shop.issue("1.00")
    mine = NUMBERS.c.seller_id == shop.seller.id
    for change in (sa.update(NUMBERS).where(mine).values(number="INV-000009"), sa.delete(NUMBERS).where(mine)):
        with pytest.raises(sa.exc.DBAPIError), database_of(shop.engine).begin() as connection:
            connection.execute(change)
    assert shop.run(lambda tx: tx.billing.invoices.get(invoice.id)).number == "INV-000001"


def test_a_number_is_given_once(shop: Shop) -> None:
    invoice = shop.issue("1.00")
    fails(AlreadyExists, lambda: shop.run(lambda tx: tx.billing.series.give([invoice])))
