"""What a document does to the accounts: pure."""

from __future__ import annotations

from uuid import UUID

from larabill_billing.invoicing.model import DocumentType
from larabill_billing.invoicing.totals import Totals
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, REVENUE, TAX_PAYABLE, Posting


def issued(customer_id: UUID, sums: Totals) -> tuple[Posting, ...]:
    """Revenue and tax against what the customer owes; of a credit note, against the customer's credit.

    A proforma moves nothing.
    """
    if sums.type is DocumentType.PROFORMA:
        return ()
    if sums.type is DocumentType.CREDIT_NOTE:
        moves = [
            (REVENUE, sums.net, None),
            (TAX_PAYABLE, sums.tax, None),
            (CUSTOMER_CREDIT, -sums.total, customer_id),
        ]
    else:
        moves = [
            (RECEIVABLE, sums.total, customer_id),
            (REVENUE, -sums.net, None),
            (TAX_PAYABLE, -sums.tax, None),
        ]
    return tuple([Posting(account=name, amount=amount, customer_id=of) for name, amount, of in moves if amount])
