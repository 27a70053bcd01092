"""The transition table of orders (I6): pending ─release─▶ released, pending ─cancel─▶ cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from larabill_billing.orders.model import Order, OrderStatus
from larabill_core.errors import IllegalTransition

ORDER: Final[Mapping[tuple[OrderStatus, str], OrderStatus]] = {
    (OrderStatus.PENDING, "release"): OrderStatus.RELEASED,
    (OrderStatus.PENDING, "cancel"): OrderStatus.CANCELLED,
}


def after(order: Order, event: str) -> OrderStatus:
    """The status after `event`. Raises `IllegalTransition` naming what is possible."""
    status = ORDER.get((order.status, event))
    if status is None:
        allowed = [possible for state, possible in ORDER if state is order.status]
        raise IllegalTransition("order", order.id, order.status, event, allowed)
    return status
