"""Import bank lines, book those that name what they pay, and leave the others to a person.

import ──▶ lines, once each ──▶ judge: all open lines against all open invoices, in one transaction
                                  └──▶ book: each exact one in a transaction of its own, as a payment by hand
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record, record_many
from larabill_billing.audits.model import Change
from larabill_billing.bank.camt import read_camt
from larabill_billing.bank.clean import LARGEST
from larabill_billing.bank.csv_file import read_csv
from larabill_billing.bank.match import Book, Verdict, payment_ids, tokens
from larabill_billing.bank.model import BankLine, Imported, LineStatus, Matched, StatementLine, next_status
from larabill_billing.bank.ports import BankTx
from larabill_billing.bank.settings import BankAccount
from larabill_billing.payments.by_hand import record_for_customer, reverse
from larabill_billing.payments.model import Part
from larabill_billing.settings import settings_of
from larabill_core.errors import Conflict, InvalidInput, NotFound

AT_ONCE: Final = 1000


def read(content: bytes, account: BankAccount) -> list[StatementLine]:
    """The lines of a statement: camt.053 when it is XML, else CSV. Raises `InvalidInput` with every fault."""
    if len(content) > LARGEST:
        raise InvalidInput.one("file", f"has {len(content)} bytes", remedy=f"at most {LARGEST} are read")
    return read_camt(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else read_csv(content, account)


def account_of(tx: BankTx, name: str) -> BankAccount:
    """The bank account of this name in the manifest. Raises `NotFound`."""
    for account in settings_of(tx).bank:
        if account.name == name:
            return account
    raise NotFound("bank account", name)


def import_lines(tx: BankTx, account: str, content: bytes) -> Imported:
    """Store the lines of a statement that are new. Raises `InvalidInput` with every fault; then nothing is stored."""
    read_lines = read(content, account_of(tx, account))
    lines = [_stored(tx, account, line) for line in read_lines]
    new = tx.billing.bank_lines.add_new(lines) if lines else []
    record_many(
        tx, [Change(subject_kind="bank_line", subject_id=line.id, action="import", after=line.status) for line in new]
    )
    return Imported(new=len(new), known=len(lines) - len(new))


def _stored(tx: BankTx, account: str, line: StatementLine) -> BankLine:
    return BankLine(
        seller_id=tx.seller_id,
        account=account,
        bank_id=line.bank_id,
        booked_on=line.booked_on,
        amount=line.amount,
        currency=line.currency,
        payer=line.payer,
        text=line.text,
        status=LineStatus.OPEN if line.amount > 0 else LineStatus.IGNORED,
        reasons=() if line.amount > 0 else ("its money went out",),
        imported_at=tx.now,
    )


def judge(tx: BankTx, after: UUID | None = None) -> tuple[list[tuple[UUID, Verdict]], UUID | None, int]:
    """A batch of open lines: those that are exact, where the next batch begins, and how many there were.

    Why the others are not is noted on them. A constant number of statements.
    """
    lines = tx.billing.bank_lines.page(status=LineStatus.OPEN, after=after, limit=AT_ONCE)
    if not lines:
        return [], None, 0
    named = set().union(*(payment_ids(tokens(line.text)) for line in lines))
    book = Book(tx.billing.bank_lines.open_invoices(), tx.billing.bank_lines.invoices_of_payments(named))
    verdicts = [(line, book.judge(_said(line))) for line in lines]
    tx.billing.bank_lines.note_many(
        [
            attrs.evolve(line, reasons=verdict.reasons, candidates=verdict.candidates)
            for line, verdict in verdicts
            if not verdict.pays and (line.reasons, line.candidates) != (verdict.reasons, verdict.candidates)
        ]
    )
    exact = [(line.id, verdict) for line, verdict in verdicts if verdict.pays]
    return exact, lines[-1].id if len(lines) == AT_ONCE else None, len(lines)


def _said(line: BankLine) -> StatementLine:
    return StatementLine(
        bank_id=line.bank_id, booked_on=line.booked_on, amount=line.amount, currency=line.currency, text=line.text
    )


def book(tx: BankTx, line_id: UUID, pays: Mapping[UUID, Decimal]) -> bool:
    """Book an open line as judged, unless it was booked in the meantime or something else is owed by now."""
    line = tx.billing.bank_lines.get(line_id, lock=True)
    states = tx.billing.invoices.states(pays, lock=True)
    if line.status is not LineStatus.OPEN or {id: state.balance for id, state in states.items()} != pays:
        return False
    _book(tx, line, pays)
    return True


def match_open(run: Callable[[Callable[[BankTx], Any]], Any]) -> Matched:
    """Book every open line that names what it pays, each by itself; note on the others why not. Safe to repeat.

    `run` carries out a function in a transaction of its own.
    """
    looked_at = booked = 0
    after: UUID | None = None
    while True:
        exact, after, seen = run(partial(judge, after=after))
        looked_at += seen
        for line_id, verdict in exact:
            booked += run(partial(book, line_id=line_id, pays=verdict.pays))
        if after is None:
            return Matched(looked_at=looked_at, booked=booked, left=looked_at - booked)


def match(tx: BankTx, line_id: UUID, invoice_ids: Sequence[UUID], reason: str = "") -> BankLine:
    """A person says what an open line pays: these invoices of one customer, oldest due first; the rest becomes credit.

    Raises `Conflict` for a line that is not open or invoices on which nothing is owed, `InvalidInput`, `NotFound`.
    """
    check_reason(reason)
    line = tx.billing.bank_lines.get(line_id, lock=True)
    next_status(line, "match")
    if line.amount <= 0:
        raise Conflict(f"bank line {line_id}", "its money went out", "only what came in can be matched")
    states = tx.billing.invoices.states(invoice_ids, lock=True)
    for invoice_id in invoice_ids:
        if invoice_id not in states:
            raise NotFound("invoice", invoice_id)
    left, pays = line.amount, {}
    for state in sorted(states.values(), key=lambda state: (state.due_on, state.invoice_id)):
        pays[state.invoice_id] = min(left, state.balance)
        left -= pays[state.invoice_id]
    return _book(tx, line, pays, reason)


def _book(tx: BankTx, line: BankLine, pays: Mapping[UUID, Decimal], reason: str = "") -> BankLine:
    parts = [Part(invoice_id=invoice, amount=amount) for invoice, amount in pays.items() if amount]
    payment = record_for_customer(tx, parts, line.amount, line.currency, line.reference)
    return _move(tx, line, "match", reason, payment_id=payment.id, reasons=(), candidates=())


def unmatch(tx: BankTx, line_id: UUID, reason: str) -> BankLine:
    """It was not for these invoices: its payment is reversed, they are owed again, and the line is open.

    Raises `Conflict` when the line is not matched, or what of its money became credit is spent, `NotFound`.
    """
    check_reason(reason)
    line = tx.billing.bank_lines.get(line_id, lock=True)
    next_status(line, "unmatch")
    if line.payment_id is not None:
        reverse(tx, line.payment_id, reason)
    return _move(tx, line, "unmatch", reason, payment_id=None, reasons=("it was matched wrongly before",))


def ignore(tx: BankTx, line_id: UUID, reason: str) -> BankLine:
    """It is none of ours. Raises `IllegalTransition`, `NotFound`."""
    check_reason(reason)
    return _move(tx, tx.billing.bank_lines.get(line_id, lock=True), "ignore", reason)


def _move(tx: BankTx, line: BankLine, event: str, reason: str = "", **changes: Any) -> BankLine:
    status = next_status(line, event)
    moved = attrs.evolve(line, status=status, **changes)
    tx.billing.bank_lines.save(moved)
    record(tx, "bank_line", line.id, event, before=line.status, after=status, reason=reason)
    return attrs.evolve(moved, version=line.version + 1)
