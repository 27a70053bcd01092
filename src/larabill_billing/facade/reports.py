"""`engine.billing.reports`: recurring revenue, churn, receivables, taxes, sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from larabill_billing.facade.area import Area
from larabill_billing.reports import handlers
from larabill_billing.reports.model import Churned, MrrMonth, Receivables, Sale, TaxLine
from larabill_billing.repositories import BillingTx
from larabill_core.access import SYSTEM, Actor
from larabill_core.clock import local_date
from larabill_core.money import parse_currency


class Reports(Area):
    """`engine.billing.reports`. Days are the seller's; all of them are included. Amounts are Decimals."""

    def mrr(self, seller: UUID, first: date, last: date, *, actor: Actor = SYSTEM) -> Sequence[MrrMonth]:
        """Recurring revenue month by month, for each currency, as it was valued each night. Raises `InvalidInput`."""
        return self._run("reports.read", seller, actor, lambda tx: handlers.mrr(tx, first, last))

    def mrr_in_reporting_currency(
        self, seller: UUID, first: date, last: date, *, actor: Actor = SYSTEM
    ) -> Sequence[MrrMonth]:
        """All currencies together in the seller's, each month at the mean of its rates.

        Raises `InvalidInput`; `Conflict` when there is no rate.
        """
        return self._run("reports.read", seller, actor, lambda tx: handlers.mrr_together(tx, first, last))

    def churn(self, seller: UUID, currency: str, on: date, window_days: int = 30, *, actor: Actor = SYSTEM) -> Churned:
        """What left in the window of days before a day. Raises `InvalidInput`."""
        parse_currency(currency, "currency")
        return self._run("reports.read", seller, actor, lambda tx: handlers.churn(tx, currency, on, window_days))

    def receivables(self, seller: UUID, *, actor: Actor = SYSTEM) -> Sequence[Receivables]:
        """What customers owe today, by how long it is overdue, for each currency."""

        def ask(tx: BillingTx) -> Sequence[Receivables]:
            on = local_date(tx.now, tx.billing.sellers.get(tx.seller_id).time_zone)
            return tx.billing.reports.receivables(on)

        return self._run("reports.read", seller, actor, ask)

    def taxes(self, seller: UUID, first: date, last: date, *, actor: Actor = SYSTEM) -> Sequence[TaxLine]:
        """What the documents issued in these days say of taxes, as a return asks for it.

        Those that were only marked as void do not count.
        """
        return self._run("reports.read", seller, actor, lambda tx: tx.billing.reports.taxes(first, last))

    def sales(self, seller: UUID, first: date, last: date, *, actor: Actor = SYSTEM) -> Sequence[Sale]:
        """What was sold by the documents issued in these days, by description; as `taxes`."""
        return self._run("reports.read", seller, actor, lambda tx: tx.billing.reports.sales(first, last))
