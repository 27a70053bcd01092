"""The gateway `fake_gateway`: a pretended payment gateway with a memory, whose faults are scripted.

Methods and how they end: `pm_ok` pays; `pm_declined` and `pm_insufficient` are declined and may pay later, `pm_stolen`
never does; `pm_until:2026-03-14` has no funds before that day (UTC); `pm_slow` stays pending until `FakeWorld.settle`.
Everything else is no stored method.
For tests and demonstrations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs

from larabill_core.clock import Clock
from larabill_core.contracts.gateway import (
    ChargeRequest,
    DeclineClass,
    GatewayDispute,
    GatewayTransaction,
    RefundRequest,
    Settlement,
    settlement_of,
)
from larabill_core.contracts.outcome import Done, Failed, Outcome, Pending
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook
from larabill_core.errors import InvalidInput
from larabill_core.money import quantize
from larabill_core.privacy import Secret
from larabill_drivers.signed_events import verified_event
from larabill_drivers.world import SIGNATURE_HEADER, FakeWorld, Fault, LoggedCall, Thing, WorldTx, payment_data

_REF = re.compile(r"lb_[0-9a-f]{32}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DECLINES = {
    "pm_declined": ("card_declined", "the card was declined"),
    "pm_insufficient": ("insufficient_funds", "the card has insufficient funds"),
    "pm_stolen": ("stolen_card", "the card was reported stolen"),
}


_UNTIL = re.compile(r"pm_until:([0-9]{4}-[0-9]{2}-[0-9]{2})")


def _method_today(method: str, now: datetime) -> str:
    """What a method is that changes on a day."""
    found = _UNTIL.fullmatch(method)
    if found is None:
        return method
    return "pm_ok" if now.date().isoformat() >= found[1] else "pm_insufficient"


@attrs.frozen(kw_only=True)
class FakeGatewaySettings:
    """`world`: see `FakeWorld.open`.

    `fee_percent`: what it keeps of each payment. `settles_in`: it exchanges everything into this currency, one unit
    of the payment's being worth `settles_at`.
    """

    world: str = ":memory:"
    dedupes: bool = True
    finds: bool = True
    latency_ms: int = 0
    webhook_secret: Secret | None = None
    faults: tuple[Fault, ...] = ()
    fee_percent: Decimal = Decimal(0)
    settles_in: str = ""
    settles_at: Decimal = Decimal(1)

    def __attrs_post_init__(self) -> None:
        if self.latency_ms < 0:
            raise InvalidInput.one("latency_ms", "must be 0 or more", self.latency_ms)


def make(settings: FakeGatewaySettings, *, account: str, clock: Clock) -> FakeGateway:
    """The gateway that can look up, or the one that cannot."""
    kind = FindingFakeGateway if settings.finds else FakeGateway
    return kind(settings, account=account, clock=clock)


class FakeGateway:
    """The gateway without look-up. `world` is what tests look at and script."""

    name = "fake_gateway"
    declines: Mapping[str, DeclineClass] = {
        "card_declined": DeclineClass.SOFT,
        "insufficient_funds": DeclineClass.SOFT,
        "no_such_method": DeclineClass.HARD,
        "stolen_card": DeclineClass.HARD,
    }

    def __init__(self, settings: FakeGatewaySettings, *, account: str, clock: Clock) -> None:
        self.account = account
        self.dedupes = settings.dedupes
        self.settings = settings
        self.world = FakeWorld.open(settings.world)
        self.world.script(*settings.faults, name=f"settings of {account}")
        self._clock = clock
        self._latency = timedelta(milliseconds=settings.latency_ms)

    def ref_for(self, subject_id: UUID) -> str:
        """`lb_` and the id's 32 hexadecimal digits."""
        return f"lb_{subject_id.hex}"

    def charge(self, request: ChargeRequest) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            there = tx.by_key(self.account, request.key) if self.dedupes else None
            if there is not None:
                return _answer(there)
            refusal = _refusal(request.ref, request.amount, request.currency)
            method = _method_today(request.method, self._clock.now())
            if refusal is None and method in _DECLINES:
                code, reason = _DECLINES[method]
                refusal = Failed(reason=reason, code=code)
            if refusal is None and method not in ("pm_ok", "pm_slow"):
                refusal = Failed(reason="there is no such payment method", code="no_such_method")
            if refusal is not None:
                return refusal
            wanted = "captured" if request.capture else "authorised"
            body = {
                "status": "pending" if request.method == "pm_slow" else wanted,
                "amount": str(request.amount),
                "currency": request.currency,
                "invoice": request.invoice,
                "refunded": "0",
                "at": self._clock.now().isoformat(),
                "settlement": self._settled(request.amount, request.currency, self.settings.fee_percent),
            }
            made = tx.make("payment", account=self.account, ref=request.ref, key=request.key, body=body)
            if made.status != "pending":
                _announce(tx, made)
            return _answer(made)

        return self._act("charge", request.ref, request.key, effect)

    def capture(self, request: ChargeRequest, transaction: str) -> Outcome:
        """At most what was authorised; the rest is let go. Twice captures once."""

        def effect(tx: WorldTx) -> Outcome:
            payment = self._payment(tx, transaction)
            if payment is None or payment.status not in ("authorised", "captured"):
                return _not_possible(payment, "captured")
            if payment.status == "authorised":
                if request.amount > Decimal(payment.body["amount"]):
                    return Failed(reason="that is more than was authorised", code="amount_too_large")
                settled = self._settled(request.amount, request.currency, self.settings.fee_percent)
                payment = tx.change(payment, status="captured", amount=str(request.amount), settlement=settled)
                _announce(tx, payment)
            return _answer(payment)

        return self._act("capture", request.ref, request.key, effect)

    def release(self, request: ChargeRequest, transaction: str) -> Outcome:
        def effect(tx: WorldTx) -> Outcome:
            payment = self._payment(tx, transaction)
            if payment is None or payment.status not in ("authorised", "released"):
                return _not_possible(payment, "released")
            if payment.status == "authorised":
                payment = tx.change(payment, status="released")
                _announce(tx, payment)
            return _answer(payment)

        return self._act("release", request.ref, request.key, effect)

    def refund(self, request: RefundRequest) -> Outcome:
        """Never more, in sum, than was captured."""

        def effect(tx: WorldTx) -> Outcome:
            there = tx.by_key(self.account, request.key) if self.dedupes else None
            if there is not None:
                return _answer(there)
            payment = self._payment(tx, request.transaction)
            refusal = _refusal(request.ref, request.amount, request.currency)
            if refusal is not None:
                return refusal
            if payment is None or payment.status != "captured":
                return _not_possible(payment, "refunded")
            if payment.body.get("disputed"):
                return Failed(reason="a payment that is disputed cannot be refunded", code="charge_disputed")
            refunded = Decimal(payment.body["refunded"]) + request.amount
            if request.currency != payment.body["currency"] or refunded > Decimal(payment.body["amount"]):
                return Failed(reason="that is more than is left of the payment", code="amount_too_large")
            tx.change(payment, refunded=str(refunded))
            body = {
                "status": "succeeded",
                "amount": str(request.amount),
                "currency": request.currency,
                "payment": payment.id,
                "at": self._clock.now().isoformat(),
                "settlement": self._settled(request.amount, request.currency, Decimal(0)),
            }
            made = tx.make("refund", account=self.account, ref=request.ref, key=request.key, body=body)
            _announce(tx, made)
            return _answer(made)

        return self._act("refund", request.ref, request.key, effect)

    def list_transactions(self, since: datetime) -> Iterable[GatewayTransaction]:
        def look(tx: WorldTx) -> list[Thing]:
            return [*tx.things("payment", account=self.account), *tx.things("refund", account=self.account)]

        things = self._ask("list", "", look)
        return [
            _transaction(thing)
            for thing in things
            if thing.status != "declined" and datetime.fromisoformat(thing.body["at"]) >= since
        ]

    def verify_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> VerifiedWebhook:
        secret = self.settings.webhook_secret
        return verified_event(SIGNATURE_HEADER, headers, body, [secret] if secret else [], now, self.account)

    def handle_webhook(self, webhook: VerifiedWebhook) -> Hint:
        kind = webhook.event_type.partition(".")[0]
        data = webhook.body["data"]
        if kind == "dispute":
            return _dispute_hint(data)
        if kind not in ("payment", "refund"):
            return Hint(kind="other", ref=None, state="")
        return Hint(
            kind="payment" if kind == "payment" else "refund",
            ref=data.get("ref"),
            state=str(data.get("state", "")),
            transaction=data.get("transaction"),
            amount=data.get("amount"),
            currency=data.get("currency"),
            invoice=data.get("invoice"),
        )

    def _settled(self, amount: Decimal, currency: str, fee_percent: Decimal) -> dict[str, str]:
        """The settlement as facts; none from a gateway that keeps no fee and exchanges nothing."""
        home = self.settings.settles_in or currency
        if home == currency and not fee_percent:
            return {}
        settled = amount if home == currency else quantize(amount * self.settings.settles_at, home)
        return Settlement(amount=settled, currency=home, fee=quantize(settled * fee_percent / 100, home)).facts()

    def _payment(self, tx: WorldTx, transaction: str) -> Thing | None:
        thing = tx.get(self.account, transaction)
        return thing if thing is not None and thing.kind == "payment" else None

    def _act(self, method: str, ref: str, key: str, effect: Any) -> Outcome:
        call = LoggedCall(account=self.account, method=method, ref=ref, key=key, phase="asked")
        return self.world.act(call, effect, latency=self._latency)

    def _ask(self, method: str, ref: str, look: Any) -> Any:
        call = LoggedCall(account=self.account, method=method, ref=ref, key="", phase="asked")
        return self.world.ask(call, look, latency=self._latency)


