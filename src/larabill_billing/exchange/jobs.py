"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_core.jobs import Handler, Schedule

HANDLERS = (
    Handler(name="billing.fetch_rates", target="larabill_billing.exchange.handlers:fetch_rates", external=True),
)

SCHEDULES = (Schedule(name="billing.fetch_rates", handler="billing.fetch_rates", every=timedelta(hours=6)),)
