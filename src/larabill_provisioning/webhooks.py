"""Webhooks of providers: a hint that shortens the wait for a poll, and decides nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from larabill_core.calls.perform import hurry
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook
from larabill_core.engine import Engine
from larabill_core.errors import LeaseLost, NotFound, Unverified
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_provisioning.orchestrator.converge import tags_of
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.reconcile.model import ProviderWebhook
from larabill_provisioning.reconcile.sync import SyncDue
from larabill_provisioning.resources.states import SETTLED

Result: TypeAlias = Literal["duplicate", "ignored", "hurried", "checking"]

LARGEST_BODY = 1_000_000
LONGEST_ID = 255
KEEP = timedelta(days=30)


def receive(engine: Engine, account: str, headers: Mapping[str, str], body: bytes) -> Result:
    """Believe the signature, remember the event, then look at the provider sooner.

    Raises `Unverified` when it is not believed (nothing is changed then), `NotFound` for an account that is not
    configured or gets no webhooks.
    """
    driver = engine.drivers.get(account)
    if "webhooks" not in capabilities(driver):
        raise NotFound("account with webhooks", account)
    if len(body) > LARGEST_BODY:
        raise Unverified(f"the body has {len(body)} bytes, at most {LARGEST_BODY} are read")
    webhook: VerifiedWebhook = driver.verify_signature(headers, body, engine.clock.now())
    if not 0 < len(webhook.event_id) <= LONGEST_ID:
        raise Unverified(f"the event id has {len(webhook.event_id)} characters")
    hint: Hint = driver.handle_webhook(webhook)
    try:
        result: Result = engine.run(lambda tx: _take(tx, account, webhook, hint))
    except LeaseLost:
        # Somebody is at this operation now, and sees what the webhook told.
        result = "hurried"
    return result


def _take(tx: ProvisioningTx, account: str, webhook: VerifiedWebhook, hint: Hint) -> Result:
    row = ProviderWebhook(
        id=new_id(),
        account=account,
        event_id=webhook.event_id,
        event_type=webhook.event_type[:100],
        received_at=tx.now,
    )
    if not tx.provisioning.webhooks.add_new(row):
        return "duplicate"
    resource = tx.provisioning.resources.by_ref(account, hint.ref) if hint.kind == "resource" and hint.ref else None
    if resource is None:
        return "ignored"
    operation = tx.operations.open_for([resource.id]).get(resource.id)
    if operation is not None:
        hurry(tx, "provisioning.poll_task", operation, tags_of(resource))
        return "hurried"
    if resource.status not in SETTLED:
        return "ignored"
    job = NewJob(
        handler="provisioning.sync_resource_state",
        payload=SyncDue(account=account, resource_id=resource.id),
        event_id=derived_id(resource.id, f"webhook:{webhook.event_id}"),
        seller_id=resource.seller_id,
        tags=tags_of(resource),
    )
    tx.enqueue(job)
    return "checking"


def purge_webhooks(tx: Any, payload: Nothing) -> None:
    """Forget what was received long ago: a provider does not repeat an event after a month."""
    tx.provisioning.webhooks.purge(before=tx.now - KEEP)
