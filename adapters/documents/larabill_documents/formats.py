"""Amounts and dates as people read them (Babel); what comes in is the wire's text, never a float."""

from __future__ import annotations

import datetime
from decimal import Decimal

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context

from larabill_core.clock import parse_date
from larabill_core.money import parse_decimal


def _locale(context: Context) -> Locale:
    return Locale.parse(context["t"]["locale"])


@pass_context
def money(context: Context, amount: str, currency: str) -> str:
    """`"12.5", "EUR"` is `€12.50` in English. Unit prices keep the places that they have beyond the currency's."""
    value = _decimal(amount)
    places = value.as_tuple().exponent
    text: str
    if isinstance(places, int) and places < -2 and value != round(value, 2):
        digits = "0" * 2 + "#" * (-places - 2)
        text = format_currency(
            value, currency, format=f"¤#,##0.{digits}", locale=_locale(context), currency_digits=False
        )
    else:
        text = format_currency(value, currency, locale=_locale(context))
    return text


@pass_context
def number(context: Context, amount: str | int) -> str:
    """A quantity with the language's separators."""
    text: str = format_decimal(_decimal(str(amount)), locale=_locale(context))
    return text


@pass_context
def date(context: Context, text: str) -> str:
    """`2026-01-31` is `31 January 2026`; an instant shows its date."""
    day: datetime.date = parse_date(text[:10], "date")
    shown: str = format_date(day, format="long", locale=_locale(context))
    return shown


@pass_context
def country(context: Context, code: str) -> str:
    """The name of an ISO 3166 country; the code itself when it has none."""
    name: str | None = _locale(context).territories.get(code)
    return name or code


def _decimal(text: str) -> Decimal:
    return parse_decimal(text, places=12, path="amount")
