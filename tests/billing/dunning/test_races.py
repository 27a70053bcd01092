"""Whoever comes first, and on every database: what is paid runs, and each step is taken once (I9)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.billing.dunning.late import case, day, overdue, owed, statuses
from tests.billing.market import Market
from tests.databases import KINDS

from larabill_billing.credits.handlers import grant
from larabill_billing.dunning.collect import collect
from larabill_billing.dunning.run import Onwards, dun_seller
from larabill_billing.dunning.take import take_services
from larabill_billing.orders.model import Order
from larabill_billing.subscriptions.collect import InvoiceToCollect
from larabill_core.errors import AlreadyExists, Conflict, NotFound
from larabill_core.ids import new_id
from larabill_core.messages import Nothing


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Races are run on all databases, always."""
    return str(request.param)


def together(*deeds: Callable[[], Any]) -> None:
    """Each in a thread of its own, begun at once; what one of them raises is raised."""
    barrier, problems = threading.Barrier(len(deeds)), list[BaseException]()

    def run(deed: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            deed()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem


def take(market: Market) -> None:
    """One run of dunning, with all that takes something away."""
    market.run(lambda tx: dun_seller(tx, Onwards()))
    market.run(lambda tx: take_services(tx, Nothing()))


def due_to_be_suspended(market: Market) -> tuple[Order, UUID]:
    order = overdue(market)
    day(market, 9)
    market.clock.advance(market.run(lambda tx: tx.billing.dunning.page())[0].next_at - market.clock.now())
    return order, owed(market)


def settle(market: Market) -> None:
    for _ in range(3):
        market.go(hours=1)


def pay(market: Market, invoice_id: UUID) -> None:
    balance = market.run(lambda tx: tx.billing.invoices.state(invoice_id)).balance
    market.engine.billing.payments.record_manual(market.seller, invoice_id, balance, f"transfer {new_id().hex}")


@pytest.mark.parametrize("way", ["transfer", "credit", "card"])
def test_what_is_paid_while_it_is_suspended_runs(market: Market, way: str) -> None:
    """By a transfer, out of credit, or by a card that was stored at that moment."""
    order, invoice_id = due_to_be_suspended(market)
    if way == "credit":
        market.run(lambda tx: grant(tx, market.customer, Decimal("5.00"), "EUR", "goodwill", new_id()))
    elif way == "card":
        market.method("pm_ok")
        market.run(lambda tx: tx.billing.gateway_accounts.heard("pay", tx.now))

    def bring_money() -> None:
        if way == "transfer":
            pay(market, invoice_id)
        else:
            market.run(lambda tx: collect(tx, InvoiceToCollect(invoice_id=invoice_id)))

    together(bring_money, lambda: take(market), market.work)
    settle(market)
    assert statuses(market, order) == ("active", ["active"])
    assert market.run(lambda tx: tx.billing.invoices.state(invoice_id)).status == "paid"
    assert market.unfinished() == []


def test_a_promise_that_races_a_suspension_is_heard_first_or_afterwards(market: Market) -> None:
    order, invoice_id = due_to_be_suspended(market)
    until = market.clock.now().date() + timedelta(days=1)
    dunning = market.engine.billing.dunning
    together(lambda: dunning.promise(market.seller, invoice_id, until, "Ada"), lambda: take(market))
    found = case(market)
    assert found.paused_at is not None
    assert found.steps == (3 if market.subscription(order).status == "suspended" else 2)
    settle(market)
    assert case(market).steps == found.steps
    pay(market, invoice_id)
    settle(market)
    assert statuses(market, order) == ("active", ["active"])


def test_pauses_and_resumptions_at_once_leave_one_state(market: Market) -> None:
    overdue(market)
    invoice_id = owed(market)
    dunning = market.engine.billing.dunning

    def often(deed: Callable[..., Any], *more: str) -> None:
        for _ in range(5):
            try:
                deed(market.seller, invoice_id, *more)
            except (AlreadyExists, NotFound, Conflict):
                continue

    together(
        lambda: often(dunning.pause, "wait"),
        lambda: often(dunning.pause, "wait"),
        lambda: often(dunning.resume),
        lambda: take(market),
    )
    stands = market.run(lambda tx: tx.billing.pauses.open_for([invoice_id]))
    assert (case(market).paused_at is not None) == bool(stands)


def test_two_runs_at_once_take_each_step_once(market: Market) -> None:
    overdue(market)
    for days in (3, 5, 10):
        day(market, days - 1)
        steps = case(market).steps
        market.clock.advance(market.run(lambda tx: tx.billing.dunning.page())[0].next_at - market.clock.now())
        together(*[lambda: take(market)] * 3)
        assert case(market).steps <= steps + 1
        take(market)
        assert case(market).steps == steps + 1
