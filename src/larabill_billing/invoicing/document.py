"""Documents as plain data for a template: text only, amounts and dates as people of that language write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from larabill_billing.discounts.model import Allowance
from larabill_billing.invoicing.model import (
    DocumentAllowance,
    DocumentType,
    Invoice,
    InvoiceLine,
    InvoiceState,
    InvoiceStatus,
    TaxSubtotal,
)
from larabill_billing.invoicing.statements import Statement
from larabill_core.money import Money, format_money, quantize


def invoice_context(invoice: Invoice, state: InvoiceState, preceding: Invoice | None = None) -> dict[str, Any]:
    """What `Documents.render("invoice.html", …)` gets, of every type of document.

    Keys: type, number, status (a credit note's is "credited"), issued_on, due_on, currency, language,
    purchase_order, note, terms, preceding (type, number, issued_on; or null), seller and buyer (name, company,
    address, country, tax_id, email, phone, registration), lines (description, period, quantity, unit_price, amount,
    explanation, allowances), gross (the sum of the lines, where the document has allowances), allowances (reason,
    amount), net, taxes (name, rate, base, tax, reason), total, paid (what was paid of it, if some was), balance. A
    line has an explanation where its amount is more than quantity times price; it is in English, and so only on
    English documents. Without tax, and without a reason why there is none, there are no `taxes`.
    """
    language, currency = invoice.language, invoice.currency
    credit = invoice.type is DocumentType.CREDIT_NOTE
    settled = Decimal(0) if credit or state.status is InvoiceStatus.VOID else invoice.total - state.balance
    return {
        "type": invoice.type.value,
        "number": invoice.number,
        "status": "credited" if credit else state.status.value,
        "issued_on": _day(invoice.issued_on, language),
        "due_on": _day(invoice.due_on, language),
        "currency": currency,
        "language": language,
        "purchase_order": invoice.purchase_order,
        "note": invoice.note,
        "terms": invoice.terms,
        "preceding": None
        if preceding is None
        else {
            "type": preceding.type.value,
            "number": preceding.number,
            "issued_on": _day(preceding.issued_on, language),
        },
        "seller": _party(invoice.seller),
        "buyer": _party(invoice.buyer),
        "lines": [_line(line, currency, language) for line in invoice.lines],
        "gross": _amount(sum((line.amount for line in invoice.lines), Decimal(0)), currency, language),
        "allowances": [_document_allowance(each, currency, language) for each in invoice.allowances],
        "net": _amount(invoice.net, currency, language),
        "taxes": [_tax(each, currency, language) for each in invoice.taxes if invoice.tax or each.reason],
        "total": _amount(invoice.total, currency, language),
        "paid": _amount(settled, currency, language) if settled else "",
        "balance": _amount(state.balance, currency, language),
    }


def statement_context(
    statement: Statement, seller: Mapping[str, Any], buyer: Mapping[str, Any], language: str
) -> dict[str, Any]:
    """What `Documents.render("statement.html", …)` gets; `seller` and `buyer` as on an invoice.

    Keys: first, last, currency, language, seller, buyer, opening, lines (on, what, number, amount, balance), closing,
    documents, payments, credits.
    """
    currency = statement.currency
    return {
        "first": _day(statement.first, language),
        "last": _day(statement.last, language),
        "currency": currency,
        "language": language,
        "seller": _party(seller),
        "buyer": _party(buyer),
        "lines": [
            {
                "on": _day(line.on, language),
                "what": line.what.value,
                "number": line.number,
                "amount": _amount(line.amount, currency, language),
                "balance": _amount(line.balance, currency, language),
            }
            for line in statement.lines
        ],
        **{
            name: _amount(getattr(statement, name), currency, language)
            for name in ("opening", "documents", "payments", "credits", "closing")
        },
    }


def _party(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Documents of before may lack what later ones have."""
    names = ("company", "email", "phone", "registration")
    return {
        "name": snapshot["name"],
        "address": list(snapshot["address"]),
        "country": snapshot["country"],
        "tax_id": snapshot["tax_id"],
        **{name: snapshot.get(name, "") for name in names},
    }


def _line(line: InvoiceLine, currency: str, language: str) -> dict[str, Any]:
    return {
        "description": line.description,
        "period": _period(line, language),
        "quantity": _number(line.quantity, language),
        "unit_price": _unit_price(line.unit_price, currency, language),
        "amount": _amount(line.amount, currency, language),
        "explanation": line.explain() if line.trace and language.startswith("en") else "",
        "allowances": [_allowance(each, currency, language) for each in line.allowances],
    }


def _allowance(each: Allowance, currency: str, language: str) -> dict[str, str]:
    return {"reason": _reason(each.reason, each.percent, language), "amount": _amount(-each.amount, currency, language)}


def _document_allowance(each: DocumentAllowance, currency: str, language: str) -> dict[str, str]:
    return {"reason": _reason(each.reason, each.percent, language), "amount": _amount(-each.amount, currency, language)}


def _reason(reason: str, percent: Decimal | None, language: str) -> str:
    return reason if percent is None else f"{reason} ({_number(percent, language)} %)"


def _tax(subtotal: TaxSubtotal, currency: str, language: str) -> dict[str, str]:
    return {
        "name": subtotal.name,
        "rate": f"{_number(subtotal.rate, language)} %",
        "base": _amount(subtotal.base, currency, language),
        "tax": _amount(subtotal.tax, currency, language),
        "reason": subtotal.reason,
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
    return _amount(rounded, currency, language) if rounded == price else f"{_number(price, language)} {currency}"
