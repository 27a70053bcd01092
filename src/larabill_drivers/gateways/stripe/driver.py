"""Verify what Stripe sends, and say it in our words. It asks and moves nothing: charges are not made from here.

Metadata that the host puts on the PaymentIntent or Checkout Session leads back to us: `larabill_payment` (our ref of
the payment) and `larabill_invoice`; on a Refund `larabill_refund`. Events: docs.stripe.com/api/events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import attrs

from larabill_core.clock import Clock
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook
from larabill_core.errors import Faults, InvalidInput, Unverified
from larabill_core.privacy import Secret
from larabill_drivers.gateways.stripe.declines import DECLINES
from larabill_drivers.gateways.stripe.money import from_minor
from larabill_drivers.gateways.stripe.signing import HEADER
from larabill_drivers.signatures import check_secrets, verify
from larabill_drivers.strict_json import decode_object

_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,60}")
_LONGEST_ID = 255
_LONGEST_WORD = 500
_LONGEST_CODE = 100
_REFUND_STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}


@attrs.frozen(kw_only=True)
class StripeSettings:
    """`signing_secrets`: of the webhook endpoint (`whsec_…`), the new and the old one while it is rotated.

    `livemode`: whether real money moves; events of the other mode are refused. `stripe_account`: `acct_…` when the
    endpoint receives events of a connected account (Connect), else empty.
    """

    signing_secrets: tuple[Secret, ...]
    livemode: bool
    stripe_account: str = ""

    def __attrs_post_init__(self) -> None:
        faults = Faults()
        try:
            check_secrets(self.signing_secrets, "signing_secrets")
        except InvalidInput as problem:
            faults.include(problem)
        if self.stripe_account and not _ACCOUNT.fullmatch(self.stripe_account):
            faults.add("stripe_account", "is no id of a Stripe account", value=self.stripe_account, remedy="acct_…")
        faults.raise_if_any()


class StripeWebhooks:
    """Implements `Webhooks`, and not `PaymentGateway`: the truth of an event is its match with what we expect."""

    name = "stripe"
    dedupes = True
    declines = DECLINES

    def __init__(self, settings: StripeSettings, *, account: str, clock: Clock) -> None:
        self.account = account
        self._settings = settings

    def ref_for(self, subject_id: UUID) -> str:
        """`lb_` and the id's 32 hexadecimal digits: the value of `larabill_payment` or `larabill_refund`."""
        return f"lb_{subject_id.hex}"

    def verify_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> VerifiedWebhook:
        """Raw bytes first: signature and time, then strict JSON, then mode and account. Raises `Unverified`."""
        verify(HEADER, headers, body, self._settings.signing_secrets, now)
        try:
            event = decode_object(body)
        except InvalidInput as problem:
            raise Unverified(str(problem)) from None
        id, type = _text(event.get("id"), _LONGEST_ID), _text(event.get("type"), _LONGEST_ID)
        if id is None or type is None or event.get("object") != "event":
            raise Unverified("the body is no event of Stripe's: object, id and type are needed")
        if not isinstance(event.get("data"), dict) or not isinstance(event["data"].get("object"), dict):
            raise Unverified("the event has no data.object")
        if event.get("livemode") is not self._settings.livemode:
            mode = "live" if self._settings.livemode else "test"
            raise Unverified(f"the event is not of {mode} mode, in which this account runs")
        if (event.get("account") or "") != self._settings.stripe_account:
            raise Unverified("the event is for another Stripe account")
        return VerifiedWebhook(event_id=id, event_type=type, body=event)

    def handle_webhook(self, webhook: VerifiedWebhook) -> Hint:
        """An amount that is malformed is left out, so that nothing will match it."""
        translate = _TRANSLATIONS.get(webhook.event_type)
        if translate is None:
            return _OTHER
        hint = translate(webhook.body["data"]["object"], webhook.body)
        return attrs.evolve(hint, occurred_at=_instant(webhook.body.get("created")))


Translation: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any]], Hint]
_OTHER = Hint(kind="other", ref=None, state="")


def _payment(thing: Mapping[str, Any], state: str, transaction: object, amount: object, reason: str = "") -> Hint:
    money = from_minor(amount, thing.get("currency"))
    return Hint(
        kind="payment",
        ref=_metadata(thing, "larabill_payment"),
        state=state,
        transaction=_id(transaction),
        amount=money[0] if money else None,
        currency=money[1] if money else None,
        invoice=_metadata(thing, "larabill_invoice"),
        reason=reason,
    )


