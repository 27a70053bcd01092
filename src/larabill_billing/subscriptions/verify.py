"""What `larabill verify` asks of agreements: their periods tile time (I3), their states are accounted for (I6)."""

from __future__ import annotations

from typing import Final

from larabill_billing.subscriptions.periods import boundary
from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.verify import Violation


def periods_tile(tx: SubscriptionsTx) -> list[Violation]:
    """Each item of a live agreement was charged for every period up to the next one, and for no other."""
    found = []
    for billed in tx.billing.subscriptions.billed_periods():
        subscription = billed.subscription
        end = boundary(subscription.anchor_on, subscription.cycle, subscription.next_period)
        expected = (subscription.next_period, subscription.anchor_on, end)
        if (billed.count, billed.first_on, billed.last_on) != expected:
            message = (
                f"item {billed.item_id} was charged for {billed.count} periods from {billed.first_on} to "
                f"{billed.last_on}; it should be {expected[0]} from {expected[1]} to {expected[2]}"
            )
            found.append(
                Violation(invariant="I3", kind="subscription-periods", subject=str(subscription.id), message=message)
            )
    return found


def states_are_audited(tx: SubscriptionsTx) -> list[Violation]:
    """The audits of each subscription and service lead to the status that it has."""
    return [
        Violation(
            invariant="I6",
            kind=f"{kind}-state",
            subject=str(subject),
            message=f"the audits do not lead to its status {status!r}",
        )
        for kind, found in (
            ("subscription", tx.billing.subscriptions.state_without_audit()),
            ("service", tx.billing.services.state_without_audit()),
        )
        for subject, status in found
    ]


VERIFY: Final = tuple(
    f"larabill_billing.subscriptions.verify:{function.__name__}" for function in (periods_tile, states_are_audited)
)
