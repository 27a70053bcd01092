"""The journal as text: CSV, JSON, and the journals that hledger and beancount read. Pure, and entry by entry.

Each takes what the journal is about and its entries, and yields pieces of text. Days are those of the seller's zone.
Customers are told by id only, and only when that is asked for.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import attrs

from larabill_billing.ledger.chart import Kind, account_type, sort_key
from larabill_billing.ledger.labels import Labels
from larabill_billing.ledger.model import Entry, Posting
from larabill_core.clock import local_date
from larabill_core.ids import public_id
from larabill_core.money import quantize

Format: TypeAlias = Literal["csv", "json", "hledger", "beancount"]


@attrs.frozen(kw_only=True)
class Journal:
    """What all entries have in common. `accounts` and `currencies` are those that may occur in them."""

    seller: str
    currency: str
    time_zone: str
    accounts: tuple[str, ...]
    currencies: tuple[str, ...]
    labels: Labels
    customers: bool = False


@attrs.frozen
class Written:
    """An entry, and what its document is called: a number, else an id."""

    entry: Entry
    document: str


def as_csv(journal: Journal, entries: Iterable[Written]) -> Iterator[str]:
    """One row for each posting (RFC 4180). No cell begins with what a spreadsheet takes for a formula (OWASP)."""
    names = ["date", "entry", "document_kind", "document", "purpose", "account", "number", "label", "currency"]
    yield _row([*names, "debit", "credit", *(["customer"] if journal.customers else [])])
    for written in entries:
        entry = written.entry
        for posting in entry.postings:
            cells = [
                local_date(entry.occurred_at, journal.time_zone).isoformat(),
                str(entry.id),
                entry.document_kind,
                written.document,
                entry.purpose,
                posting.account,
                journal.labels.number(posting.account),
                journal.labels.label(posting.account),
                entry.currency,
                _amount(max(posting.amount, Decimal(0)), entry.currency),
                _amount(max(-posting.amount, Decimal(0)), entry.currency),
            ]
            yield _row([*cells, *([_customer(posting)] if journal.customers else [])])


def _row(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([f"'{cell}" if cell[:1] in _FORMULAS else cell for cell in cells])
    return line.getvalue()


_FORMULAS: Final = frozenset("=+-@\t\r")


def as_json(journal: Journal, entries: Iterable[Written]) -> Iterator[str]:
    """One array of entries. Amounts are text; a debit is positive."""
    yield "["
    between = "\n"
    for written in entries:
        yield between + json.dumps(_data(journal, written), ensure_ascii=False)
        between = ",\n"
    yield "\n]\n"


def _data(journal: Journal, written: Written) -> dict[str, Any]:
    entry = written.entry
    postings: list[dict[str, Any]] = []
    for posting in entry.postings:
        told = {"account": posting.account, "amount": _amount(posting.amount, entry.currency)}
        if journal.customers and posting.customer_id is not None:
            told["customer"] = _customer(posting)
        postings.append(told)
    return {
        "id": str(entry.id),
        "occurred_at": entry.occurred_at.isoformat(),
        "date": local_date(entry.occurred_at, journal.time_zone).isoformat(),
        "document_kind": entry.document_kind,
        "document": written.document,
        "purpose": entry.purpose,
        "currency": entry.currency,
        "postings": postings,
    }


HLEDGER: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.ASSET: ("assets", "A"),
    Kind.LIABILITY: ("liabilities", "L"),
    Kind.EQUITY: ("equity", "V"),
    Kind.REVENUE: ("income", "R"),
    Kind.CONTRA: ("income", "R"),
    Kind.EXPENSE: ("expenses", "X"),
}
"""Under which account of hledger's ours stand, and hledger's own word for its type."""


def hledger_account(account: str) -> str:
    """`cash:stripe` is `assets:cash:stripe`."""
    return f"{HLEDGER[account_type(account).kind][0]}:{account}"


def as_hledger(journal: Journal, entries: Iterable[Written]) -> Iterator[str]:
    """A journal for hledger, which declares its commodities and accounts: `hledger check -s` accepts it."""
    for currency in journal.currencies:
        number = _amount(Decimal(1000), currency)
        yield f"commodity {number if '.' in number else number + '.'} {currency}\n"
    yield "\n"
    for account in journal.accounts:
        kind = HLEDGER[account_type(account).kind][1]
        number = journal.labels.number(account)
        shown = f", number:{_line(number)}" if number else ""
        yield f"account {hledger_account(account)}  ; type:{kind}{shown}\n"
    for written in entries:
        entry = written.entry
        day = local_date(entry.occurred_at, journal.time_zone)
        yield f"\n{day} {_line(entry.document_kind)} {_line(written.document)} {entry.purpose}  ; entry:{entry.id}\n"
        for posting in entry.postings:
            amount = _amount(posting.amount, entry.currency)
            told = f"  ; customer:{_customer(posting)}" if journal.customers and posting.customer_id else ""
            yield f"    {hledger_account(posting.account)}  {amount} {entry.currency}{told}\n"


def _line(text: str) -> str:
    """Text that cannot begin a comment, a tag or a line of its own."""
    return "".join([character if character not in ";:,\n\r" else " " for character in text])


BEANCOUNT: Final[Mapping[Kind, str]] = {
    Kind.ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.REVENUE: "Income",
    Kind.CONTRA: "Income",
    Kind.EXPENSE: "Expenses",
}
"""Under which of beancount's five roots our accounts stand."""