class FindingFakeGateway(FakeGateway):
    """A gateway that can be asked for a ref."""

    def find_transaction(self, ref: str) -> GatewayTransaction | None:
        def look(tx: WorldTx) -> list[Thing]:
            things = [*tx.things("payment", account=self.account, ref=ref)]
            things += tx.things("refund", account=self.account, ref=ref)
            return [thing for thing in things if thing.status != "declined"]

        found = self._ask("find", ref, look)
        return _transaction(found[0]) if found else None

    def find_dispute(self, dispute: str) -> GatewayDispute | None:
        def look(tx: WorldTx) -> Thing | None:
            thing = tx.get(self.account, dispute)
            return thing if thing is not None and thing.kind == "dispute" else None

        found: Thing | None = self._ask("find_dispute", dispute, look)
        if found is None:
            return None
        body = found.body
        return GatewayDispute(
            dispute=found.id,
            transaction=body["payment"],
            state=found.status,
            amount=Decimal(body["amount"]),
            currency=body["currency"],
            fee=Decimal(body["fee"]),
            reason=body["reason"],
        )


def _dispute_hint(data: Mapping[str, Any]) -> Hint:
    return Hint(
        kind="dispute",
        ref=data.get("ref"),
        state=str(data.get("state", "")),
        transaction=data.get("transaction"),
        amount=data.get("amount"),
        currency=data.get("currency"),
        reason=str(data.get("reason", "")),
        dispute=data.get("dispute"),
        fee=data.get("fee"),
    )


