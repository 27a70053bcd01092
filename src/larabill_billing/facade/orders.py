"""`engine.billing.orders` and `.services`: what was asked for, and the units that it became."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import attrs

from larabill_billing.facade.area import Area, Owned, of_customer
from larabill_billing.orders import check as order_check
from larabill_billing.orders import handlers as orders
from larabill_billing.orders.handlers import OrderPreview
from larabill_billing.orders.model import Order, PlaceOrder
from larabill_billing.repositories import BillingTx
from larabill_billing.subscriptions.model import Service
from larabill_core.access import SYSTEM, Actor


def _order(order_id: UUID) -> Callable[[BillingTx], Owned]:
    return lambda tx: ("order", order_id, tx.billing.orders.get(order_id).customer_id)


class Orders(Area):
    """`engine.billing.orders`."""

    def place(self, seller: UUID, wanted: PlaceOrder | Mapping[str, Any], *, actor: Actor = SYSTEM) -> Order:
        """Take an order, given as such or as plain data. The same `order_uuid` twice is the same order.

        Raises `InvalidInput` with every fault, `NotFound` for the customer, `Conflict`.
        """
        request = order_check.parse(attrs.asdict(wanted) if isinstance(wanted, PlaceOrder) else wanted)
        return self._run(
            "orders.write", seller, actor, lambda tx: orders.place(tx, request), owned=of_customer(request.customer_id)
        )

    def preview(self, seller: UUID, wanted: PlaceOrder | Mapping[str, Any], *, actor: Actor = SYSTEM) -> OrderPreview:
        """What the order would cost now, to the cent (I13). Raises what `place` raises."""
        request = order_check.parse(attrs.asdict(wanted) if isinstance(wanted, PlaceOrder) else wanted)
        return self._run(
            "orders.read", seller, actor, lambda tx: orders.preview(tx, request), owned=of_customer(request.customer_id)
        )

    def cancel(self, seller: UUID, order_id: UUID, reason: str = "", *, actor: Actor = SYSTEM) -> Order:
        """Call off an order that was not released. Raises `NotFound`, `IllegalTransition`, `Conflict`."""
        return self._run(
            "orders.write", seller, actor, lambda tx: orders.cancel(tx, order_id, reason), owned=_order(order_id)
        )

    def get(self, seller: UUID, order_id: UUID, *, actor: Actor = SYSTEM) -> Order:
        """Raises `NotFound`."""
        return self._run(
            "orders.read", seller, actor, lambda tx: tx.billing.orders.get(order_id), owned=_order(order_id)
        )

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Order]:
        """By id, that is, oldest first."""
        return self._run(
            "orders.read",
            seller,
            actor,
            lambda tx: tx.billing.orders.page(customer_id=customer_id, after=after, limit=limit),
            owned=of_customer(customer_id),
        )


class Services(Area):
    """`engine.billing.services`."""

    def list(
        self,
        seller: UUID,
        *,
        customer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Service]:
        """By id, that is, oldest first."""
        return self._run(
            "subscriptions.read",
            seller,
            actor,
            lambda tx: tx.billing.services.page(customer_id=customer_id, after=after, limit=limit),
            owned=of_customer(customer_id),
        )
