"""An invoice as plain data for a template: text only, amounts and dates as people of that language write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from larabill_billing.invoicing.model import Invoice, InvoiceLine, InvoiceState, TaxSubtotal
from larabill_core.money import Money, format_money, quantize


def invoice_context(invoice: Invoice, state: InvoiceState) -> dict[str, Any]:
    """What `Documents.render("invoice.html", …)` gets.

    Keys: number, status, issued_on, due_on, currency, language, seller and buyer (name, company, address, country,
    tax_id), lines (description, period, quantity, unit_price, amount, explanation), net, taxes (rate, base, tax),
    total, balance. A line has an explanation where its amount is more than quantity times price; it is in English, and
    so only on English documents. Without tax there are no `taxes`.
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
        "net": _amount(invoice.net, invoice.currency, language),
        "taxes": [_tax(each, invoice.currency, language) for each in invoice.taxes if invoice.tax],
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
        "quantity": _number(line.quantity, language),
        "unit_price": _unit_price(line.unit_price, currency, language),
        "amount": _amount(line.amount, currency, language),
        "explanation": line.explain() if line.trace and language.startswith("en") else "",
    }


def _tax(subtotal: TaxSubtotal, currency: str, language: str) -> dict[str, str]:
    return {
        "rate": f"{_number(subtotal.rate, language)} %",
        "base": _amount(subtotal.base, currency, language),
        "tax": _amount(subtotal.tax, currency, language),
    }


def _number(value: Decimal, language: str) -> str:
    """Every digit that counts, and no more."""
    from babel.numbers import format_decimal

    return format_decimal(value, format="#,##0.############", locale=language.replace("-", "_"))


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
