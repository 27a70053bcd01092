"""Refunds: never more than was captured, once at the gateway, and money held as credit goes back first."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import attrs
import pytest
from tests.billing.shop import Shop

from larabill_billing.credits.credit_notes import credit
from larabill_billing.credits.handlers import spend
from larabill_billing.invoicing.model import DocumentType, InvoiceStatus
from larabill_billing.payments.by_hand import record_for_customer
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_billing.payments.model import Part, Payment, PaymentStatus, Refund, RefundStatus, RefundTo
from larabill_billing.payments.refunds import refund
from larabill_billing.tax.model import TaxCategory, TaxRate
from larabill_core.errors import Conflict, InvalidInput
from larabill_drivers.world import Fault

VAT = (TaxRate(category=TaxCategory.STANDARD, rate=Decimal(19), name="VAT"),)


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
    assert [fault.path for fault in raised.value.faults] == ["amount", "reason"]


def test_a_refund_comes_with_a_credit_note_and_the_share_of_the_tax(shop: Shop) -> None:
    invoice = shop.issue(charges=(attrs.evolve(shop.charge("10.00"), taxes=VAT),))
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("11.90"), "transfer 1"))
    for amount, tax in (("3.33", "0.53"), ("3.33", "0.53"), ("5.24", "0.84")):
        done = shop.run(lambda tx, a=amount: refund(tx, payment.id, Decimal(a), "a bad day"))
        (returned,) = done.returned
        note = shop.run(lambda tx, id=returned.credit_note_id: tx.billing.invoices.get(id))
        assert (note.type, note.preceding_id) == (DocumentType.CREDIT_NOTE, invoice.id)
        assert (note.total, note.tax) == (Decimal(amount), Decimal(tax))
    assert shop.payment(payment).status is PaymentStatus.REFUNDED
    assert shop.balances() == {}
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_a_refund_of_lines_gives_back_their_tax(shop: Shop) -> None:
    invoice = shop.issue(charges=(attrs.evolve(shop.charge("10.00"), taxes=VAT), shop.charge("5.00")))
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, invoice.total, "transfer 1"))
    done = shop.run(
        lambda tx: refund(tx, payment.id, None, "one was broken", lines={invoice.lines[0].id: Decimal("10.00")})
    )
    assert done.amount == Decimal("11.90")
    assert shop.balances() == {"cash:manual": Decimal("5.00"), "revenue": Decimal("-5.00")}
    with pytest.raises(Conflict):
        shop.run(lambda tx: refund(tx, payment.id, None, "again", lines={invoice.lines[0].id: Decimal("0.01")}))
    assert shop.violations() == []


def test_a_refund_to_credit_moves_no_money_and_may_be_paid_out_later(shop: Shop) -> None:
    payment = _captured(shop)
    done = shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "a bad day", to=RefundTo.CREDIT))
    assert (done.status, done.from_credit) == (RefundStatus.DONE, Decimal(0))
    assert shop.credit() == Decimal("5.00")
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.violations() == []
    paid_out = shop.run(lambda tx: refund(tx, payment.id, None, "after all"))
    assert (paid_out.amount, [each.amount for each in paid_out.returned]) == (Decimal("12.50"), [Decimal("7.50")])
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.REFUNDED
    assert shop.balances() == {}
    assert shop.violations() == []


def test_credit_that_was_given_by_hand_is_paid_out_without_another_note(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))
    note = shop.run(lambda tx: credit(tx, invoice.id, amount=Decimal("5.00"), reason="a bad day"))
    (lot,) = [each.lot_id for each in shop.run(lambda tx: tx.billing.credits.from_source("credit_note", note.id))]
    done = shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "as money", of_lot=lot))
    assert done.returned == ()
    with pytest.raises(Conflict, match="credit is 0"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "as money", of_lot=lot))
    assert shop.violations() == []


def test_part_of_an_invoice_that_is_still_owed_is_refunded_too(shop: Shop) -> None:
    """What was paid goes back; what is owed stays owed, and the two together are what is left of the invoice."""
    invoice = shop.issue("12.50")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("4.00"), "transfer 1"))
    shop.run(lambda tx: refund(tx, payment.id, None, "sorry"))
    assert shop.state(invoice).balance == Decimal("8.50")
    assert shop.balances() == {"receivable": Decimal("8.50"), "revenue": Decimal("-8.50")}
    assert shop.violations() == []


def test_the_same_key_is_the_same_refund(shop: Shop) -> None:
    payment = _captured(shop)
    first = shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "sorry", key="click 1"))
    again = shop.run(lambda tx: refund(tx, payment.id, Decimal("5.00"), "sorry", key="click 1"))
    assert again.id == first.id
    with pytest.raises(Conflict, match="under this key"):
        shop.run(lambda tx: refund(tx, payment.id, Decimal("6.00"), "sorry", key="click 1"))
    shop.work()
    assert len(shop.world().refunds()) == 1
    assert shop.violations() == []


def test_every_fault_of_a_refund_is_named(shop: Shop) -> None:
    payment = _captured(shop)
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: refund(tx, payment.id, Decimal("NaN"), "x\n", lines={}, currency="USD"))
    assert [fault.path for fault in raised.value.faults] == [
        "amount",
        "amount",
        "currency",
        "reason",
    ]
    for amount in ("-1", "0.001", "99999999999999999999"):
        with pytest.raises(InvalidInput):
            shop.run(lambda tx, a=amount: refund(tx, payment.id, Decimal(a), "sorry"))


def test_a_payment_of_several_invoices_gives_back_the_last_first(shop: Shop) -> None:
    first, second = shop.issue("10.00"), shop.issue("20.00")
    pays = [Part(invoice_id=each.id, amount=each.total) for each in (first, second)]
    payment = shop.run(lambda tx: record_for_customer(tx, pays, Decimal("30.00"), "EUR", "transfer 1"))
    done = shop.run(lambda tx: refund(tx, payment.id, Decimal("25.00"), "sorry"))
    assert sorted((each.invoice_id, each.amount) for each in done.returned) == [
        (first.id, Decimal("5.00")),
        (second.id, Decimal("20.00")),
    ]
    assert shop.violations() == []
