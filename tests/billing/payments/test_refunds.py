"""Refunds: never more than was captured, once at the gateway, and money held as credit goes back first."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest
from tests.billing.shop import Shop

from larabill_billing.credits.handlers import spend
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_billing.payments.model import Payment, PaymentStatus, Refund, RefundStatus
from larabill_billing.payments.refunds import refund
from larabill_core.errors import Conflict, InvalidInput
from larabill_drivers.world import Fault


def _captured(shop: Shop, amount: str = "12.50") -> Payment:
    invoice, method = shop.issue(amount), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    return shop.payment(payment)


def _stored(shop: Shop, asked: Refund) -> Refund:
    stored: Refund = shop.run(lambda tx: tx.billing.refunds.get(asked.id))
    return stored


def test_refunds_in_parts_end_in_refunded(shop: Shop) -> None:
    payment = _captured(shop)
    first = shop.run(lambda tx: refund(tx, payment.id, Decimal("2.50"), "a bad day"))
    shop.work()
    assert _stored(shop, first).status is RefundStatus.DONE
    assert shop.payment(payment).status is PaymentStatus.PARTIALLY_REFUNDED
    shop.run(lambda tx: refund(tx, payment.id, Decimal("10.00"), "the rest"))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.REFUNDED
    assert shop.balances() == {}
    assert shop.violations() == []


def test_no_more_than_was_captured_goes_back_also_while_one_is_under_way(shop: Shop) -> None:
    payment = _captured(shop)
    shop.run(lambda tx: refund(tx, payment.id, Decimal("10.00"), "first"))
    with pytest.raises(Conflict, match=r"only 2\.50"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("3.00"), "second"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_refund_whose_answer_is_lost_is_given_once(shop: Shop, when: Literal["before", "after"]) -> None:
    payment = _captured(shop)
    shop.world().script(Fault(method="refund", what="timeout", when=when))
    asked = shop.run(lambda tx: refund(tx, payment.id, Decimal("2.50"), "a bad day"))
    shop.work()
    assert len(shop.world().refunds()) == 1
    assert _stored(shop, asked).status is RefundStatus.DONE
    assert shop.violations() == []


def test_a_refund_that_the_gateway_refuses_can_be_asked_again(shop: Shop) -> None:
    payment = _captured(shop)
    shop.world().script(Fault(method="refund", what="refused"))
    asked = shop.run(lambda tx: refund(tx, payment.id, Decimal("12.50"), "a bad day"))
    shop.work()
    assert _stored(shop, asked).status is RefundStatus.FAILED
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    shop.run(lambda tx: refund(tx, payment.id, Decimal("12.50"), "again"))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.REFUNDED
    assert shop.violations() == []


def test_money_held_as_credit_goes_back_first(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("20.00"), "transfer 1"))
    done = shop.run(lambda tx: refund(tx, payment.id, Decimal("10.00"), "paid too much"))
    assert done.status is RefundStatus.DONE
    assert [each.amount for each in done.returned] == [Decimal("2.50")]
    assert shop.credit() == Decimal("0")
    assert shop.balances() == {"cash:manual": Decimal("10.00"), "revenue": Decimal("-10.00")}
    assert shop.violations() == []


def test_credit_that_was_spent_is_not_given_back(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("20.00"), "transfer 1"))
    second = shop.issue("5.00")
    shop.run(lambda tx: spend(tx, second.id))
    with pytest.raises(Conflict, match=r"5\.00 EUR of it stand on no invoice"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("20.00"), "paid too much"))
    done = shop.run(lambda tx: refund(tx, payment.id, Decimal("15.00"), "all that it still is"))
    assert done.status is RefundStatus.DONE
    assert [each.amount for each in done.returned] == [Decimal("12.50")]
    assert shop.credit() == Decimal("0")
    assert shop.violations() == []


def test_a_failed_refund_gives_the_credit_back(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.engine.work_once(queues=["default"])
    # The charge is on its way when the customer's transfer arrives.
    shop.world().script(Fault(method="charge", what="timeout", when="after"))
    shop.engine.run_due()
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))
    shop.work()
    assert shop.credit() == Decimal("12.50")
    shop.world().script(Fault(method="refund", what="refused"))
    shop.run(lambda tx: refund(tx, payment.id, Decimal("12.50"), "paid twice"))
    assert shop.credit() == Decimal("0")
    shop.work()
    assert shop.credit() == Decimal("12.50")
    assert shop.violations() == []


def test_only_captured_money_goes_back(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_declined")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    with pytest.raises(Conflict, match="only captured money"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("1.00"), "why not"))


def test_a_refund_of_nothing_or_with_a_card_number_is_refused(shop: Shop) -> None:
    payment = _captured(shop)
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: refund(tx, payment.id, Decimal("0"), "to 4242424242424242"))
    assert [fault.path for fault in raised.value.faults] == ["refund.amount", "refund.reason"]
