"""Money that came by hand for several invoices of a customer, or for none; and what was recorded so by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from larabill_billing.audits.handlers import check_reason
from larabill_billing.credits.handlers import move
from larabill_billing.invoicing.paying import take_back
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, RECEIVABLE, Entry, Posting, cash
from larabill_billing.payments.handlers import add_payment, check_amount, check_reference
from larabill_billing.payments.model import MANUAL, Part, Payment, PaymentKind, RefundStatus
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.settle import advance, settle
from larabill_billing.payments.spread import check_parts, spread
from larabill_billing.payments.standing import allocated, lots_of
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import new_id, public_id


def record_for_customer(
    tx: PaymentsTx,
    parts: Sequence[Part],
    amount: Decimal,
    currency: str,
    reference: str,
    *,
    customer_id: UUID | None = None,
) -> Payment:
    """Money that came by hand for these parts of invoices of one customer (this one, where named); what is too much
    becomes credit.

    Raises `AlreadyExists` when the reference was recorded before, `InvalidInput`, `NotFound`.
    """
    states = tx.billing.invoices.states([part.invoice_id for part in parts])
    faults = Faults()
    check_reference(reference, "reference", faults)
    amount = check_amount(amount, currency, "amount", faults)
    theirs = check_parts(parts, states, currency, faults, most=amount)
    if customer_id not in (None, theirs):
        faults.add("parts", "are of another customer")
    faults.raise_if_any()
    single = parts[0] if len(parts) == 1 else None
    if single is not None and single.amount < min(amount, states[single.invoice_id].balance):
        single = None  # more came than is meant for it: the rest is credit, and pays no more of it
    return _record(tx, theirs, tuple(parts), single, amount, currency, reference)


def receive(tx: PaymentsTx, customer_id: UUID, amount: Decimal, currency: str, reference: str) -> Payment:
    """Money of a customer that came by hand and names no invoice: it pays what is open, oldest due first.

    What is too much becomes credit; all of it, when nothing is open. Raises as `record_for_customer`.
    """
    tx.billing.customers.get(customer_id)
    faults = Faults()
    check_reference(reference, "reference", faults)
    amount = check_amount(amount, currency, "amount", faults)
    faults.raise_if_any()
    parts = spread(amount, tx.billing.invoices.open_for_customer(customer_id, currency))
    single = parts[0] if len(parts) == 1 else None
    return _record(tx, customer_id, tuple(parts), single, amount, currency, reference)


def _record(
    tx: PaymentsTx,
    customer_id: UUID,
    parts: tuple[Part, ...],
    single: Part | None,
    amount: Decimal,
    currency: str,
    reference: str,
) -> Payment:
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        seller_id=tx.seller_id,
        customer_id=customer_id,
        invoice_id=None if single is None else single.invoice_id,
        account=MANUAL,
        kind=PaymentKind.MANUAL,
        ref=public_id("pay", payment_id),
        amount=amount,
        currency=currency,
        transaction_id=reference,
        parts=parts if single is None else (),
        created_at=tx.now,
        updated_at=tx.now,
    )
    add_payment(tx, payment)
    return settle(tx, payment, reference)


def reverse(tx: PaymentsTx, payment_id: UUID, reason: str) -> Payment:
    """What was recorded by hand was not so: its invoices are owed again, the credit that it gave is gone.

    Raises `Conflict` for a payment of a gateway, one that was given back in part, or when its credit is spent;
    `IllegalTransition`, `InvalidInput`, `NotFound`.
    """
    check_reason(reason)
    payment = tx.billing.payments.get(payment_id, lock=True)
    if payment.account != MANUAL:
        raise Conflict(f"payment {payment_id}", f"it came through {payment.account}", "refund it")
    if any(each.status is not RefundStatus.FAILED for each in tx.billing.refunds.for_payment(payment_id)):
        raise Conflict(f"payment {payment_id}", "part of it was given back")
    reversed_payment = advance(tx, payment, "reverse", reason=reason)
    parts = sorted(allocated(tx, payment), key=lambda part: part.invoice_id)
    for part in parts:
        take_back(tx, part.invoice_id, part.amount, payment.id, cause="reversed", reason=reason)
    settled = sum((part.amount for part in parts), Decimal(0))
    kept = payment.amount - settled
    if kept:
        lots = lots_of(tx, payment, ())
        move(tx, payment.customer_id, -kept, payment.currency, "payment_reversed", payment.id, of=lots)
    postings = [
        Posting(account=RECEIVABLE, amount=settled, customer_id=payment.customer_id),
        Posting(account=CUSTOMER_CREDIT, amount=kept, customer_id=payment.customer_id),
        Posting(account=cash(MANUAL), amount=-payment.amount),
    ]
    entry = Entry(
        seller_id=payment.seller_id,
        currency=payment.currency,
        document_kind="payment",
        document_id=payment.id,
        purpose="reversed",
        occurred_at=tx.now,
        postings=tuple(posting for posting in postings if posting.amount),
    )
    post(tx, [entry])
    return reversed_payment
