"""Webhooks of providers, their inbox, and strays, over HTTP.

An account serves all sellers, so what it holds and tells is for the staff of the installation.
"""

from __future__ import annotations

from typing import Any, Final

from larabill_core.engine import Engine
from larabill_core.http.endpoint import Call, Endpoint
from larabill_core.http.wire import id_of, newest_first, next_of
from larabill_provisioning import webhooks
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.reconcile import wire

_HERE: Final = "larabill_provisioning.reconcile.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="receive_provider_webhook",
        method="POST",
        path="/provision/webhooks/{account}",
        summary="What a provider tells by itself; verified over its raw bytes",
        scope="public",
        answer=wire.WebhookTaken,
        raw=True,
        external=True,
        handler=f"{_HERE}:receive_webhook",
    ),
    Endpoint(
        id="list_provider_webhooks",
        method="GET",
        path="/provision/inbox",
        summary="Verified webhooks of providers, and what became of each",
        ability="webhooks.read",
        scope="installation",
        query=wire.ProviderInboxQuery,
        answer=wire.ProviderInbox,
        handler=f"{_HERE}:list_webhooks",
    ),
    Endpoint(
        id="replay_provider_webhook",
        method="POST",
        path="/provision/inbox/{webhook}/replay",
        summary="Act upon a webhook once more: the provider is asked, and decides",
        ability="webhooks.replay",
        scope="installation",
        answer=wire.ProviderWebhookOut,
        errors=(404,),
        handler=f"{_HERE}:replay_webhook",
    ),
    Endpoint(
        id="list_strays",
        method="GET",
        path="/provision/strays",
        summary="What stands at providers under refs of ours and belongs to nothing here",
        ability="resources.strays",
        scope="installation",
        query=wire.StraysQuery,
        answer=wire.StrayList,
        handler=f"{_HERE}:list_strays",
    ),
)


def receive_webhook(engine: Engine, call: Call[Any, Any]) -> wire.WebhookTaken:
    return wire.WebhookTaken(result=webhooks.receive(engine, call.path["account"], call.headers, call.raw))


def list_webhooks(tx: ProvisioningTx, call: Call[wire.ProviderInboxQuery, None]) -> wire.ProviderInbox:
    query = call.query
    found = tx.provisioning.webhooks.page(
        account=query.account,
        result=query.result,
        after=id_of(query.after, "whk", "after"),
        newest_first=newest_first(query),
        limit=query.limit,
    )
    items = [wire.webhook_out(webhook) for webhook in found]
    return wire.ProviderInbox(items=items, next=next_of(items, query))


def replay_webhook(tx: ProvisioningTx, call: Call[Any, None]) -> wire.ProviderWebhookOut:
    return wire.webhook_out(webhooks.replay(tx, call.path["webhook"]))


def list_strays(tx: ProvisioningTx, call: Call[wire.StraysQuery, None]) -> wire.StrayList:
    return wire.StrayList(items=[wire.stray_out(stray) for stray in tx.provisioning.strays.list(call.query.account)])
