"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_billing.dunning.pauses import PromiseOver
from larabill_billing.dunning.run import LateFeeDue, Onwards
from larabill_billing.dunning.take import Question
from larabill_billing.dunning.upcoming import UpcomingPage
from larabill_billing.payments.events import DefaultMethodStored
from larabill_billing.subscriptions.collect import InvoiceToCollect
from larabill_core.jobs import Handler, Schedule
from larabill_core.published import InvoicePaid, InvoiceVoided, PaymentDeclined

_DUNNING = "larabill_billing.dunning"

HANDLERS = (
    Handler(name="billing.dun", target=f"{_DUNNING}.run:dun"),
    Handler(name="billing.dun_seller", target=f"{_DUNNING}.run:dun_seller", payload=Onwards),
    Handler(name="billing.charge_late_fee", target=f"{_DUNNING}.run:charge_fee", payload=LateFeeDue),
    Handler(name="billing.remind_upcoming", target=f"{_DUNNING}.upcoming:remind_upcoming", payload=UpcomingPage),
    Handler(name="billing.take_services", target=f"{_DUNNING}.take:take_services"),
    Handler(name="billing.take_approved", target=f"{_DUNNING}.take:take_approved", payload=Question),
    Handler(name="billing.close_cases", target=f"{_DUNNING}.handlers:on_invoice_paid", payload=InvoicePaid),
    Handler(name="billing.close_voided", target=f"{_DUNNING}.handlers:on_invoice_voided", payload=InvoiceVoided),
    Handler(name="billing.end_promise", target=f"{_DUNNING}.pauses:end_promise", payload=PromiseOver),
    Handler(name="billing.collect", target=f"{_DUNNING}.collect:collect", payload=InvoiceToCollect),
    Handler(name="billing.collect_later", target=f"{_DUNNING}.collect:on_declined", payload=PaymentDeclined),
    Handler(name="billing.collect_anew", target=f"{_DUNNING}.collect:on_method_stored", payload=DefaultMethodStored),
)

SCHEDULES = (Schedule(name="billing.dun", handler="billing.dun", every=timedelta(hours=1)),)
