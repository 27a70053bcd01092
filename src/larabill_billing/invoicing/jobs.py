"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from larabill_core.jobs import Handler, Schedule

_RECOGNISE: Final = "larabill_billing.invoicing.recognise"

HANDLERS = (
    Handler(name="billing.recognise", target=f"{_RECOGNISE}:recognise"),
    Handler(name="billing.recognise_days", target=f"{_RECOGNISE}:recognise_days"),
)

SCHEDULES = (Schedule(name="billing.recognise", handler="billing.recognise", every=timedelta(hours=1)),)
