"""Instalments add up to what they pay, are due one by one, and fall due together when one is missed (I11)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.billing.shop import Shop

from larabill_billing.invoicing.handlers import void
from larabill_billing.invoicing.instalments import (
    Instalment,
    PaymentPlan,
    PlanStatus,
    asked_on,
    divided,
    next_due,
    unpaid,
)
from larabill_billing.invoicing.model import Invoice, InvoiceStatus
from larabill_billing.invoicing.plans import agree, break_plan, current_plan, due_now
from larabill_billing.invoicing.write_off import write_off
from larabill_billing.payments.handlers import charge_invoice, record_manual
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import new_id

FIRST, SECOND, THIRD = date(2026, 2, 7), date(2026, 3, 7), date(2026, 4, 7)
AMOUNTS = st.integers(2, 10**9)


def three(amount: str = "100.00") -> tuple[Instalment, ...]:
    return divided(Decimal(amount), "EUR", [FIRST, SECOND, THIRD])


def pay(shop: Shop, invoice: Invoice, amount: str) -> None:
    shop.run(lambda tx: record_manual(tx, invoice.id, Decimal(amount), f"transfer {new_id()}"))


def plan_of(shop: Shop, invoice: Invoice) -> PaymentPlan | None:
    found: PaymentPlan | None = shop.run(lambda tx: current_plan(tx, invoice.id))
    return found


@given(AMOUNTS, st.integers(2, 60))
def test_instalments_add_up_and_differ_by_a_cent_at_most(cents: int, count: int) -> None:
    parts = divided(Decimal(cents) / 100, "EUR", [FIRST + timedelta(days=n) for n in range(count)])
    assert sum(each.amount for each in parts) == Decimal(cents) / 100
    assert max(each.amount for each in parts) - min(each.amount for each in parts) <= Decimal("0.01")
    assert [each.amount for each in parts] == sorted((each.amount for each in parts), reverse=True)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=12), st.data())
def test_what_is_unpaid_is_the_balance_and_the_earliest_is_paid_first(cents: list[int], data: st.DataObject) -> None:
    parts = tuple(Instalment(due_on=FIRST + timedelta(days=n), amount=Decimal(c) / 100) for n, c in enumerate(cents))
    total = sum(each.amount for each in parts)
    balance = Decimal(data.draw(st.integers(0, sum(cents)))) / 100
    now = {"created_at": None, "updated_at": None}
    plan = PaymentPlan(
        id=new_id(),
        seller_id=new_id(),
        invoice_id=new_id(),
        amount=total,
        currency="EUR",
        due_on=FIRST,
        instalments=parts,
        **now,
    )
    left = unpaid(plan, balance)
    assert sum(each.amount for each in left) == balance
    assert [each.due_on for each in left] == [each.due_on for each in parts][len(parts) - len(left) :]
    assert asked_on(plan, balance, parts[-1].due_on) == balance
    assert next_due(plan, balance) == (left[0].due_on if left else parts[-1].due_on)


def test_the_invoice_is_due_when_the_next_instalment_is(shop: Shop) -> None:
    invoice = shop.issue("100.00")
    plan = shop.run(lambda tx: agree(tx, invoice.id, three(), "asked by phone"))
    assert [each.amount for each in plan.instalments] == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert shop.state(invoice).due_on == FIRST
    pay(shop, invoice, "33.33")
    assert shop.state(invoice).due_on == FIRST
    pay(shop, invoice, "0.01")
    assert shop.state(invoice).due_on == SECOND
    pay(shop, invoice, "60.00")
    assert shop.state(invoice).due_on == THIRD
    pay(shop, invoice, "6.66")
    state = shop.state(invoice)
    assert (state.status, state.plan_id) == (InvoiceStatus.PAID, None)
    assert shop.run(lambda tx: tx.billing.payment_plans.get(plan.id)).status is PlanStatus.DONE
    assert shop.violations() == []


def test_a_charge_takes_the_next_instalment_and_a_collection_only_what_is_due(shop: Shop) -> None:
    invoice, method = shop.issue("100.00"), shop.method()
    shop.run(lambda tx: agree(tx, invoice.id, three()))
    assert shop.run(lambda tx: due_now(tx, tx.billing.invoices.state(invoice.id))) == 0
    payment = shop.run(lambda tx: charge_invoice(tx, invoice.id, method.id))
    assert payment.amount == Decimal("33.34")
    shop.work()
    assert shop.state(invoice).due_on == SECOND
    shop.clock.advance(timedelta(days=120))
    assert shop.run(lambda tx: due_now(tx, tx.billing.invoices.state(invoice.id))) == Decimal("66.66")
    assert shop.violations() == []


def test_a_plan_is_changed_by_another_and_broken(shop: Shop) -> None:
    invoice = shop.issue("100.00")
    first = shop.run(lambda tx: agree(tx, invoice.id, three()))
    pay(shop, invoice, "40.00")
    second = shop.run(lambda tx: agree(tx, invoice.id, divided(Decimal("60.00"), "EUR", [SECOND, THIRD])))
    assert shop.run(lambda tx: tx.billing.payment_plans.get(first.id)).status is PlanStatus.REPLACED
    assert plan_of(shop, invoice) == second
    assert second.due_on == invoice.due_on
    shop.run(lambda tx: break_plan(tx, invoice.id, "it was missed"))
    assert plan_of(shop, invoice) is None
    assert shop.run(lambda tx: due_now(tx, tx.billing.invoices.state(invoice.id))) == Decimal("60.00")
    with pytest.raises(Conflict):
        shop.run(lambda tx: break_plan(tx, invoice.id, "again"))
    assert shop.violations() == []


@pytest.mark.parametrize("end", [lambda tx, id: void(tx, id, "wrong"), lambda tx, id: write_off(tx, id, "insolvent")])
def test_with_the_invoice_its_plan_ends(shop: Shop, end: object) -> None:
    invoice = shop.issue("100.00")
    shop.run(lambda tx: agree(tx, invoice.id, three()))
    shop.run(lambda tx: end(tx, invoice.id))  # type: ignore[operator]
    assert plan_of(shop, invoice) is None
    assert shop.violations() == []


def test_every_fault_of_a_plan_is_named(shop: Shop) -> None:
    invoice = shop.issue("100.00")
    wrong = [
        Instalment(due_on=date(2020, 1, 1), amount=Decimal("50.00")),
        Instalment(due_on=SECOND, amount=Decimal("0.00")),
        Instalment(due_on=SECOND, amount=Decimal("49.99")),
    ]
    with pytest.raises(InvalidInput) as raised:
        shop.run(lambda tx: agree(tx, invoice.id, wrong))
    assert [fault.path for fault in raised.value.faults] == [
        "instalments[0].due_on",
        "instalments[1].amount",
        "instalments[2].due_on",
        "instalments",
    ]
    for amount in ("NaN", "33.335"):
        with pytest.raises(InvalidInput):
            shop.run(lambda tx, a=amount: agree(tx, invoice.id, [Instalment(due_on=FIRST, amount=Decimal(a))] * 2))


def test_what_is_not_owed_has_no_instalments(shop: Shop) -> None:
    invoice = shop.issue("100.00")
    pay(shop, invoice, "100.00")
    with pytest.raises(Conflict):
        shop.run(lambda tx: agree(tx, invoice.id, three()))
