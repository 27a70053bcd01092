"""What a verified webhook changes: decided and written in one transaction, under the lock of its row."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_billing.payments.disputes import take_note
from larabill_billing.payments.matching import (
    Claim,
    claim_of_event,
    claim_of_truth,
    dispute_claim,
    dispute_mismatch,
    payment_mismatch,
    refund_mismatch,
)
from larabill_billing.payments.model import (
    UNSETTLED,
    Payment,
    Refund,
    RefundStatus,
    WebhookEvent,
    WebhookStatus,
)
from larabill_billing.payments.ports import PaymentsTx
from larabill_billing.payments.refunds import advance_refund, fail, finish, lock_both
from larabill_billing.payments.settle import advance, authorise, decline, settle
from larabill_billing.payments.states import REFUND_TRANSITIONS, can
from larabill_core.contracts.gateway import GatewayDispute, GatewayTransaction

WAIT_FOR: Final = timedelta(hours=1)
"""How long an event whose reference nobody knows may be one that came before our own commit (F08)."""

EVENT_OF_STATE: Final = {
    "pending": "wait",
    "authorised": "authorise",
    "captured": "capture",
    "declined": "decline",
    "released": "release",
}
REFUND_EVENT_OF_STATE: Final = {"pending": "wait", "succeeded": "finish", "failed": "fail"}

Truth = GatewayTransaction | GatewayDispute | None
Verdict = tuple[WebhookStatus, str]
APPLIED: Final[Verdict] = (WebhookStatus.APPLIED, "")


def wait(tx: PaymentsTx, webhook_id: UUID, reason: str) -> WebhookEvent:
    """The event stays open: it cannot be judged now."""
    event = tx.billing.webhooks.get(webhook_id, lock=True)
    return _close(tx, event, (WebhookStatus.WAITING, reason)) if event.status in UNSETTLED else event


def believe(tx: PaymentsTx, webhook_id: UUID, truth: Truth, *, asked: bool) -> WebhookEvent:
    """Apply the event, or note why not. `asked`: the gateway was asked, and `truth` is its answer.

    A state never goes back because of a late event (F07). Settled already: nothing happens.
    """
    event = tx.billing.webhooks.get(webhook_id, lock=True)
    if event.status not in UNSETTLED:
        return event
    return _close(tx, event, _judge(tx, event, truth, asked=asked))


def _close(tx: PaymentsTx, event: WebhookEvent, verdict: Verdict) -> WebhookEvent:
    status, reason = verdict
    settled_at = None if status in UNSETTLED else tx.now
    closed = attrs.evolve(event, status=status, reason=reason, settled_at=settled_at)
    tx.billing.webhooks.save(closed)
    return closed


def _judge(tx: PaymentsTx, event: WebhookEvent, truth: Truth, *, asked: bool) -> Verdict:
    if event.kind == "dispute":
        return _judge_dispute(tx, event, truth, asked=asked)
    if event.kind not in ("payment", "refund"):
        return WebhookStatus.IGNORED, "it says nothing about a payment, refund or dispute"
    if event.ref is None:
        return WebhookStatus.IGNORED, "it carries no reference of ours"
    if isinstance(truth, GatewayDispute):
        return WebhookStatus.UNMATCHED, "the gateway speaks of a dispute"
    if truth is not None and (truth.kind != event.kind or truth.ref != event.ref):
        return WebhookStatus.UNMATCHED, "the gateway knows something else under this reference"
    if asked and truth is None and event.state != "declined":
        return _not_yet(tx, event, "the gateway does not list it")
    claim = claim_of_event(event) if truth is None else claim_of_truth(event, truth)
    if event.kind == "refund":
        refund = tx.billing.refunds.by_ref(event.ref)
        if refund is None:
            return _not_yet(tx, event, "nothing here carries its reference")
        return _believe_refund(tx, *lock_both(tx, refund.id), claim)
    payment = tx.billing.payments.by_ref(event.ref)
    if payment is None:
        return _not_yet(tx, event, "nothing here carries its reference")
    return _believe_payment(tx, tx.billing.payments.get(payment.id, lock=True), event, claim)


def _judge_dispute(tx: PaymentsTx, event: WebhookEvent, truth: Truth, *, asked: bool) -> Verdict:
    """Its payment is found by the gateway's transaction, because a dispute carries no reference of ours."""
    if event.dispute_id is None:
        return WebhookStatus.IGNORED, "it names no dispute"
    if asked and truth is None:
        return _not_yet(tx, event, "the gateway does not list it")
    claim = dispute_claim(event, truth if isinstance(truth, GatewayDispute) else None)
    if claim.transaction is None:
        return WebhookStatus.UNMATCHED, "it names no transaction"
    found = tx.billing.payments.by_transaction(event.account, claim.transaction)
    if found is None:
        return _not_yet(tx, event, "no payment here has its transaction")
    payment = tx.billing.payments.get(found.id, lock=True)
    wrong = dispute_mismatch(payment, claim)
    if wrong:
        return WebhookStatus.UNMATCHED, wrong
    return APPLIED if take_note(tx, payment, claim) else (WebhookStatus.STALE, "the dispute is further on")


