"""Webhooks of gateways: verified, stored once, then checked against the gateway's truth or our records.

receive ──▶ verify ──▶ store (UNIQUE account, event id), with a job in case we die here
              │ no: rejected list      └──▶ settle_event: ask the gateway ──▶ believe, in one transaction
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import attrs

from larabill_billing.payments import jobs
from larabill_billing.payments.believing import Truth, believe, wait
from larabill_billing.payments.model import UNSETTLED, WebhookEvent, WebhookReject, WebhookResult, WebhookStatus
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.contracts.gateway import CanFindDispute, CanFindTransaction
from larabill_core.contracts.provider import DriverType
from larabill_core.contracts.webhooks import Hint, VerifiedWebhook, Webhooks
from larabill_core.errors import Conflict, NotFound, RetryLater, Unverified
from larabill_core.ids import derived_id, new_id
from larabill_core.jobs import Job, NewJob
from larabill_core.privacy import redact_text

if TYPE_CHECKING:
    from larabill_core.engine import Engine

log = logging.getLogger("larabill.webhooks")

LARGEST: Final = 1 << 20
"""Bytes of a body. What is larger is refused before it is looked at (B14)."""

LONGEST: Final = 255
"""Characters of what a webhook names: event, reference, transaction, invoice."""

REJECTS_KEPT: Final = 1000
REJECTS_FOR: Final = timedelta(days=7)
LOOK_AGAIN: Final = timedelta(minutes=1)


def receive(
    engine: Engine, account: str, headers: Mapping[str, str], body: bytes, *, note: bool = True
) -> WebhookResult:
    """Take one webhook. A repeated one has no effect, and its result says so (F05, F06).

    Raises `NotFound` for an account that is not configured or no gateway's (provisioning hears those); `Unverified` if
    it is not believed: then nothing has changed, but the list of rejected ones has a line more, where `note` says so.
    """
    driver = _driver_of(engine, account)
    try:
        verified, hint = _read(engine, driver, headers, body)
    except Unverified as problem:
        reason = str(problem)
        seller_id = _seller_of(engine, account) if note else None
        if seller_id is not None:
            engine.run(lambda tx: _reject(tx, account, reason, len(body)), seller=seller_id)
        raise
    seller_id = _seller_of(engine, account)
    if seller_id is None:
        raise NotFound("seller of gateway account", account)
    stored, is_new = engine.run(lambda tx: _store(tx, account, verified, hint), seller=seller_id)
    if not is_new:
        return WebhookResult(status=stored.status, reason=stored.reason, duplicate=True)
    settled = settle_event(engine, stored)
    return WebhookResult(status=settled.status, reason=settled.reason)


def _driver_of(engine: Engine, account: str) -> Webhooks:
    """Raises `NotFound`, always in the same words: nobody learns by asking what is configured (B15)."""
    info = engine.drivers.accounts().get(account)
    driver = engine.drivers.get(account) if info is not None and info.type is DriverType.GATEWAY else None
    if not isinstance(driver, Webhooks):
        raise NotFound("webhook endpoint", account)
    return driver


def _seller_of(engine: Engine, account: str) -> UUID | None:
    """The seller whose account it is; the only seller there is, while the account was never used."""

    def find(tx: PaymentsTx) -> UUID | None:
        known = tx.billing.gateway_accounts.find(account)
        if known is not None:
            return known.seller_id
        sellers = tx.billing.sellers.all()
        return sellers[0].id if len(sellers) == 1 else None

    return engine.run(find)


def _read(engine: Engine, driver: Webhooks, headers: Mapping[str, str], body: bytes) -> tuple[VerifiedWebhook, Hint]:
    """The verified webhook and its hint. Whatever a driver raises, the webhook is not believed (B50)."""
    if len(body) > LARGEST:
        raise Unverified(f"the body is larger than {LARGEST} bytes")
    try:
        verified = driver.verify_signature(headers, body, engine.clock.now())
        hint = driver.handle_webhook(verified)
    except Unverified:
        raise
    except Exception as problem:
        log.warning("the driver could not read a webhook: %s", type(problem).__name__)
        raise Unverified(f"the driver could not read it: {type(problem).__name__}") from problem
    if not verified.event_id:
        raise Unverified("it has no event id")
    named = (
        verified.event_id,
        verified.event_type,
        hint.state,
        hint.ref,
        hint.transaction,
        hint.amount,
        hint.currency,
        hint.invoice,
        hint.dispute,
        hint.fee,
    )
    if any(value is not None and not _can_be_stored(value) for value in named):
        raise Unverified("something in it is no line of text, or too long")
    return verified, hint


def _can_be_stored(value: object) -> bool:
    """Also no NUL and no half of a surrogate pair, which databases refuse: it would be sent again for days."""
    return isinstance(value, str) and len(value) <= LONGEST and value.isprintable()


def _reject(tx: PaymentsTx, account: str, reason: str, size: int) -> None:
    reject = WebhookReject(
        id=new_id(),
        seller_id=tx.seller_id,
        account=account,
        reason=redact_text(reason)[:500],
        size=size,
        received_at=tx.now,
    )
    tx.billing.webhooks.add_reject(reject, keep=REJECTS_KEPT, since=tx.now - REJECTS_FOR)


def _store(tx: PaymentsTx, account: str, verified: VerifiedWebhook, hint: Hint) -> tuple[WebhookEvent, bool]:
    """The stored event, and whether it is new. A job looks at it again, should this process die now."""
    event = WebhookEvent(
        id=new_id(),
        seller_id=tx.seller_id,
        account=account,
        event_id=verified.event_id,
        event_type=redact_text(verified.event_type)[:LONGEST],
        kind=hint.kind,
        ref=hint.ref,
        state=hint.state,
        transaction_id=hint.transaction,
        amount=hint.amount,
        currency=hint.currency,
        invoice=hint.invoice,
        code=redact_text(hint.reason)[:100],
        dispute_id=hint.dispute,
        fee=hint.fee,
        respond_by=hint.respond_by,
        occurred_at=hint.occurred_at,
        received_at=tx.now,
    )
    stored = tx.billing.webhooks.add_new(event)
    is_new = stored.id == event.id
    if is_new:
        tx.billing.gateway_accounts.claim(account, tx.seller_id)
        tx.billing.gateway_accounts.heard(account, tx.now)
        tx.enqueue(_look_again(tx, event, "apply"))
    return stored, is_new


def _look_again(tx: PaymentsTx, event: WebhookEvent, cause: str) -> NewJob:
    return NewJob(
        handler=jobs.APPLY_WEBHOOK,
        payload=jobs.WebhookDue(webhook_id=event.id),
        event_id=derived_id(event.id, cause),
        seller_id=tx.seller_id,
        run_at=tx.now + LOOK_AGAIN,
        tags=(f"webhook:{event.id}",),
    )


def settle_event(engine: Engine, event: WebhookEvent) -> WebhookEvent:
    """Ask the gateway, where it can be asked, and believe or not. Safe to repeat."""
    driver = engine.drivers.get(event.account)
    truth: Truth = None
    asked = False
    if event.kind == "dispute":
        asked = event.dispute_id is not None and isinstance(driver, CanFindDispute)
    elif event.kind != "other":
        asked = event.ref is not None and isinstance(driver, CanFindTransaction)
    if asked:
        try:
            truth = (
                driver.find_dispute(event.dispute_id) if event.kind == "dispute" else driver.find_transaction(event.ref)
            )
        except Exception as problem:
            known = isinstance(problem, RetryLater)
            reason = f"the gateway cannot be asked: {problem if known else type(problem).__name__}"
            return engine.run(lambda tx: wait(tx, event.id, reason), seller=event.seller_id)
    return engine.run(lambda tx: believe(tx, event.id, truth, asked=asked), seller=event.seller_id)


def replay(engine: Engine, seller_id: UUID, webhook_id: UUID) -> WebhookEvent:
    """Judge a stored event once more: the gateway is asked anew, and decides.

    Raises `NotFound`, and `Conflict` for what was applied: it took effect, once.
    """

    def reopen(tx: PaymentsTx) -> WebhookEvent:
        event = tx.billing.webhooks.get(webhook_id, lock=True)
        if event.status is WebhookStatus.APPLIED:
            raise Conflict(f"webhook {webhook_id}", "it was applied already")
        opened = attrs.evolve(event, status=WebhookStatus.RECEIVED, reason="", settled_at=None)
        tx.billing.webhooks.save(opened)
        tx.enqueue(_look_again(tx, opened, f"replay:{tx.now.isoformat()}"))
        return opened

    return settle_event(engine, engine.run(reopen, seller=seller_id))


def apply_job(engine: Engine, payload: jobs.WebhookDue, job: Job) -> None:
    """Look again at an event that waits, or that was stored just before a crash."""

    def get(tx: Any) -> WebhookEvent:
        event: WebhookEvent = tx.billing.webhooks.get(payload.webhook_id)
        return event

    event = engine.run(get, seller=job.seller_id)
    if event.status not in UNSETTLED:
        return
    settled = settle_event(engine, event)
    if settled.status in UNSETTLED:
        age = engine.clock.now() - settled.received_at
        raise RetryLater(settled.reason, after=max(age, LOOK_AGAIN))
