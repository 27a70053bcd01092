"""Several open invoices of a customer become one: they are taken back, and a new one is issued of the same charges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.credits.credit_notes import void
from larabill_billing.credits.documents import issue
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.invoicing.model import (
    Charge,
    ChargeStatus,
    DocumentType,
    Invoice,
    InvoiceRequest,
    InvoiceState,
    InvoiceStatus,
)
from larabill_billing.settings import settings_of
from larabill_core.clock import local_date
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import new_id

MOST: Final = 100


def merge(tx: CreditsTx, invoice_ids: Sequence[UUID], reason: str) -> Invoice:
    """One invoice of the charges of these, at the taxes that they had. Each of them is void: see `void`.

    Only invoices on which nothing was paid or given back, and which no order waits for. Raises `InvalidInput` with
    every fault, `Conflict`, `NotFound`.
    """
    if tx.joined:
        raise Conflict("a merge", "numbers are given after the host's commit", "merge in a transaction of LaraBill's")
    ids = sorted(set(invoice_ids))
    states = [tx.billing.invoices.state(invoice_id, lock=True) for invoice_id in ids]
    documents = [tx.billing.invoices.get(invoice_id) for invoice_id in ids]
    _check(invoice_ids, states, documents)
    new = new_id()
    charges = [charge for document in documents for charge in _again(tx, document, new)]
    for invoice_id in ids:
        void(tx, invoice_id, reason)
    first = documents[0]
    customer = tx.billing.customers.get(first.customer_id)
    agreements = {document.subscription_id for document in documents}
    request = InvoiceRequest(
        id=new,
        customer_id=first.customer_id,
        currency=first.currency,
        charges=tuple(charges),
        due_on=local_date(tx.now, customer.time_zone) + timedelta(days=settings_of(tx).payment_terms_days),
        subscription_id=first.subscription_id if len(agreements) == 1 else None,
        purchase_order=next((each.purchase_order for each in documents if each.purchase_order), ""),
        note=reason,
    )
    (made,) = issue(tx, [request])
    return made


def _check(asked: Sequence[UUID], states: Sequence[InvoiceState], documents: Sequence[Invoice]) -> None:
    faults = Faults()
    if not 2 <= len(documents) == len(asked) <= MOST:
        faults.add("invoices", f"must be 2 to {MOST} different ones", value=len(asked))
    for state, document in zip(states, documents, strict=True):
        with faults.at("invoices", str(document.id)):
            if state.type is DocumentType.CREDIT_NOTE or state.status is not InvoiceStatus.ISSUED:
                faults.add("", "is not open", value=state.status.value)
            elif state.balance != document.total:
                faults.add("", "is paid or given back in part", value=state.balance)
            if document.order_id is not None:
                faults.add("", "is an order's, which waits for its payment")
    for what in ("customer_id", "currency", "type"):
        if len({getattr(document, what) for document in documents}) > 1:
            faults.add("invoices", f"differ in {what}")
    if len({document.purchase_order for document in documents if document.purchase_order}) > 1:
        faults.add("invoices", "name several purchase orders")
    faults.raise_if_any()


def _again(tx: CreditsTx, document: Invoice, new: UUID) -> list[Charge]:
    """The charges of a document once more, under a correcting cause (I3), at the taxes that it has settled."""
    charges = {charge.id: charge for charge in tx.billing.charges.for_invoices([document.id])[document.id]}
    return [
        attrs.evolve(
            charges[line.charge_id],
            id=new_id(),
            cause=f"{charges[line.charge_id].cause}+{new.hex}",
            taxes=line.taxes,
            invoice_id=None,
            status=ChargeStatus.OPEN,
        )
        for line in document.lines
    ]
