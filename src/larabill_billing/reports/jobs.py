"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_billing.reports.handlers import Valuation
from larabill_core.jobs import Handler, Schedule

_HANDLERS = "larabill_billing.reports.handlers"

HANDLERS = (
    Handler(name="billing.value", target=f"{_HANDLERS}:value"),
    Handler(name="billing.value_agreements", target=f"{_HANDLERS}:value_agreements", payload=Valuation),
)

SCHEDULES = (Schedule(name="billing.value", handler="billing.value", every=timedelta(hours=1)),)
"""Hourly, because a day ends at another hour where each seller is; once a day for each."""
