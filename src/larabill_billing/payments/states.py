"""The transition tables of payments and refunds. What the gateway says late never un-pays (F07)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from larabill_billing.payments.model import PaymentStatus as P
from larabill_billing.payments.model import RefundStatus as R
from larabill_core.errors import IllegalTransition

TRANSITIONS: Final[Mapping[tuple[P, str], P]] = {
    (P.CREATED, "wait"): P.PENDING,
    (P.CREATED, "authorise"): P.AUTHORISED,
    (P.CREATED, "capture"): P.CAPTURED,
    (P.CREATED, "decline"): P.DECLINED,
    (P.CREATED, "release"): P.RELEASED,
    (P.CREATED, "review"): P.REVIEW,
    (P.PENDING, "authorise"): P.AUTHORISED,
    (P.PENDING, "capture"): P.CAPTURED,
    (P.PENDING, "decline"): P.DECLINED,
    (P.PENDING, "release"): P.RELEASED,
    (P.PENDING, "review"): P.REVIEW,
    (P.AUTHORISED, "capture"): P.CAPTURED,
    (P.AUTHORISED, "decline"): P.DECLINED,
    (P.AUTHORISED, "release"): P.RELEASED,
    (P.AUTHORISED, "review"): P.REVIEW,
    (P.REVIEW, "authorise"): P.AUTHORISED,
    (P.REVIEW, "capture"): P.CAPTURED,
    (P.REVIEW, "decline"): P.DECLINED,
    (P.REVIEW, "release"): P.RELEASED,
    # At a checkout the customer tries another card after the first was declined: the same payment goes on.
    (P.DECLINED, "wait"): P.PENDING,
    (P.DECLINED, "authorise"): P.AUTHORISED,
    (P.DECLINED, "capture"): P.CAPTURED,
    # Money that was taken is recorded, whatever we believed before (I1).
    (P.RELEASED, "capture"): P.CAPTURED,
    (P.CAPTURED, "refund_part"): P.PARTIALLY_REFUNDED,
    (P.CAPTURED, "refund"): P.REFUNDED,
    (P.CAPTURED, "reverse"): P.REVERSED,
    (P.PARTIALLY_REFUNDED, "refund_part"): P.PARTIALLY_REFUNDED,
    (P.PARTIALLY_REFUNDED, "refund"): P.REFUNDED,
}

REFUND_TRANSITIONS: Final[Mapping[tuple[R, str], R]] = {
    (R.CREATED, "wait"): R.PENDING,
    (R.CREATED, "finish"): R.DONE,
    (R.CREATED, "fail"): R.FAILED,
    (R.CREATED, "review"): R.REVIEW,
    (R.PENDING, "finish"): R.DONE,
    (R.PENDING, "fail"): R.FAILED,
    (R.PENDING, "review"): R.REVIEW,
    (R.REVIEW, "finish"): R.DONE,
    (R.REVIEW, "fail"): R.FAILED,
}


def can(status: P, event: str) -> bool:
    """Whether the payment's table has this edge."""
    return (status, event) in TRANSITIONS


def next_status(payment_id: UUID, status: P, event: str) -> P:
    """Where `event` leads a payment from `status`. Raises `IllegalTransition`."""
    found = TRANSITIONS.get((status, event))
    if found is None:
        allowed = sorted(name for state, name in TRANSITIONS if state is status)
        raise IllegalTransition("payment", payment_id, status, event, allowed)
    return found


def next_refund_status(refund_id: UUID, status: R, event: str) -> R:
    """Where `event` leads a refund from `status`. Raises `IllegalTransition`."""
    found = REFUND_TRANSITIONS.get((status, event))
    if found is None:
        allowed = sorted(name for state, name in REFUND_TRANSITIONS if state is status)
        raise IllegalTransition("refund", refund_id, status, event, allowed)
    return found
