"""What the areas of the façade have in common: one transaction for each call, for an actor who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from larabill_billing.repositories import BillingTx
from larabill_core.access import Access, Actor
from larabill_core.engine import Engine

T = TypeVar("T")


class Area:
    """One area of `engine.billing`."""

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access

    def _run(self, ability: str, seller: UUID | None, actor: Actor, fn: Callable[[BillingTx], T]) -> T:
        self._access.require(actor, ability)
        return self._engine.run(fn, seller=seller, actor=actor)
