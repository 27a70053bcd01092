"""Disputes, by the gateway's webhook or by hand: what is held back, what comes back, and what is owed again.

Locks: the payment first, then the dispute; the invoices' states after both.

    opened ──▶ cash to `disputes:{account}`, the fee to `dispute_fees:{account}`
      won  ──▶ back to cash
      lost ──▶ the invoices are owed again (or written off, by the seller's policy)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.credits.handlers import move
from larabill_billing.customers.checks import attempt
from larabill_billing.invoicing.paying import take_back
from larabill_billing.invoicing.write_off import write_off
from larabill_billing.ledger.handlers import post
from larabill_billing.ledger.model import (
    BAD_DEBT,
    CUSTOMER_CREDIT,
    RECEIVABLE,
    Entry,
    Posting,
    cash,
    dispute_fees,
    disputed,
)
from larabill_billing.payments.dispute import EVENT_OF_STATE, STANDING, TRANSITIONS, Dispute, DisputeStatus, next_status
from larabill_billing.payments.handlers import check_amount, check_reference
from larabill_billing.payments.matching import DisputeClaim
from larabill_billing.payments.model import MANUAL, TOOK_MONEY, Part, Payment
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.settle import tell_returned
from larabill_billing.payments.standing import DISPUTED, kept_credit, lots_of, on_invoices
from larabill_billing.settings import settings_of
from larabill_core.errors import Conflict, Faults
from larabill_core.ids import derived_id
from larabill_core.money import exponent, parse_decimal
from larabill_core.privacy import redact_text
from larabill_core.published import DisputeClosed, PaymentDisputed


def take_note(tx: PaymentsTx, payment: Payment, claim: DisputeClaim) -> bool:
    """What the gateway says of a dispute about the locked payment, which fits; False when we are further on.

    News may come late, twice or out of order: what is decided stays decided, and a lost dispute of which we had not
    heard is opened and lost at once.
    """
    dispute = tx.billing.disputes.by_gateway_id(claim.account, claim.dispute, lock=True)
    is_new = dispute is None
    if dispute is None:
        dispute = _open(
            tx,
            payment,
            gateway_id=claim.dispute,
            amount=claim.amount or Decimal(0),
            fee=claim.fee or Decimal(0),
            reason=claim.reason,
            respond_by=claim.respond_by,
        )
    event = EVENT_OF_STATE.get(claim.state)
    if event is None or (dispute.status, event) not in TRANSITIONS:
        return is_new
    _advance(tx, payment, dispute, event)
    return True


def open_dispute(
    tx: PaymentsTx,
    payment_id: UUID,
    gateway_id: str,
    amount: Decimal,
    *,
    fee: Decimal = Decimal(0),
    reason: str = "",
    respond_by: datetime | None = None,
) -> Dispute:
    """Record by hand what a person saw at the gateway; the same `gateway_id` twice is the same dispute.

    Raises `Conflict` when the payment took no money or another dispute about it stands, `InvalidInput` with every
    fault, `NotFound`.
    """
    payment = tx.billing.payments.get(payment_id, lock=True)
    known = tx.billing.disputes.by_gateway_id(payment.account, gateway_id, lock=True)
    if known is not None and known.payment_id == payment_id:
        return known
    if payment.status not in TOOK_MONEY or payment.account == MANUAL:
        raise Conflict(f"payment {payment_id}", "no gateway has taken money for it", "only that can be disputed")
    faults = Faults()
    check_reference(gateway_id, "gateway_id", faults)
    attempt(faults, lambda: check_reason(reason), None)
    amount = check_amount(amount, payment.currency, "amount", faults)
    fee = attempt(
        faults, lambda: parse_decimal(fee, places=exponent(payment.currency), path="fee", minimum=0), Decimal(0)
    )
    faults.raise_if_any()
    left = payment.amount - sum((each.amount for each in _not_won(tx, payment_id)), Decimal(0))
    if amount > left:
        raise Conflict(f"payment {payment_id}", f"only {left} {payment.currency} of it are not disputed yet")
    return _open(tx, payment, gateway_id=gateway_id, amount=amount, fee=fee, reason=reason, respond_by=respond_by)


def decide(tx: PaymentsTx, dispute_id: UUID, event: str) -> Dispute:
    """`review`, `win` or `lose`, by hand. Raises `IllegalTransition`, `NotFound`."""
    payment = tx.billing.payments.get(tx.billing.disputes.get(dispute_id).payment_id, lock=True)
    return _advance(tx, payment, tx.billing.disputes.get(dispute_id, lock=True), event)


def _not_won(tx: PaymentsTx, payment_id: UUID) -> Sequence[Dispute]:
    return [each for each in tx.billing.disputes.for_payment(payment_id) if each.status is not DisputeStatus.WON]


def disputed_amount(tx: PaymentsTx, payment: Payment) -> Decimal:
    """How much of the locked payment was lost to disputes. Raises `Conflict` while one stands."""
    disputes = _not_won(tx, payment.id)
    for each in disputes:
        if each.status in STANDING:
            raise Conflict(f"payment {payment.id}", f"dispute {each.id} about it stands", "wait for its end")
    return sum((each.amount for each in disputes), Decimal(0))


def _open(
    tx: PaymentsTx,
    payment: Payment,
    *,
    gateway_id: str,
    amount: Decimal,
    fee: Decimal,
    reason: str,
    respond_by: datetime | None,
) -> Dispute:
    dispute = Dispute(
        id=derived_id(payment.id, f"dispute:{gateway_id}"),
        seller_id=payment.seller_id,
        customer_id=payment.customer_id,
        payment_id=payment.id,
        account=payment.account,
        gateway_id=gateway_id,
        amount=amount,
        currency=payment.currency,
        fee=fee,
        reason=redact_text(reason)[:100],
        respond_by=respond_by,
        opened_at=tx.now,
    )
    tx.billing.disputes.add(dispute)
    _post(
        tx,
        dispute,
        "opened",
        Posting(account=disputed(dispute.account), amount=amount),
        Posting(account=dispute_fees(dispute.account), amount=fee),
        Posting(account=cash(dispute.account), amount=-amount - fee),
    )
    record(tx, "dispute", dispute.id, "open", after=dispute.status, reason=dispute.reason)
    tx.publish(
        PaymentDisputed(
            seller_id=dispute.seller_id,
            occurred_at=tx.now,
            dispute_id=dispute.id,
            payment_id=payment.id,
            customer_id=payment.customer_id,
            invoice_ids=payment.invoice_ids,
            amount=amount,
            currency=dispute.currency,
            reason=dispute.reason,
            respond_by=respond_by,
        )
    )
    tell_returned(tx, payment, "disputed")
    return dispute


def _advance(tx: PaymentsTx, payment: Payment, dispute: Dispute, event: str) -> Dispute:
    status = next_status(dispute, event)
    moved = attrs.evolve(dispute, status=status)
    if status is DisputeStatus.WON:
        moved = _win(tx, moved)
    elif status is DisputeStatus.LOST:
        moved = _lose(tx, payment, moved)
    tx.billing.disputes.save(moved)
    record(tx, "dispute", dispute.id, event, before=dispute.status, after=status)
    if not moved.is_standing:
        tx.publish(
            DisputeClosed(
                seller_id=dispute.seller_id,
                occurred_at=tx.now,
                dispute_id=dispute.id,
                payment_id=payment.id,
                customer_id=payment.customer_id,
                invoice_ids=payment.invoice_ids,
                won=status is DisputeStatus.WON,
            )
        )
    return attrs.evolve(moved, version=dispute.version + 1)


def _win(tx: PaymentsTx, dispute: Dispute) -> Dispute:
    _post(
        tx,
        dispute,
        "won",
        Posting(account=cash(dispute.account), amount=dispute.amount),
        Posting(account=disputed(dispute.account), amount=-dispute.amount),
    )
    return attrs.evolve(dispute, closed_at=tx.now)


def _lose(tx: PaymentsTx, payment: Payment, dispute: Dispute) -> Dispute:
    """What it had paid is owed again, the last invoice first; then what it had left as credit is taken; the rest is
    lost.

    What was given back before, with a credit note, is owed by nobody.
    """
    refunds = tx.billing.refunds.for_payment(payment.id)
    owed = _reach(reversed(on_invoices(tx, payment, refunds)), dispute.amount)
    reopened = sum((part.amount for part in owed), Decimal(0))
    for part in sorted(owed, key=lambda part: part.invoice_id):
        take_back(tx, part.invoice_id, part.amount, payment.id, cause=f"{DISPUTED}{dispute.id}", reason="dispute lost")
    from_credit = min(dispute.amount - reopened, kept_credit(tx, payment, refunds))
    if from_credit:
        lots = lots_of(tx, payment, [each for refund in refunds for each in refund.returned])
        move(tx, payment.customer_id, -from_credit, payment.currency, "dispute", dispute.id, of=lots)
    _post(
        tx,
        dispute,
        "lost",
        Posting(account=RECEIVABLE, amount=reopened, customer_id=payment.customer_id),
        Posting(account=CUSTOMER_CREDIT, amount=from_credit, customer_id=payment.customer_id),
        Posting(account=BAD_DEBT, amount=dispute.amount - reopened - from_credit),
        Posting(account=disputed(dispute.account), amount=-dispute.amount),
    )
    if settings_of(tx).disputes.lost == "write_off":
        for part in owed:
            write_off(tx, part.invoice_id, f"dispute {dispute.gateway_id} was lost")
    return attrs.evolve(dispute, reopened=reopened, closed_at=tx.now)


def _reach(parts: Iterable[Part], amount: Decimal) -> list[Part]:
    """The first of these parts, up to the amount."""
    found: list[Part] = []
    for part in parts:
        take = min(part.amount, amount)
        if take > 0:
            found.append(Part(invoice_id=part.invoice_id, amount=take))
            amount -= take
    return found


def _post(tx: PaymentsTx, dispute: Dispute, purpose: str, *postings: Posting) -> None:
    entry = Entry(
        seller_id=dispute.seller_id,
        currency=dispute.currency,
        document_kind="dispute",
        document_id=dispute.id,
        purpose=purpose,
        occurred_at=tx.now,
        postings=tuple(posting for posting in postings if posting.amount),
    )
    post(tx, [entry])
