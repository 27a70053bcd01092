"""Put invented plans on sale beside those that are."""

from __future__ import annotations

from uuid import UUID

from larabill_billing.catalog.model import Catalogue
from larabill_core.engine import Engine


def sell(engine: Engine, seller: UUID, invented: Catalogue) -> None:
    """What is sold already stays on sale, in the version that it has."""
    catalog = engine.billing.catalog
    codes = {plan.code for plan in invented.plans}
    sold = [plan for plan in catalog.list(seller, hidden=True) if plan.code not in codes]
    catalog.load(seller, Catalogue(plans=(*sold, *invented.plans)))
