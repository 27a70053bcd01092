"""Limits of coupons hold whoever comes at once (F39): on every database, always."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.billing.subscriptions.conftest import OpenStage, open_stage
from tests.billing.subscriptions.stage import Stage, item
from tests.databases import KINDS

from larabill_billing.customers.model import NewCustomer
from larabill_core.errors import Conflict, InvalidInput

__all__ = ["open_stage"]

SERVERS = [kind for kind in KINDS if kind != "sqlite"]


def at_once(work: list[Callable[[], Any]]) -> list[Any]:
    """What came of each; an error is an answer too."""
    together = threading.Barrier(len(work))
    answers: list[Any] = []

    def run(one: Callable[[], Any]) -> None:
        together.wait()
        try:
            answers.append(one())
        except Exception as problem:
            answers.append(problem)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def race(stage: Stage, takers: int, uses: int, *, customers: int, **terms: Any) -> None:
    """`takers` orders at once of a coupon with `uses` uses: so many have it, and nobody else was charged."""
    data = {"name": "Race", "codes": ["RACE"], "percent": "50", **terms}
    made = stage.engine.billing.coupons.create(stage.seller, data)
    buyers = [
        stage.engine.billing.customers.create(
            stage.seller, NewCustomer(name=f"c{n}", email=f"c{n}@example.com", country="DE")
        ).id
        for n in range(customers)
    ]

    def order(number: int) -> Any:
        return lambda: stage.order(item("secs"), codes=("race",), customer_id=buyers[number % customers])

    answers = at_once([order(number) for number in range(takers)])
    refused = [each for each in answers if isinstance(each, Conflict | InvalidInput)]
    placed = [each for each in answers if not isinstance(each, Exception)]
    assert (len(placed), len(refused)) == (uses, takers - uses), answers
    assert stage.engine.billing.coupons.get(stage.seller, made.id)[0].uses == uses
    assert len(stage.engine.billing.coupons.redemptions(stage.seller)) == uses
    assert len(stage.invoices()) == uses
    assert stage.violations() == []


@pytest.mark.parametrize("database_kind", SERVERS, indirect=True)
def test_64_threads_and_10_uses(open_stage: OpenStage) -> None:
    race(open_stage(), 64, 10, customers=64, limit=10)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_16_threads_and_3_uses(open_stage: OpenStage) -> None:
    race(open_stage(), 16, 3, customers=16, limit=3)


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_one_customer_at_once_with_themselves(open_stage: OpenStage) -> None:
    race(open_stage(), 16, 2, customers=1, limit_per_customer=2)


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_a_use_comes_back_once_however_many_give_it_back(open_stage: OpenStage) -> None:
    stage = open_stage()
    made = stage.engine.billing.coupons.create(
        stage.seller, {"name": "Race", "codes": ["RACE"], "percent": "50", "limit": 5}
    )
    order = stage.order(item("secs"), codes=("race",))
    billing = stage.engine.billing

    def void() -> Any:
        return billing.invoices.void(stage.seller, order.invoice_id, "a mistake")

    def cancel() -> Any:
        return billing.orders.cancel(stage.seller, order.id)

    at_once([void, cancel] * 4)
    assert billing.coupons.get(stage.seller, made.id)[0].uses == 0
    assert [each.status for each in billing.coupons.redemptions(stage.seller)] == ["returned"]
    assert stage.violations() == []


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_what_a_customer_has_for_once_is_taken_off_one_of_many_orders(open_stage: OpenStage) -> None:
    stage = open_stage()
    billing = stage.engine.billing
    billing.coupons.create(stage.seller, {"name": "Once", "codes": ["ONCE"], "percent": "50"})
    stage.agree(item("duo"))
    billing.coupons.apply(stage.seller, "once", customer_id=stage.customer)
    at_once([lambda: stage.order(item("duo"))] * 8)
    assert sorted(f"{invoice.total:.2f}" for invoice, _ in stage.invoices()) == ["12.50", *["25.00"] * 8]
    assert [each.cycles_left for each in billing.coupons.redemptions(stage.seller)] == [0]
    assert stage.violations() == []
