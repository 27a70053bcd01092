"""Customers and sellers over HTTP: whom staff find, and what a customer sees."""

from __future__ import annotations

from typing import Any

import attrs
from tests.billing.market import Market
from tests.http.selling.desk import Desk, cus, pointers, staff_of, staff_with

from larabill_core.ids import new_id, parse_public_id, public_id

C = "/customers/{customer}"


def new(name: str = "Grace Hopper", email: str = "grace@navy.example", **more: Any) -> dict[str, Any]:
    return {"name": name, "email": email, "country": "US", **more}


def names(found: Any) -> list[str]:
    return [each["name"] for each in found["items"]]


def test_staff_create_a_customer_and_the_customer_sees_it(staff: Desk) -> None:
    made = staff.post("/customers", new(company="US Navy", group="friends", address=["1 Main St"]), status=201)
    assert (made["currency"], made["time_zone"], made["group"]) == ("EUR", "Europe/Berlin", "friends")
    assert staff.get(C, customer=made["id"]) == made


def test_a_customer_sees_themselves_and_nobody_else(me: Desk, other: Desk, market: Market) -> None:
    mine = me.get(C, customer=cus(market))
    assert (mine["name"], mine["group"]) == ("Ada", None)
    gone = me.get(C, status=404, customer=public_id("cus", new_id()))
    assert other.get(C, status=404, customer=cus(market))["code"] == gone["code"]
    me.get("/customers", status=403)
    me.get("/customers", query="search=ada", status=403)
    me.post("/customers", new(), status=403)
    me.put(f"{C}/group", {"group": "vip"}, status=403, customer=cus(market))


def test_all_faults_of_a_customer_are_named_in_the_body(staff: Desk) -> None:
    wrong = new(email="grace", country="XX", time_zone="Mars/Base", language="xx-yy-zz", tax_id="ДЕ1")
    found = pointers(staff.post("/customers", wrong, status=422))
    assert found == {"/email", "/country", "/time_zone", "/language", "/tax_id"}
    for field in ("id", "seller_id", "balance", "is_admin", "role", "created_at", "credit"):
        assert pointers(staff.post("/customers", new(**{field: "1"}), status=422)) == {f"/{field}"}
    for currency in ("eur", "XXX", "ZZZ", "", 1):
        assert pointers(staff.post("/customers", new(currency=currency), status=422)) == {"/currency"}
    for day in (0, 32, -1, "1", 1.5, True):
        assert pointers(staff.post("/customers", new(billing_day=day), status=422)) == {"/billing_day"}


def test_a_group_is_set(staff: Desk, market: Market) -> None:
    assert staff.put(f"{C}/group", {"group": "vip"}, customer=cus(market))["group"] == "vip"
    assert staff.put(f"{C}/group", {"group": ""}, customer=cus(market))["group"] == ""
    staff.put(f"{C}/group", {"group": "Not A Code"}, status=422, customer=cus(market))
    staff.put(f"{C}/group", {"group": "vip"}, status=404, customer=public_id("cus", new_id()))


def test_a_customer_is_found_by_how_a_word_begins(staff: Desk) -> None:
    staff.post("/customers", new(company="Ünïted Hosting", tax_id="DE 123456789"), status=201)
    staff.post("/customers", new("Hope Solo", "solo@example.com"), status=201)
    for search, expected in {
        "hop": ["Grace Hopper", "Hope Solo"],
        "GRACE H": ["Grace Hopper"],
        "grace@na": ["Grace Hopper"],
        "ünï": ["Grace Hopper"],
        "Hosting": ["Grace Hopper"],
        "de123": ["Grace Hopper"],
        "opper": [],
        "hop%25": [],
        "h_": [],
        "' OR 1=1": [],
    }.items():
        assert names(staff.get("/customers", query=f"search={search}")) == expected, search
    assert names(staff.get("/customers", query="search=ho&limit=1&sort=-created")) == ["Hope Solo"]
    page = staff.get("/customers", query="search=ho&limit=1")
    assert names(staff.get("/customers", query=f"search=ho&limit=1&after={page['next']}")) == ["Hope Solo"]


def test_a_search_is_never_for_all(staff: Desk) -> None:
    for query in ("search=", "search=a", "search=%20%20", "search=%00%00", "search=a%0Ab", "email=x", "sort=name"):
        staff.get("/customers", query=query, status=422)


def test_a_search_ends_at_the_seller(staff: Desk, market: Market) -> None:
    boss = Desk(staff.api, attrs.evolve(staff_of(market), seller_id=None))
    second = boss.post("/sellers", {"name": "Other Ltd", "country": "FR", "currency": "EUR"}, status=201)
    theirs = Desk(staff.api, attrs.evolve(staff_of(market), seller_id=parse_public_id(second["id"], "sel", "id")))
    theirs.post("/customers", new("Ada Elsewhere"), status=201)
    assert names(staff.get("/customers", query="search=ada")) == ["Ada"]
    assert names(theirs.get("/customers", query="search=ada")) == ["Ada Elsewhere"]
    theirs.get(C, status=404, customer=cus(market))


def test_sellers_are_the_installations(me: Desk, staff: Desk, market: Market) -> None:
    boss = Desk(staff.api, attrs.evolve(staff_of(market), seller_id=None))
    made = boss.post("/sellers", {"name": "Other Ltd", "country": "FR", "currency": "EUR"}, status=201)
    assert [each["id"] for each in boss.get("/sellers", query="sort=-created&limit=1")["items"]] == [made["id"]]
    assert me.get("/seller")["name"] == "Hosting Ltd"
    me.get("/sellers", status=403)
    me.post("/sellers", {"name": "Mine", "country": "FR", "currency": "EUR"}, status=403)
    staff_with(staff.api, market, "sellers.read").post("/sellers", {}, status=403)
    wrong = {"name": "X", "country": "XX", "currency": "ZZZ", "status": "live"}
    assert pointers(boss.post("/sellers", wrong, status=422)) == {"/status"}
    del wrong["status"]
    assert pointers(boss.post("/sellers", wrong, status=422)) == {"/country", "/currency"}
