"""Events in Stripe's own format, signed as Stripe signs, are believed or refused, and said in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drivers.asking import NOW, SECRET
from tests.drivers.specs import load_spec

from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.webhooks import Hint
from larabill_core.errors import Faults, InvalidInput, Unverified
from larabill_core.privacy import Secret
from larabill_core.structure import structure
from larabill_core.testing.clock import ManualClock
from larabill_drivers.gateways.stripe.driver import StripeSettings, StripeWebhooks
from larabill_drivers.gateways.stripe.money import exponent, from_minor
from larabill_drivers.gateways.stripe.signing import HEADER, sign

OLD = Secret("whsec_fedcba9876543210fedcba9876543210")
PAYMENT = "lb_" + "1" * 32
OURS = {"larabill_payment": PAYMENT, "larabill_invoice": "inv_1", "larabill_refund": "lb_" + "2" * 32}


def stripe(**settings: Any) -> StripeWebhooks:
    values = {"signing_secrets": (SECRET, OLD), "livemode": False, **settings}
    return StripeWebhooks(StripeSettings(**values), account="stripe", clock=ManualClock(NOW))


@pytest.fixture(scope="module")
def fixtures() -> Mapping[str, Any]:
    fixtures: dict[str, Any] = load_spec("stripe.json")["fixtures"]
    return fixtures


def event(type: str, thing: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "api_version": None,
        "created": 1_769_860_800,
        "livemode": False,
        "type": type,
        "data": {"object": dict(thing)},
        **changes,
    }


def told(body: Mapping[str, Any] | bytes, **settings: Any) -> Hint:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    driver = stripe(**settings)
    return driver.handle_webhook(driver.verify_signature({HEADER: sign(raw, SECRET, NOW)}, raw, NOW))


def hint_of(fixtures: Mapping[str, Any], kind: str, type: str, previous: Any = None, **fields: Any) -> Hint:
    """The hint from Stripe's fixture of `kind` with `fields` changed, sent as an event of `type`."""
    thing = {**fixtures[kind], "metadata": OURS, **fields}
    body = event(type, thing)
    if previous is not None:
        body["data"]["previous_attributes"] = previous
    return told(body)


INTENT = {"amount": 1250, "amount_received": 1250, "currency": "eur"}


@pytest.mark.parametrize(
    ("type", "fields", "state", "amount"),
    [
        ("payment_intent.succeeded", {"amount_received": 1200}, "captured", "12.00"),
        ("payment_intent.processing", {}, "pending", "12.50"),
        ("payment_intent.payment_failed", {}, "declined", "12.50"),
        ("payment_intent.canceled", {}, "declined", "12.50"),
        ("payment_intent.canceled", {"capture_method": "manual"}, "released", "12.50"),
        ("payment_intent.amount_capturable_updated", {"amount_capturable": 900}, "authorised", "9.00"),
    ],
)
def test_a_payment_intent_is_told_in_our_words(
    fixtures: Mapping[str, Any], type: str, fields: dict[str, Any], state: str, amount: str
) -> None:
    hint = hint_of(fixtures, "payment_intent", type, **{**INTENT, **fields})
    assert (hint.kind, hint.ref, hint.invoice, hint.state) == ("payment", PAYMENT, "inv_1", state)
    assert (hint.amount, hint.currency) == (amount, "EUR")
    assert hint.transaction == fixtures["payment_intent"]["id"]
    assert hint.occurred_at == datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def test_a_decline_carries_its_advice(fixtures: Mapping[str, Any]) -> None:
    error = {"advice_code": "try_again_later", "decline_code": "insufficient_funds", "code": "card_declined"}
    hint = hint_of(fixtures, "payment_intent", "payment_intent.payment_failed", last_payment_error=error)
    assert hint.reason == "try_again_later: insufficient_funds: card_declined"


def test_nothing_capturable_is_no_authorisation(fixtures: Mapping[str, Any]) -> None:
    assert hint_of(fixtures, "payment_intent", "payment_intent.amount_capturable_updated").kind == "other"


@pytest.mark.parametrize(
    ("type", "status", "state"),
    [
        ("checkout.session.completed", "paid", "captured"),
        ("checkout.session.completed", "unpaid", "pending"),
        ("checkout.session.async_payment_succeeded", "paid", "captured"),
        ("checkout.session.async_payment_failed", "unpaid", "declined"),
        ("checkout.session.expired", "unpaid", "declined"),
    ],
)
def test_a_checkout_session_is_told_in_our_words(
    fixtures: Mapping[str, Any], type: str, status: str, state: str
) -> None:
    hint = hint_of(fixtures, "checkout.session", type, payment_status=status, amount_total=500, currency="jpy")
    assert (hint.kind, hint.ref, hint.state) == ("payment", PAYMENT, state)
    assert (hint.amount, hint.currency) == ("500", "JPY")
    assert hint.transaction == fixtures["checkout.session"]["payment_intent"]


