"""The jobs, schedules and calls of this feature."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import attrs

from larabill_core.calls.perform import OperationDue
from larabill_core.jobs import Handler, Schedule

_AUTOMATIC: Final = "larabill_billing.payments.top_up_automatic"

CHARGE = "billing.charge_invoice"
CAPTURE = "billing.capture_payment"
RELEASE = "billing.release_payment"
REFUND = "billing.refund_payment"
APPLY_WEBHOOK = "billing.apply_webhook"
EXCHANGE = "billing.realise_exchange"


@attrs.frozen(kw_only=True)
class WebhookDue:
    """A stored webhook that is not settled yet."""

    webhook_id: UUID


@attrs.frozen(kw_only=True)
class LowCredit:
    """A batch of customers whose credit may have run low: those behind this one."""

    after: UUID | None = None


@attrs.frozen(kw_only=True)
class CustomerToTopUp:
    """A customer whose credit ran low."""

    customer_id: UUID


@attrs.frozen(kw_only=True)
class ExchangeDue:
    """A payment or refund (`kind`) of another currency than the seller's, whose money moved."""

    kind: str
    document_id: UUID
    moved_at: datetime


HANDLERS = (
    Handler(name=EXCHANGE, target="larabill_billing.payments.exchange:realise", payload=ExchangeDue),
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
    Handler(name="billing.top_up", target=f"{_AUTOMATIC}:top_up"),
    Handler(name="billing.top_up_low", target=f"{_AUTOMATIC}:top_up_low", payload=LowCredit),
    Handler(name="billing.top_up_customer", target=f"{_AUTOMATIC}:top_up_customer", payload=CustomerToTopUp),
)

SCHEDULES = (Schedule(name="billing.top_up", handler="billing.top_up", every=timedelta(hours=1)),)

CALLS = (
    ("payment", "larabill_billing.payments.calls:payment_call"),
    ("refund", "larabill_billing.payments.calls:refund_call"),
)
