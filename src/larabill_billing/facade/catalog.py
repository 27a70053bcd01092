"""`engine.billing.catalog`: what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from larabill_billing.catalog.handlers import Changes, listed
from larabill_billing.catalog.model import Catalogue, Plan, Stock
from larabill_billing.facade.area import Area
from larabill_billing.loading import load_catalog
from larabill_core.access import SYSTEM, Actor


class Catalog(Area):
    """`engine.billing.catalog`."""

    def load(self, seller: UUID, catalog: Catalogue, *, actor: Actor = SYSTEM) -> Changes:
        """Put a catalogue into force: what changed becomes a new version, what is missing is no longer sold.

        Raises `InvalidInput` for one without plans, for another aggregation of a meter that has counted, and for a
        dunning policy that the manifest does not name.
        """
        return self._run("catalog.write", seller, actor, lambda tx: load_catalog(tx, catalog))

    def list(self, seller: UUID, *, hidden: bool = False, actor: Actor = SYSTEM) -> Sequence[Plan]:
        """The plans that customers see, by code; with `hidden` those too that are sold to who knows their code."""
        return self._run("catalog.read", seller, actor, lambda tx: listed(tx, hidden=hidden))

    def stock(self, seller: UUID, *, actor: Actor = SYSTEM) -> Sequence[Stock]:
        """What may be sold and what is taken, of each plan and region that is limited."""
        return self._run("catalog.read", seller, actor, lambda tx: tx.billing.stock.all())
