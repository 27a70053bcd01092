"""A catalogue is put into force: its plans, its meters, and what they name of other features."""

from __future__ import annotations

from typing import Any

from larabill_billing.catalog import wire
from larabill_billing.catalog.handlers import Changes, load
from larabill_billing.catalog.loader import parse_tables
from larabill_billing.catalog.model import Catalogue
from larabill_billing.dunning.choice import check_named
from larabill_billing.repositories import BillingTx
from larabill_billing.usage.handlers import define_meters
from larabill_core.errors import ConfigurationError, InvalidInput
from larabill_core.http.endpoint import Call


def load_catalog(tx: BillingTx, catalog: Catalogue) -> Changes:
    """What changed becomes a new version, what is missing is no longer sold. Raises `InvalidInput`: no plans, another
    aggregation of a meter that has counted, a dunning policy that the manifest does not name."""
    check_named(tx, catalog.plans)
    define_meters(tx, catalog.meters)
    return load(tx, catalog)


def load_over_http(tx: BillingTx, call: Call[Any, wire.CatalogueIn]) -> wire.CatalogueChanges:
    """The faults of the tables are those of the body."""
    try:
        catalog = parse_tables({"plans": call.body.plans, "meters": call.body.meters}, "plans")
    except ConfigurationError as problem:
        raise InvalidInput(problem.faults) from None
    return wire.changes_out(load_catalog(tx, catalog))
