"""Operations of the API: reports. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from datetime import date

from larabill_client.models.reports import ChurnOut, MrrOut, ReceivablesList, SalesReport, TaxReport
from larabill_client.transport import Transport


class ReportsApi(Transport):
    """Operations under /reports."""

    def report_churn(self, *, currency: str, on: date, window_days: int | None = None) -> ChurnOut:
        """What left in a window of days.

        Needs `reports.read`.
        """
        return self._ask(
            ChurnOut, "GET", "/reports/churn", query={"currency": currency, "on": on, "window_days": window_days}
        )

    def report_mrr(self, *, first: date, last: date) -> MrrOut:
        """Monthly recurring revenue by currency.

        Needs `reports.read`.
        """
        return self._ask(MrrOut, "GET", "/reports/mrr", query={"first": first, "last": last})

    def report_mrr_together(self, *, first: date, last: date) -> MrrOut:
        """Monthly recurring revenue of all currencies in the seller's.

        Needs `reports.read`.
        """
        return self._ask(MrrOut, "GET", "/reports/mrr/together", query={"first": first, "last": last})

    def report_receivables(self) -> ReceivablesList:
        """What customers owe today, by how long it is overdue.

        Needs `reports.read`.
        """
        return self._ask(ReceivablesList, "GET", "/reports/receivables")

    def report_sales(self, *, first: date, last: date) -> SalesReport:
        """What was sold.

        Needs `reports.read`.
        """
        return self._ask(SalesReport, "GET", "/reports/sales", query={"first": first, "last": last})

    def report_taxes(self, *, first: date, last: date) -> TaxReport:
        """What documents say of taxes.

        Needs `reports.read`.
        """
        return self._ask(TaxReport, "GET", "/reports/taxes", query={"first": first, "last": last})
