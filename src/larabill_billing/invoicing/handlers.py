"""Issue invoices, void them, and take note of what paid them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.invoicing.model import Invoice, InvoiceRequest
from larabill_billing.invoicing.ports import InvoicingTx


def issue(tx: InvoicingTx, requests: Sequence[InvoiceRequest]) -> list[Invoice]:
    """Issue a batch: charges, documents, states, ledger, audits, `InvoiceIssued`; nothing due is paid at once.

    The number of statements does not depend on the number of requests. In a host's transaction (`tx.joined`) only
    drafts are written, a job issues them after the host's commit, and the answer is empty; the invoices will have the
    requests' ids. Raises `AlreadyExists` when something was charged before (I3), `NotFound` for a customer,
    `InvalidInput`.
    """
    raise NotImplementedError


def void(tx: InvoicingTx, invoice_id: UUID, reason: str) -> None:
    """Take an issued invoice back: the ledger entry is reversed, its charges are freed.

    Raises `Conflict` when anything was paid, `IllegalTransition` unless it is issued, `NotFound`.
    """
    raise NotImplementedError


def apply_payment(
    tx: InvoicingTx, invoice_id: UUID, amount: Decimal, source_id: UUID, source_kind: str = "payment"
) -> Decimal:
    """How much of `amount` the invoice took: its balance at most, 0 when it is paid or void.

    Locks the state, writes the allocation, publishes `InvoicePaid` when nothing is left. The caller posts the ledger
    entry and keeps the rest as the customer's credit.
    """
    raise NotImplementedError
