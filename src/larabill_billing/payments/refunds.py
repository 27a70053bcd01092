"""Give money back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.credits.handlers import lot_of, move, put_back
from larabill_billing.credits.model import Lot
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, REFUNDS, Entry, Posting
from larabill_billing.payments.cash import aside, money
from larabill_billing.payments.events import PaymentReturned
from larabill_billing.payments.exchange import exchange_later
from larabill_billing.payments.handlers import check_amount
from larabill_billing.payments.model import MANUAL, TOOK_MONEY, Payment, Refund, RefundStatus
from larabill_billing.payments.operations import can_ask, intend, reference
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.settle import advance
from larabill_billing.payments.states import next_refund_status
from larabill_core.contracts.gateway import Settlement
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import new_id, public_id
from larabill_core.money import quantize
from larabill_core.privacy import redact_text


def refund(
    tx: PaymentsTx,
    payment_id: UUID,
    amount: Decimal,
    reason: str,
    *,
    of_lot: UUID | None = None,
) -> Refund:
    """Record a refund and the operation that asks the gateway for it; of a manual payment, that it was given back.

    Where the driver cannot refund, it waits in review until a person has done it and the webhook says so.

    Never more than was captured less all refunds that have not failed. What of the payment had become credit is taken
    from there first, as far as the customer still has it; `of_lot` names another lot from which all is to be taken.
    Raises `Conflict`, `InvalidInput`, `NotFound`.
    """
    payment = tx.billing.payments.get(payment_id, lock=True)
    if payment.status not in TOOK_MONEY:
        raise Conflict(f"payment {payment_id}", f"it is {payment.status}", "only captured money can be given back")
    faults = Faults()
    amount = check_amount(amount, payment.currency, "refund.amount", faults)
    try:
        check_reason(reason, "refund.reason")
    except InvalidInput as problem:
        faults.include(problem)
    faults.raise_if_any()
    earlier = [each for each in tx.billing.refunds.for_payment(payment_id) if each.status is not RefundStatus.FAILED]
    left = payment.amount - sum((each.amount for each in earlier), Decimal(0))
    if amount > left:
        raise Conflict(
            f"payment {payment_id}",
            f"only {quantize(left, payment.currency)} {payment.currency} of it can still be given back",
        )
    lot = _lot(tx, payment, of_lot)
    refund_id = new_id()
    by_hand = payment.account == MANUAL
    new = Refund(
        id=refund_id,
        seller_id=tx.seller_id,
        customer_id=payment.customer_id,
        payment_id=payment_id,
        account=payment.account,
        ref=public_id("ref", refund_id) if by_hand else reference(tx, payment.account, refund_id),
        amount=amount,
        currency=payment.currency,
        from_credit=Decimal(0) if lot is None else min(amount, lot.remaining),
        reason=redact_text(reason)[:500],
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.refunds.add(new)
    record(tx, "refund", new.id, "create", after=new.status, reason=reason)
    _reserve(tx, new, lot)
    if by_hand:
        return finish(tx, payment, new, None)
    if not can_ask(tx, payment.account):
        return advance_refund(tx, new, "review", reason=f"give it back at the gateway, under reference {new.ref}")
    intend(tx, "refund", new.id, account=new.account, action="refund", ref=new.ref)
    return new


def _lot(tx: PaymentsTx, payment: Payment, of_lot: UUID | None) -> Lot | None:
    """The lot of which the refund is taken first, with its customer locked: what the payment's own money became."""
    if of_lot is None:
        kept = tx.billing.credits.from_source("payment", payment.id)
        if not kept:
            return None
        of_lot = kept[0].lot_id
    tx.billing.customers.get(payment.customer_id, lock=True)
    return lot_of(tx, of_lot)


def _reserve(tx: PaymentsTx, new: Refund, lot: Lot | None) -> None:
    """Take the credit now, so that it cannot be spent while the gateway is asked."""
    if lot is None or not new.from_credit:
        return
    move(tx, new.customer_id, -new.from_credit, new.currency, "refund", new.id, of=lot.id)
    _post(
        tx,
        new,
        "reserved",
        Posting(account=CUSTOMER_CREDIT, amount=new.from_credit, customer_id=new.customer_id),
        Posting(account=REFUNDS, amount=-new.from_credit),
    )


def finish(
    tx: PaymentsTx,
    payment: Payment,
    pending: Refund,
    transaction_id: str | None,
    settlement: Settlement | None = None,
) -> Refund:
    """The money went back. Payment and refund are locked; finished already: nothing happens."""
    if pending.status in (RefundStatus.DONE, RefundStatus.FAILED):
        return pending
    done = advance_refund(tx, pending, "finish", transaction_id=transaction_id)
    _post(
        tx,
        pending,
        "paid",
        Posting(account=REFUNDS, amount=pending.amount),
        Posting(account=money(pending, settlement), amount=-pending.amount),
        settlement=settlement,
    )
    exchange_later(tx, pending)
    given = [each for each in tx.billing.refunds.for_payment(payment.id) if each.status is RefundStatus.DONE]
    whole = sum((each.amount for each in given), Decimal(0)) == payment.amount
    advance(tx, payment, "refund" if whole else "refund_part")
    if whole:
        tx.publish(
            PaymentReturned(
                seller_id=tx.seller_id,
                occurred_at=tx.now,
                payment_id=payment.id,
                customer_id=payment.customer_id,
                why="refunded",
            )
        )
    return done


def fail(tx: PaymentsTx, pending: Refund, reason: str) -> Refund:
    """Nothing went back. Payment and refund are locked; the reserved credit returns to the customer."""
    if pending.status in (RefundStatus.DONE, RefundStatus.FAILED):
        return pending
    failed = advance_refund(tx, pending, "fail", reason=reason)
    if pending.from_credit:
        put_back(tx, "refund", pending.id, "refund_failed")
        _post(
            tx,
            pending,
            "given_up",
            Posting(account=REFUNDS, amount=pending.from_credit),
            Posting(account=CUSTOMER_CREDIT, amount=-pending.from_credit, customer_id=pending.customer_id),
        )
    return failed


def advance_refund(tx: PaymentsTx, stored: Refund, event: str, **changes: Any) -> Refund:
    """One step along the table, with its audit. The refund is locked. Raises `IllegalTransition`."""
    if "reason" in changes:
        changes["reason"] = redact_text(changes["reason"])[:500]
    status = next_refund_status(stored.id, stored.status, event)
    moved = attrs.evolve(stored, status=status, updated_at=tx.now, **changes)
    tx.billing.refunds.save(moved)
    record(tx, "refund", stored.id, event, before=stored.status, after=status, reason=moved.reason)
    return attrs.evolve(moved, version=stored.version + 1)


def lock_both(tx: PaymentsTx, refund_id: UUID) -> tuple[Payment, Refund]:
    """The refund's payment and the refund, locked in this order. Raises `NotFound`."""
    payment = tx.billing.payments.get(tx.billing.refunds.get(refund_id).payment_id, lock=True)
    return payment, tx.billing.refunds.get(refund_id, lock=True)


def _post(
    tx: PaymentsTx, document: Refund, purpose: str, *postings: Posting, settlement: Settlement | None = None
) -> None:
    entry = Entry(
        seller_id=document.seller_id,
        currency=document.currency,
        document_kind="refund",
        document_id=document.id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=postings,
    )
    post(tx, [entry, *aside(document, entry, settlement)])
