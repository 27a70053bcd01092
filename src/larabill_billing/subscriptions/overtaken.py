"""What becomes of scheduled changes when their agreement is over before their day."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from larabill_billing.subscriptions.changes import ChangeStatus
from larabill_billing.subscriptions.model import Subscription, SubscriptionStatus
from larabill_billing.subscriptions.ports import SubscriptionsTx


def fail_overtaken(tx: SubscriptionsTx, moved: Sequence[tuple[Subscription, Subscription]]) -> None:
    """Fail what is still scheduled for those that are over now. `moved`: each before and after; two queries at most."""
    over = [new.id for old, new in moved if new.status is SubscriptionStatus.ENDED and old.change_on is not None]
    if not over:
        return
    waiting = tx.billing.subscription_changes.scheduled(over)
    tx.billing.subscription_changes.save_many(
        [
            attrs.evolve(change, status=ChangeStatus.FAILED, reason="the agreement is over", done_at=tx.now)
            for changes in waiting.values()
            for change in changes
        ]
    )
