"""Operations of the API: orders. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.orders import CancelOrder, NewOrder, OrderOut, OrderPage, OrderPreviewOut, OrderSummary
from larabill_client.transport import Transport, _part


class OrdersApi(Transport):
    """Operations under /orders."""

    def list_orders(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        customer: str | None = None,
    ) -> OrderPage:
        """Orders.

        Needs `orders.read`.
        """
        return self._ask(
            OrderPage, "GET", "/orders", query={"after": after, "limit": limit, "sort": sort, "customer": customer}
        )

    def all_orders(
        self, *, sort: Literal["-created", "created"] | None = None, customer: str | None = None
    ) -> Iterator[OrderSummary]:
        """Every item of `list_orders`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_orders(after=after, limit=100, sort=sort, customer=customer)
            yield from page.items
            after = page.next
            if after is None:
                return

    def place_order(self, body: NewOrder, *, idempotency_key: str | None = None) -> OrderOut:
        """Place an order.

        Needs `orders.place`.
        """
        return self._ask(OrderOut, "POST", "/orders", body=body, keyed=True, key=idempotency_key)

    def preview_order(self, body: NewOrder) -> OrderPreviewOut:
        """What an order would cost now, without placing it.

        Needs `orders.read`.
        """
        return self._ask(OrderPreviewOut, "POST", "/orders/preview", body=body)

    def get_order(self, order: str) -> OrderOut:
        """An order with its items.

        Needs `orders.read`.
        """
        return self._ask(OrderOut, "GET", f"/orders/{_part(order)}")

    def cancel_order(
        self, order: str, body: CancelOrder, *, version: int, idempotency_key: str | None = None
    ) -> OrderOut:
        """Call off an order that was not released.

        Needs `orders.cancel`.
        """
        return self._ask(
            OrderOut,
            "POST",
            f"/orders/{_part(order)}/cancel",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )
