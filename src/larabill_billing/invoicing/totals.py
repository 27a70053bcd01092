"""What a document comes to: pure, the same for a preview and for the invoice (I13)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

import attrs

from larabill_billing.invoicing.model import Charge, ChargeKind, TaxSubtotal
from larabill_billing.settings import BillingSettings, TaxRule
from larabill_billing.tax.calculate import calculate
from larabill_billing.tax.model import TaxCategory, TaxRate

TO_CREDIT: Final = "To your credit balance"


@attrs.frozen
class Totals:
    """What each charge comes to without tax, its rate, and the sums of all.

    `credit` is what of them goes to the customer's balance.
    """

    nets: tuple[Decimal, ...]
    rates: tuple[TaxRate, ...]
    taxes: tuple[TaxSubtotal, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    credit: Decimal


def totals(charges: Sequence[Charge], currency: str, rate: TaxRate) -> Totals:
    """What these charges come to at the customer's rate. What goes to the balance is not taxed again."""
    amounts = [charge.amount for charge in charges]
    credits = [charge.amount for charge in charges if charge.kind is ChargeKind.CREDIT]
    rates = (rate,) * len(amounts)
    if credits:
        outside = _outside(rate.inclusive)
        rates = tuple(outside if charge.kind is ChargeKind.CREDIT else rate for charge in charges)
    taxed = calculate(amounts, rates, currency)
    subtotals = [
        TaxSubtotal(category=each.rate.category.value, rate=each.rate.rate, base=each.base, tax=each.tax)
        for each in taxed.breakdown
    ]
    nets = tuple([line.net for line in taxed.lines]) if rate.inclusive else taxed.amounts
    return Totals(nets, rates, tuple(subtotals), taxed.net, taxed.tax, taxed.gross, sum(credits, Decimal(0)))


def settled(charges: Sequence[Charge], currency: str, rate: TaxRate, cause: str) -> tuple[Charge, ...]:
    """The charges of a document that asks for nothing less than nothing: the rest goes to the customer's balance."""
    if all(charge.amount >= 0 for charge in charges):
        return tuple(charges)
    due = totals(charges, currency, rate).total
    if due >= 0:
        return tuple(charges)
    credit = Charge(
        customer_id=charges[0].customer_id,
        subscription_id=charges[0].subscription_id,
        kind=ChargeKind.CREDIT,
        cause=cause,
        description=TO_CREDIT,
        quantity=Decimal(1),
        unit_price=-due,
        amount=-due,
        currency=currency,
    )
    return (*charges, credit)


def tax_rate(settings: BillingSettings, country: str) -> TaxRate:
    """The rate for customers of a country: its own rule, else the one for all, else outside the scope of tax."""
    return _rate(settings.taxes, country)


@lru_cache(maxsize=1024)
def _rate(rules: tuple[TaxRule, ...], country: str) -> TaxRate:
    for wanted in (country, ""):
        for rule in rules:
            if rule.country == wanted:
                return TaxRate(category=rule.category, rate=rule.rate, name=rule.name, inclusive=rule.inclusive)
    return _outside(False)


@lru_cache(maxsize=2)
def _outside(inclusive: bool) -> TaxRate:
    return TaxRate(category=TaxCategory.OUTSIDE, rate=Decimal(0), name="no tax", inclusive=inclusive)
