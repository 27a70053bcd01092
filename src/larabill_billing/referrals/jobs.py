"""The jobs of this feature."""

from __future__ import annotations

from larabill_billing.payments.events import PaymentReturned
from larabill_core.jobs import Handler
from larabill_core.published import InvoicePaid

_HANDLERS = "larabill_billing.referrals.handlers"

HANDLERS = (
    Handler(name="billing.reward_referral", target=f"{_HANDLERS}:on_invoice_paid", payload=InvoicePaid),
    Handler(name="billing.take_back_referral", target=f"{_HANDLERS}:on_payment_returned", payload=PaymentReturned),
)
