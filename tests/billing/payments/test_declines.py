"""Declines are hard, soft or unknown, by the gateway's own table."""

from __future__ import annotations

import pytest

from larabill_billing.payments.declines import classify, decline_class
from larabill_core.contracts.gateway import DeclineClass
from larabill_core.contracts.provider import capabilities
from larabill_drivers.gateways.fake import FakeGateway
from larabill_drivers.gateways.stripe.declines import DECLINES
from larabill_drivers.gateways.stripe.driver import StripeWebhooks


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("stolen_card", "hard"),
        ("insufficient_funds", "soft"),
        ("expired_card", "hard"),
        ("authentication_required", "hard"),
        ("card_declined", "unknown"),
        ("", "unknown"),
        ("the checkout expired", "unknown"),
        ("try_again_later: insufficient_funds: card_declined", "soft"),
        ("generic_decline: card_declined", "soft"),
        ("a_new_advice: lost_card: card_declined", "hard"),
    ],
)
def test_the_first_code_that_stripe_explains_decides(code: str, kind: str) -> None:
    assert classify(code, DECLINES) == kind


def test_advice_goes_before_the_decline_code() -> None:
    assert classify("do_not_try_again: insufficient_funds: card_declined", DECLINES) is DeclineClass.HARD
    assert classify("try_again_later: do_not_honor: card_declined", DECLINES) is DeclineClass.SOFT


def test_a_gateway_without_a_table_says_nothing() -> None:
    assert decline_class(object(), "stolen_card") is DeclineClass.UNKNOWN


def test_each_gateway_has_a_table_of_its_own() -> None:
    for gateway in (FakeGateway, StripeWebhooks):
        assert "payments_declines" in capabilities(gateway)
        assert decline_class(gateway, "stolen_card") is DeclineClass.HARD
