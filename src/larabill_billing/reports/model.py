"""What reports are made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import attrs

from larabill_billing.reports.movements import Movements
from larabill_billing.reports.recurring import Recurring


@attrs.frozen(kw_only=True)
class Move:
    """By how much the recurring revenue of an agreement's plan had changed at the end of a day. Never changes.

    The sum of all moves up to a day is what stood at its end; see `Recurring` for the four amounts, which are in
    `currency`, without tax and net of discounts, with four decimals.
    """

    id: UUID
    seller_id: UUID
    customer_id: UUID
    subscription_id: UUID
    plan_code: str
    currency: str
    valued_on: date
    mrr: Decimal
    leaving: Decimal
    trial: Decimal
    trial_leaving: Decimal

    @property
    def change(self) -> Recurring:
        """The four amounts."""
        return Recurring(mrr=self.mrr, leaving=self.leaving, trial=self.trial, trial_leaving=self.trial_leaving)


@attrs.frozen(kw_only=True)
class MrrMonth:
    """Recurring revenue of one currency in a calendar month (`month` is its first day), at the cent.

    `opening` + all of `moves` = `closing.mrr`. `customers` and `agreements`: how many bring in something at its end.
    `by_plan`: `closing.mrr` by plan code. Days to come count nothing: of this month it is what stands now.
    """

    month: date
    currency: str
    opening: Decimal
    moves: Movements
    closing: Recurring
    customers: int
    agreements: int
    by_plan: dict[str, Decimal]


@attrs.frozen(kw_only=True)
class Churned:
    """Shares, 0 to 1, of a window: of agreements that ended, and of revenue that left or shrank (`gross`).

    `net` is `gross` less what those who stayed grew by; it is below zero where they grew by more.
    """

    on: date
    window_days: int
    agreements: Decimal
    gross: Decimal
    net: Decimal


@attrs.frozen(kw_only=True)
class Receivables:
    """What customers owe in one currency, by how many days it is overdue: not yet, 1-30, 31-60, 61-90, more."""

    currency: str
    not_due: Decimal
    days_30: Decimal
    days_60: Decimal
    days_90: Decimal
    older: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.not_due + self.days_30 + self.days_60 + self.days_90 + self.older


@attrs.frozen(kw_only=True)
class TaxLine:
    """Of the documents issued in a time: what was taxed how, by customer's country. Credit notes count below zero.

    What an OSS return asks for: the member state of consumption, the rate, the taxable amount, the tax.
    """

    country: str
    jurisdiction: str
    category: str
    rate: Decimal
    currency: str
    base: Decimal
    tax: Decimal
    documents: int


@attrs.frozen(kw_only=True)
class Sale:
    """What stands under one description on the documents issued in a time: without tax, after discounts.

    Credit notes count below zero.
    """

    description: str
    currency: str
    net: Decimal
