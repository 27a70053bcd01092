"""Payments: recorded before the gateway is asked, taken once, and what is too much becomes credit (I1)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import product
from typing import Any, Literal
from uuid import UUID

import pytest
from tests.billing.shop import Shop, paid_claim

from larabill_billing.credits.handlers import grant, move, spend
from larabill_billing.customers.handlers import create_customer
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.handlers import (
    capture,
    charge_invoice,
    open_checkout,
    record_manual,
    release,
    resolve_review,
)
from larabill_billing.payments.methods import add_method
from larabill_billing.payments.model import Payers, PaymentStatus
from larabill_core.errors import AlreadyExists, Conflict, IllegalTransition, InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_drivers.world import Fault


def test_a_charge_pays_the_invoice_once(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    assert shop.payment(payment).status is PaymentStatus.CREATED
    assert shop.world().payments() == []
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert len(shop.world().payments(payment.ref)) == 1
    assert shop.balances() == {"cash:pay": Decimal("12.50"), "revenue": Decimal("-12.50")}
    assert (shop.published("PaymentCaptured"), shop.published("InvoicePaid")) == (1, 1)
    assert {each.status for each in shop.deliver(again=True)} == {"stale"}
    assert shop.violations() == []


@pytest.mark.parametrize("account", ["pay", "blind"])
def test_a_lost_answer_is_looked_up_and_never_charged_twice(shop: Shop, account: str) -> None:
    """`blind` cannot be asked, but sends the same key again; `pay` is asked first."""
    method = shop.method(account=account)
    faults: tuple[Literal["timeout", "server_error", "cut", "crash"], ...] = ("timeout", "server_error", "cut", "crash")
    whens: tuple[Literal["before", "after"], ...] = ("before", "after")
    for what, when in product(faults, whens):
        shop.world(account).script(Fault(method="charge", what=what, when=when))
        invoice = shop.issue("12.50")
        payment = shop.run(partial(charge_invoice, invoice_id=invoice.id, method_id=method.id))
        shop.work()
        assert len(shop.world(account).payments(payment.ref)) == 1, (what, when)
        assert shop.payment(payment).status is PaymentStatus.CAPTURED, (what, when)
        assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_a_declined_charge_leaves_the_invoice_open(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_insufficient")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    declined = shop.payment(payment)
    assert (declined.status, declined.code) == (PaymentStatus.DECLINED, "insufficient_funds")
    assert shop.state(invoice).balance == Decimal("12.50")
    assert shop.published("PaymentDeclined") == 1
    other = shop.method("pm_ok")
    shop.run(lambda tx: charge_invoice(tx, invoice.id, other.id))
    shop.work()
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_only_one_charge_of_an_invoice_is_in_flight(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    with pytest.raises(Conflict, match="wait for its end"):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))


def test_a_slow_method_is_pending_until_the_gateway_knows(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_slow")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.PENDING
    shop.world().settle(payment.ref)
    shop.clock.advance(timedelta(hours=1))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED


def test_a_slow_method_that_comes_back_is_declined(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_slow")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    shop.world().settle(payment.ref, paid=False)
    shop.clock.advance(timedelta(hours=1))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.DECLINED
    assert shop.violations() == []


def test_a_payment_without_end_stands_in_review(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method("pm_slow")
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.engine.run_due()
    shop.clock.advance(timedelta(days=5))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.REVIEW
    with pytest.raises(Conflict):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.run(lambda tx: resolve_review(tx, payment.id, "tr_seen_by_hand", "found in the dashboard"))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_what_is_no_longer_owed_is_not_charged(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("2.50"), "transfer 1"))
    shop.work()
    assert shop.world().payments() == []
    assert shop.payment(payment).status is PaymentStatus.RELEASED
    assert shop.state(invoice).balance == Decimal("10.00")
    assert shop.violations() == []


def test_authorised_money_is_taken_when_asked(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, capture=False))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.AUTHORISED
    assert shop.state(invoice).balance == Decimal("12.50")
    shop.run(lambda tx: capture(tx, payment.id))
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: release(tx, payment.id))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.violations() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_capture_whose_answer_is_lost_captures_once(shop: Shop, when: Literal["before", "after"]) -> None:
    shop.world().script(Fault(method="capture", what="timeout", when=when))
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, capture=False))
    shop.work()
    shop.run(lambda tx: capture(tx, payment.id))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_authorised_money_is_let_go_when_asked(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, capture=False))
    shop.work()
    shop.run(lambda tx: release(tx, payment.id))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.RELEASED
    assert shop.world().payments(payment.ref)[0].status == "released"
    with pytest.raises(IllegalTransition):
        shop.run(lambda tx: release(tx, payment.id))
    assert shop.violations() == []


def test_money_by_hand_pays_in_part_and_then_whole(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("2.50"), "transfer 1"))
    assert (shop.state(invoice).status, shop.state(invoice).balance) == (InvoiceStatus.ISSUED, Decimal("10.00"))
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("10.00"), "transfer 2"))
    assert shop.state(invoice).status is InvoiceStatus.PAID
    assert shop.balances() == {"cash:manual": Decimal("12.50"), "revenue": Decimal("-12.50")}
    assert shop.violations() == []
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("1.00"), "transfer 2"))


def test_what_is_too_much_becomes_credit_that_pays_the_next_invoice(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("20.00"), "transfer 1"))
    assert shop.credit() == Decimal("7.50")
    assert shop.balances()["customer_credit"] == Decimal("-7.50")
    second = shop.issue("10.00")
    assert shop.run(lambda tx: spend(tx, second.id)) == Decimal("7.50")
    assert (shop.state(second).balance, shop.credit()) == (Decimal("2.50"), Decimal("0"))
    assert shop.run(lambda tx: spend(tx, second.id)) == Decimal(0)
    assert shop.violations() == []


def test_money_for_a_void_invoice_is_not_lost(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    shop.run(lambda tx: void(tx, invoice.id, "sold by mistake"))
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("12.50"), "transfer 1"))
    assert shop.credit() == Decimal("12.50")
    assert shop.violations() == []


def test_an_invoice_that_is_paid_in_part_cannot_be_void(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("2.50"), "transfer 1"))
    with pytest.raises(Conflict, match="paid in part"):
        shop.run(lambda tx: void(tx, invoice.id, "sold by mistake"))


def test_two_ways_of_paying_meet_the_second_becomes_credit(shop: Shop) -> None:
    invoice, method = shop.issue("12.50"), shop.method()
    checkout = shop.run(lambda tx: open_checkout(tx, invoice.id, "blind"))
    shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    shop.work()
    assert shop.send(paid_claim(checkout)).status == "applied"
    assert shop.payment(checkout).status is PaymentStatus.CAPTURED
    assert shop.credit() == Decimal("12.50")
    assert shop.balances() == {
        "cash:blind": Decimal("12.50"),
        "cash:pay": Decimal("12.50"),
        "customer_credit": Decimal("-12.50"),
        "revenue": Decimal("-12.50"),
    }
    assert shop.published("InvoicePaid") == 1
    assert shop.violations() == []


def test_a_checkout_asked_for_twice_is_one_payment(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    first = shop.run(lambda tx: open_checkout(tx, invoice.id, "pay"))
    assert shop.run(lambda tx: open_checkout(tx, invoice.id, "pay")) == first
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("2.50"), "transfer 1"))
    assert shop.run(lambda tx: open_checkout(tx, invoice.id, "pay")).amount == Decimal("10.00")


def test_bad_input_is_refused_with_nothing_written(shop: Shop) -> None:
    invoice = shop.issue("12.50")
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("1.001"), "card 4242 4242 4242 4242"))
    assert [fault.path for fault in raised.value.faults] == ["reference", "amount"]
    assert "4242" not in str(raised.value)
    for amount in ("0", "-1", "NaN"):
        with pytest.raises(InvalidInput):
            shop.run(partial(record_manual, invoice_id=invoice.id, amount=Decimal(amount), reference="r"))
    with pytest.raises(InvalidInput, match="holds a card number"):
        shop.run(lambda tx: add_method(tx, shop.customer.id, "pay", "4242424242424242", "Visa"))
    with pytest.raises(NotFound):
        shop.run(lambda tx: open_checkout(tx, invoice.id, "nowhere"))
    with pytest.raises(NotFound):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, new_id()))
    assert shop.run(lambda tx: tx.billing.payments.page()) == []


def test_a_method_in_a_repr_does_not_show_its_token(shop: Shop) -> None:
    assert "pm_ok" not in repr(shop.method("pm_ok"))


def test_a_source_is_credited_once(shop: Shop) -> None:
    source = new_id()
    shop.run(lambda tx: grant(tx, shop.customer.id, Decimal("3.00"), "EUR", "service", source))
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: grant(tx, shop.customer.id, Decimal("3.00"), "EUR", "service", source))
    assert shop.credit() == Decimal("3.00")
    assert shop.violations() == []


def test_payers_have_a_default_method_or_credit_that_is_left(shop: Shop) -> None:
    def customer() -> UUID:
        new = NewCustomer(name="Bo", email=f"{new_id().hex}@example.com", country="FR")
        return shop.run(lambda tx: create_customer(tx, new)).id

    def credit(tx: Any, to: UUID, amount: str, currency: str = "EUR") -> None:
        move(tx, to, Decimal(amount), currency, "test", new_id())

    stored, not_default, credited, spent, nothing = (customer() for _ in range(5))
    shop.run(lambda tx: add_method(tx, stored, "pay", "pm_ok", "Test card"))
    shop.run(lambda tx: add_method(tx, not_default, "pay", "pm_ok", "Test card", default=False))
    shop.run(lambda tx: (credit(tx, credited, "1", "USD"), credit(tx, spent, "5"), credit(tx, spent, "-5")))
    asked = [stored, not_default, credited, spent, nothing, stored]
    found = shop.run(lambda tx: tx.billing.payment_methods.payers(asked))
    assert found == Payers(stored=frozenset({stored}), credited=frozenset({credited}))
    assert {each for each in asked if each in found} == {stored, credited}
    found = shop.run(lambda tx: tx.billing.payment_methods.payers([credited, nothing]))
    assert found == Payers(credited=frozenset({credited}))
    assert shop.run(lambda tx: tx.billing.payment_methods.payers([])) == Payers()