def _not_yet(tx: PaymentsTx, event: WebhookEvent, reason: str) -> Verdict:
    over = tx.now - event.received_at >= WAIT_FOR
    return (WebhookStatus.UNMATCHED if over else WebhookStatus.WAITING), reason


def _believe_payment(tx: PaymentsTx, payment: Payment, event: WebhookEvent, claim: Claim) -> Verdict:
    step = EVENT_OF_STATE.get(claim.state)
    if step is None:
        return WebhookStatus.UNMATCHED, f"its state {claim.state[:40]!r} is not known"
    wrong = payment_mismatch(payment, claim)
    if wrong:
        return WebhookStatus.UNMATCHED, wrong
    if not can(payment.status, step) or _is_late(tx, event, claim, step):
        return WebhookStatus.STALE, f"the payment is {payment.status}"
    if claim.transaction_id is not None:
        other = tx.billing.payments.by_transaction(payment.account, claim.transaction_id)
        if other is not None and other.id != payment.id:
            return WebhookStatus.UNMATCHED, f"its transaction belongs to payment {other.id}"
    if step == "capture":
        settle(tx, payment, claim.transaction_id, claim.settlement)
    elif step == "authorise":
        authorise(tx, payment, claim.transaction_id)
    elif step == "decline":
        decline(tx, payment, event.code or "declined")
    else:
        advance(tx, payment, step)
    return APPLIED


def _is_late(tx: PaymentsTx, event: WebhookEvent, claim: Claim, step: str) -> bool:
    """Whether a newer event about the payment was applied before. The truth is never late, and money is money."""
    if claim.from_truth or step == "capture" or event.occurred_at is None or event.ref is None:
        return False
    newest = tx.billing.webhooks.newest_applied(event.account, event.ref)
    return newest is not None and event.occurred_at < newest


def _believe_refund(tx: PaymentsTx, payment: Payment, refund: Refund, claim: Claim) -> Verdict:
    step = REFUND_EVENT_OF_STATE.get(claim.state)
    if step is None:
        return WebhookStatus.UNMATCHED, f"its state {claim.state[:40]!r} is not known"
    wrong = refund_mismatch(refund, claim)
    if wrong:
        return WebhookStatus.UNMATCHED, wrong
    if (refund.status, step) not in REFUND_TRANSITIONS:
        contradicts = {RefundStatus.DONE: "fail", RefundStatus.FAILED: "finish"}.get(refund.status) == step
        status = WebhookStatus.UNMATCHED if contradicts else WebhookStatus.STALE
        return status, f"the refund is {refund.status}"
    if step == "finish":
        finish(tx, payment, refund, claim.transaction_id, claim.settlement)
    elif step == "fail":
        fail(tx, refund, "the gateway says that it failed")
    else:
        advance_refund(tx, refund, step)
    return APPLIED
