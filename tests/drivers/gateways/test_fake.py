"""The fake gateway takes money once, gives back no more than it took, and tells by signed webhooks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.asking import NOW, SECRET

from larabill_core.contracts.gateway import ChargeRequest, RefundRequest
from larabill_core.contracts.outcome import Done, Failed, Pending, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.webhooks import Hint
from larabill_core.errors import InvalidInput, RetryLater, Unverified
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.gateways.fake import FakeGatewaySettings, make
from larabill_drivers.world import Fault

PAYMENT = "lb_" + "1" * 32
REFUND = "lb_" + "2" * 32
CHARGE = ChargeRequest(ref=PAYMENT, key="c1", amount=Decimal("12.50"), currency="EUR", method="pm_ok", invoice="inv_1")


def gateway(clock: ManualClock, **settings: Any) -> Any:
    return make(FakeGatewaySettings(webhook_secret=SECRET, **settings), account="cards", clock=clock)


@pytest.fixture
def cards(clock: ManualClock) -> Any:
    return gateway(clock)


def refund_of(transaction: str, amount: str, key: str = "r1") -> RefundRequest:
    return RefundRequest(ref=REFUND, key=key, transaction=transaction, amount=Decimal(amount), currency="EUR")


def paid(cards: Any, request: ChargeRequest = CHARGE) -> str:
    outcome = cards.charge(request)
    assert isinstance(outcome, Done)
    assert outcome.ref is not None
    return outcome.ref


def hints(cards: Any, **how: Any) -> list[Hint]:
    found: list[Hint] = []

    def send(headers: Any, body: bytes) -> None:
        found.append(cards.handle_webhook(cards.verify_signature(headers, body, NOW)))

    cards.world.deliver_webhooks(send, secret=SECRET, at=NOW, **how)
    return found


def test_a_repeated_key_takes_the_money_once(cards: Any) -> None:
    assert paid(cards) == paid(cards)
    assert len(cards.world.payments()) == 1


def test_without_dedupe_a_repeat_charges_twice(clock: ManualClock) -> None:
    cards = gateway(clock, dedupes=False)
    assert paid(cards) != paid(cards)
    assert cards.world.duplicates() == {PAYMENT: 2}


def test_the_answer_says_what_was_taken(cards: Any) -> None:
    outcome = cards.charge(CHARGE)
    assert outcome.facts == {"state": "captured", "amount": "12.50", "currency": "EUR"}


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_declined", "card_declined"),
        ("pm_insufficient", "insufficient_funds"),
        ("pm_stolen", "stolen_card"),
        ("4242424242424242", "no_such_method"),
    ],
)
def test_a_decline_takes_nothing_and_is_not_found(cards: Any, method: str, code: str) -> None:
    outcome = cards.charge(attrs.evolve(CHARGE, method=method))
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.retryable) == (code, False)
    assert cards.find_transaction(PAYMENT) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Decimal("0")}, "bad_amount"),
        ({"amount": Decimal("-5")}, "bad_amount"),
        ({"amount": Decimal("NaN")}, "bad_amount"),
        ({"currency": "eur"}, "bad_currency"),
        ({"ref": "lb_1"}, "bad_ref"),
    ],
)
def test_a_malformed_charge_is_refused(cards: Any, change: dict[str, Any], code: str) -> None:
    outcome = cards.charge(attrs.evolve(CHARGE, **change))
    assert isinstance(outcome, Failed)
    assert outcome.code == code


def test_a_slow_method_is_pending_until_it_settles(cards: Any) -> None:
    slow = attrs.evolve(CHARGE, method="pm_slow")
    assert isinstance(cards.charge(slow), Pending)
    assert cards.find_transaction(PAYMENT).state == "pending"
    cards.world.settle(PAYMENT)
    assert cards.find_transaction(PAYMENT).state == "captured"
    assert isinstance(cards.charge(slow), Done)
    assert [(hint.state, hint.amount, hint.invoice) for hint in hints(cards)] == [("captured", "12.50", "inv_1")]
    with pytest.raises(InvalidInput, match="not pending"):
        cards.world.settle(PAYMENT)


def test_a_slow_payment_may_be_returned(cards: Any) -> None:
    slow = attrs.evolve(CHARGE, method="pm_slow")
    cards.charge(slow)
    cards.world.settle(PAYMENT, paid=False)
    assert cards.find_transaction(PAYMENT) is None
    assert list(cards.list_transactions(NOW)) == []
    assert isinstance(cards.charge(slow), Failed)
    assert [hint.state for hint in hints(cards)] == ["declined"]


def test_capture_twice_takes_once_and_never_more_than_authorised(cards: Any) -> None:
    held = attrs.evolve(CHARGE, capture=False)
    transaction = paid(cards, held)
    assert isinstance(cards.capture(attrs.evolve(held, amount=Decimal("12.51")), transaction), Failed)
    for _ in range(2):
        outcome = cards.capture(attrs.evolve(held, amount=Decimal("10.00")), transaction)
        assert outcome.facts["amount"] == "10.00"
    assert isinstance(cards.release(held, transaction), Failed)
    assert [hint.state for hint in hints(cards)] == ["authorised", "captured"]


def test_what_was_released_cannot_be_captured(cards: Any) -> None:
    held = attrs.evolve(CHARGE, capture=False)
    transaction = paid(cards, held)
    assert isinstance(cards.release(held, transaction), Done)
    assert isinstance(cards.release(held, transaction), Done)
    assert isinstance(cards.capture(held, transaction), Failed)


def test_refunds_never_exceed_the_charge(cards: Any) -> None:
    transaction = paid(cards)
    for _ in range(2):
        assert isinstance(cards.refund(refund_of(transaction, "10.00", key="r1")), Done)
    over = cards.refund(refund_of(transaction, "2.51", key="r2"))
    assert isinstance(over, Failed)
    assert over.code == "amount_too_large"
    assert isinstance(cards.refund(refund_of(transaction, "2.50", key="r3")), Done)
    assert isinstance(cards.refund(refund_of(transaction, "0.01", key="r4")), Failed)
    assert [refund.body["amount"] for refund in cards.world.refunds()] == ["10.00", "2.50"]
    assert cards.find_transaction(REFUND).kind == "refund"


def test_what_was_not_captured_is_not_refunded(cards: Any) -> None:
    held = paid(cards, attrs.evolve(CHARGE, capture=False))
    assert isinstance(cards.refund(refund_of(held, "1.00")), Failed)
    assert isinstance(cards.refund(refund_of("pay_none", "1.00")), Failed)
    assert isinstance(cards.refund(attrs.evolve(refund_of(held, "1.00"), currency="USD")), Failed)


def test_a_timeout_after_the_charge_is_unknown_and_found(cards: Any) -> None:
    cards.world.script(Fault(method="charge", what="timeout", when="after"), Fault(method="find", what="server_error"))
    assert isinstance(cards.charge(CHARGE), Unknown)
    with pytest.raises(RetryLater):
        cards.find_transaction(PAYMENT)
    assert cards.find_transaction(PAYMENT).amount == Decimal("12.50")


def test_the_list_begins_at_the_asked_instant(cards: Any, clock: ManualClock) -> None:
    paid(cards)
    clock.advance(timedelta(hours=1))
    assert [line.ref for line in cards.list_transactions(NOW)] == [PAYMENT]
    assert list(cards.list_transactions(clock.now())) == []


def test_a_gateway_that_cannot_look_up_is_still_a_gateway(clock: ManualClock) -> None:
    able = capabilities(gateway(clock, finds=False))
    assert {"payments", "webhooks", "payments_list"} <= able
    assert "payments_find" not in able


def test_the_ref_is_the_id(cards: Any) -> None:
    assert cards.ref_for(UUID(int=1)) == "lb_" + "0" * 31 + "1"


def test_a_webhook_with_another_secret_is_not_believed(cards: Any) -> None:
    paid(cards)

    def send(headers: Any, body: bytes) -> None:
        with pytest.raises(Unverified):
            cards.verify_signature(headers, body, NOW)

    assert cards.world.deliver_webhooks(send, secret=Secret("another-secret-of-length"), at=NOW) == 1


def test_without_a_secret_no_webhook_is_believed(clock: ManualClock) -> None:
    cards = make(FakeGatewaySettings(), account="cards", clock=clock)
    with pytest.raises(Unverified, match="no secret"):
        cards.verify_signature({"Fake-Signature": "t=1,v1=00"}, b"{}", NOW)


def test_negative_latency_is_refused() -> None:
    with pytest.raises(InvalidInput, match="latency_ms"):
        FakeGatewaySettings(latency_ms=-1)