def _refusal(ref: str, amount: Decimal, currency: str) -> Failed | None:
    if not _REF.fullmatch(ref):
        return Failed(reason="a ref is lb_ and 32 hexadecimal digits", code="bad_ref")
    if not isinstance(amount, Decimal) or not amount.is_finite() or amount <= 0:
        return Failed(reason="an amount is a Decimal above zero", code="bad_amount")
    if not _CURRENCY.fullmatch(currency):
        return Failed(reason="a currency is three capital letters", code="bad_currency")
    return None


def _not_possible(payment: Thing | None, wanted: str) -> Failed:
    if payment is None:
        return Failed(reason="there is no such payment", code="not_found")
    return Failed(reason=f"a payment that is {payment.status} cannot be {wanted}", code="wrong_state")


def _answer(thing: Thing) -> Outcome:
    if thing.status == "pending":
        return Pending(handle=thing.id)
    if thing.status == "declined":
        return Failed(reason="the payment was returned", code="returned")
    state, amount, currency = thing.status, thing.body["amount"], thing.body["currency"]
    settled = thing.body.get("settlement", {})
    return Done(ref=thing.id, facts={"state": state, "amount": amount, "currency": currency, **settled})


def _announce(tx: WorldTx, thing: Thing) -> None:
    tx.announce(thing, f"{thing.kind}.{thing.status}", payment_data(thing, thing.status))


def _transaction(thing: Thing) -> GatewayTransaction:
    return GatewayTransaction(
        kind=thing.kind,
        ref=thing.ref,
        transaction=thing.id,
        state=thing.status,
        amount=Decimal(thing.body["amount"]),
        currency=thing.body["currency"],
        settlement=settlement_of(thing.body.get("settlement", {})),
    )
