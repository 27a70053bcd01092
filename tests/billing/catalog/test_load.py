"""Loading a catalogue: a new version for what changed, nothing for what did not."""

from __future__ import annotations

import pytest
from tests.billing.catalog.test_loader import GOOD
from tests.billing.shop import Shop

from larabill_billing.catalog.handlers import load, plan_for
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.model import Catalogue
from larabill_core.errors import InvalidInput, NotFound


def test_a_catalogue_is_stored_and_read_back_as_it_was(shop: Shop) -> None:
    catalog = parse_catalog(GOOD)
    changes = shop.run(lambda tx: load(tx, catalog))
    assert changes.added == ("web-small", "free", "domain")
    assert shop.run(lambda tx: load(tx, catalog)).unchanged == ("web-small", "free", "domain")
    plan = shop.run(lambda tx: plan_for(tx, "web-small"))
    assert (plan.version, plan.options["php"].choices) == (1, ("8.2", "8.3"))


def test_a_changed_plan_gets_a_version_and_the_old_one_stays(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    old = shop.run(lambda tx: plan_for(tx, "web-small"))
    changes = shop.run(lambda tx: load(tx, parse_catalog(GOOD.replace('"5.00"', '"6.00"'))))
    assert (changes.changed, changes.unchanged) == (("web-small",), ("free", "domain"))
    new = shop.run(lambda tx: plan_for(tx, "web-small"))
    assert new.version == 2
    kept = shop.run(lambda tx: tx.billing.plans.get_many([old.id, new.id]))
    assert kept == {old.id: old, new.id: new}
    assert old.prices != new.prices


def test_a_plan_that_is_missing_is_no_longer_sold_and_may_come_back(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    assert shop.run(lambda tx: load(tx, Catalogue(plans=parse_catalog(GOOD).plans[:1]))).deactivated == (
        "domain",
        "free",
    )
    with pytest.raises(NotFound):
        shop.run(lambda tx: plan_for(tx, "free"))
    assert shop.run(lambda tx: load(tx, parse_catalog(GOOD))).changed == ("free", "domain")
    assert shop.run(lambda tx: plan_for(tx, "free")).version == 2


def test_an_empty_catalogue_retires_nothing(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    with pytest.raises(InvalidInput, match="plans: is empty"):
        shop.run(lambda tx: load(tx, Catalogue(plans=())))
    assert shop.run(lambda tx: plan_for(tx, "free")).version == 1
