"""Instalments are collected on their due days, once each; who misses one owes the rest."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import attrs
import pytest
from tests.billing.market import Market

from larabill_billing.invoicing.instalments import divided
from larabill_billing.invoicing.model import InvoiceStatus
from larabill_billing.payments.model import Payment
from larabill_billing.payments.policies import PlanPolicy


def agreed(market: Market) -> tuple[UUID, list[date]]:
    """An order whose invoice is paid in three instalments, a month apart, and the days of these."""
    order = market.place()
    assert order.invoice_id is not None
    state = market.run(lambda tx: tx.billing.invoices.state(order.invoice_id))
    first = market.clock.now().date() + timedelta(days=2)
    days = [first, first + timedelta(days=30), first + timedelta(days=60)]
    parts = divided(state.balance, "EUR", days)
    market.engine.billing.invoices.agree_plan(market.seller, order.invoice_id, parts)
    return order.invoice_id, days


def payments(market: Market, invoice_id: UUID) -> list[Payment]:
    found: list[Payment] = market.run(lambda tx: tx.billing.payments.for_invoices([invoice_id]))
    return found


def test_each_instalment_is_charged_once_on_its_day(market: Market) -> None:
    market.method()
    invoice_id, days = agreed(market)
    total = market.engine.billing.invoices.get(market.seller, invoice_id)[0].total
    market.go(days=1)
    assert payments(market, invoice_id) == []
    market.go(days=65)
    made = payments(market, invoice_id)
    assert [each.status for each in made] == ["captured"] * 3
    assert sum((each.amount for each in made), Decimal(0)) == total
    assert [each.created_at.date() for each in made] == days
    assert market.run(lambda tx: tx.billing.invoices.state(invoice_id)).status is InvoiceStatus.PAID
    assert market.violations() == []
    assert market.unfinished() == []


@pytest.mark.parametrize("grace", [timedelta(days=5), None])
def test_who_misses_an_instalment_owes_the_rest(market: Market, grace: timedelta | None) -> None:
    settings = market.engine.manifest.settings
    settings["billing"] = attrs.evolve(settings["billing"], payment_plans=PlanPolicy(grace=grace))
    invoice_id, days = agreed(market)
    market.go(days=6)
    assert market.engine.billing.invoices.plan(market.seller, invoice_id) is not None
    market.go(days=6)
    _, state = market.engine.billing.invoices.get(market.seller, invoice_id)
    plan = market.engine.billing.invoices.plan(market.seller, invoice_id)
    assert (plan is None) is (grace is not None)
    assert state.due_on == days[0]
    assert market.violations() == []
