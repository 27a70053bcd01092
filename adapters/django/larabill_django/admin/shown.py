"""How values look in the admin."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale


def money(amount: Decimal | None, currency: str) -> str:
    """In the reader's language, with the currency's own decimals."""
    if amount is None:
        return ""
    return format_currency(amount, currency, locale=to_locale(get_language() or "en"))


def number(value: Decimal | None) -> str:
    """Without the zeros of the column's scale."""
    return "" if value is None else f"{value.normalize():f}"


def number_of(invoice: Any) -> str:
    """The invoice's number; none while the job that gives it waits."""
    numbered = getattr(invoice, "numbered", None)
    return str(numbered) if numbered is not None else ""
