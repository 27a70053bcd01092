"""Webhooks of providers: a hint that shortens the wait for a poll, and decides nothing itself."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

import attrs

from larabill_core.calls.perform import hurry
from larabill_core.contracts.provider import DriverType
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook, Webhooks
from larabill_core.engine import Engine
from larabill_core.errors import LeaseLost, NotFound, Unverified
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_provisioning.orchestrator.converge import tags_of
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.reconcile.model import ProviderWebhook, WebhookOutcome
from larabill_provisioning.reconcile.sync import SyncDue
from larabill_provisioning.resources.states import SETTLED

log = logging.getLogger("larabill.webhooks")

Result: TypeAlias = Literal["duplicate", "ignored", "hurried", "checking"]

LARGEST_BODY = 1 << 20
LONGEST_ID = 255
KEEP = timedelta(days=30)


def receive(engine: Engine, account: str, headers: Mapping[str, str], body: bytes) -> Result:
    """Believe the signature, remember the event, then look at the provider sooner.

    Raises `Unverified` when it is not believed (nothing is changed then), `NotFound` for an account that is not
    configured or gets no webhooks, as that of a gateway: billing hears those. The words are the same for all (B15).
    """
    info = engine.drivers.accounts().get(account)
    driver = engine.drivers.get(account) if info is not None and info.type is not DriverType.GATEWAY else None
    if not isinstance(driver, Webhooks):
        raise NotFound("webhook endpoint", account)
    if len(body) > LARGEST_BODY:
        raise Unverified(f"the body has {len(body)} bytes, at most {LARGEST_BODY} are read")
    webhook, hint = _read(engine, driver, headers, body)
    try:
        result: Result = engine.run(lambda tx: _take(tx, account, webhook, hint))
    except LeaseLost:
        # Somebody is at this operation now, and sees what the webhook told.
        result = "hurried"
    return result


def _read(engine: Engine, driver: Any, headers: Mapping[str, str], body: bytes) -> tuple[VerifiedWebhook, Hint]:
    """The verified webhook and its hint. Whatever a driver raises, the webhook is not believed (B50)."""
    try:
        webhook: VerifiedWebhook = driver.verify_signature(headers, body, engine.clock.now())
        hint: Hint = driver.handle_webhook(webhook)
    except Unverified:
        raise
    except Exception as problem:
        log.warning("the driver could not read a webhook: %s", type(problem).__name__)
        raise Unverified(f"the driver could not read it: {type(problem).__name__}") from problem
    if not webhook.event_id:
        raise Unverified("it has no event id")
    for text in (webhook.event_id, webhook.event_type, hint.ref or ""):
        # NUL and halves of surrogate pairs are refused by databases
        if not isinstance(text, str) or len(text) > LONGEST_ID or not text.isprintable():
            raise Unverified(f"something in it is no line of text, or longer than {LONGEST_ID} characters")
    return webhook, hint


def _take(tx: ProvisioningTx, account: str, webhook: VerifiedWebhook, hint: Hint) -> Result:
    ref = hint.ref if hint.kind == "resource" else None
    row = ProviderWebhook(
        id=new_id(),
        account=account,
        event_id=webhook.event_id,
        event_type=webhook.event_type[:100],
        ref=ref or None,
        result=WebhookOutcome.IGNORED,
        received_at=tx.now,
    )
    if not tx.provisioning.webhooks.add_new(row):
        return "duplicate"
    return _act(tx, row).result.value


def replay(tx: ProvisioningTx, webhook_id: UUID) -> ProviderWebhook:
    """Act upon a stored webhook once more, as if it came now. Raises `NotFound`."""
    return _act(tx, tx.provisioning.webhooks.get(webhook_id, lock=True))


def _act(tx: ProvisioningTx, webhook: ProviderWebhook) -> ProviderWebhook:
    """Have the provider asked, sooner; the webhook with what became of it, which is stored."""
    acted = attrs.evolve(webhook, result=_look(tx, webhook))
    if acted != webhook:
        tx.provisioning.webhooks.save(acted)
    return acted


def _look(tx: ProvisioningTx, webhook: ProviderWebhook) -> WebhookOutcome:
    resource = tx.provisioning.resources.by_ref(webhook.account, webhook.ref) if webhook.ref else None
    if resource is None:
        return WebhookOutcome.IGNORED
    operation = tx.operations.open_for([resource.id]).get(resource.id)
    if operation is not None:
        hurry(tx, "provisioning.poll_task", operation, tags_of(resource))
        return WebhookOutcome.HURRIED
    if resource.status not in SETTLED:
        return WebhookOutcome.IGNORED
    job = NewJob(
        handler="provisioning.sync_resource_state",
        payload=SyncDue(account=webhook.account, resource_id=resource.id),
        event_id=derived_id(webhook.id, f"look:{tx.now.isoformat()}"),
        seller_id=resource.seller_id,
        tags=tags_of(resource),
    )
    tx.enqueue(job)
    return WebhookOutcome.CHECKING


def purge_webhooks(tx: Any, payload: Nothing) -> None:
    """Forget what was received long ago: a provider does not repeat an event after a month."""
    tx.provisioning.webhooks.purge(before=tx.now - KEEP)
