"""Issue: documents that add up, numbers without gaps, statements that do not grow with the batch."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa
from tests.billing.shop import Shop, charge

from larabill_billing.invoicing.document import invoice_context
from larabill_billing.invoicing.handlers import issue, void
from larabill_billing.invoicing.model import ChargeKind, InvoiceStatus
from larabill_core.errors import AlreadyExists, Conflict, IllegalTransition, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_sqlalchemy.opening import database_of


def test_an_invoice_adds_up_and_stands_in_the_ledger(shop: Shop) -> None:
    invoice = shop.issue("10.00", "2.50")
    assert (invoice.number, invoice.total, invoice.currency) == ("INV-000001", Decimal("12.50"), "EUR")
    assert [line.amount for line in invoice.lines] == [Decimal("10.00"), Decimal("2.50")]
    assert invoice.issued_on == date(2026, 1, 31)
    stored = shop.run(lambda tx: tx.billing.invoices.get(invoice.id))
    assert stored == invoice
    assert shop.state(invoice).status is InvoiceStatus.ISSUED
    assert shop.balances() == {"receivable": Decimal("12.50"), "revenue": Decimal("-12.50")}
    assert shop.published("InvoiceIssued") == 1
    assert shop.violations() == []


def test_the_day_of_issue_is_the_customers(shop: Shop) -> None:
    shop.clock.advance(timedelta(hours=11, minutes=30))
    assert shop.issue("1.00").issued_on == date(2026, 2, 1)


def test_numbers_follow_each_other_in_a_batch_and_after_it(shop: Shop) -> None:
    first = shop.run(lambda tx: issue(tx, [shop.request("1.00") for _ in range(3)]))
    assert [invoice.number for invoice in first] == ["INV-000001", "INV-000002", "INV-000003"]
    assert shop.issue("1.00").number == "INV-000004"


def test_a_number_is_not_lost_when_its_transaction_fails(shop: Shop) -> None:
    def fail(tx: object) -> None:
        issue(tx, [shop.request("1.00")])  # type: ignore[arg-type]
        raise Conflict("the test", "gives up")

    with pytest.raises(Conflict):
        shop.run(fail)
    assert shop.issue("1.00").number == "INV-000001"


def test_statements_do_not_depend_on_the_size_of_the_batch(shop: Shop) -> None:
    counted: list[str] = []
    sa.event.listen(database_of(shop.engine), "before_cursor_execute", lambda *args: counted.append(args[2]))
    sizes = []
    for size in (1, 20):
        counted.clear()
        shop.run(partial(issue, requests=[shop.request("1.00", "2.00") for _ in range(size)]))
        sizes.append(len(counted))
    # the very first invoice also makes the series
    assert sizes[1] <= sizes[0]


def test_the_same_thing_is_charged_once(shop: Shop) -> None:
    due = {"kind": ChargeKind.RECURRING, "subscription_item_id": new_id(), "cause": "renewal"}
    period = {"period_start": date(2026, 1, 31), "period_end": date(2026, 2, 28)}
    request = shop.request(charges=(shop.charge("5.00", **due, **period),))
    again = shop.request(charges=(shop.charge("5.00", **due, **period),))
    shop.run(lambda tx: issue(tx, [request]))
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: issue(tx, [again]))
    correction = shop.charge("5.00", **{**due, "cause": "correction:1"}, **period)
    with pytest.raises(InvalidInput, match=r"charge\.period_start"):
        shop.charge("5.00", **due)
    shop.run(lambda tx: void(tx, request.id, "wrong address"))
    shop.run(lambda tx: issue(tx, [shop.request(charges=(correction,))]))
    assert shop.violations() == []


def test_nothing_due_is_issued_and_at_once_paid(shop: Shop) -> None:
    invoice = shop.issue("0.00")
    state = shop.state(invoice)
    assert (state.status, state.balance, state.paid_at) == (InvoiceStatus.PAID, Decimal(0), shop.clock.now())
    assert shop.published("InvoicePaid") == 1
    assert shop.balances() == {}
    assert shop.violations() == []


def test_a_void_reverses_the_ledger_and_frees_the_charges(shop: Shop) -> None:
    invoice = shop.issue("7.00")
    shop.run(lambda tx: void(tx, invoice.id, "sold by mistake"))
    assert (shop.state(invoice).status, shop.state(invoice).balance) == (InvoiceStatus.VOID, Decimal(0))
    assert shop.balances() == {}
    freed = shop.run(lambda tx: tx.billing.charges.for_invoices([invoice.id]))
    assert {each.status for each in freed[invoice.id]} == {"freed"}
    assert shop.violations() == []
    with pytest.raises(IllegalTransition):
        shop.run(lambda tx: void(tx, invoice.id, "again"))


def test_an_issued_document_cannot_change(shop: Shop) -> None:
    shop.issue("7.00")
    for statement in ("UPDATE larabill_invoices SET number = 'INV-9'", "DELETE FROM larabill_invoice_lines"):
        with pytest.raises(sa.exc.DBAPIError), database_of(shop.engine).begin() as connection:
            connection.execute(sa.text(f"{statement} WHERE seller_id = seller_id"))


def test_a_bad_batch_reports_all_faults_and_writes_nothing(shop: Shop) -> None:
    other = charge(new_id(), "1.00", currency="USD")
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: issue(tx, [shop.request("1.00"), shop.request(charges=(other,)), shop.request()]))
    assert [fault.path for fault in raised.value.faults] == [
        "invoices[1].charges[0].currency",
        "invoices[1].charges[0].customer_id",
        "invoices[2].charges",
    ]
    assert shop.issue("1.00").number == "INV-000001"


def test_a_customer_of_nobody_is_not_found(shop: Shop) -> None:
    stranger = new_id()
    request = shop.request(customer_id=stranger, charges=(charge(stranger, "1.00"),))
    with pytest.raises(NotFound):
        shop.run(lambda tx: issue(tx, [request]))


def test_in_a_hosts_transaction_the_number_comes_after_its_commit(shop: Shop) -> None:
    request = shop.request("3.00")
    host = database_of(shop.engine)
    with host.begin() as connection:
        assert shop.engine.joined(connection).run(lambda tx: issue(tx, [request]), seller=shop.seller.id) == []
    with pytest.raises(NotFound):
        shop.run(lambda tx: tx.billing.invoices.get(request.id))
    shop.engine.run_due()
    assert shop.run(lambda tx: tx.billing.invoices.get(request.id)).number == "INV-000001"
    assert shop.violations() == []


def test_a_host_that_rolls_back_leaves_nothing(shop: Shop) -> None:
    with database_of(shop.engine).connect() as connection, connection.begin() as host:
        within = shop.engine.joined(connection)
        within.run(lambda tx: issue(tx, [shop.request("3.00")]), seller=shop.seller.id)
        host.rollback()
    shop.engine.run_due()
    assert shop.run(lambda tx: tx.billing.invoices.page()) == []


def test_a_document_speaks_the_customers_language(shop: Shop) -> None:
    period = {"period_start": date(2026, 1, 31), "period_end": date(2026, 2, 28)}
    invoice = shop.issue(charges=(shop.charge("1234.50", **period),))
    context = invoice_context(invoice, shop.state(invoice))
    assert context["total"] == context["balance"] == "€1,234.50"
    assert context["lines"][0]["period"] == "Jan 31, 2026 – Feb 27, 2026"
    assert (context["number"], context["status"], context["buyer"]["name"]) == ("INV-000001", "issued", "Ada Example")
