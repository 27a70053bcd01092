"""The jobs and calls of this feature."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_core.calls.perform import OperationDue
from larabill_core.jobs import Handler

CHARGE = "billing.charge_invoice"
CAPTURE = "billing.capture_payment"
RELEASE = "billing.release_payment"
REFUND = "billing.refund_payment"
APPLY_WEBHOOK = "billing.apply_webhook"


@attrs.frozen(kw_only=True)
class WebhookDue:
    """A stored webhook that is not settled yet."""

    webhook_id: UUID


HANDLERS = (
    *(
        Handler(
            name=name,
            target="larabill_core.calls.perform:perform_job",
            payload=OperationDue,
            queue="payments",
            external=True,
        )
        for name in (CHARGE, CAPTURE, RELEASE, REFUND)
    ),
    Handler(
        name=APPLY_WEBHOOK,
        target="larabill_billing.payments.webhooks:apply_job",
        payload=WebhookDue,
        queue="payments",
        external=True,
    ),
)

CALLS = (
    ("payment", "larabill_billing.payments.calls:payment_call"),
    ("refund", "larabill_billing.payments.calls:refund_call"),
)
