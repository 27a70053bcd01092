"""Give money back.

What was paid for an invoice is first made the customer's credit by a credit note, and then paid out of that credit. So
a refund that fails at the gateway leaves the customer with credit, revenue and tax stay right whatever happens, and the
account `refunds` holds what is on its way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.credits.handlers import move, put_back
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import CUSTOMER_CREDIT, REFUNDS, Entry, Posting
from larabill_billing.payments.cash import aside, money
from larabill_billing.payments.exchange import exchange_later
from larabill_billing.payments.handlers import check_amount
from larabill_billing.payments.model import MANUAL, TOOK_MONEY, Payment, Refund, RefundStatus, RefundTo, Returned
from larabill_billing.payments.operations import can_ask, intend, reference
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.purse import Purse, gone
from larabill_billing.payments.settle import advance, tell_returned
from larabill_billing.payments.states import next_refund_status
from larabill_core.contracts.gateway import Settlement
from larabill_core.errors import Conflict, Faults, InvalidInput
from larabill_core.ids import derived_id, new_id, public_id
from larabill_core.privacy import redact_text


def refund(
    tx: PaymentsTx,
    payment_id: UUID,
    amount: Decimal | None,
    reason: str,
    *,
    to: RefundTo = RefundTo.METHOD,
    lines: Mapping[UUID, Decimal] | None = None,
    of_lot: UUID | None = None,
    currency: str | None = None,
    key: str | None = None,
) -> Refund:
    """Give (part of) a payment back: `amount`, or so much of these `lines` without tax, or all that is left of it.

    What no invoice needed goes back first, as far as the customer still holds it as credit. For the rest a credit note
    is issued on the invoice that it had paid, with the share of the tax; to the customer that is credit, and stays
    there (`to` credit) or is taken out again and goes back the way it came: by an operation at the gateway, or, of a
    manual payment, as recorded. Where the driver cannot refund, it waits in review until a person has done it and the
    webhook says so. `of_lot` takes it out of that lot of the customer's credit first, whatever it came from, and issues
    no credit note.

    Once for each `key`: asked again, the answer is the same refund. Never more than was captured, less all refunds that
    have not failed and what disputes took. Raises `Conflict` (also for a payment that took no money, a dispute that
    stands, or another refund under this key), `InvalidInput` with every fault, `NotFound`.
    """
    payment = tx.billing.payments.get(payment_id, lock=True)
    refund_id = new_id() if key is None else derived_id(payment_id, f"refund:{key}")
    faults = Faults()
    _check(payment, amount, reason, lines, currency, faults)
    earlier = tx.billing.refunds.for_payment(payment_id)
    known = next((each for each in earlier if each.id == refund_id), None)
    if known is not None:
        return _same(known, amount, to)
    if payment.status not in TOOK_MONEY:
        raise Conflict(f"payment {payment_id}", f"it is {payment.status}", "only captured money can be given back")
    paid = Purse(tx, payment, earlier)
    wanted = paid.left if amount is None and lines is None else amount
    if wanted is not None:
        paid.demand(wanted)
    returned = () if of_lot else paid.credit_notes(wanted, lines, reason, to)
    if lines is not None:
        wanted = sum((each.amount for each in returned), Decimal(0))
        paid.demand(wanted)
    new = _record(tx, payment, refund_id, wanted or Decimal(0), to, returned, reason)
    return _carry_out(tx, payment, new, paid.lots(returned) if of_lot is None else [of_lot])


def _check(
    payment: Payment,
    amount: Decimal | None,
    reason: str,
    lines: Mapping[UUID, Decimal] | None,
    currency: str | None,
    faults: Faults,
) -> None:
    if amount is not None:
        check_amount(amount, payment.currency, "amount", faults)
    if amount is not None and lines is not None:
        faults.add("amount", "stands beside lines", remedy="give an amount, or lines, or neither for all of it")
    if currency is not None and currency != payment.currency:
        faults.add("currency", "is not the payment's", value=currency, remedy=f"it is in {payment.currency}")
    try:
        check_reason(reason, "reason")
    except InvalidInput as problem:
        faults.include(problem)
    faults.raise_if_any()


def _same(known: Refund, amount: Decimal | None, to: RefundTo) -> Refund:
    if known.destination is not to or amount not in (None, known.amount):
        raise Conflict(f"refund {known.id}", "another one was asked for under this key", "use another key")
    return known


def _record(
    tx: PaymentsTx,
    payment: Payment,
    refund_id: UUID,
    amount: Decimal,
    to: RefundTo,
    returned: tuple[Returned, ...],
    reason: str,
) -> Refund:
    by_hand = payment.account == MANUAL or to is RefundTo.CREDIT
    new = Refund(
        id=refund_id,
        seller_id=tx.seller_id,
        customer_id=payment.customer_id,
        payment_id=payment.id,
        account=payment.account,
        ref=public_id("ref", refund_id) if by_hand else reference(tx, payment.account, refund_id),
        amount=amount,
        currency=payment.currency,
        from_credit=amount if to is RefundTo.METHOD else Decimal(0),
        destination=to,
        returned=returned,
        reason=redact_text(reason)[:500],
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.billing.refunds.add(new)
    record(tx, "refund", new.id, "create", after=new.status, reason=reason)
    return new


def _carry_out(tx: PaymentsTx, payment: Payment, new: Refund, lots: Collection[UUID]) -> Refund:
    if new.destination is RefundTo.CREDIT:
        return advance_refund(tx, new, "finish")
    _reserve(tx, new, lots)
    if payment.account == MANUAL:
        return finish(tx, payment, new, None)
    if not can_ask(tx, payment.account):
        return advance_refund(tx, new, "review", reason=f"give it back at the gateway, under reference {new.ref}")
    intend(tx, "refund", new.id, account=new.account, action="refund", ref=new.ref)
    return new


def _reserve(tx: PaymentsTx, new: Refund, lots: Collection[UUID]) -> None:
    """Take the credit now, so that it cannot be spent while the gateway is asked."""
    move(tx, new.customer_id, -new.from_credit, new.currency, "refund", new.id, of=lots)
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
    whole = gone(tx.billing.refunds.for_payment(payment.id), done=True) == payment.amount
    advance(tx, payment, "refund" if whole else "refund_part")
    if whole:
        tell_returned(tx, payment, "refunded")
    return done


def fail(tx: PaymentsTx, pending: Refund, reason: str) -> Refund:
    """Nothing went back. Payment and refund are locked; the customer has the reserved credit again.

    So also what its credit notes gave: it can be refunded again, without another note, or be used.
    """
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
