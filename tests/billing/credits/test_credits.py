"""Credit in lots: given, used by soonest expiry, expired once, taken back, never below zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.shop import Shop, fails

from larabill_billing.credits import goodwill
from larabill_billing.credits.expiry import LotToExpire, expire_lot
from larabill_billing.credits.handlers import grant, pay, spend
from larabill_billing.credits.model import Lot
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.handlers import record_manual
from larabill_billing.payments.model import Payment
from larabill_billing.payments.refunds import fail, refund
from larabill_billing.payments.top_up import charge_top_up, record_top_up
from larabill_core.errors import AlreadyExists, Conflict, InvalidInput
from larabill_core.ids import new_id
from larabill_core.money import from_minor

SOON, LATE = date(2026, 3, 1), date(2026, 6, 1)


def give(shop: Shop, amount: str, expires_on: date | None = None, **changes: Any) -> Lot:
    wanted = {"grant_uuid": new_id(), "currency": "EUR", "reason": "an outage", **changes}
    return shop.run(
        partial(goodwill.give, customer_id=shop.customer.id, amount=Decimal(amount), expires_on=expires_on, **wanted)
    )


def left(shop: Shop) -> list[Decimal]:
    lots = shop.run(lambda tx: tx.billing.credits.lot_page(customer_id=shop.customer.id))
    return [lot.remaining for lot in lots]


def test_a_use_draws_on_the_lot_that_expires_first_and_names_it(shop: Shop) -> None:
    never, late, soon = give(shop, "5.00"), give(shop, "5.00", LATE), give(shop, "5.00", SOON)
    invoice = shop.issue("7.00")
    assert shop.run(lambda tx: spend(tx, invoice.id)) == Decimal("7.00")
    assert left(shop) == [Decimal("5.00"), Decimal("3.00"), Decimal("0.00")]
    used = shop.run(lambda tx: tx.billing.credits.page(customer_id=shop.customer.id))[3:]
    assert [(each.lot_id, each.amount, each.part) for each in used] == [
        (soon.id, Decimal("-5.00"), 0),
        (late.id, Decimal("-2.00"), 1),
    ]
    (allocation,) = shop.run(lambda tx: tx.billing.invoices.allocations(invoice.id))
    assert (allocation.source_kind, {each.source_id for each in used}) == ("credit", {allocation.source_id})
    assert never.remaining == Decimal("5.00")
    assert shop.violations() == []


def test_what_expires_becomes_breakage_once_and_on_the_customers_day(shop: Shop) -> None:
    lot = give(shop, "5.00", SOON)
    invoice = shop.issue("1.50")
    shop.run(lambda tx: spend(tx, invoice.id))
    # the customer lives in Berlin's zone, where March begins at 23:00 in UTC
    shop.clock.set(datetime(2026, 2, 28, 22, 59, tzinfo=UTC))
    shop.engine.run_due()
    assert left(shop) == [Decimal("3.50")]
    shop.clock.set(datetime(2026, 2, 28, 23, 0, tzinfo=UTC))
    other = shop.issue("1.00")
    assert shop.run(lambda tx: spend(tx, other.id)) == 0
    shop.engine.run_due()
    assert left(shop) == [Decimal("0.00")]
    assert shop.balances()["breakage"] == Decimal("-3.50")
    for _ in range(2):
        shop.run(lambda tx: expire_lot(tx, LotToExpire(lot_id=lot.id)))
    assert shop.balances()["breakage"] == Decimal("-3.50")
    assert shop.violations() == []


def test_verify_finds_what_expired_and_is_still_on_the_books(shop: Shop) -> None:
    give(shop, "5.00", SOON)
    shop.clock.set(datetime(2026, 3, 4, tzinfo=UTC))
    assert [violation.kind for violation in shop.violations()] == ["credit-expired"]
    shop.engine.run_due()
    assert shop.violations() == []


def test_a_grant_is_one_however_often_it_is_sent(shop: Shop) -> None:
    grant_uuid = new_id()
    assert give(shop, "5.00", grant_uuid=grant_uuid) == give(shop, "5.00", grant_uuid=grant_uuid)
    assert shop.credit() == Decimal("5.00")
    fails(Conflict, lambda: give(shop, "6.00", grant_uuid=grant_uuid))
    assert shop.violations() == []


@pytest.mark.parametrize("amount", ["0", "-5.00", "5.001", "NaN", "Infinity", "1E+40"])
def test_an_amount_that_is_none_gives_nothing(shop: Shop, amount: str) -> None:
    problem = fails(InvalidInput, lambda: give(shop, amount))
    assert "amount" in str(problem)
    assert shop.credit() == 0


def test_every_fault_of_a_grant_is_told_at_once(shop: Shop) -> None:
    problem = fails(InvalidInput, lambda: give(shop, "5.00", currency="USD", reason=" "))
    assert {fault.path for fault in problem.faults} == {"currency", "reason"}  # type: ignore[attr-defined]
    fails(InvalidInput, lambda: give(shop, "5.00", date(2026, 1, 31)))
    fails(InvalidInput, lambda: give(shop, "5.00", reason="card 4242 4242 4242 4242"))
    assert shop.credit() == 0


def test_what_was_given_can_be_taken_back_as_far_as_it_is_left(shop: Shop) -> None:
    lot = give(shop, "5.00")
    invoice = shop.issue("2.00")
    shop.run(lambda tx: spend(tx, invoice.id))
    fails(Conflict, lambda: shop.run(lambda tx: goodwill.revoke(tx, lot.id, "a mistake", Decimal("3.01"))))
    fails(InvalidInput, lambda: shop.run(lambda tx: goodwill.revoke(tx, lot.id, "")))
    assert shop.run(lambda tx: goodwill.revoke(tx, lot.id, "a mistake", Decimal("1.00"))) == Decimal("1.00")
    assert shop.run(lambda tx: goodwill.revoke(tx, lot.id, "a mistake")) == Decimal("2.00")
    fails(Conflict, lambda: shop.run(lambda tx: goodwill.revoke(tx, lot.id, "a mistake")))
    assert shop.balances() == {"revenue": Decimal("-2.00"), "refunds": Decimal("2.00")}
    assert shop.violations() == []


def test_the_customers_own_money_is_never_taken_back(shop: Shop) -> None:
    shop.run(lambda tx: record_top_up(tx, shop.customer.id, Decimal("5.00"), "transfer 1"))
    (lot,) = shop.run(lambda tx: tx.billing.credits.lot_page(customer_id=shop.customer.id))
    fails(Conflict, lambda: shop.run(lambda tx: goodwill.revoke(tx, lot.id, "a mistake")))
    assert shop.credit() == Decimal("5.00")


def test_an_invoice_is_paid_from_credit_in_part_and_then_in_full(shop: Shop) -> None:
    give(shop, "10.00")
    invoice = shop.issue("7.00")
    assert shop.run(lambda tx: pay(tx, invoice.id, Decimal("3.00"))) == Decimal("3.00")
    assert shop.state(invoice).balance == Decimal("4.00")
    for wrong in ("4.01", "11.00"):
        fails(Conflict, lambda wrong=wrong: shop.run(lambda tx: pay(tx, invoice.id, Decimal(wrong))))  # type: ignore[misc]
    fails(InvalidInput, lambda: shop.run(lambda tx: pay(tx, invoice.id, Decimal("-1"))))
    assert shop.run(lambda tx: pay(tx, invoice.id)) == Decimal("4.00")
    assert shop.state(invoice).status is InvoiceStatus.PAID
    fails(Conflict, lambda: shop.run(lambda tx: pay(tx, invoice.id)))
    assert shop.credit() == Decimal("3.00")
    assert shop.violations() == []


def test_a_refund_draws_on_what_its_own_payment_became(shop: Shop) -> None:
    invoice = shop.issue("5.00")
    payment = shop.run(lambda tx: record_manual(tx, invoice.id, Decimal("8.00"), "transfer 1"))
    give(shop, "1.00", SOON)
    assert left(shop) == [Decimal("3.00"), Decimal("1.00")]
    shop.run(lambda tx: refund(tx, payment.id, Decimal("4.00"), "unhappy"))
    # 3.00 of the rest, and 1.00 that a credit note made credit; the gift is untouched
    assert left(shop) == [Decimal("0.00"), Decimal("1.00"), Decimal("0.00")]
    assert shop.violations() == []


def test_a_refund_that_fails_at_the_gateway_gives_the_lot_back(shop: Shop) -> None:
    method = shop.method()
    payment = shop.run(lambda tx: charge_top_up(tx, shop.customer.id, Decimal("5.00"), method.id))
    shop.work()
    pending = shop.run(lambda tx: refund(tx, payment.id, Decimal("4.00"), "unhappy"))
    assert left(shop) == [Decimal("1.00")]
    shop.run(lambda tx: fail(tx, tx.billing.refunds.get(pending.id, lock=True), "no"))
    assert left(shop) == [Decimal("5.00")]
    assert shop.violations() == []


def test_one_source_gives_credit_once(shop: Shop) -> None:
    source = new_id()

    def once() -> object:
        return shop.run(lambda tx: grant(tx, shop.customer.id, Decimal(1), "EUR", "service_abandoned", source))

    once()
    fails(AlreadyExists, once)
    assert shop.credit() == 1


AMOUNTS = st.integers(min_value=1, max_value=2000).map(lambda units: from_minor(units, "EUR"))
ACTIONS = st.sampled_from(["grant", "expiring", "top_up", "spend", "pay", "revoke", "refund", "days"])


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(ACTIONS, AMOUNTS, st.integers(0, 40)), min_size=3, max_size=16))
def test_any_sequence_keeps_the_balance_the_sum_of_lots_and_no_lot_below_zero(
    shop: Shop, steps: list[tuple[str, Decimal, int]]
) -> None:
    payments: list[Payment] = []
    for action, amount, number in steps:
        today = shop.clock.now().date()
        lots = shop.run(lambda tx: tx.billing.credits.lot_page(customer_id=shop.customer.id))
        try:
            if action == "grant":
                give(shop, str(amount))
            elif action == "expiring":
                give(shop, str(amount), today + timedelta(days=2 + number))
            elif action == "top_up":
                pay_in = partial(
                    record_top_up, customer_id=shop.customer.id, amount=amount, transfer=f"transfer {new_id()}"
                )
                payments.append(shop.run(pay_in))
            elif action == "spend":
                in_order(shop, lots, shop.run(partial(spend, invoice_id=shop.issue(str(amount)).id)))
            elif action == "pay":
                shop.run(partial(pay, invoice_id=shop.issue("10.00").id, amount=amount))
            elif action == "revoke" and lots:
                shop.run(partial(goodwill.revoke, lot_id=lots[number % len(lots)].id, reason="tried"))
            elif action == "refund" and payments:
                wanted = payments[number % len(payments)].id
                shop.run(partial(refund, payment_id=wanted, amount=amount, reason="tried"))
            elif action == "days":
                shop.clock.set(shop.clock.now() + timedelta(days=number))
                shop.engine.run_due()
        except Conflict:
            continue
    assert shop.credit() == sum(left(shop), Decimal(0))
    assert min(left(shop), default=Decimal(0)) >= 0
    assert shop.violations() == []


def in_order(shop: Shop, before: list[Lot], spent: Decimal) -> None:
    """No lot was touched while one that comes before it had something left."""
    now = dict(zip((lot.id for lot in before), left(shop), strict=False))
    order = sorted((lot for lot in before if lot.remaining), key=lambda lot: (lot.expires_on or date.max, lot.id))
    touched = [lot for lot in order if now[lot.id] < lot.remaining]
    assert sum((lot.remaining - now[lot.id] for lot in touched), Decimal(0)) == spent
    assert touched == order[: len(touched)]
    assert all(now[lot.id] == 0 for lot in touched[:-1])
