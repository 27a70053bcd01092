"""Write off what will not come, and take it back when it comes after all.

What is written off is an allocation of its own kind, so that balance, documents and ledger still add up. Its tax is the
share of the document's: that of everything written off so far less that of everything before, so that the shares add up
to the cent however often money comes in late. Whether the tax is reclaimed from the state is the seller's policy (in
the EU: Directive 2006/112/EC, article 90).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record_many
from larabill_billing.invoicing.model import Allocation, DocumentType, Invoice, InvoiceState
from larabill_billing.invoicing.plans import finish_plan
from larabill_billing.invoicing.ports import InvoicingTx
from larabill_billing.invoicing.states import next_status
from larabill_billing.invoicing.write import change
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import BAD_DEBT, RECEIVABLE, Entry, Posting, tax_payable
from larabill_billing.settings import settings_of
from larabill_core.errors import Conflict
from larabill_core.ids import new_id
from larabill_core.money import quantize

KIND: Final = "write_off"
WITH_TAX: Final = "tax_back"
"""The cause of a write-off whose tax is reclaimed."""
WITHOUT_TAX: Final = "tax_kept"


def write_off(tx: InvoicingTx, invoice_id: UUID, reason: str) -> Decimal:
    """What is left of an issued invoice will not come: how much that was. Ledger: bad debt and, by the seller's policy,
    tax, against what the customer owes.

    Raises `IllegalTransition` unless it is issued, `Conflict` for a proforma, `InvalidInput` for the reason,
    `NotFound`.
    """
    check_reason(reason)
    state = tx.billing.invoices.state(invoice_id, lock=True)
    if state.type is DocumentType.PROFORMA:
        raise Conflict(f"document {invoice_id}", "it is a proforma, on which nothing is owed", "void it")
    status = next_status(invoice_id, state.status, "write_off")
    cause = WITH_TAX if settings_of(tx).write_off.reclaim_tax else WITHOUT_TAX
    gone = _allocation(tx, state, state.balance, cause)
    before = _standing(tx, invoice_id, cause)
    finish_plan(tx, state, "replace")
    tx.billing.invoices.add_allocations([gone])
    tx.billing.invoices.save_state(attrs.evolve(state, balance=Decimal(0), status=status, plan_id=None))
    _post(tx, gone, "written_off", before, before + gone.amount)
    record_many(tx, [change(invoice_id, "write_off", state.status, status, reason)])
    return gone.amount


def recover(tx: InvoicingTx, state: InvoiceState, amount: Decimal | None = None) -> tuple[Decimal, Decimal]:
    """How much of what was written off is owed again, `amount` or all of it; and what stays written off.

    The state is locked; the caller changes it.
    """
    standing = {cause: _standing(tx, state.invoice_id, cause) for cause in (WITH_TAX, WITHOUT_TAX)}
    gone = sum(standing.values(), Decimal(0))
    wanted = gone if amount is None else min(amount, gone)
    left = wanted
    for cause, before in standing.items():
        part = min(left, before)
        if part:
            back = _allocation(tx, state, -part, cause)
            tx.billing.invoices.add_allocations([back])
            _post(tx, back, "recovered", before, before - part)
            left -= part
    return wanted, gone - wanted


def _standing(tx: InvoicingTx, invoice_id: UUID, cause: str) -> Decimal:
    """What is written off of the invoice at present."""
    found = [each for each in tx.billing.invoices.allocations(invoice_id) if each.source_kind == KIND]
    return sum((each.amount for each in found if each.cause == cause), Decimal(0))


def _allocation(tx: InvoicingTx, state: InvoiceState, amount: Decimal, cause: str) -> Allocation:
    own_id = new_id()
    return Allocation(
        id=own_id,
        seller_id=tx.seller_id,
        invoice_id=state.invoice_id,
        source_kind=KIND,
        source_id=own_id,
        cause=cause,
        amount=amount,
        currency=state.currency,
        created_at=tx.now,
    )


def _post(tx: InvoicingTx, document: Allocation, purpose: str, before: Decimal, after: Decimal) -> None:
    invoice = tx.billing.invoices.get(document.invoice_id)
    taxes = _taxes(invoice, before, after) if document.cause == WITH_TAX else {}
    moves = [
        Posting(account=BAD_DEBT, amount=document.amount - sum(taxes.values(), Decimal(0))),
        *(Posting(account=account, amount=tax) for account, tax in taxes.items()),
        Posting(account=RECEIVABLE, amount=-document.amount, customer_id=invoice.customer_id),
    ]
    entry = Entry(
        seller_id=tx.seller_id,
        currency=invoice.currency,
        document_kind=KIND,
        document_id=document.id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=tuple(posting for posting in moves if posting.amount),
    )
    post(tx, [entry])


def _taxes(invoice: Invoice, before: Decimal, after: Decimal) -> dict[str, Decimal]:
    """By ledger account, the tax in `after` of the invoice less that in `before` of it."""
    found: dict[str, Decimal] = {}
    for each in invoice.taxes:
        shares = [quantize(each.tax * part / invoice.total, invoice.currency) for part in (before, after)]
        account = tax_payable(each.jurisdiction)
        found[account] = found.get(account, Decimal(0)) + shares[1] - shares[0]
    return found
