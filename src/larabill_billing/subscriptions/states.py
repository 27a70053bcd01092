"""The transition tables of subscriptions and services (I6).

    pending ─release─▶ active ─overdue─▶ past_due ─suspend─▶ suspended
       │                │ ▲ ◀────settle─────┘ ◀─────settle──────┤
       │            pause │ resume                               │
       │                ▼ │                                      │
       │              paused ───────────end────────▶ ended ◀─end─┘ (also from active, trialing and past_due)
       ├─try─▶ trialing ─begin─▶ active ◀──settle, reactivate──┘
       └─cancel─▶ cancelled

An agreement that was ended for non-payment comes back when it is paid before its data is destroyed; one that was
cancelled can be reactivated until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from larabill_billing.subscriptions.model import ServiceStatus, Subscription, SubscriptionStatus
from larabill_core.errors import IllegalTransition

_S = SubscriptionStatus

SUBSCRIPTION: Final[Mapping[tuple[SubscriptionStatus, str], SubscriptionStatus]] = {
    (_S.PENDING, "release"): _S.ACTIVE,
    (_S.PENDING, "try"): _S.TRIALING,
    (_S.PENDING, "cancel"): _S.CANCELLED,
    (_S.TRIALING, "begin"): _S.ACTIVE,
    (_S.TRIALING, "end"): _S.ENDED,
    (_S.ACTIVE, "pause"): _S.PAUSED,
    (_S.PAUSED, "resume"): _S.ACTIVE,
    (_S.PAUSED, "end"): _S.ENDED,
    (_S.ACTIVE, "overdue"): _S.PAST_DUE,
    (_S.ACTIVE, "end"): _S.ENDED,
    (_S.PAST_DUE, "settle"): _S.ACTIVE,
    (_S.PAST_DUE, "suspend"): _S.SUSPENDED,
    (_S.PAST_DUE, "end"): _S.ENDED,
    (_S.SUSPENDED, "settle"): _S.ACTIVE,
    (_S.SUSPENDED, "end"): _S.ENDED,
    (_S.ENDED, "settle"): _S.ACTIVE,
    (_S.ENDED, "reactivate"): _S.ACTIVE,
}

_V = ServiceStatus

SERVICE: Final[Mapping[tuple[ServiceStatus, str], ServiceStatus]] = {
    **{
        (status, event): target
        for status in (_V.PENDING, _V.FAILED, _V.ACTIVE, _V.SUSPENDED)
        for event, target in (
            ("activated", _V.ACTIVE),
            ("resumed", _V.ACTIVE),
            ("suspended", _V.SUSPENDED),
            ("ended", _V.ENDED),
        )
    },
    (_V.PENDING, "failed"): _V.FAILED,
    (_V.PENDING, "abandoned"): _V.ABANDONED,
    (_V.FAILED, "abandoned"): _V.ABANDONED,
}
"""A mirror of what provisioning says. Events may overtake each other: the newest counts, from any living state."""


def after(subscription: Subscription, event: str) -> SubscriptionStatus:
    """The status after `event`. Raises `IllegalTransition` naming what is possible."""
    status = SUBSCRIPTION.get((subscription.status, event))
    if status is None:
        allowed = [possible for state, possible in SUBSCRIPTION if state is subscription.status]
        raise IllegalTransition("subscription", subscription.id, subscription.status, event, allowed)
    return status
