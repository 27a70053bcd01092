"""Does what a gateway says belong to this payment or refund of ours? Pure; everything has to fit (B10, B12)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import attrs

from larabill_billing.payments.dispute import DISPUTE_STATES
from larabill_billing.payments.model import TOOK_MONEY, Payment, Refund, WebhookEvent
from larabill_core.contracts.gateway import GatewayDispute, GatewayTransaction, Settlement
from larabill_core.errors import InvalidInput
from larabill_core.money import UNIT_PRICE_PLACES, parse_decimal


@attrs.frozen(kw_only=True)
class Claim:
    """What is said: by the gateway when asked (`from_truth`), or by a verified webhook, which then has to say all."""

    account: str
    state: str
    transaction_id: str | None
    amount: Decimal | None
    currency: str | None
    invoice: str | None
    from_truth: bool
    settlement: Settlement | None = None


def claim_of_event(event: WebhookEvent) -> Claim:
    """What the webhook says. An amount that is no plain decimal number counts as none; 12.5 and 12.50 are the same."""
    return Claim(
        account=event.account,
        state=event.state,
        transaction_id=event.transaction_id,
        amount=_number(event.amount),
        currency=event.currency,
        invoice=event.invoice,
        from_truth=False,
    )


def claim_of_truth(event: WebhookEvent, truth: GatewayTransaction) -> Claim:
    """What the gateway says when asked about the webhook's reference; the invoice is the webhook's word."""
    return Claim(
        account=event.account,
        state=truth.state,
        transaction_id=truth.transaction,
        amount=truth.amount,
        currency=truth.currency,
        invoice=event.invoice,
        from_truth=True,
        settlement=truth.settlement,
    )


@attrs.frozen(kw_only=True)
class DisputeClaim:
    """What is said of a dispute. `amount` and `fee` are None where the sender wrote no plain number."""

    account: str
    dispute: str
    state: str
    transaction: str | None
    amount: Decimal | None
    currency: str | None
    fee: Decimal | None
    reason: str
    respond_by: datetime | None


def dispute_claim(event: WebhookEvent, truth: GatewayDispute | None) -> DisputeClaim:
    """What the gateway says when asked, or else what its verified webhook said."""
    said = event if truth is None else truth
    return DisputeClaim(
        account=event.account,
        dispute=event.dispute_id or "",
        state=said.state,
        transaction=event.transaction_id if truth is None else truth.transaction,
        amount=_number(event.amount) if truth is None else truth.amount,
        currency=said.currency,
        fee=_number(event.fee or "0") if truth is None else truth.fee,
        reason=event.code if truth is None else truth.reason,
        respond_by=said.respond_by,
    )


def dispute_mismatch(payment: Payment, claim: DisputeClaim) -> str:
    """Why the claim is not about this payment; empty when everything fits."""
    if claim.state not in DISPUTE_STATES:
        return f"its state {claim.state[:40]!r} is not known"
    if claim.account != payment.account:
        return f"it came from account {claim.account}, the payment is at {payment.account}"
    if payment.status not in TOOK_MONEY:
        return f"the payment is {payment.status}"
    if claim.currency != payment.currency:
        return f"its currency is not {payment.currency}"
    if claim.amount is None or claim.fee is None:
        return "it names no amount"
    if not 0 < claim.amount <= payment.amount or claim.fee < 0:
        return f"its amount is {claim.amount}, of {payment.amount} that were taken"
    return ""


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else parse_decimal(text, places=UNIT_PRICE_PLACES, path="amount")
    except InvalidInput:
        return None


def payment_mismatch(payment: Payment, claim: Claim) -> str:
    """Why the claim is not about this payment; empty when everything fits."""
    if claim.account != payment.account:
        return f"it came from account {claim.account}, the payment is at {payment.account}"
    wrong = _amount_mismatch(payment.amount, payment.currency, claim)
    if wrong:
        return wrong
    if claim.invoice is None and not claim.from_truth:
        return "it names no invoice"
    if claim.invoice is not None and claim.invoice != payment.document:
        return "it is for another invoice"
    if claim.transaction_id is None and claim.state in ("captured", "authorised"):
        return "it names no transaction"
    if claim.state == "captured" and payment.status in TOOK_MONEY and claim.transaction_id != payment.transaction_id:
        return "another transaction than the one that was captured carries this payment's reference"
    return ""


def refund_mismatch(refund: Refund, claim: Claim) -> str:
    """Why the claim is not about this refund; empty when everything fits."""
    if claim.account != refund.account:
        return f"it came from account {claim.account}, the refund is at {refund.account}"
    return _amount_mismatch(refund.amount, refund.currency, claim)


def _amount_mismatch(amount: Decimal, currency: str, claim: Claim) -> str:
    if claim.currency != currency:
        return f"its currency is not {currency}"
    if claim.amount is None:
        return "it names no amount"
    if claim.amount != amount:
        return f"its amount is {claim.amount}, not {amount}"
    return ""
