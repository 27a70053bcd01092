"""The gateways' door: raw bytes, whose signature is verified before anything is parsed (B11 to B15)."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.payments import webhooks, wire
from larabill_core.http.endpoint import Call, Endpoint

_HERE: Final = "larabill_billing.payments.webhook_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="receive_gateway_webhook",
        method="POST",
        path="/payments/webhooks/{gateway}",
        summary="What a gateway tells of a payment, refund or dispute",
        scope="public",
        raw=True,
        external=True,
        answer=wire.WebhookReceived,
        errors=(400, 404),
        handler=f"{_HERE}:receive",
    ),
)


def receive(engine: Any, call: Call[Any, None]) -> wire.WebhookReceived:
    result = webhooks.receive(engine, call.path["gateway"], call.headers, call.raw, note=not call.flooded)
    return wire.WebhookReceived(status=result.status, duplicate=result.duplicate)