@pytest.mark.parametrize(
    "fields", [{"payment_status": "no_payment_required"}, {"mode": "setup", "payment_status": "paid"}]
)
def test_a_session_without_a_payment_says_nothing(fixtures: Mapping[str, Any], fields: dict[str, str]) -> None:
    assert hint_of(fixtures, "checkout.session", "checkout.session.completed", **fields).kind == "other"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
@pytest.mark.parametrize("type", ["refund.updated", "refund.failed"])
def test_a_refund_is_told_in_our_words(fixtures: Mapping[str, Any], type: str, status: str, state: str) -> None:
    hint = hint_of(fixtures, "refund", type, status=status, failure_reason="expired_or_canceled_card")
    assert (hint.kind, hint.ref, hint.state) == ("refund", OURS["larabill_refund"], state)
    assert (hint.amount, hint.currency, hint.transaction) == ("1.00", "USD", fixtures["refund"]["id"])
    assert hint.reason == "expired_or_canceled_card"


def test_a_refund_of_unknown_status_says_nothing(fixtures: Mapping[str, Any]) -> None:
    assert hint_of(fixtures, "refund", "refund.updated", status="sideways").kind == "other"


def test_a_refunded_charge_tells_what_the_refund_added(fixtures: Mapping[str, Any]) -> None:
    fields = {"amount_refunded": 700, "currency": "eur", "payment_intent": "pi_1"}
    hint = hint_of(fixtures, "charge", "charge.refunded", previous={"amount_refunded": 200}, **fields)
    assert (hint.kind, hint.ref, hint.transaction, hint.amount) == ("refund", None, "pi_1", "5.00")
    assert hint_of(fixtures, "charge", "charge.refunded", **fields).amount == "7.00"


def test_stripes_own_sample_event_says_nothing_to_us(fixtures: Mapping[str, Any]) -> None:
    assert told(json.dumps(fixtures["event"]).encode()) == Hint(kind="other", ref=None, state="")


@pytest.mark.parametrize(
    "change", [{"amount_received": "1250"}, {"amount_received": -1}, {"currency": "EURO"}, {"currency": None}]
)
def test_a_malformed_amount_is_left_out_so_that_nothing_matches(
    fixtures: Mapping[str, Any], change: dict[str, Any]
) -> None:
    hint = hint_of(fixtures, "payment_intent", "payment_intent.succeeded", **{**INTENT, **change})
    assert (hint.amount, hint.currency) == (None, None)


@pytest.mark.parametrize(
    "metadata", [None, {}, {"larabill_payment": 7}, {"larabill_payment": "a\nb"}, {"larabill_payment": "x" * 501}]
)
def test_without_our_metadata_there_is_no_ref(fixtures: Mapping[str, Any], metadata: Any) -> None:
    assert hint_of(fixtures, "payment_intent", "payment_intent.succeeded", metadata=metadata).ref is None


@pytest.mark.parametrize("created", [None, -1, "now", 10**12])
def test_a_malformed_time_is_left_out(created: object) -> None:
    hint = told(event("payment_intent.succeeded", {"id": {"id": "pi_1"}}, created=created))
    assert (hint.occurred_at, hint.transaction) == (None, "pi_1")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"livemode": True}, "test mode"),
        ({"livemode": None}, "test mode"),
        ({"account": "acct_other"}, "another Stripe account"),
        ({"object": "charge"}, "no event"),
        ({"id": ""}, "no event"),
        ({"id": 7}, "no event"),
        ({"type": "x" * 300}, "no event"),
        ({"data": []}, "no data"),
        ({"data": {"object": "pi_1"}}, "no data"),
    ],
)
def test_a_signed_event_for_something_else_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Unverified, match=why):
        told({**event("payment_intent.succeeded", {}), **changes})


def test_an_account_of_connect_hears_its_own_events_only() -> None:
    mine = event("ping", {}, account="acct_mine")
    assert told(mine, stripe_account="acct_mine").kind == "other"
    with pytest.raises(Unverified, match="another Stripe account"):
        told(event("ping", {}), stripe_account="acct_mine")


def test_a_live_account_refuses_test_events() -> None:
    with pytest.raises(Unverified, match="live mode"):
        told(event("ping", {}), livemode=True)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"object": "event", "object": "event"}', b'{"created": NaN}', b"[" * 100_000]
)
def test_a_signed_body_that_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unverified):
        told(body)


def test_the_old_secret_is_right_during_a_rotation() -> None:
    raw = json.dumps(event("ping", {})).encode()
    assert stripe().verify_signature({HEADER: sign(raw, OLD, NOW)}, raw, NOW).event_id == "evt_1"
    with pytest.raises(Unverified):
        stripe(signing_secrets=(SECRET,)).verify_signature({HEADER: sign(raw, OLD, NOW)}, raw, NOW)


