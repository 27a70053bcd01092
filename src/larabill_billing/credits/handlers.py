"""Give a customer credit, and use it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from larabill_billing.credits.model import Credit
from larabill_billing.credits.ports import CreditsTx


def grant(tx: CreditsTx, customer_id: UUID, amount: Decimal, currency: str, source: str, source_id: UUID) -> Credit:
    """Credit that costs us (a service that was never delivered): ledger `refunds` to `customer_credit`.

    Raises `AlreadyExists` when this source was credited before, `InvalidInput`, `NotFound`.
    """
    raise NotImplementedError


def spend(tx: CreditsTx, invoice_id: UUID) -> Decimal:
    """Pay as much of the invoice as the customer's credit covers; how much that was."""
    raise NotImplementedError
