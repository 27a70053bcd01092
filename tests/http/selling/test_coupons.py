"""Coupons over HTTP: made by staff, redeemed by customers, and not to be guessed."""

from __future__ import annotations

from typing import Any

from tests.billing.market import Market
from tests.http.selling.desk import Desk, cus, pointers, said

from larabill_core.ids import new_id, public_id

SPRING: dict[str, Any] = {"name": "Spring", "codes": ["SPRING-A", "SPRING-B"], "percent": "20", "cycles": 3}


def test_a_coupon_is_made_redeemed_and_counted(me: Desk, staff: Desk, market: Market) -> None:
    made = staff.post("/coupons", SPRING, status=201)
    assert (made["codes"], made["percent"], made["cycles"]) == (["SPRING-A", "SPRING-B"], "20", 3)
    running = public_id("sub", market.subscription(market.pay_order()).id)
    redeemed = me.post("/redemptions", {"code": "spring-b", "subscription": running}, status=201)
    assert (redeemed["coupon"], redeemed["subscription"], redeemed["cycles_left"]) == (made["id"], running, 3)
    assert [each["id"] for each in me.get("/redemptions")["items"]] == [redeemed["id"]]
    market.go(days=32)
    (result,) = staff.get("/coupons/{coupon}/results", coupon=made["id"])["items"]
    assert (result["code"], result["redemptions"], result["discount"]["amount"]) == ("SPRING-B", 1, "1.00")
    ended = staff.post("/coupons/{coupon}/end", {"reason": "over"}, coupon=made["id"])
    assert ended["ended_at"] is not None
    staff.post("/coupons/{coupon}/end", {}, status=409, coupon=made["id"])


def test_a_code_on_an_order_takes_off_what_the_coupon_says(me: Desk, staff: Desk) -> None:
    staff.post("/coupons", {**SPRING, "percent": None, "amounts": {"EUR": "2.00"}}, status=201)
    body = {"currency": "EUR", "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}]}
    assert me.post("/orders/preview", {**body, "codes": ["SPRING-A"]})["document"]["total"]["amount"] == "12.00"
    assert pointers(me.post("/orders/preview", {**body, "codes": ["AUTUMN"]}, status=422)) == {"/codes/0"}
    me.post("/orders/preview", {**body, "codes": ["SPRING-A", "SPRING-B"]}, status=422)


def test_a_code_is_for_whom_redeems_it(me: Desk, other: Desk, staff: Desk, market: Market) -> None:
    staff.post("/coupons", SPRING, status=201)
    running = public_id("sub", market.subscription(market.pay_order()).id)
    other.post("/redemptions", {"code": "SPRING-A", "subscription": running}, status=404)
    other.post("/redemptions", {"code": "SPRING-A", "customer": cus(market)}, status=404)
    other.get("/redemptions", query=f"customer={cus(market)}", status=404)
    staff.post("/redemptions", {"code": "SPRING-A", "customer": cus(market)}, status=201)
    assert other.get("/redemptions")["items"] == []
    assert len(me.get("/redemptions")["items"]) == 1


def test_a_code_that_is_none_is_named_in_the_body(staff: Desk, market: Market) -> None:
    market.pay_order()
    for code in ("AUTUMN", "a", "", "SPRİNG-A", "SPRING\u200b-A", "x" * 41, 1, None, True):
        body = {"code": code, "customer": cus(market)}
        assert pointers(staff.post("/redemptions", body, status=422)) == {"/code"}, code
    assert pointers(staff.post("/redemptions", {"code": "SPRING-A"}, status=422)) == {"/customer"}
    both = {"code": "SPRING-A", "customer": cus(market), "subscription": public_id("sub", new_id())}
    assert pointers(staff.post("/redemptions", both, status=422)) == {"/customer"}


def test_codes_are_not_guessed(me: Desk, market: Market) -> None:
    tried = [me.ask("POST", "/redemptions", {"code": f"GUESS-{number}"}).status for number in range(11)]
    assert (tried[-1], 429 in tried[:10]) == (429, False)


def test_coupons_are_for_staff(me: Desk) -> None:
    nil: dict[str, Any] = {"coupon": public_id("cpn", new_id())}
    me.post("/coupons", SPRING, status=403)
    me.get("/coupons", status=403)
    me.get("/coupons/{coupon}", status=403, **nil)
    me.get("/coupons/{coupon}/results", status=403, **nil)
    said(me.ask("POST", "/coupons/{coupon}/end", {}, **nil), 403)


def test_all_faults_of_a_coupon_are_named_at_once(staff: Desk) -> None:
    wrong = {
        **SPRING,
        "codes": ["ok-code", "no code"],
        "percent": "101",
        "countries": ["XX"],
        "minimum_spend": {"JPY": "0.5"},
    }
    found = pointers(staff.post("/coupons", wrong, status=422))
    assert {"/codes/1", "/percent", "/countries/0", "/minimum_spend/JPY"} <= found
    worths: tuple[Any, ...] = ("-1", "0", "NaN", "1e1", "١٢", 20, 0.5, True)
    for percent in worths:
        assert pointers(staff.post("/coupons", {**SPRING, "percent": percent}, status=422)) == {"/percent"}, percent
    for field in ("uses", "id", "created_at", "ended_at", "seller_id"):
        assert pointers(staff.post("/coupons", {**SPRING, field: "1"}, status=422)) == {f"/{field}"}
    staff.post("/coupons", SPRING, status=201)
    staff.post("/coupons", {**SPRING, "codes": ["spring-a"]}, status=409)


def test_coupons_are_listed_both_ways(staff: Desk) -> None:
    made = [staff.post("/coupons", {**SPRING, "codes": [f"CODE-{n}"]}, status=201)["id"] for n in range(3)]
    assert [each["id"] for each in staff.get("/coupons")["items"]] == made
    assert [each["id"] for each in staff.get("/coupons", query="sort=-created&limit=2")["items"]] == made[:0:-1]
    assert staff.get("/coupons/{coupon}", coupon=made[0])["codes"] == ["CODE-0"]
