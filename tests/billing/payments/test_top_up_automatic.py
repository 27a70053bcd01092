"""Credit that is bought by itself: a bounded number of times a day, and never for ever (F38)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.billing.shop import Shop, fails

from larabill_billing.credits.handlers import spend
from larabill_billing.payments.model import Payment, PaymentStatus
from larabill_billing.payments.top_up import charge_top_up
from larabill_billing.payments.top_up_automatic import remove_rule, set_rule
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.jobs import NewJob

TEN = Decimal("10.00")


def ask(shop: Shop, *, times: int = 1) -> None:
    """What the schedule does each hour, and what follows."""
    for _ in range(times):
        shop.run(lambda tx: tx.enqueue(NewJob(handler="billing.top_up")))
    shop.work(0)


def rule(shop: Shop, threshold: str = "2.00") -> None:
    shop.run(lambda tx: set_rule(tx, shop.customer.id, Decimal(threshold), TEN))


def payments(shop: Shop) -> list[Payment]:
    found: list[Payment] = shop.run(lambda tx: tx.billing.payments.page(customer_id=shop.customer.id))
    return found


def test_credit_is_bought_when_less_than_the_threshold_is_left(shop: Shop) -> None:
    shop.method()
    rule(shop)
    ask(shop)
    assert shop.credit() == TEN
    ask(shop)
    assert shop.credit() == TEN
    invoice = shop.issue("8.50")
    shop.run(lambda tx: spend(tx, invoice.id))
    ask(shop)
    assert shop.credit() == Decimal("11.50")
    assert shop.violations() == []


def test_a_run_that_is_asked_for_many_times_charges_once(shop: Shop) -> None:
    shop.method()
    rule(shop)
    ask(shop, times=20)
    assert shop.credit() == TEN


def test_a_declining_card_is_tried_three_times_a_day_and_then_left_alone(shop: Shop) -> None:
    shop.method("pm_declined")
    rule(shop)
    tried = []
    for _ in range(24 * 3):
        ask(shop, times=2)
        shop.clock.set(shop.clock.now() + timedelta(hours=1))
        tried.append(len(payments(shop)))
    # it begins at noon in UTC, eleven hours before the customer's midnight: three on each of two days, and that is all
    assert (tried[10], tried[11], tried[34], tried[-1]) == (3, 4, 6, 6)
    assert {payment.status for payment in payments(shop)} == {PaymentStatus.DECLINED}
    rule(shop)
    ask(shop)
    assert len(payments(shop)) == 7


def test_without_a_rule_or_a_method_nothing_is_bought(shop: Shop) -> None:
    rule(shop)
    ask(shop)
    shop.method()
    shop.run(lambda tx: remove_rule(tx, shop.customer.id))
    ask(shop)
    assert payments(shop) == []


def test_a_second_click_is_refused_while_the_first_is_under_way(shop: Shop) -> None:
    method = shop.method()
    shop.run(lambda tx: charge_top_up(tx, shop.customer.id, TEN, method.id))
    fails(Conflict, lambda: shop.run(lambda tx: charge_top_up(tx, shop.customer.id, TEN, method.id)))
    shop.work()
    assert shop.credit() == TEN


@pytest.mark.parametrize("amount", ["0", "-1.00", "1.001", "NaN"])
def test_a_rule_of_what_is_no_amount_is_refused(shop: Shop, amount: str) -> None:
    problem = fails(
        InvalidInput, lambda: shop.run(lambda tx: set_rule(tx, shop.customer.id, Decimal(amount), Decimal(amount)))
    )
    assert {fault.path for fault in problem.faults} == {"threshold", "amount"}  # type: ignore[attr-defined]
