"""The jobs of this feature."""

from __future__ import annotations

from larabill_billing.orders.credit import InvoiceToCredit
from larabill_billing.payments.events import PaymentAuthorised
from larabill_core.jobs import Handler
from larabill_core.published import InvoicePaid, ServiceAbandoned, ServiceActivated

_REACTIONS = "larabill_billing.orders.reactions"

HANDLERS = (
    Handler(name="billing.use_credit", target="larabill_billing.orders.credit:use_credit", payload=InvoiceToCredit),
    Handler(name="billing.release_order", target=f"{_REACTIONS}:on_invoice_paid", payload=InvoicePaid),
    Handler(name="billing.release_authorised", target=f"{_REACTIONS}:on_payment_authorised", payload=PaymentAuthorised),
    Handler(name="billing.capture_authorised", target=f"{_REACTIONS}:on_service_activated", payload=ServiceActivated),
    Handler(name="billing.on_service_abandoned", target=f"{_REACTIONS}:on_service_abandoned", payload=ServiceAbandoned),
)
