"""Bank lines: stored once, booked when they name what they pay, and else left to a person (I1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import attrs
import pytest
from tests.billing.shop import Shop

from larabill_billing.bank.handlers import book, ignore, import_lines, judge, match, unmatch
from larabill_billing.bank.model import BankLine, LineStatus, Matched
from larabill_billing.bank.settings import BankAccount
from larabill_billing.bank.verify import verify_bank_lines
from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.handlers import open_checkout, record_manual
from larabill_core.errors import Conflict, IllegalTransition, NotFound
from larabill_core.ids import new_id
from larabill_core.verify import Violation


@pytest.fixture
def bank(shop: Shop) -> Shop:
    settings = shop.engine.manifest.settings
    account = BankAccount(name="main", currency="EUR")
    settings["billing"] = attrs.evolve(settings["billing"], bank=(account,))
    return shop


def import_rows(shop: Shop, *rows: str) -> tuple[int, int]:
    content = "\n".join(["id,date,amount,text", *rows]).encode()
    report = shop.run(lambda tx: import_lines(tx, "main", content))
    return report.new, report.known


def match_open(shop: Shop) -> Matched:
    exact, _, looked_at = shop.run(judge)
    booked = sum(shop.run(lambda tx, i=id, v=verdict: book(tx, i, v.pays)) for id, verdict in exact)
    return Matched(looked_at=looked_at, booked=booked, left=looked_at - booked)


def lines(shop: Shop, status: LineStatus | None = None) -> list[BankLine]:
    found: list[BankLine] = shop.run(lambda tx: tx.billing.bank_lines.page(status=status))
    return found


def violations(shop: Shop) -> list[Violation]:
    found: list[Any] = shop.run(lambda tx: verify_bank_lines(tx))
    return [*shop.violations(), *found]


def test_a_line_that_names_an_invoice_pays_it(bank: Shop) -> None:
    invoice, other = bank.issue("119.00"), bank.issue("50.00")
    assert import_rows(bank, f"A1,2026-02-03,119.00,{invoice.number} thanks", "A2,2026-02-03,7.00,what") == (2, 0)
    assert match_open(bank) == Matched(looked_at=2, booked=1, left=1)
    assert bank.state(invoice).status is InvoiceStatus.PAID
    assert bank.state(other).balance == Decimal("50.00")
    (left,) = lines(bank, LineStatus.OPEN)
    assert left.reasons == ("no open invoice is named in its text",)
    assert match_open(bank) == Matched(looked_at=1, booked=0, left=1)
    assert violations(bank) == []


def test_importing_twice_adds_nothing(bank: Shop) -> None:
    invoice = bank.issue("119.00")
    row = f"A1,2026-02-03,119.00,{invoice.number}"
    assert import_rows(bank, row) == (1, 0)
    match_open(bank)
    assert import_rows(bank, row, "A2,2026-02-04,-5.00,fees") == (1, 1)
    assert match_open(bank).booked == 0
    assert [each.status for each in lines(bank)] == [LineStatus.MATCHED, LineStatus.IGNORED]
    assert len(bank.run(lambda tx: tx.billing.payments.page())) == 1
    assert violations(bank) == []


def test_one_line_pays_several_invoices(bank: Shop) -> None:
    first, second = bank.issue("100.00"), bank.issue("19.00")
    import_rows(bank, f"A1,2026-02-03,119.00,{first.number} {second.number}")
    assert match_open(bank).booked == 1
    assert bank.state(first).status is bank.state(second).status is InvoiceStatus.PAID
    assert violations(bank) == []


def test_the_reference_of_a_checkout_is_understood(bank: Shop) -> None:
    invoice = bank.issue("119.00")
    checkout = bank.run(lambda tx: open_checkout(tx, invoice.id, "blind"))
    import_rows(bank, f"A1,2026-02-03,119.00,{checkout.ref}")
    assert match_open(bank).booked == 1
    assert bank.state(invoice).status is InvoiceStatus.PAID


def test_what_was_paid_meanwhile_is_not_booked(bank: Shop) -> None:
    invoice = bank.issue("119.00")
    import_rows(bank, f"A1,2026-02-03,119.00,{invoice.number}")
    exact, _, _ = bank.run(judge)
    bank.run(lambda tx: record_manual(tx, invoice.id, Decimal("119.00"), "by hand"))
    ((line_id, verdict),) = exact
    assert not bank.run(lambda tx: book(tx, line_id, verdict.pays))
    assert match_open(bank).left == 1
    assert violations(bank) == []


def test_a_person_matches_and_what_is_too_much_becomes_credit(bank: Shop) -> None:
    invoice = bank.issue("100.00")
    import_rows(bank, f"A1,2026-02-03,119.00,{invoice.number}")
    assert match_open(bank).left == 1
    (line,) = lines(bank)
    assert line.candidates == (invoice.id,)
    bank.run(lambda tx: match(tx, line.id, [invoice.id], "paid too much"))
    assert bank.credit() == Decimal("19.00")
    with pytest.raises(IllegalTransition):
        bank.run(lambda tx: match(tx, line.id, [invoice.id]))
    assert violations(bank) == []


def test_an_invoice_that_is_not_there_is_not_passed_over(bank: Shop) -> None:
    invoice, nobodys = bank.issue("119.00"), new_id()
    import_rows(bank, "A1,2026-02-03,119.00,thanks")
    (line,) = lines(bank)
    with pytest.raises(NotFound, match=str(nobodys)):
        bank.run(lambda tx: match(tx, line.id, [invoice.id, nobodys]))
    assert (lines(bank), bank.state(invoice).balance) == ([line], Decimal("119.00"))


def test_a_wrong_match_is_undone_and_done_again(bank: Shop) -> None:
    wrong, right = bank.issue("100.00"), bank.issue("119.00")
    import_rows(bank, "A1,2026-02-03,119.00,unclear")
    (line,) = lines(bank)
    bank.run(lambda tx: match(tx, line.id, [wrong.id]))
    bank.run(lambda tx: unmatch(tx, line.id, "it was the other one"))
    assert bank.state(wrong).balance == Decimal("100.00")
    assert bank.credit() == 0
    bank.run(lambda tx: match(tx, line.id, [right.id]))
    assert bank.state(right).status is InvoiceStatus.PAID
    assert violations(bank) == []


def test_a_match_whose_credit_is_spent_stays(bank: Shop) -> None:
    invoice, other = bank.issue("100.00"), bank.issue("10.00")
    import_rows(bank, "A1,2026-02-03,119.00,unclear")
    (line,) = lines(bank)
    bank.run(lambda tx: match(tx, line.id, [invoice.id]))
    bank.run(lambda tx: spend(tx, other.id))
    with pytest.raises(Conflict, match=r"the credit is 9\.00"):
        bank.run(lambda tx: unmatch(tx, line.id, "it was another one"))
    assert violations(bank) == []


def test_what_is_none_of_ours_is_ignored(bank: Shop) -> None:
    import_rows(bank, "A1,2026-02-03,119.00,a birthday")
    (line,) = lines(bank)
    bank.run(lambda tx: ignore(tx, line.id, "private"))
    assert match_open(bank).looked_at == 0
    with pytest.raises(NotFound):
        bank.run(lambda tx: import_lines(tx, "other", b""))
    assert violations(bank) == []
