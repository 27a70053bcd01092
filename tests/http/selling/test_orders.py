"""Orders over HTTP: what is asked for is the client's, what it costs is the catalogue's."""

from __future__ import annotations

from typing import Any

from tests.billing.market import CATALOG, Market
from tests.http.selling.desk import Desk, cus, pointers, said

from larabill_billing.catalog.loader import parse_catalog
from larabill_core.ids import new_id, public_id

WEB: dict[str, Any] = {"plan_code": "web", "cycle": "monthly", "region": "eu"}


def order(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"currency": "EUR", "items": list(items) or [WEB], **more}


def test_what_was_previewed_is_what_is_billed(me: Desk) -> None:
    shown = me.post("/orders/preview", order())
    assert (shown["document"]["total"], shown["to_pay"]) == ({"amount": "14.00", "currency": "EUR"},) * 2
    placed = me.post("/orders", order(expected_total=shown["document"]["total"]), status=201)
    invoice = me.get("/invoices/{invoice}", invoice=placed["invoice"])
    assert invoice["total"] == shown["document"]["total"]
    assert [line["amount"] for line in invoice["lines"]] == [line["amount"] for line in shown["document"]["lines"]]
    assert me.get("/orders/{order}", order=placed["id"]) == placed


def test_a_preview_leaves_nothing_behind(me: Desk) -> None:
    me.post("/orders/preview", order())
    assert me.get("/orders")["items"] == []


def test_a_price_that_changed_since_it_was_shown_is_a_conflict_with_the_new_one(me: Desk, market: Market) -> None:
    shown = me.post("/orders/preview", order())["document"]["total"]
    dearer = CATALOG.replace('monthly = "5.00"', 'monthly = "6.00"')
    market.engine.billing.catalog.load(market.seller, parse_catalog(dearer))
    for path in ("/orders/preview", "/orders"):
        problem = me.post(path, order(expected_total=shown), status=409)
        assert "15.00 EUR" in problem["detail"]
    now = {"amount": "15.00", "currency": "EUR"}
    assert me.post("/orders/preview", order(expected_total=now))["document"]["total"] == now
    assert me.get("/orders")["items"] == []


def test_nobody_says_more_than_what_they_want(staff: Desk, market: Market) -> None:
    """Mass assignment (B05): staff are refused too."""
    mine = order(customer=cus(market))
    words = ("price", "total", "tax", "discount", "status", "paid_at", "id", "order_uuid", "release", "__class__")
    for field in words:
        assert pointers(staff.post("/orders", {**mine, field: "1"}, status=422)) == {f"/{field}"}
        wrong = {**mine, "items": [{**WEB, field: "1"}]}
        assert pointers(staff.post("/orders", wrong, status=422)) == {f"/items/0/{field}"}


def test_a_customer_is_refused_what_only_the_catalogue_says(me: Desk) -> None:
    wrong = order({**WEB, "unit_price": "0.01", "setup": "0"}, total="0.01")
    assert pointers(me.post("/orders", wrong, status=422)) == {"/items/0/unit_price", "/items/0/setup", "/total"}


def test_a_quantity_is_a_whole_number_in_range(staff: Desk, market: Market) -> None:
    numbers = (-1, 0, 0.5, 10**9, 10**30, 2**31, 2**63, 2**63 - 1, True, None, [1])
    for quantity in (*numbers, "1e3", "1", "١٢", "１２", "1_000", " 1 ", "+1", "-0"):
        body = order({**WEB, "quantity": quantity}, customer=cus(market))
        assert pointers(staff.post("/orders", body, status=422)) == {"/items/0/quantity"}


def test_an_order_is_in_the_customers_currency(staff: Desk, market: Market) -> None:
    for currency in ("USD", "eur", "XXX", "ZZZ", "", "EURO", None):
        body = {**order(customer=cus(market)), "currency": currency}
        assert "/currency" in pointers(staff.post("/orders", body, status=422))


def test_all_faults_of_an_order_are_said_at_once(me: Desk) -> None:
    wrong = order({**WEB, "region": "moon", "spec": {"colour": "red"}}, {"plan_code": "gone", "cycle": "monthly"})
    found = pointers(me.post("/orders", wrong, status=422))
    assert {"/items/0/region", "/items/0/spec/colour", "/items/1/plan_code"} <= found


