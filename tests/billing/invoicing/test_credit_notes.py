"""Credit notes give back what was invoiced, never more, and to the cent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st
from tests.billing.shop import Shop, fails

from larabill_billing.credits.credit_notes import credit
from larabill_billing.invoicing.adding_up import faults_of
from larabill_billing.invoicing.credit_notes import what_is_left
from larabill_billing.invoicing.crediting import Left, by_amount, by_lines, everything, left_of
from larabill_billing.invoicing.handlers import issue
from larabill_billing.invoicing.model import Charge, ChargeKind, DocumentType, Invoice, InvoiceLine, InvoiceStatus
from larabill_billing.invoicing.totals import Totals, totals
from larabill_billing.payments.handlers import record_manual
from larabill_billing.tax.model import TaxRate
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import new_id, public_id
from larabill_sqlalchemy.opening import database_of

D = Decimal
VAT = (TaxRate(category="S", rate=D(19), name="VAT"),)
REDUCED = (TaxRate(category="S", rate=D(7), name="VAT"),)
INCLUSIVE = (TaxRate(category="S", rate=D(19), name="VAT", inclusive=True),)


def taxed(shop: Shop, *amounts: str, taxes: Any = VAT, **more: Any) -> Invoice:
    charges = tuple(shop.charge(amount, taxes=taxes) for amount in amounts)
    return shop.run(lambda tx: issue(tx, [shop.request(charges=charges, **more)]))[0]


def note(shop: Shop, invoice: Invoice, **wanted: Any) -> Invoice:
    made = shop.run(lambda tx: credit(tx, invoice.id, reason="sold in error", **wanted))
    assert made is not None
    stored: Invoice = shop.run(lambda tx: tx.billing.invoices.get(made.id))
    return stored


def test_a_whole_credit_note_of_an_open_invoice_makes_it_void(shop: Shop) -> None:
    invoice = taxed(shop, "10.00", "0.33")
    made = note(shop, invoice)
    assert (made.type, made.number, made.preceding_id) == (DocumentType.CREDIT_NOTE, "CN-000001", invoice.id)
    assert (made.net, made.tax, made.total, made.taxes) == (invoice.net, invoice.tax, invoice.total, invoice.taxes)
    assert [(line.amount, line.taxes) for line in made.lines] == [(line.amount, line.taxes) for line in invoice.lines]
    state = shop.state(invoice)
    assert (state.status, state.balance) == (InvoiceStatus.VOID, 0)
    assert shop.balances() == {}
    assert shop.credit() == 0
    assert shop.published("InvoicePaid") == 1, "that of the note alone: nobody bought anything"
    assert shop.violations() == []


def test_part_of_an_open_invoice_lowers_what_is_owed(shop: Shop) -> None:
    invoice = taxed(shop, "10.00", "5.00")
    made = note(shop, invoice, lines={invoice.lines[0].id: D("4.00")})
    assert (made.net, made.tax, made.total) == (D("4.00"), D("0.76"), D("4.76"))
    assert shop.state(invoice).balance == invoice.total - made.total
    assert shop.violations() == []
    shop.run(lambda tx: record_manual(tx, invoice.id, invoice.total - made.total, "transfer"))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_what_was_paid_becomes_credit(shop: Shop) -> None:
    invoice = taxed(shop, "10.00")
    shop.run(lambda tx: record_manual(tx, invoice.id, D("11.00"), "transfer"))
    made = note(shop, invoice, amount=D("5.00"))
    assert made.total == D("5.00")
    assert shop.credit() == D("4.10")
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_several_notes_that_give_back_an_unpaid_invoice_make_it_void(shop: Shop) -> None:
    invoice = taxed(shop, "1.00")
    for _ in range(3):
        note(shop, invoice, amount=D("0.33"))
    last = note(shop, invoice)
    assert last.total == D("0.20")
    assert shop.state(invoice).status is InvoiceStatus.VOID
    assert shop.violations() == []


def test_never_more_than_what_is_left(shop: Shop) -> None:
    invoice = taxed(shop, "10.00", "5.00")
    line = invoice.lines[0].id
    note(shop, invoice, lines={line: D("8.00")})
    before = shop.balances()
    fails(Conflict, lambda: note(shop, invoice, lines={line: D("2.01")}))
    fails(Conflict, lambda: note(shop, invoice, amount=D("8.34")))
    note(shop, invoice, amount=D("8.33"))
    fails(Conflict, lambda: note(shop, invoice))
    assert before != shop.balances() == {}
    assert shop.violations() == []


def test_all_faults_are_told_and_nothing_is_changed(shop: Shop) -> None:
    invoice = taxed(shop, "10.00")
    line, other = invoice.lines[0].id, new_id()
    problem = fails(InvalidInput, lambda: note(shop, invoice, lines={other: D(1), line: D("0.001")}))
    assert {fault.path for fault in problem.faults} == {f"lines.{public_id('lin', id)}" for id in (other, line)}  # type: ignore[attr-defined]
    for wrong in (D(0), D(-1), D("NaN"), 1.5, "1e3", None):
        fails(InvalidInput, lambda wrong=wrong: note(shop, invoice, lines={line: wrong}))  # type: ignore[misc]
    for wrong in (D(0), D(-1), D("NaN"), D("0.001"), 1.5):
        fails(InvalidInput, lambda wrong=wrong: note(shop, invoice, amount=wrong))  # type: ignore[misc]
    fails(InvalidInput, lambda: note(shop, invoice, amount=D(1), lines={line: D(1)}))
    assert shop.state(invoice).balance == invoice.total
    assert shop.violations() == []


def test_a_credit_note_is_not_credited_and_a_void_invoice_neither(shop: Shop) -> None:
    invoice = taxed(shop, "10.00")
    made = note(shop, invoice)
    fails(Conflict, lambda: note(shop, made))
    fails(Conflict, lambda: note(shop, invoice))


def test_prices_with_tax_are_given_back_exactly(shop: Shop) -> None:
    invoice = taxed(shop, "10.00", "3.33", taxes=INCLUSIVE)
    first = note(shop, invoice, amount=D("4.44"))
    rest = note(shop, invoice)
    assert (first.total + rest.total, first.tax + rest.tax) == (invoice.total, invoice.tax)
    assert shop.violations() == []


def test_in_a_hosts_transaction_a_job_issues_it(shop: Shop) -> None:
    invoice = taxed(shop, "10.00")
    with database_of(shop.engine).begin() as host:
        within = shop.engine.joined(host)
        made = within.run(lambda tx: credit(tx, invoice.id, reason="r", amount=D("1.00")), seller=shop.seller.id)
        assert made is None
    shop.work()
    assert shop.state(invoice).balance == invoice.total - 1
    assert shop.violations() == []


AMOUNTS = st.integers(-300, 2000).filter(bool).map(lambda cents: D(cents) / 100)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from([VAT, REDUCED])), min_size=1, max_size=5)


def document(lines: list[tuple[Decimal, Any]]) -> Invoice:
    """An invoice of these lines, without a database."""
    charges = [
        Charge(
            customer_id=UUID(int=1),
            kind=ChargeKind.PRORATION if amount < 0 else ChargeKind.ONE_TIME,
            cause="x",
            description="x",
            quantity=D(1),
            unit_price=amount,
            amount=amount,
            currency="EUR",
        )
        for amount, _ in lines
    ]
    sums = totals(charges, [taxes for _, taxes in lines], "EUR")
    assume(sums.type is DocumentType.INVOICE and sums.total > 0 and sums.net > 0)
    return as_invoice(sums)


def as_invoice(sums: Totals) -> Invoice:
    """A document that comes to these sums."""
    lines = [
        InvoiceLine(
            id=new_id(),
            position=position,
            charge_id=new_id(),
            kind=ChargeKind.ONE_TIME,
            description="x",
            period_start=None,
            period_end=None,
            quantity=D(1),
            unit_price=amount,
            amount=amount,
            currency="EUR",
            taxes=taxes,
        )
        for position, (amount, taxes) in enumerate(zip(sums.amounts, sums.rates, strict=True), 1)
    ]
    return Invoice(
        id=new_id(),
        type=sums.type,
        seller_id=new_id(),
        customer_id=new_id(),
        order_id=None,
        subscription_id=None,
        currency="EUR",
        net=sums.net,
        tax=sums.tax,
        total=sums.total,
        taxes=sums.taxes,
        issued_on=date(2026, 1, 1),
        due_on=date(2026, 1, 1),
        issued_at=datetime(2026, 1, 1, tzinfo=UTC),
        language="en",
        seller={},
        buyer={},
        lines=tuple(lines),
    )


@given(LINES, st.data())
def test_all_notes_of_an_invoice_come_to_exactly_its_amounts(lines: list[tuple[Decimal, Any]], data: Any) -> None:
    invoice = document(lines)
    notes: list[Invoice] = []
    credited: dict[UUID, Decimal] = {}
    for _ in range(data.draw(st.integers(0, 12))):
        left = left_of(invoice, notes, credited)
        if left.total <= 0:
            break
        given_back = data.draw(st.sampled_from(["amount", "line"]))
        try:
            if given_back == "amount":
                cents = data.draw(st.integers(1, int(left.total * 100)))
                made = by_amount(invoice, left, D(cents) / 100)
                assert made.sums.total == D(cents) / 100
            else:
                line = data.draw(st.sampled_from(invoice.lines))
                sign = 1 if left.lines[line.id] > 0 else -1
                cents = data.draw(st.integers(1, max(1, int(abs(left.lines[line.id]) * 100))))
                made = by_lines(invoice, left, {line.id: sign * D(cents) / 100})
        except (Conflict, InvalidInput):
            continue
        notes.append(as_invoice(made.sums))
        assert not faults_of(notes[-1]), faults_of(notes[-1])
        _holds(made.sums, invoice, left)
        credited |= {line_id: credited.get(line_id, D(0)) + net for line_id, net in made.lines.items()}
    left = left_of(invoice, notes, credited)
    if left.total > 0 and any(left.lines.values()):
        last = everything(invoice, left)
        notes.append(as_invoice(last.sums))
        assert not faults_of(notes[-1]), faults_of(notes[-1])
        assert sum(each.net for each in notes) == invoice.net
        assert sum(each.tax for each in notes) == invoice.tax
        for subtotal in invoice.taxes:
            mine = [each for made in notes for each in made.taxes if each.rate == subtotal.rate]
            assert (sum(each.base for each in mine), sum(each.tax for each in mine)) == (subtotal.base, subtotal.tax)


def _holds(sums: Totals, invoice: Invoice, left: Left) -> None:
    assert sums.net == sum(sums.amounts) == sum(each.base for each in sums.taxes)
    assert sums.tax == sum(each.tax for each in sums.taxes)
    assert 0 < sums.total <= left.total


def test_what_is_left_of_a_new_invoice_is_all_of_it(shop: Shop) -> None:
    invoice = taxed(shop, "3.00", "4.00")
    left = shop.run(lambda tx: what_is_left(tx, tx.billing.invoices.get(invoice.id)))
    assert (left.net, left.tax, left.total) == (invoice.net, invoice.tax, invoice.total)
