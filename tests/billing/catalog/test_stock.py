"""Stock: never oversold, however many take at once (F39); limits by the catalogue, and what is taken stays taken."""

from __future__ import annotations

from typing import Any

import pytest
from tests.billing.orders.test_races import at_once
from tests.billing.shop import Shop, fails
from tests.databases import KINDS

from larabill_billing.catalog.handlers import load
from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.catalog.model import Units
from larabill_billing.catalog.stock import give_back, take
from larabill_core.errors import Conflict

TAKERS, STOCK, ROUNDS = 64, 10, 3


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def catalogue(**stock: str) -> Any:
    """A plan in two regions, and one without any, with this stock."""
    limits = {"server": "{ eu = 10 }", "box": "3", **stock}
    lines = {code: f"stock = {said}" if said else "" for code, said in limits.items()}
    return parse_catalog(f"""
[[plans]]
code = "server"
name = "Server"
provision = true
regions = ["eu", "us"]
prices.EUR = {{ monthly = "40.00" }}
{lines["server"]}

[[plans]]
code = "box"
name = "Box"
prices.EUR = {{ one_time = "99.00" }}
{lines["box"]}
""")


def units(count: int, region: str = "eu", plan_code: str = "server") -> Units:
    return Units(plan_code=plan_code, region=region, units=count)


def left(shop: Shop) -> dict[tuple[str, str], int]:
    return {(each.plan_code, each.region): each.left for each in shop.run(lambda tx: tx.billing.stock.all())}


def test_units_are_taken_and_given_back_and_what_has_no_limit_is_free(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue()))
    shop.run(lambda tx: take(tx, [units(4), units(3), units(2, "", "box"), units(900, "us")]))
    assert left(shop) == {("server", "eu"): 3, ("box", ""): 1}
    shop.run(lambda tx: give_back(tx, [units(2), units(1), units(5, "us")]))
    assert left(shop) == {("server", "eu"): 6, ("box", ""): 1}


def test_all_that_is_short_is_named_and_nothing_is_taken(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue()))
    shop.run(lambda tx: take(tx, [units(8)]))
    wanted = [units(2), units(1), units(4, "", "box")]
    problem = fails(Conflict, lambda: shop.run(lambda tx: take(tx, wanted)))
    assert "server in eu: 2 left, 3 wanted" in str(problem)
    assert "box: 3 left, 4 wanted" in str(problem)
    assert left(shop) == {("server", "eu"): 2, ("box", ""): 3}


def test_a_limit_below_what_is_taken_sells_nothing_more_and_takes_nothing_away(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue()))
    shop.run(lambda tx: take(tx, [units(8)]))
    shop.run(lambda tx: load(tx, catalogue(server="{ eu = 5 }")))
    assert "0 left, 1 wanted" in str(fails(Conflict, lambda: shop.run(lambda tx: take(tx, [units(1)]))))
    shop.run(lambda tx: give_back(tx, [units(4)]))
    shop.run(lambda tx: take(tx, [units(1)]))
    assert left(shop)["server", "eu"] == 0


def test_a_limit_that_is_gone_holds_no_more(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue()))
    shop.run(lambda tx: load(tx, catalogue(server="{ us = 1 }", box="")))
    assert left(shop) == {("server", "us"): 1}
    shop.run(lambda tx: take(tx, [units(900), units(900, "", "box")]))


def test_no_more_is_given_back_than_was_taken(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue()))
    shop.run(lambda tx: give_back(tx, [units(4)]))
    assert left(shop)["server", "eu"] == 10


def test_sixty_four_takers_of_ten_units_take_ten(shop: Shop) -> None:
    for number in range(ROUNDS):
        shop.run(lambda tx: load(tx, catalogue(server=f"{{ eu = {STOCK * (number + 1)} }}")))  # noqa: B023
        answers = at_once(TAKERS, lambda: shop.run(lambda tx: take(tx, [units(1)])))
        refused = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (answers.count(None), len(refused)) == (STOCK, TAKERS - STOCK), set(map(repr, answers))
    assert left(shop)["server", "eu"] == 0


def test_takers_of_two_things_in_either_order_all_come_to_an_end(shop: Shop) -> None:
    shop.run(lambda tx: load(tx, catalogue(server="{ eu = 8, us = 8 }")))
    orders = iter([[units(1), units(1, "us")], [units(1, "us"), units(1)]] * 8)

    def buy() -> None:
        wanted = next(orders)
        shop.run(lambda tx: take(tx, wanted))

    answers = at_once(16, buy)
    assert answers.count(None) == 8
    assert left(shop) == {("box", ""): 3, ("server", "eu"): 0, ("server", "us"): 0}
