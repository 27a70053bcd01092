"""The catalogue over HTTP: what customers see of it, and how staff put one into force."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.billing.market import CATALOG, Market
from tests.http.selling.desk import Desk, pointers, staff_with

from larabill_billing.catalog.loader import parse_catalog

TABLES = tomllib.loads(CATALOG)
HIDDEN = """
[[plans]]
code = "secret"
name = "For who knows it"
visibility = "hidden"
stock = 5
trial = { days = 14 }
options = { php = ["8.2", "8.3"] }
prices.EUR = { monthly = "3.00", annual = "30.00" }
prices.USD = { monthly = "4.00" }
"""


def test_a_customer_sees_what_is_sold_openly_and_what_it_costs(me: Desk) -> None:
    plans = {plan["code"]: plan for plan in me.get("/plans")["items"]}
    assert set(plans) == {"web", "server", "box", "trust", "held", "free"}
    prices = {(each["kind"], each["cycle"]): each["model"]["unit_price"] for each in plans["web"]["prices"]}
    assert prices[("recurring", "monthly")] == "5" and prices[("setup", None)] == "9"
    assert [option["name"] for option in plans["web"]["options"]] == ["domain"]
    assert not {"release", "dunning", "tax_class", "visibility", "provision"} & set(plans["web"])


def test_what_is_hidden_is_shown_to_staff_only(me: Desk, staff: Desk, market: Market) -> None:
    market.engine.billing.catalog.load(market.seller, parse_catalog(CATALOG + HIDDEN))
    assert "secret" not in {plan["code"] for plan in me.get("/plans")["items"]}
    shown = {plan["code"]: plan for plan in staff.get("/catalog")["items"]}["secret"]
    assert (shown["visibility"], shown["trial_days"], shown["revision"]) == ("hidden", 14, 1)
    assert staff.get("/catalog/stock")["items"] == [
        {"plan_code": "secret", "region": "", "total": 5, "taken": 0, "left": 5}
    ]
    me.get("/catalog", status=403)
    me.get("/catalog/stock", status=403)


def test_a_catalogue_is_the_same_as_json(staff: Desk) -> None:
    same = staff.put("/catalog", TABLES)
    assert sorted(same["unchanged"]) == ["box", "free", "held", "server", "trust", "web"]
    assert same["added"] == same["changed"] == same["deactivated"] == []
    dearer = [{**plan, "name": "Dear"} if plan["code"] == "web" else plan for plan in TABLES["plans"]]
    assert staff.put("/catalog", {"plans": dearer})["changed"] == ["web"]
    assert staff.put("/catalog", {"plans": dearer[:1]})["deactivated"]


def test_every_fault_of_a_catalogue_is_named_where_it_lies(staff: Desk) -> None:
    one: dict[str, Any] = {"code": "a", "name": "A", "prices": {"EUR": {"monthly": "1.00"}}}
    wrong = {
        "plans": [
            {**one, "colour": "red"},
            {**one, "code": "b", "prices": {"EUR": {"monthly": "-1"}}},
            {**one, "code": "c", "prices": {"ZZZ": {"monthly": "1"}}},
            {**one, "code": "d", "trial_days": True},
        ]
    }
    found = pointers(staff.put("/catalog", wrong, status=422))
    assert {"/plans/0/colour", "/plans/1/prices/EUR/monthly", "/plans/2/prices/ZZZ", "/plans/3/trial_days"} <= found
    assert pointers(staff.put("/catalog", {"plans": [{**one, "dunning": "gone"}]}, status=422)) == {"/plans/0/dunning"}
    assert pointers(staff.put("/catalog", {"plans": []}, status=422)) == {"/plans"}
    assert pointers(staff.put("/catalog", {"plans": [one], "name": "x"}, status=422)) == {"/name"}


def test_no_catalogue_is_loaded_halfway(staff: Desk) -> None:
    before = staff.get("/catalog")
    one = {"code": "a", "name": "A", "prices": {"EUR": {"monthly": "1.00"}}}
    staff.put("/catalog", {"plans": [one, {**one, "code": "b", "prices": {}}]}, status=422)
    wrong: tuple[Any, ...] = ("NaN", "1e3", "0.001x", 1.005, "١٢", None, [], {})
    for price in wrong:
        staff.put("/catalog", {"plans": [{**one, "prices": {"EUR": {"monthly": price}}}]}, status=422)
    assert staff.get("/catalog") == before


def test_a_catalogue_is_loaded_by_who_may(me: Desk, staff: Desk, market: Market) -> None:
    me.put("/catalog", TABLES, status=403)
    staff_with(staff.api, market, "catalog.read", "orders.*").put("/catalog", TABLES, status=403)
