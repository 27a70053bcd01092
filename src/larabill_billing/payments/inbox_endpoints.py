"""The inbox of gateways' webhooks over HTTP: seen by staff, and judged once more."""

from __future__ import annotations

from typing import Any, Final

from larabill_billing.payments import inbox_wire as wire
from larabill_billing.payments import webhooks
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.engine import Engine
from larabill_core.errors import NotFound
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import id_of, newest_first, next_of

_HERE: Final = "larabill_billing.payments.inbox_endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_gateway_webhooks",
        method="GET",
        path="/payments/inbox",
        summary="Verified webhooks of gateways, and what became of each",
        ability="webhooks.read",
        query=wire.GatewayInboxQuery,
        answer=wire.GatewayInbox,
        handler=f"{_HERE}:list_webhooks",
    ),
    Endpoint(
        id="list_rejected_webhooks",
        method="GET",
        path="/payments/inbox/rejected",
        summary="Webhooks that were not believed, the newest first",
        ability="webhooks.read",
        query=wire.RejectedQuery,
        answer=wire.RejectedList,
        handler=f"{_HERE}:list_rejected",
    ),
    Endpoint(
        id="get_gateway_webhook",
        method="GET",
        path="/payments/inbox/{webhook}",
        summary="One webhook of a gateway",
        ability="webhooks.read",
        answer=wire.GatewayWebhookOut,
        handler=f"{_HERE}:get_webhook",
    ),
    Endpoint(
        id="replay_gateway_webhook",
        method="POST",
        path="/payments/inbox/{webhook}/replay",
        summary="Judge it once more: the gateway is asked, and decides",
        ability="webhooks.replay",
        answer=wire.GatewayWebhookOut,
        external=True,
        handler=f"{_HERE}:replay_webhook",
    ),
)


def list_webhooks(tx: PaymentsTx, call: Call[wire.GatewayInboxQuery, None]) -> wire.GatewayInbox:
    query = call.query
    found = tx.billing.webhooks.page(
        status=query.status,
        after=id_of(query.after, "whk", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.webhook_out(event) for event in found]
    return wire.GatewayInbox(items=items, next=next_of(items, query))


def list_rejected(tx: PaymentsTx, call: Call[wire.RejectedQuery, None]) -> wire.RejectedList:
    return wire.RejectedList(
        items=[wire.reject_out(reject) for reject in tx.billing.webhooks.rejected(limit=call.query.limit)]
    )


def get_webhook(tx: PaymentsTx, call: Call[Any, None]) -> wire.GatewayWebhookOut:
    return wire.webhook_out(tx.billing.webhooks.get(call.path["webhook"]))


def replay_webhook(engine: Engine, call: Call[Any, None]) -> wire.GatewayWebhookOut:
    if call.seller_id is None:
        raise NotFound("webhook", call.path["webhook"])
    return wire.webhook_out(webhooks.replay(engine, call.seller_id, call.path["webhook"]))
