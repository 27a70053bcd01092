"""Storage of what agreements are worth, and the questions that reports ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import attrs

from larabill_billing.reports.model import Move, Receivables, Sale, TaxLine
from larabill_billing.reports.movements import Standing, Step
from larabill_billing.reports.recurring import Recurring
from larabill_billing.subscriptions.model import Subscription
from larabill_billing.subscriptions.ports import SubscriptionsRepositories
from larabill_core.ports.unit_of_work import Tx


@attrs.frozen(kw_only=True)
class Count:
    """How many customers and agreements bring in something."""

    customers: int
    agreements: int


class ReportRepository(Protocol):
    def add_many(self, moves: Sequence[Move]) -> None:
        """Raises `AlreadyExists` where an agreement was valued for that day already."""
        ...

    def newest(self) -> date | None:
        """The last day of which something is known."""
        ...

    def to_value(self, ended_since: datetime, *, after: UUID | None, limit: int) -> list[Subscription]:
        """By id: agreements that have begun and are not over, and those that ended since then."""
        ...

    def known(self, subscription_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, Recurring]]:
        """What is known of these, by plan code."""
        ...

    def standing(self, currency: str, before: date) -> dict[UUID, Standing]:
        """What each customer brought in before a day."""
        ...

    def steps(self, currency: str, first: date, last: date) -> list[Step]:
        """How it changed in these days, both included, by day and customer."""
        ...

    def currencies(self) -> list[str]:
        """Those in which something is or was brought in."""
        ...

    def recurring_on(self, currency: str, last: date) -> dict[str, Recurring]:
        """What stood at the end of a day, by plan code."""
        ...

    def count_on(self, currency: str, last: date) -> Count:
        """How many brought in something at the end of a day."""
        ...

    def changes(self, currency: str, last: date) -> list[tuple[UUID, date, Decimal]]:
        """Of each agreement the days up to one on which its revenue changed, in order: agreement, day, by how much."""
        ...

    def receivables(self, on: date) -> list[Receivables]:
        """The open balances of invoices by the days that they are overdue on a day, by currency."""
        ...

    def taxes(self, first: date, last: date) -> list[TaxLine]:
        """What the documents issued in these days say of taxes; those that were marked as void apart."""
        ...

    def sales(self, first: date, last: date) -> list[Sale]:
        """The lines of the documents issued in these days, by description; those that were marked as void apart."""
        ...


class ReportsRepositories(SubscriptionsRepositories, Protocol):
    @property
    def reports(self) -> ReportRepository: ...


class ReportsTx(Tx, Protocol):
    @property
    def billing(self) -> ReportsRepositories: ...
