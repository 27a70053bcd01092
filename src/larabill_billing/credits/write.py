"""Movements that are still to be stored, and their ledger entries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from larabill_billing.credits.model import Credit, Lot
from larabill_billing.credits.ports import CreditsTx
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, Entry, Posting
from larabill_core.ids import new_id


def movement(
    tx: CreditsTx,
    customer_id: UUID,
    amount: Decimal,
    currency: str,
    source: str,
    source_id: UUID,
    expires_on: date | None = None,
) -> Credit:
    """A new lot."""
    lot_id = new_id()
    return Credit(
        id=lot_id,
        seller_id=tx.seller_id,
        customer_id=customer_id,
        lot_id=lot_id,
        amount=amount,
        currency=currency,
        source=source,
        source_id=source_id,
        expires_on=expires_on,
        created_at=tx.now,
    )


def drawn(tx: CreditsTx, lot: Lot, amount: Decimal, source: str, source_id: UUID, part: int = 0) -> Credit:
    """A use of a lot; of a negative amount, its return."""
    return Credit(
        id=new_id(),
        seller_id=tx.seller_id,
        customer_id=lot.customer_id,
        lot_id=lot.id,
        amount=-amount,
        currency=lot.currency,
        source=source,
        source_id=source_id,
        part=part,
        created_at=tx.now,
    )


def book(tx: CreditsTx, credit: Credit, purpose: str, account: str, amount: Decimal) -> None:
    """Post the ledger entry of a movement; see `moved`."""
    post(tx, [moved(credit, purpose, account, amount)])


def moved(credit: Credit, purpose: str, account: str, amount: Decimal) -> Entry:
    """The ledger entry of a movement: the customer's credit is debited by `amount`, an account of ours credited.

    A negative amount goes the other way.
    """
    return Entry(
        seller_id=credit.seller_id,
        currency=credit.currency,
        document_kind="credit",
        document_id=credit.id,
        purpose=purpose,
        occurred_at=credit.created_at,
        postings=(
            Posting(account=CUSTOMER_CREDIT, amount=amount, customer_id=credit.customer_id),
            Posting(account=account, amount=-amount),
        ),
    )


def spent(tx: CreditsTx, spending: UUID, customer_id: UUID, amount: Decimal, currency: str) -> Entry:
    """The ledger entry of what pays an invoice: the movements and the allocation name the same `spending`."""
    return Entry(
        seller_id=tx.seller_id,
        currency=currency,
        document_kind="credit",
        document_id=spending,
        purpose="spent",
        occurred_at=tx.now,
        postings=(
            Posting(account=CUSTOMER_CREDIT, amount=amount, customer_id=customer_id),
            Posting(account=RECEIVABLE, amount=-amount, customer_id=customer_id),
        ),
    )
