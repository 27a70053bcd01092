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


def test_a_customer_is_not_told_a_code_that_was_from_one_that_never_was(me: Desk, staff: Desk, market: Market) -> None:
    """Also where other things stand against it (B16); staff are told all."""
    gone: dict[str, dict[str, Any]] = {
        "EXPIRED": {"valid_until": "2026-01-01T00:00:00Z", "countries": ["AT"]},
        "TO-COME": {"valid_from": "2026-12-01T00:00:00Z", "minimum_spend": {"EUR": "99.00"}},
        "ENDED": {"exclusive": True},
        "USED-UP": {"limit": 1},
    }
    made = {
        code: staff.post("/coupons", {**SPRING, "codes": [code], **terms}, status=201) for code, terms in gone.items()
    }
    staff.post("/coupons/{coupon}/end", {}, coupon=made["ENDED"]["id"])
    market.pay_order()
    staff.post("/redemptions", {"code": "USED-UP", "customer": cus(market)}, status=201)
    body = {"currency": "EUR", "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}]}
    codes = [*gone, "NEVER-WAS", "ENDED"]
    told = me.post("/orders/preview", {**body, "codes": codes}, status=422)["errors"]
    assert [(each["pointer"], each["value"]) for each in told] == [
        (f"/codes/{index}", f"'{code}'") for index, code in enumerate(codes)
    ]
    assert len({(each["detail"], each.get("remedy", "")) for each in told}) == 1
    alone = [me.post("/redemptions", {"code": code}, status=422)["errors"] for code in codes[1:5]]
    assert {(len(errors), errors[0]["detail"]) for errors in alone} == {(1, told[0]["detail"])}
    details = {
        each["detail"]
        for each in staff.post("/orders/preview", {**body, "codes": codes, "customer": cus(market)}, status=422)[
            "errors"
        ]
    }
    assert {"has expired", "is used up", "is not a code of ours", "is not valid before 2026-12-01 00:00 UTC"} <= details


ORDER: dict[str, Any] = {"currency": "EUR", "items": [{"plan_code": "web", "cycle": "monthly", "region": "eu"}]}


def test_codes_are_not_guessed(me: Desk, other: Desk, staff: Desk, market: Market) -> None:
    tried = [me.ask("POST", "/redemptions", {"code": f"GUESS-{number}"}).status for number in range(11)]
    assert (tried[-1], 429 in tried[:10]) == (429, False)
    staff.post("/coupons", SPRING, status=201)
    refused = me.ask("POST", "/orders/preview", {**ORDER, "codes": ["SPRING-A"]})
    assert (refused.status, refused.headers["RateLimit-Policy"]) == (429, '"guesses";q=10;w=60'), "nor told if right"
    me.post("/orders/preview", ORDER)
    other.post("/orders/preview", {**ORDER, "codes": ["SPRING-A"]})
    for _ in range(11):
        staff.post("/redemptions", {"code": "NO", "customer": cus(market)}, status=422)


def test_each_code_of_an_order_is_a_guess(me: Desk) -> None:
    for first in (0, 5):
        codes = [f"GUESS-{number}" for number in range(first, first + 5)]
        me.post("/orders/preview", {**ORDER, "codes": codes}, status=422)
    me.post("/orders/preview", {**ORDER, "codes": ["GUESS-10"]}, status=429)


def test_orders_without_a_code_and_codes_that_are_right_are_no_guesses(me: Desk, staff: Desk) -> None:
    staff.post("/coupons", SPRING, status=201)
    for _ in range(11):
        me.post("/orders/preview", ORDER)
        me.post("/orders/preview", {**ORDER, "codes": ["SPRING-A"]})
        me.post("/orders/preview", {**ORDER, "items": [{"plan_code": "none", "cycle": "monthly"}]}, status=422)


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
