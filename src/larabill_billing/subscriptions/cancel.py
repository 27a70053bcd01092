"""Cancel an agreement within its terms; take a cancellation back; try a held renewal again."""

from __future__ import annotations

from uuid import UUID

import attrs

from larabill_billing.audits.handlers import check_reason, record
from larabill_billing.subscriptions.ending import request_ends
from larabill_billing.subscriptions.model import LIVE, Subscription
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_billing.subscriptions.renewal import ended
from larabill_billing.subscriptions.states import after
from larabill_billing.subscriptions.terms import When, end_date
from larabill_core.clock import local_date
from larabill_core.errors import Conflict


def cancel(
    tx: SubscriptionsTx, subscription_id: UUID, when: When, reason: str = "", *, force: bool = False
) -> Subscription:
    """End the agreement now, at the end of what is billed ("period_end"), or at the first period boundary from a date.

    `force` lets staff end it within its minimum term or notice period. What was paid is not given back by this.
    Raises `NotFound`; `Conflict` naming the earliest possible date; `IllegalTransition` unless it is live.
    """
    check_reason(reason)
    before = tx.billing.subscriptions.get(subscription_id, lock=True)
    after(before, "end")
    end_on = end_date(before, when, local_date(tx.now, before.time_zone), force=force)
    changed = ended(before, tx.now) if when == "now" else before
    changed = attrs.evolve(changed, end_on=end_on)
    tx.billing.subscriptions.save_many([changed])
    if when == "now":
        request_ends(tx, [changed])
    action = "end" if when == "now" else "schedule_end"
    why = f"{end_on}{', forced' if force else ''}: {reason}"
    record(tx, "subscription", before.id, action, before.status, changed.status, why)
    return changed


def withdraw_cancellation(tx: SubscriptionsTx, subscription_id: UUID) -> Subscription:
    """The agreement goes on after all. Raises `NotFound`; `Conflict` when it is over or was not cancelled."""
    before = tx.billing.subscriptions.get(subscription_id, lock=True)
    if before.status not in LIVE or before.end_on is None:
        why = "it is over" if before.status not in LIVE else "it is not cancelled"
        raise Conflict(f"subscription {before.id}", why, "place a new order" if before.end_on else "")
    changed = attrs.evolve(before, end_on=None)
    tx.billing.subscriptions.save_many([changed])
    record(tx, "subscription", before.id, "withdraw_end", before.status, changed.status)
    return changed


def release_hold(tx: SubscriptionsTx, subscription_id: UUID) -> Subscription:
    """Let the next run try a held renewal again. Raises `NotFound`; `Conflict` when it is not held."""
    before = tx.billing.subscriptions.get(subscription_id, lock=True)
    if not before.held_reason:
        raise Conflict(f"subscription {before.id}", "its renewal is not held")
    changed = attrs.evolve(before, held_reason="")
    tx.billing.subscriptions.save_many([changed])
    record(tx, "subscription", before.id, "release_hold", before.status, changed.status)
    return changed
