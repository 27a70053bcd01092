"""What a bank line names is compared exactly, however the bank has broken its words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.bank.match import Book, normal, payment_ids, tokens
from larabill_billing.bank.model import OpenInvoice, StatementLine
from larabill_core.ids import new_id, public_id

ADA, BOB = new_id(), new_id()


def invoice(number: str, balance: str = "119.00", customer: UUID = ADA, currency: str = "EUR") -> OpenInvoice:
    return OpenInvoice(
        invoice_id=new_id(),
        number=number,
        customer_id=customer,
        balance=Decimal(balance),
        currency=currency,
        due_on=date(2026, 1, 31),
    )


def line(text: str, amount: str = "119.00", currency: str = "EUR") -> StatementLine:
    return StatementLine(bank_id="1", booked_on=date(2026, 2, 1), amount=Decimal(amount), currency=currency, text=text)


@pytest.mark.parametrize(
    "text",
    [
        "INV-2026-00017",
        "inv-2026-00017",
        "INV 2026 00017",
        "INV202600017 thank you",
        "Rechnung INV-2026-00017, Kunde 12",
        "INV-2026-\n00017",
        "Re.:INV-2026-00017",
        "ＩＮＶ-2026-00017",
        "EREF+NOTPROVIDED SVWZ+INV-2026-00017",
    ],
)
def test_a_number_is_found_as_banks_write_it(text: str) -> None:
    mine = invoice("INV-2026-00017")
    verdict = Book([mine, invoice("INV-2026-00018")], {}).judge(line(text))
    assert verdict.pays == {mine.invoice_id: Decimal("119.00")}


@pytest.mark.parametrize("text", ["", "INV-2026-0017", "INV-2026-000171", "XINV-2026-00017", "lNV-2026-00017", "17"])
def test_what_merely_looks_alike_is_left_to_a_person(text: str) -> None:
    verdict = Book([invoice("INV-2026-00017", "1.00")], {}).judge(line(text))
    assert (verdict.pays, verdict.candidates) == ({}, ())
    assert verdict.reasons == ("no open invoice is named in its text",)


def test_several_invoices_of_one_customer_are_paid_when_the_sum_fits() -> None:
    first, second = invoice("INV-1", "100.00"), invoice("INV-2", "19.00")
    verdict = Book([first, second], {}).judge(line("INV-1 and INV-2"))
    assert verdict.pays == {first.invoice_id: Decimal("100.00"), second.invoice_id: Decimal("19.00")}


@pytest.mark.parametrize(
    ("text", "amount", "currency", "reason"),
    [
        ("INV-1", "118.99", "EUR", "its amount is 118.99, owed are 119.00"),
        ("INV-1 INV-3", "119.00", "EUR", "its amount is 119.00, owed are 120.00"),
        ("INV-1", "119.00", "USD", "it is in USD, the invoice is not"),
        ("INV-1 INV-2", "138.00", "EUR", "it names invoices of several customers"),
    ],
)
def test_what_nearly_fits_is_left_with_its_reason(text: str, amount: str, currency: str, reason: str) -> None:
    book = Book([invoice("INV-1"), invoice("INV-2", "19.00", BOB), invoice("INV-3", "1.00")], {})
    verdict = book.judge(line(text, amount, currency))
    assert verdict.pays == {}
    assert reason in verdict.reasons
    assert verdict.candidates


def test_without_a_reference_invoices_of_the_amount_are_shown_and_never_booked() -> None:
    same = invoice("INV-1")
    verdict = Book([same, invoice("INV-2", "5.00")], {}).judge(line("thanks"))
    assert (verdict.pays, verdict.candidates) == ({}, (same.invoice_id,))


def test_the_reference_of_a_payment_leads_to_its_invoice() -> None:
    mine, payment = invoice("INV-1"), new_id()
    text = f"ref {public_id('pay', payment)}"
    assert payment_ids(tokens(text)) == {payment}
    assert Book([mine], {payment: mine.invoice_id}).judge(line(text)).pays == {mine.invoice_id: Decimal("119.00")}


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_number_within_any_text_is_found(before: str, after: str) -> None:
    assert "INV202600017" in tokens(f"{before} INV-2026-00017 {after}")


@given(st.text(max_size=200))
def test_tokens_are_letters_and_digits(text: str) -> None:
    assert all(token == normal(token) and 0 < len(token) <= 64 for token in tokens(text))