def test_a_replay_after_the_tolerance_is_refused() -> None:
    raw = json.dumps(event("ping", {})).encode()
    with pytest.raises(Unverified):
        stripe().verify_signature({HEADER: sign(raw, SECRET, NOW)}, raw, NOW + timedelta(seconds=301))


def test_the_sdk_of_stripe_signs_as_we_do() -> None:
    webhook = pytest.importorskip("stripe", reason="Stripe's SDK is no dependency")
    raw = json.dumps(event("ping", {})).encode()
    theirs = webhook.WebhookSignature.generate_signature_header(raw.decode(), SECRET.reveal(), int(NOW.timestamp()))
    assert theirs == sign(raw, SECRET, NOW)


@pytest.mark.parametrize(
    "data",
    [
        {"signing_secrets": [], "livemode": True},
        {"signing_secrets": [{"env": "LARABILL_TEST_EMPTY"}], "livemode": True},
        {"signing_secrets": ["whsec_in_the_file_itself_0123"], "livemode": True},
        {"signing_secrets": [{"env": "LARABILL_TEST_SECRET"}], "livemode": "no"},
        {"signing_secrets": [{"env": "LARABILL_TEST_SECRET"}]},
        {"signing_secrets": [{"env": "LARABILL_TEST_SECRET"}], "livemode": True, "stripe_account": "mine"},
    ],
)
def test_settings_without_a_usable_secret_mode_or_account_are_refused(
    data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LARABILL_TEST_EMPTY", "")
    monkeypatch.setenv("LARABILL_TEST_SECRET", SECRET.reveal())
    faults = Faults()
    assert structure(StripeSettings, data, faults, "drivers.stripe") is None
    assert "drivers.stripe." in str(next(iter(faults)))
    assert "whsec_" not in str(list(map(str, faults)))


def test_it_is_a_gateway_by_its_webhooks_only() -> None:
    assert capabilities(stripe()) == {"payments_declines", "webhooks"}
    assert stripe().ref_for(UUID(int=1)) == "lb_" + "0" * 31 + "1"


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("eur", 1250, "12.50"),
        ("eur", 0, "0.00"),
        ("eur", 1, "0.01"),
        ("jpy", 500, "500"),
        ("mga", 500, "500"),
        ("isk", 500, "5.00"),
        ("ugx", 500, "5.00"),
        ("huf", 150000, "1500.00"),
        ("kwd", 1230, "1.230"),
    ],
)
def test_minor_units_are_stripes_own(currency: str, amount: int, text: str) -> None:
    assert from_minor(amount, currency) == (text, currency.upper())


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(True, "eur"), (1.5, "eur"), (-1, "eur"), (10**13, "eur"), (1, "EUR"), (1, "eu"), (1, 7), (None, "eur")],
)
def test_what_is_no_amount_is_none(amount: object, currency: object) -> None:
    assert from_minor(amount, currency) is None


@given(st.integers(0, 10**12 - 1), st.sampled_from(["eur", "jpy", "kwd", "isk"]))
def test_minor_units_lose_nothing(amount: int, currency: str) -> None:
    text, code = from_minor(amount, currency) or ("", "")
    assert Decimal(text).scaleb(exponent(code)) == amount


def test_a_secret_that_is_short_is_refused() -> None:
    with pytest.raises(InvalidInput, match="signing_secrets"):
        stripe(signing_secrets=(Secret("whsec_"),))


DISPUTE = {
    "id": "dp_1",
    "object": "dispute",
    "amount": 1250,
    "currency": "eur",
    "charge": "ch_1",
    "payment_intent": "pi_1",
    "reason": "fraudulent",
    "evidence_details": {"due_by": 1770000000},
    "balance_transactions": [{"object": "balance_transaction", "fee": 1500, "currency": "eur"}],
}


@pytest.mark.parametrize(
    ("status", "state"),
    [("needs_response", "opened"), ("under_review", "under_review"), ("won", "won"), ("lost", "lost")],
)
def test_a_dispute_is_told_in_our_words(status: str, state: str) -> None:
    hint = told(event("charge.dispute.updated", {**DISPUTE, "status": status}))
    assert (hint.kind, hint.dispute, hint.state, hint.transaction) == ("dispute", "dp_1", state, "pi_1")
    assert (hint.amount, hint.currency, hint.fee, hint.reason) == ("12.50", "EUR", "15.00", "fraudulent")
    assert hint.respond_by == datetime.fromtimestamp(1770000000, UTC)


@pytest.mark.parametrize("status", ["warning_needs_response", "warning_closed", "prevented"])
def test_an_inquiry_moves_no_money_and_is_no_dispute(status: str) -> None:
    assert told(event("charge.dispute.created", {**DISPUTE, "status": status})).kind == "other"


def test_a_fee_in_another_currency_is_left_out() -> None:
    moves = [{"fee": 1500, "currency": "usd"}]
    body = event("charge.dispute.created", {**DISPUTE, "status": "lost", "balance_transactions": moves})
    assert told(body).fee is None