def test_what_is_sold_no_more_and_options_of_other_plans_are_refused(me: Desk, market: Market) -> None:
    catalog = CATALOG.replace('name = "Server"', 'name = "Server"\nvisibility = "archived"')
    market.engine.billing.catalog.load(market.seller, parse_catalog(catalog))
    server = {"plan_code": "server", "cycle": "monthly"}
    assert pointers(me.post("/orders", order(server), status=422)) == {"/items/0/plan_code"}
    option = {"plan_code": "trust", "cycle": "monthly", "spec": {"domain": "a.example"}}
    assert pointers(me.post("/orders", order(option), status=422)) == {"/items/0/spec/domain"}
    assert me.post("/orders", order({**WEB, "cycle": "daily"}), status=422)


def test_an_order_of_somebody_else_is_not_there(me: Desk, other: Desk, market: Market) -> None:
    placed = me.post("/orders", order(), status=201)
    none = public_id("ord", new_id())
    theirs = other.get("/orders/{order}", status=404, order=placed["id"])
    nobodys = other.get("/orders/{order}", status=404, order=none)
    assert theirs["code"] == nobodys["code"]
    other.post("/orders/{order}/cancel", {}, version=placed["version"], status=404, order=placed["id"])
    assert other.get("/orders")["items"] == []
    other.get("/orders", query=f"customer={cus(market)}", status=404)
    other.post("/orders", order(customer=cus(market)), status=404)
    other.post("/orders/preview", order(customer=cus(market)), status=404)
    assert me.get("/orders/{order}", order=placed["id"]) == placed


def test_staff_name_the_customer(staff: Desk, market: Market) -> None:
    assert pointers(staff.post("/orders", order(), status=422)) == {"/customer"}
    placed = staff.post("/orders", order(customer=cus(market)), status=201)
    assert placed["customer"] == cus(market)
    staff.post("/orders", order(customer=public_id("cus", new_id())), status=404)


def test_an_order_is_called_off_by_who_has_seen_its_present_version(me: Desk) -> None:
    placed = me.post("/orders", order(), status=201)
    path, at = "/orders/{order}/cancel", {"order": placed["id"]}
    said(me.ask("POST", path, {}, **at), 428)
    me.post(path, {}, version=placed["version"] + 1, status=412, **at)
    cancelled = me.post(path, {"reason": "changed my mind"}, version=placed["version"], **at)
    assert (cancelled["status"], cancelled["version"]) == ("cancelled", placed["version"] + 1)
    me.post(path, {}, version=cancelled["version"], status=409, **at)


def test_an_order_that_is_paid_is_not_called_off(me: Desk, market: Market) -> None:
    paid = me.get("/orders/{order}", order=public_id("ord", market.pay_order().id))
    assert paid["status"] == "released"
    me.post("/orders/{order}/cancel", {}, version=paid["version"], status=409, order=paid["id"])


def test_lists_run_forwards_and_backwards_without_gaps(me: Desk, market: Market) -> None:
    ids = [public_id("ord", market.place().id) for _ in range(5)]
    for sort, expected in (("created", ids), ("-created", ids[::-1])):
        seen: list[str] = []
        after = ""
        while True:
            page = me.get("/orders", query=f"limit=2&sort={sort}{after}")
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == expected


def test_a_list_takes_nothing_but_its_parameters(staff: Desk) -> None:
    """SQL in sort and filter (B26), and ids that are none (B48)."""
    nil = "0" * 32
    for query in (
        *("sort=id;DROP TABLE x", "sort=(select sleep(5))", "sort=placed_at", "sort=created&sort=created"),
        *("limit=1;--", "limit=0", "limit=-1", "limit=101", "limit=1e1", "limit=%D9%A1", "limit="),
        *("after=%25", "after=ord_1", f"after=cus_{nil}", "after=null", "after="),
        *("customer=", "customer=null", "customer=1", f"customer=ord_{nil}", f"customer=cus_{'A' * 32}"),
        *("customer[]=x", "id=1", "status[]=pending"),
    ):
        assert staff.get("/orders", query=query, status=422)["errors"], query


def test_what_is_no_id_names_nothing(staff: Desk) -> None:
    for id in ("1", "01", " 1", "1e3", "null", "-1", "ord_1", "ORD_" + "0" * 32, "inv_" + "0" * 32, "ord_" + "A" * 32):
        staff.get("/orders/{order}", status=404, order=id)
