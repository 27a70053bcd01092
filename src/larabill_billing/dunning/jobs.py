"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_billing.dunning.take import Question
from larabill_core.jobs import Handler, Schedule
from larabill_core.published import InvoicePaid

_DUNNING = "larabill_billing.dunning"

HANDLERS = (
    Handler(name="billing.dun", target=f"{_DUNNING}.run:dun"),
    Handler(name="billing.dun_seller", target=f"{_DUNNING}.run:dun_seller"),
    Handler(name="billing.take_services", target=f"{_DUNNING}.take:take_services"),
    Handler(name="billing.take_approved", target=f"{_DUNNING}.take:take_approved", payload=Question),
    Handler(name="billing.close_cases", target=f"{_DUNNING}.handlers:on_invoice_paid", payload=InvoicePaid),
)

SCHEDULES = (Schedule(name="billing.dun", handler="billing.dun", every=timedelta(hours=1)),)
