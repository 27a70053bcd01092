"""What the API takes and answers: reports. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from larabill_client.models.shared import Money


class ChurnOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Shares, 0 to 1: of agreements that ended, and of revenue that left or shrank; `net` is less what stayed
    grew.
    """

    on: date
    window_days: int
    agreements: str
    gross: str
    net: str


class MrrMonthOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Recurring revenue of a calendar month: `opening` and all moves add up to `closing`.

    `leaving` of it is cancelled; `trial` is not counted yet.
    """

    month: date
    opening: Money
    new: Money
    expansion: Money
    contraction: Money
    churn: Money
    reactivation: Money
    closing: Money
    leaving: Money
    trial: Money
    customers: int
    agreements: int
    by_plan: Mapping[str, Money]


class MrrOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Month by month."""

    items: Sequence[MrrMonthOut]


class ReceivablesList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One for each currency."""

    items: Sequence[ReceivablesOut]


class ReceivablesOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What customers owe in one currency, by how many days it is overdue: not yet, 1-30, 31-60, 61-90, more."""

    not_due: Money
    days_30: Money
    days_60: Money
    days_90: Money
    older: Money
    total: Money


class SaleOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands under one description, without tax, after discounts."""

    description: str
    net: Money


class SalesReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was sold by the documents issued in the days."""

    items: Sequence[SaleOut]


class TaxLineOut(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was taxed how, by customer's country. Credit notes count below zero."""

    country: str
    jurisdiction: str
    category: str
    rate: str
    base: Money
    tax: Money
    documents: int


class TaxReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the documents issued in the days say of taxes, as a return asks for it."""

    items: Sequence[TaxLineOut]
