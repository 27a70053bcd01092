"""What the tests of dunning share: markets with policies, and time that goes on from the due day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.billing.market import Market, at

from larabill_billing.dunning.model import DunningCase
from larabill_billing.orders.model import Order
from larabill_billing.payments.model import Payment

ISSUED = at(2026, 2, 28)
DUE_DAY_OVER = at(2026, 3, 7, 23)
"""28 February + 7 days of terms, in Berlin."""


def overdue(market: Market) -> Order:
    """An order whose second month stays unpaid, on the day after its due day."""
    order = market.pay_order()
    market.clock.set(ISSUED)
    market.work()
    market.clock.set(DUE_DAY_OVER)
    market.work()
    return order


def day(market: Market, days: int) -> None:
    """So many days after the due day, everything done day by day."""
    while market.clock.now() < DUE_DAY_OVER + timedelta(days=days):
        market.go(days=1)


def case(market: Market) -> DunningCase:
    (found,) = market.run(lambda tx: tx.billing.dunning.page(open_only=False))
    return found


def statuses(market: Market, order: Order) -> tuple[str, list[str]]:
    return market.subscription(order).status, [service.status for service in market.services(order)]


def owed(market: Market) -> UUID:
    return next(invoice.id for invoice, state in market.invoices() if state.status == "issued")


def attempts(market: Market) -> list[Payment]:
    """What was charged by ourselves, oldest first."""
    found: list[Payment] = market.engine.billing.payments.list(market.seller, limit=1000)
    return [payment for payment in found if payment.account == "pay"]


def attempt_days(market: Market) -> list[float]:
    """When that was, in days after the invoice was issued."""
    return [(payment.created_at - ISSUED) / timedelta(days=1) for payment in attempts(market)]


def ladder(*steps: tuple[str, str]) -> list[dict[str, Any]]:
    """As in the manifest, from (after, do)."""
    return [{"after": after, "do": do} for after, do in steps]
