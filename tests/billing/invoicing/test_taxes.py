"""Tax on documents: by the customer's country, on top of prices or within them, and in the ledger (I4, I11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.billing.market import Market, open_market

from larabill_billing.customers.model import NewCustomer
from larabill_billing.invoicing.document import invoice_context
from larabill_billing.invoicing.explain import recompute
from larabill_billing.invoicing.model import TaxSubtotal

__all__ = ["open_market"]

OpenMarket = Callable[..., Market]


VAT: dict[str, Any] = {"country": "DE", "rate": "19", "name": "USt"}


def test_tax_is_added_to_prices(open_market: OpenMarket) -> None:
    market = open_market(taxes=[VAT])
    order = market.place()
    ((listed, state),) = market.invoices()
    invoice = market.run(lambda tx: tx.billing.invoices.get(listed.id))
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("14.00"), Decimal("2.66"), Decimal("16.66"))
    assert state.balance == Decimal("16.66")
    assert invoice.taxes == (
        TaxSubtotal(
            category="S", rate=Decimal(19), base=Decimal("14.00"), tax=Decimal("2.66"), name="USt", jurisdiction="DE"
        ),
    )
    assert [(line.amount, line.tax_category, line.tax_rate) for line in invoice.lines] == [
        (Decimal("5.00"), "S", Decimal(19)),
        (Decimal("9.00"), "S", Decimal(19)),
    ]
    assert [recompute(line) for line in invoice.lines] == [Decimal("5.00"), Decimal("9.00")]
    assert balances(market) == {
        "receivable": Decimal("16.66"),
        "deferred_revenue": Decimal("-5.00"),  # the period; the set-up fee is earned
        "revenue": Decimal("-9.00"),
        "tax_payable:DE": Decimal("-2.66"),
    }
    assert invoice_context(invoice, state)["taxes"][0]["rate"] == "19 %"
    market.pay(order.invoice_id)
    market.go(days=28)
    assert [each.total for each, _ in market.invoices()] == [Decimal("16.66"), Decimal("5.95")]
    assert market.violations() == []


def test_tax_is_held_in_prices(open_market: OpenMarket) -> None:
    market = open_market(taxes=[{**VAT, "inclusive": True}])
    market.place()
    ((listed, _),) = market.invoices()
    invoice = market.run(lambda tx: tx.billing.invoices.get(listed.id))
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("11.76"), Decimal("2.24"), Decimal("14.00"))
    assert sum(line.amount for line in invoice.lines) == invoice.net
    assert balances(market)["tax_payable:DE"] == Decimal("-2.24")
    assert market.violations() == []


@pytest.mark.parametrize(
    ("country", "tax", "category"), [("DE", "2.66", "S"), ("FR", "2.80", "S"), ("CH", "0.00", "G")]
)
def test_the_country_decides_the_rate(open_market: OpenMarket, country: str, tax: str, category: str) -> None:
    market = open_market(taxes=[VAT, {"country": "CH", "rate": "0", "category": "G"}, {"rate": "20"}])
    there = NewCustomer(name="Bo", email="bo@example.com", country=country)
    customer = market.engine.billing.customers.create(market.seller, there)
    market.place(customer_id=customer.id)
    ((invoice, _),) = market.invoices()
    assert invoice.tax == Decimal(tax)
    assert [each.category for each in invoice.taxes] == [category]
    assert market.violations() == []


def test_a_country_without_a_rule_is_outside_the_scope(open_market: OpenMarket) -> None:
    market = open_market(taxes=[{**VAT, "country": "FR"}])
    market.place()
    ((invoice, _),) = market.invoices()
    assert (invoice.tax, invoice.total) == (Decimal(0), Decimal("14.00"))
    assert [(each.category, each.rate) for each in invoice.taxes] == [("O", Decimal(0))]
    assert market.violations() == []


def test_a_void_gives_the_tax_back(open_market: OpenMarket) -> None:
    market = open_market(taxes=[VAT])
    order = market.place()
    market.engine.billing.orders.cancel(market.seller, order.id)
    assert balances(market) == {}
    assert market.violations() == []


def balances(market: Market) -> dict[str, Decimal]:
    found = market.run(lambda tx: tx.billing.ledger.trial_balance())
    return {line.account: line.balance for line in found if line.balance}
