"""Give money back."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from larabill_billing.payments.model import Refund
from larabill_billing.payments.ports import PaymentsTx


def refund(tx: PaymentsTx, payment_id: UUID, amount: Decimal, reason: str) -> Refund:
    """Record a refund and the operation that asks the gateway for it; of a manual payment, that it was given back.

    Never more than was captured less all refunds that have not failed. Raises `Conflict`, `InvalidInput`, `NotFound`.
    """
    raise NotImplementedError
