"""The customer buys credit: a payment without an invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.billing.shop import Shop, fails, paid_claim

from larabill_billing.payments.model import PaymentStatus, WebhookStatus
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.top_up import charge_top_up, open_top_up, record_top_up
from larabill_core.errors import AlreadyExists, InvalidInput

TEN = Decimal("10.00")


def test_money_that_came_by_hand_becomes_credit(shop: Shop) -> None:
    payment = shop.run(lambda tx: record_top_up(tx, shop.customer.id, TEN, "transfer 1"))
    assert (payment.invoice_id, payment.status) == (None, PaymentStatus.CAPTURED)
    assert shop.credit() == TEN
    assert shop.balances() == {"cash:manual": TEN, "customer_credit": -TEN}
    fails(AlreadyExists, lambda: shop.run(lambda tx: record_top_up(tx, shop.customer.id, TEN, "transfer 1")))
    assert shop.violations() == []


def test_a_stored_method_is_charged_once_and_the_money_becomes_credit(shop: Shop) -> None:
    method = shop.method()
    payment = shop.run(lambda tx: charge_top_up(tx, shop.customer.id, TEN, method.id))
    shop.work()
    shop.deliver(times=2)
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.credit() == TEN
    assert shop.published("PaymentCaptured") == 1
    assert shop.violations() == []


def test_a_declined_top_up_gives_nothing(shop: Shop) -> None:
    method = shop.method("pm_declined")
    payment = shop.run(lambda tx: charge_top_up(tx, shop.customer.id, TEN, method.id))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.DECLINED
    assert shop.credit() == 0


def test_a_webhook_must_name_the_top_up_itself(shop: Shop) -> None:
    payment = shop.run(lambda tx: open_top_up(tx, shop.customer.id, TEN, "blind"))
    assert not payment.is_in_flight
    other = shop.issue("10.00")
    wrong = shop.send(paid_claim(payment, invoice=str(other.id)))
    nothing = shop.send(paid_claim(payment, invoice=None))
    assert (wrong.status, nothing.status) == (WebhookStatus.UNMATCHED, WebhookStatus.UNMATCHED)
    assert shop.send(paid_claim(payment)).status is WebhookStatus.APPLIED
    assert shop.credit() == TEN
    assert shop.violations() == []


def test_what_is_left_of_a_top_up_can_be_given_back(shop: Shop) -> None:
    payment = shop.run(lambda tx: record_top_up(tx, shop.customer.id, TEN, "transfer 1"))
    shop.run(lambda tx: refund(tx, payment.id, Decimal("4.00"), "changed their mind"))
    assert shop.credit() == Decimal("6.00")
    assert shop.balances() == {"cash:manual": Decimal("6.00"), "customer_credit": Decimal("-6.00")}
    assert shop.violations() == []


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.001", "NaN", "Infinity", "1E+30"])
def test_amounts_that_are_none_are_refused(shop: Shop, amount: str) -> None:
    for by_hand in (True, False):
        if by_hand:
            fails(
                InvalidInput,
                lambda: shop.run(lambda tx: record_top_up(tx, shop.customer.id, Decimal(amount), "transfer 1")),
            )
        else:
            fails(
                InvalidInput, lambda: shop.run(lambda tx: open_top_up(tx, shop.customer.id, Decimal(amount), "blind"))
            )
    assert shop.credit() == 0
