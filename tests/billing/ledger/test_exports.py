"""What is exported says what the ledger says: other people's programs read it and come to the same balances."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.billing.shop import Shop
from tests.conftest import START
from tests.tools import ask

from larabill_billing.discounts.model import Allowance
from larabill_billing.facade.ledger import LedgerBooks
from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.model import ChargeKind, Invoice
from larabill_billing.invoicing.recognise import recognise_days
from larabill_billing.ledger.chart import account_type
from larabill_billing.ledger.formats import (
    FORMATS,
    Journal,
    Written,
    as_beancount,
    as_csv,
    as_hledger,
    beancount_accounts,
    hledger_account,
    in_order,
)
from larabill_billing.ledger.labels import AccountLabel, Labels
from larabill_billing.ledger.model import Entry, Posting
from larabill_billing.payments.handlers import record_manual
from larabill_billing.payments.refunds import refund
from larabill_core.access import Access
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id, public_id
from larabill_core.messages import Nothing

HLEDGER = "sudo apt-get install hledger"
BEANCOUNT = "pip install beancount (tools/bootstrap.sh test does)"
FIRST = START.date()


@pytest.fixture
def books(shop: Shop) -> LedgerBooks:
    return LedgerBooks(shop.engine, Access([], ["ledger.read"]))


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """Some weeks of three currencies: deferred and earned, discounted, voided, paid, overpaid and given back."""
    for currency, unit in (("EUR", "0.01"), ("JPY", "1"), ("KWD", "0.001")):
        step = Decimal(unit)
        one = _sold(shop, 1000 * step, currency, days=31, off=100 * step)
        two = _sold(shop, 777 * step, currency, days=10)
        other = _sold(shop, 55 * step, currency, days=0)
        three = _sold(shop, 999 * step, currency, days=7)
        payment = shop.run(lambda tx, id=one.id, a=1000 * step, c=currency: record_manual(tx, id, a, f"bank {c}"))
        shop.run(lambda tx, id=payment.id, a=30 * step: refund(tx, id, a, "too much"))
        shop.clock.set(shop.clock.now() + timedelta(days=4))
        shop.run(lambda tx: recognise_days(tx, Nothing()))
        shop.run(lambda tx, id=two.id: void(tx, id, "a mistake"))
        assert {one.currency, other.currency, three.currency} == {currency}
    shop.clock.set(shop.clock.now() + timedelta(days=2))
    shop.run(lambda tx: recognise_days(tx, Nothing()))
    assert shop.violations() == []
    return shop


def _sold(shop: Shop, amount: Decimal, currency: str, *, days: int, off: Decimal = Decimal(0)) -> Invoice:
    today = shop.clock.now().date()
    line = shop.charge(
        str(amount),
        currency=currency,
        kind=ChargeKind.RECURRING,
        period_start=today,
        period_end=today + timedelta(days=days),
        allowances=(Allowance(reason="Hello", amount=off),) if off else (),
    )
    return shop.issue(currency=currency, charges=(line,))


def _ours(shop: Shop) -> dict[tuple[str, str], Decimal]:
    lines = shop.run(lambda tx: tx.billing.ledger.trial_balance())
    return {(line.account, line.currency): line.balance for line in lines}


def test_hledger_accepts_the_journal_and_comes_to_our_balances(busy: Shop, books: LedgerBooks, tmp_path: Path) -> None:
    journal = tmp_path / "books.journal"
    journal.write_text("".join(books.export(busy.seller.id, "hledger", customers=True)), encoding="utf-8")
    checked = ask("hledger", "-f", str(journal), "check", "--strict", install=HLEDGER)
    assert checked.returncode == 0, checked.stderr
    told = ask(
        *("hledger", "-f", str(journal), "balance", "--flat", "--empty", "--no-total", "--output-format", "csv"),
        *("--layout", "bare"),
        install=HLEDGER,
    )
    assert told.returncode == 0, told.stderr
    theirs = {
        (row["account"], row["commodity"]): Decimal(row["balance"]) for row in csv.DictReader(io.StringIO(told.stdout))
    }
    ours = {(hledger_account(account), currency): balance for (account, currency), balance in _ours(busy).items()}
    assert {key: amount for key, amount in theirs.items() if amount} == {key: a for key, a in ours.items() if a}


def test_bean_check_accepts_the_journal_and_our_balances(busy: Shop, books: LedgerBooks, tmp_path: Path) -> None:
    journal = tmp_path / "books.beancount"
    text = "".join(books.export(busy.seller.id, "beancount", customers=True))
    balances = _ours(busy)
    names = beancount_accounts(in_order(account for account, _ in balances))
    asserted = [
        f"9000-01-01 balance {names[account]}  {balance:f} {currency}\n"
        for (account, currency), balance in balances.items()
    ]
    journal.write_text("".join([text, *asserted]), encoding="utf-8")
    checked = ask("bean-check", str(journal), install=BEANCOUNT)
    assert (checked.returncode, checked.stderr) == (0, "")
    journal.write_text("".join([text, "9000-01-01 balance Assets:Receivable  0.01 EUR\n"]), encoding="utf-8")
    assert ask("bean-check", str(journal), install=BEANCOUNT).returncode != 0


def test_csv_and_json_add_up_to_our_balances(busy: Shop, books: LedgerBooks) -> None:
    ours = {key: amount for key, amount in _ours(busy).items() if amount}
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in csv.DictReader(io.StringIO("".join(books.export(busy.seller.id, "csv")))):
        sums[row["account"], row["currency"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    assert {key: amount for key, amount in sums.items() if amount} == ours
    sums.clear()
    for entry in json.loads("".join(books.export(busy.seller.id, "json"))):
        for posting in entry["postings"]:
            sums[posting["account"], entry["currency"]] += Decimal(posting["amount"])
    assert {key: amount for key, amount in sums.items() if amount} == ours


def test_pages_of_one_entry_tell_the_same(busy: Shop, books: LedgerBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {name: "".join(books.export(busy.seller.id, name)) for name in FORMATS}
    lines = [*books.account(busy.seller.id, "receivable")]
    monkeypatch.setattr("larabill_billing.facade.ledger.PAGE", 1)
    assert {name: "".join(books.export(busy.seller.id, name)) for name in FORMATS} == whole
    assert [*books.account(busy.seller.id, "receivable")] == lines


def test_days_are_told_apart(busy: Shop, books: LedgerBooks) -> None:
    seller = busy.seller.id
    days = [FIRST + timedelta(days=n) for n in range(20)]
    for before, day in pairwise(days):
        opening = {(m.currency, m.account): m.balance for m in books.movements(seller, last=before)}
        for moved in books.movements(seller, first=day, last=day):
            assert moved.opening == opening.get((moved.currency, moved.account), 0)
    moved_ever: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for day in days:
        for each in books.movements(seller, first=day, last=day):
            moved_ever[each.account, each.currency] += each.debit - each.credit
    assert moved_ever == _ours(busy)
    in_parts = [row for day in days for row in json.loads("".join(books.export(seller, "json", first=day, last=day)))]
    assert in_parts == json.loads("".join(books.export(seller, "json")))


def test_an_account_shows_its_documents(shop: Shop, books: LedgerBooks) -> None:
    invoice = shop.issue("10.00")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("10.00"), "bank 1"))
    lines = [*books.account(shop.seller.id, "receivable")]
    assert [(line.amount, line.purpose, document) for line, document in lines] == [
        (Decimal("10"), "issued", invoice.number),
        (Decimal("-10"), "captured", public_id("pay", payment.id)),
    ]
    assert {line.customer_id for line, _ in lines} == {shop.customer.id}


def test_customers_are_told_by_id_and_only_when_asked_for(busy: Shop, books: LedgerBooks) -> None:
    told = public_id("cus", busy.customer.id)
    for name in FORMATS:
        assert told not in "".join(books.export(busy.seller.id, name))
        text = "".join(books.export(busy.seller.id, name, customers=True))
        assert told in text
        assert busy.customer.name not in text
        assert busy.customer.email not in text


def test_wrong_questions_are_refused(shop: Shop, books: LedgerBooks) -> None:
    format: Any = "xml"
    with pytest.raises(InvalidInput, match="format"):
        books.export(shop.seller.id, format)
    with pytest.raises(InvalidInput, match="last"):
        books.movements(shop.seller.id, first=FIRST, last=FIRST - timedelta(days=1))
    with pytest.raises(InvalidInput, match="not of the chart"):
        books.account(shop.seller.id, "petty_cash")


def _written(account: str = "cash:stripe", document: str = "INV-1") -> Written:
    entry = Entry(
        seller_id=new_id(),
        currency="EUR",
        document_kind="test",
        document_id=new_id(),
        purpose="x",
        occurred_at=START,
        postings=(
            Posting(account=account, amount=Decimal(1)),
            Posting(account="revenue", amount=Decimal(-1)),
        ),
    )
    return Written(entry, document)


def _journal(*accounts: str, seller: str = "Hosting Ltd", labels: tuple[AccountLabel, ...] = ()) -> Journal:
    return Journal(
        seller=seller,
        currency="EUR",
        time_zone="Europe/Berlin",
        accounts=in_order((*accounts, "revenue")),
        currencies=("EUR",),
        labels=Labels.of(labels),
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum(a1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    label = AccountLabel(account="cash:stripe")
    object.__setattr__(label, "label", text)
    rows = csv.reader(
        io.StringIO("".join(as_csv(_journal("cash:stripe", labels=(label,)), [_written(document=text)])), newline="")
    )
    for row in rows:
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


@pytest.mark.parametrize(
    "text", ['a "quoted" name', "back\\slash", "two\nlines", "semi ; colon: x, y", "ümlaut 株式会社"]
)
def test_no_text_breaks_out_of_its_line(text: str, tmp_path: Path) -> None:
    labels = (AccountLabel(account="cash:stripe", number=text.replace("\n", " ")),)
    journal = _journal("cash:stripe", seller=text, labels=labels)
    paths = {"hledger": tmp_path / "a.journal", "bean-check": tmp_path / "a.beancount"}
    paths["hledger"].write_text("".join(as_hledger(journal, [_written(document=text)])), encoding="utf-8")
    paths["bean-check"].write_text("".join(as_beancount(journal, [_written(document=text)])), encoding="utf-8")
    checked = ask("hledger", "-f", str(paths["hledger"]), "check", "--strict", install=HLEDGER)
    assert checked.returncode == 0, checked.stderr
    checked = ask("bean-check", str(paths["bean-check"]), install=BEANCOUNT)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_accounts_that_differ_by_case_stay_two_in_beancount() -> None:
    names = beancount_accounts(["cash:stripe", "cash:Stripe", "cash:a_b", "cash:a.b", "tax_payable:DE", "tax_payable"])
    assert names["cash:stripe"] == "Assets:Cash:Stripe"
    assert names["tax_payable:DE"] == "Liabilities:Tax-Payable:DE"
    assert len({*names.values()}) == len(names)


def test_the_bookkeepers_numbers_and_labels_stand_beside_the_accounts() -> None:
    labels = (AccountLabel(account="cash:stripe", number="1360", label="Stripe"),)
    (_, row, other) = csv.reader(io.StringIO("".join(as_csv(_journal("cash:stripe", labels=labels), [_written()]))))
    assert row[5:8] == ["cash:stripe", "1360", "Stripe"]
    assert other[5:8] == ["revenue", "", "Revenue"]
    assert Labels.of(()).label("cash:stripe") == "Cash, stripe"
    with pytest.raises(InvalidInput, match="not of the chart"):
        AccountLabel(account="petty_cash")
    with pytest.raises(InvalidInput, match="number"):
        AccountLabel(account="revenue", number="1\n2")


def test_each_account_has_a_place_in_both_programs() -> None:
    assert hledger_account("discounts") == "income:discounts"
    assert account_type("clearing:EUR-USD").kind == "equity"
    assert hledger_account("clearing:EUR-USD") == "equity:clearing:EUR-USD"
