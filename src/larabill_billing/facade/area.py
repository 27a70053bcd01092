"""What the areas of the façade have in common: one transaction for each call, for an actor who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from larabill_billing.repositories import BillingTx
from larabill_core.access import Access, Actor
from larabill_core.engine import Engine
from larabill_core.errors import NotFound
from larabill_core.ports.unit_of_work import Tx

T = TypeVar("T")


def own(tx: Tx, kind: str, id: UUID, customer_id: UUID) -> None:
    """Raises `NotFound`, as for what is not there, when the actor is another customer (B01)."""
    if tx.actor.customer_id not in (None, customer_id):
        raise NotFound(kind, id)


class Area:
    """One area of `engine.billing`."""

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access

    def _run(self, ability: str, seller: UUID | None, actor: Actor, fn: Callable[[BillingTx], T]) -> T:
        self._access.require(actor, ability)
        return self._engine.run(fn, seller=seller, actor=actor)
