"""What `larabill verify` asks of agreements: their periods tile time (I3), their states are accounted for (I6)."""

from __future__ import annotations

from typing import Final

from larabill_billing.subscriptions.ports import SubscriptionsTx
from larabill_core.verify import Violation


def periods_tile(tx: SubscriptionsTx) -> list[Violation]:
    """Each item of a live agreement was charged for every day up to its next period, and for none twice.

    A pause, another schedule and a change in arrears begin anew: on the day from which the item is billed since.
    """
    found = []
    for billed in tx.billing.subscriptions.billed_periods():
        end = billed.subscription.billed_to
        expected = (billed.starts_on, end) if billed.starts_on < end else (None, None)
        if billed.gaps or (billed.first_on, billed.last_on) != expected:
            message = (
                f"item {billed.item_id} was charged from {billed.first_on} to {billed.last_on}"
                f" with {billed.gaps} gaps; it should be from {expected[0]} to {expected[1]} without any"
            )
            found.append(
                Violation(
                    invariant="I3",
                    kind="subscription-periods",
                    subject=str(billed.subscription.id),
                    message=message,
                )
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
