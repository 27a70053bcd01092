"""An invoice as plain data for a template: text only, amounts and dates as people of that language write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from larabill_billing.invoicing.model import Invoice, InvoiceLine, InvoiceState
from larabill_core.money import Money, format_money, quantize


def invoice_context(invoice: Invoice, state: InvoiceState) -> dict[str, Any]:
    """What `Documents.render("invoice.html", …)` gets.

    Keys: number, status, issued_on, due_on, currency, language, seller and buyer (name, company, address, country,
    tax_id), lines (description, period, quantity, unit_price, amount), total, balance.
    """
    language = invoice.language
    return {
        "number": invoice.number,
        "status": state.status.value,
        "issued_on": _day(invoice.issued_on, language),
        "due_on": _day(invoice.due_on, language),
        "currency": invoice.currency,
        "language": language,
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "lines": [_line(line, invoice.currency, language) for line in invoice.lines],
        "total": _amount(invoice.total, invoice.currency, language),
        "balance": _amount(state.balance, invoice.currency, language),
    }


def _party(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": snapshot["name"],
        "company": snapshot.get("company", ""),
        "address": list(snapshot["address"]),
        "country": snapshot["country"],
        "tax_id": snapshot["tax_id"],
    }


def _line(line: InvoiceLine, currency: str, language: str) -> dict[str, str]:
    return {
        "description": line.description,
        "period": _period(line, language),
        "quantity": str(line.quantity),
        "unit_price": _unit_price(line.unit_price, currency, language),
        "amount": _amount(line.amount, currency, language),
    }


def _period(line: InvoiceLine, language: str) -> str:
    """First and last day: people do not read half-open periods."""
    if line.period_start is None or line.period_end is None or line.period_end <= line.period_start:
        return ""
    last = date.fromordinal(line.period_end.toordinal() - 1)
    return f"{_day(line.period_start, language)} – {_day(last, language)}"


def _day(day: date, language: str) -> str:
    from babel.dates import format_date

    return format_date(day, format="medium", locale=language.replace("-", "_"))


def _amount(amount: Decimal, currency: str, language: str) -> str:
    return format_money(Money(amount, currency), language)


def _unit_price(price: Decimal, currency: str, language: str) -> str:
    """As money where it has no more digits than money has; else every digit (usage costs less than a cent)."""
    rounded = quantize(price, currency)
    return _amount(rounded, currency, language) if rounded == price else f"{price.normalize():f} {currency}"
