"""Where all ways of paying end: automatic charge, checkout, money that came by hand.

Locks are taken in one order: (webhook,) payment, refund, invoice state, customer. So two payments that race for one
invoice queue at the invoice; the second finds it paid, and its money becomes the customer's credit (F36).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import attrs

from larabill_billing.audits.handlers import record
from larabill_billing.credits.handlers import move
from larabill_billing.invoicing.paying import apply_payment
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, Entry, Posting
from larabill_billing.payments.cash import aside, money
from larabill_billing.payments.events import PaymentAuthorised, PaymentReturned
from larabill_billing.payments.exchange import exchange_later
from larabill_billing.payments.model import TOOK_MONEY, Payment
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.states import can, next_status
from larabill_core.contracts.gateway import Settlement
from larabill_core.privacy import redact_text
from larabill_core.published import PaymentCaptured, PaymentDeclined


def settle(
    tx: PaymentsTx, payment: Payment, transaction_id: str | None, settlement: Settlement | None = None
) -> Payment:
    """The money was taken. `payment` is locked. Settled already: nothing happens (F05, F06).

    Writes state, allocation, ledger, credit for what the invoice did not need, audit, and `PaymentCaptured`. A
    transaction that paid something else already is for a person to look at (B12). `settlement`: what the gateway made
    of it, where it says so.
    """
    if payment.status in TOOK_MONEY:
        return payment
    if transaction_id is not None:
        other = tx.billing.payments.by_transaction(payment.account, transaction_id)
        if other is not None and other.id != payment.id:
            return review(tx, payment, f"its transaction belongs to payment {other.id}")
    changes = {"transaction_id": transaction_id or payment.transaction_id, "captured_at": tx.now}
    captured = advance(tx, payment, "capture", code="", reason="", **changes)
    applied = Decimal(0)
    for part in sorted(payment.for_invoices, key=lambda part: part.invoice_id):
        applied += apply_payment(tx, part.invoice_id, part.amount, payment.id)
    rest = payment.amount - applied
    if rest:
        move(tx, payment.customer_id, rest, payment.currency, "payment", payment.id)
    postings = [
        Posting(account=money(payment, settlement), amount=payment.amount),
        Posting(account=RECEIVABLE, amount=-applied, customer_id=payment.customer_id),
        Posting(account=CUSTOMER_CREDIT, amount=-rest, customer_id=payment.customer_id),
    ]
    entry = Entry(
        seller_id=payment.seller_id,
        currency=payment.currency,
        document_kind="payment",
        document_id=payment.id,
        purpose="captured",
        occurred_at=tx.now,
        postings=tuple(posting for posting in postings if posting.amount),
    )
    post(tx, [entry, *aside(payment, entry, settlement)])
    exchange_later(tx, payment)
    tx.publish(
        PaymentCaptured(
            seller_id=payment.seller_id,
            occurred_at=tx.now,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            invoice_id=payment.invoice_id,
            amount=payment.amount,
            currency=payment.currency,
        )
    )
    return captured


def authorise(tx: PaymentsTx, payment: Payment, transaction_id: str | None) -> Payment:
    """The gateway holds the amount. `payment` is locked; nothing happens where the table has no such edge."""
    if not can(payment.status, "authorise"):
        return payment
    authorised = advance(tx, payment, "authorise", transaction_id=transaction_id, code="", reason="")
    tx.publish(
        *(
            PaymentAuthorised(
                seller_id=payment.seller_id,
                occurred_at=tx.now,
                payment_id=payment.id,
                customer_id=payment.customer_id,
                invoice_id=part.invoice_id,
                amount=part.amount,
                currency=payment.currency,
            )
            for part in payment.for_invoices
        )
    )
    return authorised


def decline(tx: PaymentsTx, payment: Payment, code: str, reason: str = "") -> Payment:
    """Nothing was taken. `payment` is locked; nothing happens where the table has no such edge: it was paid."""
    if not can(payment.status, "decline"):
        return payment
    declined = advance(tx, payment, "decline", code=redact_text(code)[:100], reason=reason)
    tx.publish(
        PaymentDeclined(
            seller_id=payment.seller_id,
            occurred_at=tx.now,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            invoice_id=payment.invoice_id,
            code=declined.code,
        )
    )
    return declined


def tell_returned(tx: PaymentsTx, payment: Payment, why: Literal["refunded", "disputed"]) -> None:
    """What was given because of this payment's money may have to be taken back."""
    tx.publish(
        PaymentReturned(
            seller_id=payment.seller_id,
            occurred_at=tx.now,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            why=why,
        )
    )


def review(tx: PaymentsTx, payment: Payment, reason: str) -> Payment:
    """A person has to look at the gateway. `payment` is locked; nothing happens where the table has no such edge."""
    if not can(payment.status, "review"):
        return payment
    return advance(tx, payment, "review", reason=reason)


def advance(tx: PaymentsTx, payment: Payment, event: str, **changes: Any) -> Payment:
    """One step along the table, with its audit. `payment` is locked. Raises `IllegalTransition`."""
    if "reason" in changes:
        changes["reason"] = redact_text(changes["reason"])[:500]
    status = next_status(payment.id, payment.status, event)
    moved = attrs.evolve(payment, status=status, updated_at=tx.now, **changes)
    tx.billing.payments.save(moved)
    record(tx, "payment", payment.id, event, before=payment.status, after=status, reason=moved.reason)
    return attrs.evolve(moved, version=payment.version + 1)
