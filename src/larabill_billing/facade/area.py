"""What the areas of the façade have in common: one transaction for each call, for an actor who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from larabill_billing.repositories import BillingTx
from larabill_core.access import Access, Actor, own
from larabill_core.engine import Engine
from larabill_core.errors import Forbidden

T = TypeVar("T")
Owned = tuple[str, UUID | str, UUID | None]
"""What a call is about: kind and id, and the customer whose it is."""


class Area:
    """One area of `engine.billing`."""

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access

    def _run(
        self,
        ability: str,
        seller: UUID | None,
        actor: Actor,
        fn: Callable[[BillingTx], T],
        *,
        owned: Callable[[BillingTx], Owned] | None = None,
    ) -> T:
        """A customer who acts may only what says whose it is (`owned`), and sees no more than their own (B01)."""
        self._access.require(actor, ability)
        if actor.customer_id is None:
            return self._engine.run(fn, seller=seller, actor=actor)
        if owned is None:
            raise Forbidden(ability, str(actor))

        def within(tx: BillingTx) -> T:
            own(tx.actor, *owned(tx))
            return fn(tx)

        return self._engine.run(within, seller=seller, actor=actor)


def of_customer(customer_id: UUID | None) -> Callable[[BillingTx], Owned]:
    """What is about one customer; None: about all."""
    return lambda _: ("customer", "all", customer_id) if customer_id is None else ("customer", customer_id, customer_id)