def _succeeded(intent: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    return _payment(intent, "captured", intent.get("id"), intent.get("amount_received"))


def _failed(intent: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    error = intent.get("last_payment_error")
    told = error if isinstance(error, dict) else {}
    words = [_text(told.get(name), _LONGEST_CODE) for name in ("advice_code", "decline_code", "code")]
    reason = ": ".join(word for word in words if word)
    return _payment(intent, "declined", intent.get("id"), intent.get("amount"), reason)


def _processing(intent: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    return _payment(intent, "pending", intent.get("id"), intent.get("amount"))


def _canceled(intent: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    """With manual capture an authorisation may have been let go; else there was never anything to give back."""
    state = "released" if intent.get("capture_method") == "manual" else "declined"
    return _payment(intent, state, intent.get("id"), intent.get("amount"), "canceled")


def _capturable(intent: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    if not intent.get("amount_capturable"):
        return _OTHER
    return _payment(intent, "authorised", intent.get("id"), intent.get("amount_capturable"))


def _session(state: str, reason: str = "") -> Translation:
    def translate(session: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
        if session.get("mode") != "payment":
            return _OTHER
        return _payment(session, state, session.get("payment_intent"), session.get("amount_total"), reason)

    return translate


def _completed(session: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    """Completed means paid only when `payment_status` says so: SEPA and transfers follow days later."""
    state = {"paid": "captured", "unpaid": "pending"}.get(str(session.get("payment_status")))
    return _session(state)(session, event) if state else _OTHER


def _charge_refunded(charge: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    """Tells of the charge, not of the refund: no ref of ours; `transaction` is the PaymentIntent that was refunded.

    `amount_refunded` is the sum so far, so the amount is what it grew by.
    """
    before = event["data"].get("previous_attributes")
    total, earlier = charge.get("amount_refunded"), before.get("amount_refunded") if isinstance(before, dict) else None
    grown = total - earlier if type(total) is int and type(earlier) is int else total
    money = from_minor(grown, charge.get("currency"))
    return Hint(
        kind="refund",
        ref=None,
        state="succeeded",
        transaction=_id(charge.get("payment_intent")) or _id(charge.get("id")),
        amount=money[0] if money else None,
        currency=money[1] if money else None,
        invoice=_metadata(charge, "larabill_invoice"),
    )


def _refund(refund: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    state = _REFUND_STATES.get(str(refund.get("status")))
    if state is None:
        return _OTHER
    money = from_minor(refund.get("amount"), refund.get("currency"))
    return Hint(
        kind="refund",
        ref=_metadata(refund, "larabill_refund"),
        state=state,
        transaction=_id(refund.get("id")),
        amount=money[0] if money else None,
        currency=money[1] if money else None,
        reason=_text(refund.get("failure_reason"), _LONGEST_CODE) or "",
    )


def _dispute(dispute: Mapping[str, Any], event: Mapping[str, Any]) -> Hint:
    """An inquiry (`warning_…`) moves no money and is none. The fee is that of the withdrawal, in the same currency."""
    state = _DISPUTE_STATES.get(str(dispute.get("status")))
    if state is None:
        return _OTHER
    money = from_minor(dispute.get("amount"), dispute.get("currency"))
    details = dispute.get("evidence_details")
    return Hint(
        kind="dispute",
        ref=None,
        state=state,
        transaction=_id(dispute.get("payment_intent")) or _id(dispute.get("charge")),
        amount=money[0] if money else None,
        currency=money[1] if money else None,
        reason=_text(dispute.get("reason"), _LONGEST_CODE) or "",
        dispute=_id(dispute.get("id")),
        fee=_fee(dispute),
        respond_by=_instant(details.get("due_by")) if isinstance(details, dict) else None,
    )


def _fee(dispute: Mapping[str, Any]) -> str | None:
    moves = dispute.get("balance_transactions")
    for move in moves if isinstance(moves, list) else ():
        if isinstance(move, dict) and move.get("fee") and move.get("currency") == dispute.get("currency"):
            money = from_minor(move["fee"], move["currency"])
            return money[0] if money else None
    return None


_DISPUTE_STATES = {
    "needs_response": "opened",
    "under_review": "under_review",
    "won": "won",
    "lost": "lost",
}

_TRANSLATIONS: Mapping[str, Translation] = {
    "payment_intent.succeeded": _succeeded,
    "payment_intent.payment_failed": _failed,
    "payment_intent.processing": _processing,
    "payment_intent.canceled": _canceled,
    "payment_intent.amount_capturable_updated": _capturable,
    "checkout.session.completed": _completed,
    "checkout.session.async_payment_succeeded": _session("captured"),
    "checkout.session.async_payment_failed": _session("declined", "the delayed payment failed"),
    "checkout.session.expired": _session("declined", "the checkout expired"),
    "charge.refunded": _charge_refunded,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
}


def _text(value: object, longest: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable() else None


def _id(value: object) -> str | None:
    """The id of an object that is given by its id or in full (Stripe's "expandable" fields)."""
    if isinstance(value, dict):
        value = value.get("id")
    return _text(value, _LONGEST_ID)


def _metadata(thing: Mapping[str, Any], name: str) -> str | None:
    metadata = thing.get("metadata")
    return _text(metadata.get(name), _LONGEST_WORD) if isinstance(metadata, dict) else None


def _instant(created: object) -> datetime | None:
    if not isinstance(created, int) or not 0 <= created < 10**11:
        return None
    return datetime.fromtimestamp(created, UTC)