def beancount_accounts(accounts: Iterable[str]) -> dict[str, str]:
    """`tax_payable:DE` is `Liabilities:Tax-Payable:DE`. Each part begins with a capital and has no underscores or dots.

    Two that would be the same then are told apart by a number.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for account in accounts:
        name, _, key = account.partition(":")
        parts = [BEANCOUNT[account_type(account).kind], "-".join([word.capitalize() for word in name.split("_")])]
        if key:
            parts.append(f"{key[0].upper()}{key[1:]}".replace("_", "-").replace(".", "-"))
        base = found = ":".join(parts)
        count = 1
        while found in taken:
            count += 1
            found = f"{base}-{count}"
        taken.add(found)
        names[account] = found
    return names


def as_beancount(journal: Journal, entries: Iterable[Written]) -> Iterator[str]:
    """A journal for beancount: `bean-check` accepts it. What we call an account stands in its metadata."""
    names = beancount_accounts(journal.accounts)
    yield f'option "title" {_quoted(journal.seller)}\n'
    yield f'option "operating_currency" "{journal.currency}"\n\n'
    for account in journal.accounts:
        yield f'1970-01-01 open {names[account]}\n  account: "{account}"\n'
        number = journal.labels.number(account)
        if number:
            yield f"  number: {_quoted(number)}\n"
    for written in entries:
        entry = written.entry
        day = local_date(entry.occurred_at, journal.time_zone)
        document = _quoted(f"{entry.document_kind} {written.document}")
        yield f'\n{day} * {document} "{entry.purpose}"\n  entry: "{entry.id}"\n'
        for posting in entry.postings:
            yield f"  {names[posting.account]}  {_amount(posting.amount, entry.currency)} {entry.currency}\n"
            if journal.customers and posting.customer_id is not None:
                yield f'    customer: "{_customer(posting)}"\n'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'


def _amount(amount: Decimal, currency: str) -> str:
    return f"{quantize(amount, currency):f}"


def _customer(posting: Posting) -> str:
    return "" if posting.customer_id is None else public_id("cus", posting.customer_id)


def in_order(accounts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of the chart."""
    return tuple(sorted(set(accounts), key=sort_key))


FORMATS: Final[Mapping[Format, Callable[[Journal, Iterable[Written]], Iterator[str]]]] = {
    "csv": as_csv,
    "json": as_json,
    "hledger": as_hledger,
    "beancount": as_beancount,
}
