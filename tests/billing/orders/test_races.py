"""Orders under concurrency: one order for one `order_uuid`, one release for however many deliveries (F35, I7)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tests.billing.market import Market

from larabill_billing.orders.reactions import on_invoice_paid
from larabill_core.published import InvoicePaid, OrderReleased


def at_once(count: int, work: Callable[[], Any]) -> list[Any]:
    """What came of each; an error is an answer too."""
    together = threading.Barrier(count)
    answers: list[Any] = []

    def run() -> None:
        together.wait()
        try:
            answers.append(work())
        except Exception as problem:
            answers.append(problem)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_order_uuid_is_one_order_however_many_ask(market: Market) -> None:
    wanted = market.wanted()
    placed = at_once(6, lambda: market.engine.billing.orders.place(market.seller, wanted).id)
    assert len(placed) == 6
    assert len(set(placed)) == 1
    assert len(market.invoices()) == 1
    assert market.violations() == []


def test_many_deliveries_of_a_payment_release_once(market: Market) -> None:
    order = market.place()
    balance = market.run(lambda tx: tx.billing.invoices.state(order.invoice_id)).balance
    market.engine.billing.payments.record_manual(market.seller, order.invoice_id, balance, "transfer 1")
    event = InvoicePaid(
        seller_id=market.seller,
        occurred_at=market.clock.now(),
        invoice_id=order.invoice_id,
        customer_id=market.customer,
    )
    assert at_once(6, lambda: market.run(lambda tx: on_invoice_paid(tx, event))) == [None] * 6
    market.work()
    assert len(market.heard("pretend.activate", OrderReleased)) == 1
    assert market.violations() == []
