"""Charging by ourselves: when the policy says, with its gaps, never after a hard decline, never too often (F38)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.billing.dunning.late import (
    DUE_DAY_OVER,
    ISSUED,
    attempt_days,
    attempts,
    ladder,
    overdue,
    owed,
    statuses,
)
from tests.billing.market import CATALOG, Market

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.dunning.collect import collect
from larabill_billing.subscriptions.collect import InvoiceToCollect
from larabill_core.errors import InvalidInput
from larabill_core.published import PaymentMethodNeeded

OpenMarket = Callable[..., Market]
GAPS = {"retries": ["2d", "5d", "7d", "7d"], "overdue": ladder(("10d", "suspend"), ("60d", "end"))}


def unpaid(market: Market, token: str) -> None:
    """A second month that this method does not pay, on the day of its issue."""
    market.pay_order()
    market.method(token)
    market.clock.set(ISSUED)
    market.work()


def test_gaps_count_from_the_attempt_before_and_come_to_an_end(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": GAPS})
    unpaid(market, "pm_insufficient")
    market.go(days=28)
    assert attempt_days(market) == [0, 2, 7, 14, 21]
    assert market.unfinished() == []
    assert market.violations() == []


def test_an_attempt_that_pays_is_the_last(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": GAPS})
    unpaid(market, "pm_insufficient")
    market.go(days=5)
    market.method("pm_ok")
    market.work()
    market.go(days=20)
    assert attempt_days(market) == [0, 2, 5]
    assert attempts(market)[-1].status == "captured"


def test_after_a_downtime_each_gap_is_kept(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": GAPS})
    unpaid(market, "pm_insufficient")
    market.clock.advance(timedelta(days=6))
    market.work()
    assert attempt_days(market) == [0, 6]
    market.go(days=4)
    assert attempt_days(market) == [0, 6]
    market.go(days=1)
    assert attempt_days(market) == [0, 6, 11]


def test_a_hard_decline_is_not_tried_again_and_another_method_is_asked_for_once(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": GAPS})
    unpaid(market, "pm_stolen")
    asked = market.heard("pretend.needed", PaymentMethodNeeded)
    first = owed(market)
    assert [event.invoice_id for event in asked] == [first]
    market.go(days=27)
    assert attempt_days(market) == [0]
    assert len(market.heard("pretend.needed", PaymentMethodNeeded)) == 1
    market.go(days=5)
    assert attempt_days(market) == [0], "the next invoice is not charged to it either"
    assert first not in [event.invoice_id for event in market.heard("pretend.needed", PaymentMethodNeeded)[-1:]]


def test_a_ladder_with_a_retry_spares_a_method_that_was_declined_for_good(market: Market) -> None:
    unpaid(market, "pm_stolen")
    market.go(days=14)
    assert attempt_days(market) == [0]


def test_a_new_default_method_is_charged_at_once(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": GAPS})
    unpaid(market, "pm_stolen")
    market.go(days=3)
    market.method("pm_ok")
    market.work()
    assert attempt_days(market) == [0, 3]
    assert [state.status for _, state in market.invoices()] == ["paid", "paid"]


def test_a_new_method_is_not_charged_for_what_was_never_charged_or_overdue(market: Market) -> None:
    market.pay_order()
    market.clock.set(ISSUED)
    market.work()
    market.method("pm_ok")
    market.work()
    assert attempts(market) == []


def test_each_method_has_the_gaps_for_itself(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"retries": ["2d"], "overdue": []}})
    unpaid(market, "pm_insufficient")
    market.go(days=10)
    market.method("pm_declined")
    market.work()
    market.go(days=10)
    assert attempt_days(market) == [0, 2, 10, 12]


def test_collection_on_the_due_day(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"collect": "due"}})
    unpaid(market, "pm_ok")
    assert attempts(market) == []
    market.clock.set(DUE_DAY_OVER - timedelta(days=1, seconds=1))
    market.work()
    assert attempts(market) == []
    market.clock.advance(timedelta(seconds=1))
    market.work()
    assert [payment.status for payment in attempts(market)] == ["captured"]


def several(market: Market, count: int) -> None:
    """So many agreements with an unpaid invoice each, of a customer whose card is declined."""
    for _ in range(count):
        market.pay_order()
    market.method("pm_insufficient")
    market.clock.set(ISSUED)
    market.work()


def test_all_invoices_together_see_so_many_attempts_a_day(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"attempts_a_day": 2, "retries": ["3h", "3h", "3h"], "overdue": []}})
    several(market, 3)
    assert attempt_days(market) == [0, 0]
    market.go(hours=23)
    assert attempt_days(market) == [0, 0]
    market.go(days=10)
    days = attempt_days(market)
    assert len(days) == 12
    assert all(sum(first <= other < first + 1 for other in days) <= 2 for first in days)
    assert market.unfinished() == []


def test_a_card_that_pays_is_charged_for_everything(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"attempts_a_day": 1}})
    for _ in range(3):
        market.pay_order()
    market.method("pm_ok")
    market.clock.set(ISSUED)
    market.work()
    market.go(hours=2)
    assert [payment.status for payment in attempts(market)] == ["captured"] * 3


def test_threads_that_collect_together_keep_to_the_limit(open_market: OpenMarket) -> None:
    market = open_market(dunning={"default": {"attempts_a_day": 2, "overdue": []}})
    for _ in range(6):
        market.pay_order()
    market.clock.set(ISSUED)
    market.work()
    market.method("pm_insufficient")
    waiting = [state.invoice_id for _, state in market.invoices() if state.status == "issued"]
    together = threading.Barrier(len(waiting))

    def ask(invoice_id: object) -> None:
        together.wait()
        market.run(lambda tx: collect(tx, InvoiceToCollect(invoice_id=invoice_id)))  # type: ignore[arg-type]

    threads = [threading.Thread(target=ask, args=(invoice_id,)) for invoice_id in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(attempts(market)) == 2


def test_the_policy_of_the_group_comes_before_that_of_the_plan(open_market: OpenMarket) -> None:
    patient = {"groups": ["friends"], "overdue": ladder(("20d", "suspend"))}
    market = open_market(dunning={"patient": patient, "strict": {"overdue": ladder(("1d", "suspend"))}})
    market.engine.billing.customers.set_group(market.seller, market.customer, "friends")
    order = overdue(market)
    market.go(days=19)
    assert statuses(market, order)[0] == "past_due"
    market.go(days=2)
    assert statuses(market, order)[0] == "suspended"


@pytest.mark.parametrize(("minimum", "opened"), [("5.00", True), ("5.01", False)])
def test_nobody_is_dunned_for_less_than_the_minimum(open_market: OpenMarket, minimum: str, opened: bool) -> None:
    market = open_market(overdue_minimum={"EUR": minimum})
    order = overdue(market)
    assert statuses(market, order)[0] == ("past_due" if opened else "active")
    market.go(days=33)
    assert statuses(market, order)[0] == ("ended" if opened else "past_due"), "two months come to more"


def test_who_has_paid_all_but_a_little_is_left_alone(open_market: OpenMarket) -> None:
    market = open_market(overdue_minimum={"EUR": "1.00"})
    order = overdue(market)
    market.go(days=12)
    assert statuses(market, order) == ("suspended", ["suspended"])
    market.pay(owed(market), "4.50")
    assert statuses(market, order) == ("suspended", ["suspended"])
    market.go(days=18)
    assert statuses(market, order) == ("active", ["active"])
    assert market.violations() == []


def test_a_plan_names_its_policy_and_one_that_there_is(open_market: OpenMarket) -> None:
    market = open_market(dunning={"strict": {"overdue": ladder(("1d", "suspend"))}})
    text = CATALOG.replace('code = "web"\n', 'code = "web"\ndunning = "strict"\n')
    market.engine.billing.catalog.load(market.seller, parse_catalog(text))
    order = overdue(market)
    market.go(days=2)
    assert statuses(market, order)[0] == "suspended"
    with pytest.raises(InvalidInput) as raised:
        market.engine.billing.catalog.load(market.seller, parse_catalog(text.replace("strict", "gone")))
    assert [fault.path for fault in raised.value.faults] == ["plans[0].dunning"]
