"""What `larabill verify` asks of overdue cases: nothing is taken from whoever has paid (I9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from larabill_billing.dunning.ports import DunningTx
from larabill_core.verify import Violation

GRACE = timedelta(hours=1)
"""What a job does is not late before this."""


def cases_are_owed(tx: DunningTx) -> list[Violation]:
    """No case is open about an invoice that is void, or was paid an hour ago."""
    return [
        _found("case-on-settled-invoice", case_id, f"it is open, but its invoice is {status}")
        for case_id, status in tx.billing.dunning.open_on_settled(tx.now - GRACE)
    ]


def paid_is_not_taken(tx: DunningTx) -> list[Violation]:
    """No agreement is behind without a case, and no service is suspended or about to be destroyed that is paid for."""
    dunning = tx.billing.dunning
    before = tx.now - GRACE
    return [
        *(
            _found("behind-without-case", subscription_id, f"it is {status}, but nothing of it is overdue")
            for subscription_id, status in dunning.without_case()
        ),
        *(
            _found("suspended-though-paid", service_id, "it is suspended, but its agreement is active")
            for service_id in dunning.suspended_though_active(before)
        ),
        *(
            _found("ended-though-paid", subscription_id, "it was ended for non-payment and paid, and did not come back")
            for subscription_id in dunning.ended_though_paid(before)
        ),
    ]


def pauses_hold(tx: DunningTx) -> list[Violation]:
    """What is paused stands still, and only what is paused; no step was taken meanwhile."""
    pauses = tx.billing.pauses
    return [
        *(
            _found("case-runs-though-paused", case_id, f"it goes on, but a pause for {kind} stands", "I8")
            for case_id, kind in pauses.unheeded(tx.now - GRACE)
        ),
        *(
            _found("case-stands-without-pause", case_id, "it stands still, but no pause of its invoice stands", "I8")
            for case_id in pauses.without_pause()
        ),
        *(
            _found("step-in-pause", case_id, "a step was taken while it stood still", "I8")
            for case_id in pauses.stepped_in_pause()
        ),
    ]


def _found(kind: str, subject: UUID, message: str, invariant: str = "I9") -> Violation:
    return Violation(invariant=invariant, kind=kind, subject=str(subject), message=message)


VERIFY: Final = tuple(
    f"larabill_billing.dunning.verify:{function.__name__}"
    for function in (cases_are_owed, paid_is_not_taken, pauses_hold)
)
