"""What `larabill verify` asks of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from larabill_billing.orders.ports import OrdersTx
from larabill_core.verify import Violation

GRACE = timedelta(hours=1)
"""What a job does is not late before this."""


def states_are_audited(tx: OrdersTx) -> list[Violation]:
    """The last audit of each order names the status that it has (I6)."""
    return [
        Violation(
            invariant="I6",
            kind="order-state",
            subject=str(order_id),
            message=f"the audits do not lead to its status {status!r}",
        )
        for order_id, status in tx.billing.orders.state_without_audit()
    ]


def released_once(tx: OrdersTx) -> list[Violation]:
    """No order was released twice (I7)."""
    return [
        Violation(
            invariant="I7", kind="order-released-twice", subject=str(order_id), message=f"it was released {times} times"
        )
        for order_id, times in tx.billing.orders.released_twice()
    ]


def paid_is_released(tx: OrdersTx) -> list[Violation]:
    """No order was paid an hour ago and still waits (I8)."""
    return [
        Violation(
            invariant="I8", kind="paid-order-waits", subject=str(order_id), message="it is paid, but was not released"
        )
        for order_id in tx.billing.orders.paid_unreleased(tx.now - GRACE)
    ]


VERIFY: Final = tuple(
    f"larabill_billing.orders.verify:{function.__name__}"
    for function in (states_are_audited, released_once, paid_is_released)
)
