"""One payment for several invoices: charged once, divided to the cent, moved by new allocations only (I1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.shop import Shop, charge, paid_claim

from larabill_billing.customers.handlers import create_customer
from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.model import InvoiceState, InvoiceStatus
from larabill_billing.payments.by_hand import receive, record_for_customer, reverse
from larabill_billing.payments.handlers import charge_invoice, charge_invoices, open_checkout_for, record_manual
from larabill_billing.payments.model import Part, PaymentStatus
from larabill_billing.payments.refunds import refund
from larabill_billing.payments.rematch import rematch
from larabill_billing.payments.spread import spread
from larabill_core.errors import AlreadyExists, Conflict, InvalidInput
from larabill_core.ids import new_id

TEN, TWENTY = Decimal("10.00"), Decimal("20.00")


def parts(*pairs: object) -> list[Part]:
    return [Part(invoice_id=pairs[n].id, amount=Decimal(str(pairs[n + 1]))) for n in range(0, len(pairs), 2)]  # type: ignore[attr-defined]


def state(balance: int, due: int) -> InvoiceState:
    return InvoiceState(
        invoice_id=new_id(),
        seller_id=new_id(),
        customer_id=new_id(),
        subscription_id=None,
        currency="EUR",
        due_on=date(2026, 1, due),
        status=InvoiceStatus.ISSUED,
        balance=Decimal(balance) / 100,
        version=1,
        paid_at=datetime(2026, 1, 1),  # noqa: DTZ001 - not looked at
    )


@given(st.integers(1, 10**6), st.lists(st.tuples(st.integers(1, 10**5), st.integers(1, 28)), max_size=8))
def test_a_payment_is_spread_oldest_due_first_and_never_beyond_a_balance(
    cents: int, owed: list[tuple[int, int]]
) -> None:
    states = [state(balance, due) for balance, due in owed]
    found = spread(Decimal(cents) / 100, states)
    balances = {each.invoice_id: each for each in states}
    assert sum(part.amount for part in found) == Decimal(min(cents, sum(balance for balance, _ in owed))) / 100
    assert all(0 < part.amount <= balances[part.invoice_id].balance for part in found)
    days = [balances[part.invoice_id].due_on for part in found]
    assert days == sorted(days)
    assert all(part.amount == balances[part.invoice_id].balance for part in found[:-1])


def test_one_charge_pays_several_invoices(shop: Shop) -> None:
    first, second, method = shop.issue("10.00"), shop.issue("20.00"), shop.method()
    payment = shop.run(lambda tx: charge_invoices(tx, parts(first, 10, second, 15), method.id))
    with pytest.raises(Conflict, match="wait for its end"):
        shop.run(lambda tx: charge_invoice(tx, second.id, method.id))
    shop.work()
    assert len(shop.world().payments()) == 1
    assert shop.payment(payment).status is PaymentStatus.CAPTURED
    assert shop.state(first).status is InvoiceStatus.PAID
    assert shop.state(second).balance == Decimal("5.00")
    assert {each.status for each in shop.deliver(again=True)} == {"stale"}
    assert shop.violations() == []


def test_a_checkout_for_several_invoices_is_claimed_by_its_own_id(shop: Shop) -> None:
    first, second = shop.issue("10.00"), shop.issue("20.00")
    checkout = shop.run(lambda tx: open_checkout_for(tx, parts(first, 10, second, 20), "blind"))
    again = shop.run(lambda tx: open_checkout_for(tx, parts(second, 20, first, 10), "blind"))
    assert again == checkout
    assert shop.send(paid_claim(checkout, invoice=str(first.id))).status == "unmatched"
    assert shop.send(paid_claim(checkout)).status == "applied"
    assert shop.state(first).status is shop.state(second).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_what_is_paid_meanwhile_becomes_credit(shop: Shop) -> None:
    first, second = shop.issue("10.00"), shop.issue("20.00")
    checkout = shop.run(lambda tx: open_checkout_for(tx, parts(first, 10, second, 20), "blind"))
    shop.run(lambda tx: record_manual(tx, first.id, TEN, "transfer 1"))
    shop.send(paid_claim(checkout))
    assert shop.credit() == TEN
    assert shop.state(second).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_a_charge_for_several_is_withdrawn_when_one_is_paid(shop: Shop) -> None:
    first, second, method = shop.issue("10.00"), shop.issue("20.00"), shop.method()
    payment = shop.run(lambda tx: charge_invoices(tx, parts(first, 10, second, 20), method.id))
    shop.run(lambda tx: record_manual(tx, first.id, TEN, "transfer 1"))
    shop.work()
    assert shop.payment(payment).status is PaymentStatus.RELEASED
    assert shop.world().payments() == []
    assert shop.violations() == []


def test_part_payments_of_one_invoice(shop: Shop) -> None:
    invoice, method = shop.issue("20.00"), shop.method()
    for amount, left in (("5.00", "15.00"), ("15.00", "0.00")):
        shop.run(lambda tx, a=amount: charge_invoice(tx, invoice.id, method.id, amount=Decimal(a)))
        shop.work()
        assert shop.state(invoice).balance == Decimal(left)
    with pytest.raises(Conflict):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, amount=TEN))
    assert len(shop.world().payments()) == 2
    assert shop.violations() == []


@pytest.mark.parametrize("amount", ["20.01", "0", "-1", "NaN", "0.001"])
def test_more_than_is_owed_or_no_amount_is_not_charged(shop: Shop, amount: str) -> None:
    invoice, method = shop.issue("20.00"), shop.method()
    with pytest.raises(InvalidInput):
        shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id, amount=Decimal(amount)))


def test_money_that_names_no_invoice_pays_the_oldest_due_and_the_rest_is_credit(shop: Shop) -> None:
    late = shop.issue("20.00", due_on=date(2026, 3, 1))
    soon = shop.issue("10.00", due_on=date(2026, 2, 1))
    shop.run(lambda tx: receive(tx, shop.customer.id, Decimal("15.00"), "EUR", "transfer 1"))
    assert shop.state(soon).status is InvoiceStatus.PAID
    assert shop.state(late).balance == Decimal("15.00")
    shop.run(lambda tx: receive(tx, shop.customer.id, TWENTY, "EUR", "transfer 2"))
    assert shop.credit() == Decimal("5.00")
    shop.run(lambda tx: receive(tx, shop.customer.id, TEN, "EUR", "transfer 3"))
    assert shop.credit() == Decimal("15.00")
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: receive(tx, shop.customer.id, TEN, "EUR", "transfer 3"))
    assert shop.violations() == []


def test_parts_must_be_of_one_customer_and_currency_and_owed(shop: Shop) -> None:
    mine = shop.issue("10.00")
    other = shop.run(lambda tx: create_customer(tx, NewCustomer(name="Bob", email="bob@example.com", country="DE")))
    theirs = shop.issue("10.00", customer_id=other.id, charges=(charge(other.id, "10.00"),))
    with pytest.raises(InvalidInput, match="several customers"):
        shop.run(lambda tx: record_for_customer(tx, parts(mine, 5, theirs, 5), TEN, "EUR", "t1"))
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: record_for_customer(tx, parts(mine, "10.01"), TWENTY, "USD", "t1"))
    assert "currency" in str(raised.value)
    with pytest.raises(InvalidInput, match="more than is owed"):
        shop.run(lambda tx: record_for_customer(tx, parts(mine, "10.01"), TWENTY, "EUR", "t1"))
    with pytest.raises(InvalidInput, match="more than came"):
        shop.run(lambda tx: record_for_customer(tx, parts(mine, "10.00"), Decimal("9.00"), "EUR", "t1"))
    assert shop.balances() == {"receivable": TWENTY, "revenue": -TWENTY}


def test_a_payment_is_moved_to_other_invoices_and_the_rest_to_credit(shop: Shop) -> None:
    wrong, right = shop.issue("20.00"), shop.issue("15.00")
    payment = shop.run(lambda tx: record_manual(tx, wrong.id, TWENTY, "transfer 1"))
    shop.run(lambda tx: rematch(tx, payment.id, parts(right, 15), "it was for the other one"))
    assert (shop.state(wrong).status, shop.state(wrong).balance) == (InvoiceStatus.ISSUED, TWENTY)
    assert shop.state(right).status is InvoiceStatus.PAID
    assert shop.credit() == Decimal("5.00")
    assert shop.violations() == []
    shop.run(lambda tx: rematch(tx, payment.id, parts(wrong, 10, right, 5), "and back in part"))
    assert (shop.state(wrong).balance, shop.state(right).balance) == (TEN, TEN)
    assert shop.violations() == []
    shop.run(lambda tx: rematch(tx, payment.id, [], "it was for none"))
    assert shop.credit() == TWENTY
    assert shop.violations() == []
    with pytest.raises(InvalidInput, match="more than stands"):
        shop.run(lambda tx: rematch(tx, payment.id, parts(wrong, 1), "credit is spent as credit"))
    shop.run(lambda tx: refund(tx, payment.id, TWENTY, "all of it is credit"))
    assert shop.violations() == []


def test_what_was_recorded_by_mistake_is_taken_back(shop: Shop) -> None:
    invoice = shop.issue("10.00")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, TWENTY, "transfer 1"))
    shop.run(lambda tx: reverse(tx, payment.id, "it was somebody else's"))
    assert shop.payment(payment).status is PaymentStatus.REVERSED
    assert shop.state(invoice).balance == TEN
    assert shop.credit() == 0
    assert shop.balances() == {"receivable": TEN, "revenue": -TEN}
    assert shop.violations() == []


def test_what_was_given_back_or_spent_is_not_taken_back(shop: Shop) -> None:
    invoice = shop.issue("10.00")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, TWENTY, "transfer 1"))
    shop.run(lambda tx: refund(tx, payment.id, TEN, "too much"))
    with pytest.raises(Conflict, match="given back"):
        shop.run(lambda tx: reverse(tx, payment.id, "a mistake"))
    method = shop.method()
    second = shop.issue("10.00")
    charged = shop.run(lambda tx: charge_invoice(tx, second.id, method.id))
    shop.work()
    with pytest.raises(Conflict, match="came through pay"):
        shop.run(lambda tx: reverse(tx, charged.id, "a mistake"))


def test_of_what_is_moved_from_several_invoices_no_more_becomes_credit_than_is_left_over(shop: Shop) -> None:
    first, second, third = shop.issue("10.00"), shop.issue("20.00"), shop.issue("15.00")
    pays = parts(first, 10, second, 20)
    payment = shop.run(lambda tx: record_for_customer(tx, pays, Decimal("30.00"), "EUR", "transfer 1"))
    shop.run(lambda tx: rematch(tx, payment.id, parts(third, 15), "it was for the third"))
    assert shop.credit() == Decimal("15.00")
    assert (shop.state(first).balance, shop.state(second).balance) == (TEN, TWENTY)
    assert shop.state(third).status is InvoiceStatus.PAID
    assert shop.violations() == []


def test_a_refund_waits_for_the_commit_of_a_hosts_transaction(shop: Shop) -> None:
    invoice = shop.issue("10.00")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, TEN, "transfer 1"))

    def joined(tx: object) -> None:
        class Joined:
            joined = True

            def __getattr__(self, name: str) -> object:
                return getattr(tx, name)

        refund(Joined(), payment.id, TEN, "sorry")  # type: ignore[arg-type]

    with pytest.raises(Conflict, match="after the commit"):
        shop.run(joined)
