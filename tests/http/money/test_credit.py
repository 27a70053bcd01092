"""Credit over HTTP: customers see and use what they hold, and buy more; staff give and take back."""

from __future__ import annotations

from typing import Any

from tests.http.money.desk import Desk, body, euro, pointers

CREDIT = "/customers/{customer}/credit"
LOTS = "/customers/{customer}/credit/lots"
RULE = "/customers/{customer}/top-up-rule"


def grant(desk: Desk, amount: str = "10.00", **more: Any) -> Any:
    given = {"amount": euro(amount), "reason": "sorry", **more}
    return desk.do(desk.staff, "POST", LOTS, given, customer=desk.customer)


def available(desk: Desk) -> Any:
    return desk.get(desk.ada, CREDIT, customer=desk.customer)["available"]


def test_what_is_given_is_seen_used_and_remembered(desk: Desk) -> None:
    assert available(desk) == []
    invoice = desk.invoice()
    lot = grant(desk)
    assert available(desk) == [euro("10.00")]
    template = "/invoices/{invoice}/pay-from-credit"
    paid = desk.do(desk.ada, "POST", template, {"amount": euro("3.00")}, invoice=invoice)
    assert (paid["paid"], paid["balance"]) == (euro("3.00"), euro("11.00"))
    rest = desk.do(desk.ada, "POST", template, {}, invoice=invoice)
    assert (rest["paid"], available(desk)) == (euro("7.00"), [])
    (seen,) = desk.get(desk.ada, LOTS, customer=desk.customer)["items"]
    assert (seen["id"], seen["remaining"]) == (lot["id"], euro("0.00"))
    movements = "/customers/{customer}/credit/movements"
    for sort, wanted in (("created", ["10.00", "-3.00", "-7.00"]), ("-created", ["-7.00", "-3.00", "10.00"])):
        found = desk.get(desk.ada, movements, f"sort={sort}", customer=desk.customer)["items"]
        assert [each["amount"]["amount"] for each in found] == wanted
    assert desk.do(desk.ada, "POST", template, {}, invoice=invoice)["paid"] == euro("0.00")
    assert desk.market.violations() == []


def test_no_more_is_used_than_there_is(desk: Desk) -> None:
    invoice = desk.invoice()
    grant(desk)
    for amount, status in ((euro("10.01"), 409), (euro("5.00", "USD"), 422), (euro("0.00"), 422)):
        data = {"amount": amount}
        assert desk.ask(desk.ada, "POST", "/invoices/{invoice}/pay-from-credit", data, invoice=invoice).status == status


def test_another_customers_credit_is_not_there(desk: Desk) -> None:
    grant(desk)
    invoice, mine = desk.invoice(), {"customer": desk.customer}
    money = {"threshold": euro("1.00"), "amount": euro("5.00")}
    asked = [
        desk.ask(desk.bob, "GET", CREDIT, **mine),
        desk.ask(desk.bob, "GET", LOTS, **mine),
        desk.ask(desk.bob, "GET", "/customers/{customer}/credit/movements", **mine),
        desk.ask(desk.bob, "POST", "/invoices/{invoice}/pay-from-credit", {}, invoice=invoice),
        desk.ask(desk.bob, "POST", "/customers/{customer}/top-ups/checkout", _checkout("5.00"), **mine),
        desk.ask(desk.bob, "GET", RULE, **mine),
        desk.ask(desk.bob, "PUT", RULE, money, **mine),
        desk.ask(desk.bob, "DELETE", RULE, **mine),
    ]
    assert [answer.status for answer in asked] == [404] * len(asked)


def _checkout(amount: str) -> dict[str, Any]:
    return {"amount": euro(amount), "account": "blind"}


def test_only_staff_give_and_take_back(desk: Desk) -> None:
    lot = grant(desk)
    given = {"amount": euro("1000.00"), "reason": "I am worth it"}
    assert desk.ask(desk.ada, "POST", LOTS, given, customer=desk.customer).status == 403
    revoke = "/credit-lots/{lot}/revoke"
    assert desk.ask(desk.ada, "POST", revoke, {"reason": "x"}, lot=lot["id"]).status == 403
    left = desk.do(desk.staff, "POST", revoke, {"reason": "a mistake", "amount": euro("4.00")}, lot=lot["id"])
    assert left["remaining"] == euro("6.00")
    more = desk.ask(desk.staff, "POST", revoke, {"reason": "x", "amount": euro("7.00")}, lot=lot["id"])
    assert more.status == 409
    wrong = {"amount": euro("1.00", "USD"), "reason": "x"}
    refused = desk.ask(desk.staff, "POST", LOTS, wrong, customer=desk.customer)
    assert (refused.status, pointers(refused)) == (422, {"/amount/currency"})
    assert desk.market.violations() == []


def test_credit_is_bought_with_a_method_at_a_checkout_and_by_hand(desk: Desk) -> None:
    mine = {"customer": desk.customer}
    wanted = {"amount": euro("5.00"), "method": desk.method()}
    first = desk.do(desk.ada, "POST", "/customers/{customer}/top-ups", wanted, **mine)
    assert (first["kind"], first["invoice"]) == ("top_up", None)
    assert desk.ask(desk.ada, "POST", "/customers/{customer}/top-ups", wanted, **mine).status == 409
    desk.market.work()
    by_hand = {"amount": euro("7.00"), "reference": "t1"}
    record = "/customers/{customer}/top-ups/record"
    assert desk.ask(desk.ada, "POST", record, by_hand, **mine).status == 403
    desk.do(desk.staff, "POST", record, by_hand, **mine)
    opened = desk.do(desk.ada, "POST", "/customers/{customer}/top-ups/checkout", _checkout("3.00"), **mine)
    claim = {"ref": opened["reference"], "state": "captured", "transaction": "tr_1", "invoice": opened["document"]}
    assert body(desk.tell(*desk.webhook({**claim, **opened["amount"]})))["status"] == "applied"
    assert available(desk) == [euro("15.00")]
    assert desk.market.violations() == []


def test_a_rule_buys_credit_until_it_is_removed(desk: Desk) -> None:
    mine = {"customer": desk.customer}
    assert desk.ask(desk.ada, "GET", RULE, **mine).status == 404
    rule = {"threshold": euro("5.00"), "amount": euro("20.00")}
    desk.do(desk.ada, "PUT", RULE, rule, **mine)
    seen = desk.get(desk.ada, RULE, **mine)
    assert (seen["threshold"], seen["amount"]) == (euro("5.00"), euro("20.00"))
    desk.do(desk.ada, "DELETE", RULE, **mine)
    assert desk.ask(desk.ada, "GET", RULE, **mine).status == 404
