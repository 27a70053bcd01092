"""Loading a catalogue: a new version for what changed, nothing for what did not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.catalog.test_loader import GOOD
from tests.billing.shop import Shop

from larabill_billing.catalog.handlers import listed, load, plan_for
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.model import Catalogue, Plan, Visibility
from larabill_billing.customers.handlers import create_seller
from larabill_billing.customers.model import NewSeller
from larabill_core.errors import InvalidInput, NotFound
from larabill_core.ids import new_id
from larabill_sqlalchemy.billing.catalog import MOST_KEPT, Versions, versions_of
from larabill_sqlalchemy.opening import database_of


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


def with_visibility(visibility: str) -> Catalogue:
    return parse_catalog(GOOD.replace('name = "Free"', f'name = "Free"\nvisibility = "{visibility}"'))


def test_customers_see_public_plans_and_buy_hidden_ones_by_their_code(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, with_visibility("hidden")))
    assert [plan.code for plan in shop.run(lambda tx: listed(tx))] == ["domain", "web-small"]
    assert [plan.code for plan in shop.run(lambda tx: listed(tx, hidden=True))] == ["domain", "free", "web-small"]
    assert shop.run(lambda tx: plan_for(tx, "free")).visibility is Visibility.HIDDEN


def test_an_archived_plan_stays_loaded_and_is_refused_by_name(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    assert shop.run(lambda tx: load(tx, with_visibility("archived"))).changed == ("free",)
    assert [plan.code for plan in shop.run(lambda tx: listed(tx, hidden=True))] == ["domain", "web-small"]
    with pytest.raises(InvalidInput, match=r"plan_code: is archived.*'free'"):
        shop.run(lambda tx: plan_for(tx, "free"))
    assert shop.run(lambda tx: load(tx, with_visibility("archived"))).unchanged == ("web-small", "free", "domain")


def statements_of(shop: Shop, fn: Callable[[Any], Any]) -> int:
    """How many statements on plans `fn` sends."""
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *more: object) -> None:
        if "larabill_plans" in statement:
            sent.append(statement)

    database = database_of(shop.engine)
    sa.event.listen(database, "before_cursor_execute", note)
    shop.run(fn)
    sa.event.remove(database, "before_cursor_execute", note)
    return len(sent)


def test_a_version_is_read_once(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    ids = [plan.id for plan in shop.run(lambda tx: tx.billing.plans.active()).values()]
    assert versions_of(shop.engine).known(shop.seller.id, ids).keys() == set(ids)
    assert statements_of(shop, lambda tx: tx.billing.plans.get_many(ids)) == 0
    assert statements_of(shop, lambda tx: tx.billing.plans.get_many([*ids, new_id()])) == 1


def test_versions_of_another_seller_are_not_known(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, parse_catalog(GOOD)))
    ids = [plan.id for plan in shop.run(lambda tx: tx.billing.plans.active()).values()]
    new = NewSeller(name="Other Ltd", country="DE", currency="EUR")
    other = shop.engine.run(lambda tx: create_seller(tx, new))
    assert shop.engine.run(lambda tx: tx.billing.plans.get_many(ids), seller=other.id) == {}


def test_so_many_versions_are_kept_and_no_more() -> None:
    versions, seller = Versions(), new_id()
    plans = [Plan(id=new_id(), seller_id=seller, code="a", name="A", version=n) for n in range(MOST_KEPT + 2)]
    for plan in plans:
        versions.keep(plan)
    known = versions.known(seller, [plan.id for plan in plans])
    assert list(known) == [plan.id for plan in plans[2:]]
