"""Where the money of payments and refunds lies, and what the gateway kept of it: pure.

A gateway that exchanges what it takes (`Settlement`) keeps no cash in the payment's currency: there the money passes
through the clearing account of the two currencies, so that each of them balances by itself.
"""

from __future__ import annotations

from decimal import Decimal

from larabill_billing.ledger.model import Entry, Posting, cash, clearing, gateway_fees
from larabill_billing.payments.model import Payment, Refund
from larabill_core.contracts.gateway import Settlement

SETTLED = "settled"
FEE = "fee"


def money(document: Payment | Refund, settlement: Settlement | None) -> str:
    """The account of the document's own currency that its money goes to, or comes from."""
    if settlement is None or settlement.currency == document.currency:
        return cash(document.account)
    return clearing(document.currency, settlement.currency)


def aside(document: Payment | Refund, like: Entry, settlement: Settlement | None) -> list[Entry]:
    """What stands beside the document's own entry: the other side of an exchange, and the fee.

    `like` is that entry; money of a payment comes in, and that of a refund goes out.
    """
    if settlement is None:
        return []
    entries = []
    if settlement.currency != document.currency:
        amount = settlement.amount if isinstance(document, Payment) else -settlement.amount
        other = clearing(document.currency, settlement.currency)
        entries.append(_entry(like, settlement, SETTLED, cash(document.account), other, amount))
    if settlement.fee:
        kept = gateway_fees(document.account)
        entries.append(_entry(like, settlement, FEE, kept, cash(document.account), settlement.fee))
    return entries


def _entry(like: Entry, settlement: Settlement, purpose: str, debit: str, credit: str, amount: Decimal) -> Entry:
    return Entry(
        seller_id=like.seller_id,
        currency=settlement.currency,
        document_kind=like.document_kind,
        document_id=like.document_id,
        purpose=purpose,
        occurred_at=like.occurred_at,
        postings=(Posting(account=debit, amount=amount), Posting(account=credit, amount=-amount)),
    )
