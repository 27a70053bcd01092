"""Put a catalogue into force."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from larabill_billing.catalog.model import Plan, PlanDefinition
from larabill_billing.catalog.ports import CatalogTx


@attrs.frozen(kw_only=True)
class Changes:
    """What a load did, by plan code."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deactivated: tuple[str, ...]
    unchanged: tuple[str, ...]


def load(tx: CatalogTx, catalog: Sequence[PlanDefinition]) -> Changes:
    """A new version of each plan whose definition changed; plans that are missing are no longer sold."""
    raise NotImplementedError


def plan_for(tx: CatalogTx, code: str) -> Plan:
    """The sold version of a plan. Raises `NotFound`."""
    raise NotImplementedError
