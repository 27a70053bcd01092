"""Payments over HTTP: customers pay what is theirs; staff record, put right and give back."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.money.desk import Desk, body, euro, pointers

PAY = "/invoices/{invoice}/pay"
RECORD = "/invoices/{invoice}/payments"
REFUND = "/payments/{payment}/refunds"
METHODS = "/customers/{customer}/payment-methods"


def test_a_customer_pays_an_invoice_with_a_stored_method(desk: Desk) -> None:
    payment = desk.paid()
    assert (payment["status"], payment["kind"], payment["amount"]) == ("captured", "charge", euro("14.00"))
    assert payment["parts"] == [{"invoice": payment["invoice"], "amount": euro("14.00")}]
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=payment["invoice"])["status"] == "paid"
    assert desk.market.violations() == []


def test_what_is_paid_cannot_be_paid_again_and_not_what_is_void(desk: Desk) -> None:
    payment, method, unpaid = desk.paid(), desk.method(), desk.invoice()
    again = desk.ask(desk.ada, "POST", PAY, {"method": method}, invoice=payment["invoice"])
    assert again.status == 409
    order = desk.get(desk.ada, "/invoices/{invoice}", invoice=unpaid)["order"]
    desk.market.engine.billing.orders.cancel(desk.market.seller, desk.market.run(lambda tx: _order(tx, order)))
    for template, data in ((PAY, {"method": method}), ("/invoices/{invoice}/checkout", {"account": "blind"})):
        assert desk.ask(desk.ada, "POST", template, data, invoice=unpaid).status == 409


def _order(tx: Any, order: str) -> Any:
    return next(each.id for each in tx.billing.orders.page() if each.id.hex == order[4:])


def test_a_part_is_paid_but_never_more_than_is_owed_or_in_another_currency(desk: Desk) -> None:
    invoice, method = desk.invoice(), desk.method()
    for amount, where in (
        (euro("14.01"), {"/amount"}),
        (euro("0.00"), {"/amount"}),
        (euro("-1.00"), {"/amount"}),
        (euro("0.001"), {"/amount/amount"}),
        (euro("14.00", "USD"), {"/amount/currency"}),
        (euro("14.00", "XXX"), {"/amount/currency"}),
        (euro("14.00", "eur"), {"/amount/currency"}),
        (euro("NaN"), {"/amount/amount"}),
        (euro("1e400"), {"/amount/amount"}),
        (euro("\u0661\u0662"), {"/amount/amount"}),
        ({"amount": 14, "currency": "EUR"}, {"/amount/amount"}),
    ):
        refused = desk.ask(desk.ada, "POST", PAY, {"method": method, "amount": amount}, invoice=invoice)
        assert (refused.status, pointers(refused)) == (422, where), amount
    paid = desk.do(desk.ada, "POST", PAY, {"method": method, "amount": euro("4.00")}, invoice=invoice)
    desk.market.work()
    assert paid["amount"] == euro("4.00")
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=invoice)["balance"] == euro("10.00")


@pytest.mark.parametrize("field", ["status", "paid_at", "customer", "id", "price", "captured_at", "__class__", "a.b"])
def test_a_field_that_is_not_asked_for_is_refused(desk: Desk, field: str) -> None:
    invoice, method = desk.invoice(), desk.method()
    refused = desk.ask(desk.ada, "POST", PAY, {"method": method, field: "captured"}, invoice=invoice)
    assert (refused.status, pointers(refused)) == (422, {f"/{field}"})


def test_another_customers_invoice_method_and_payment_are_not_there(desk: Desk) -> None:
    payment, method, invoice = desk.paid(), desk.method(), desk.invoice()
    bob = desk.bob
    bobs = {"account": "pay", "token": "pm_bob", "label": "Visa"}
    his = desk.do(bob, "POST", METHODS, bobs, customer="cus_" + bob.customer_id.hex)["id"]  # type: ignore[union-attr]
    asked = [
        desk.ask(bob, "POST", PAY, {"method": his}, invoice=invoice),
        desk.ask(bob, "POST", PAY, {"method": method}, invoice=invoice),
        desk.ask(desk.ada, "POST", PAY, {"method": his}, invoice=invoice),
        desk.ask(bob, "POST", "/invoices/{invoice}/checkout", {"account": "blind"}, invoice=invoice),
        desk.ask(bob, "GET", "/payments/{payment}", payment=payment["id"]),
        desk.ask(bob, "GET", REFUND, payment=payment["id"]),
        desk.ask(bob, "GET", METHODS, customer=desk.customer),
        desk.ask(bob, "POST", METHODS, bobs, customer=desk.customer),
        desk.ask(bob, "POST", "/payment-methods/{payment_method}/default", payment_method=method),
        desk.ask(bob, "DELETE", "/payment-methods/{payment_method}", payment_method=method),
        desk.ask(bob, "GET", "/payments", query=f"customer={desk.customer}"),
    ]
    assert [answer.status for answer in asked] == [404] * len(asked)
    assert desk.get(bob, "/payments")["items"] == []


def test_who_names_a_gateway_that_is_none_is_not_told_which_there_are(desk: Desk) -> None:
    wanted = {"account": "nope"}
    refused = desk.ask(desk.ada, "POST", "/invoices/{invoice}/checkout", wanted, invoice=desk.invoice())
    assert (refused.status, body(refused)["detail"]) == (404, "there is no driver account nope")
    webhook = desk.tell({}, b"{}", "nope")
    assert (webhook.status, body(webhook)["detail"]) == (404, "there is no webhook endpoint nope")


@pytest.mark.parametrize("id", ["1", "pay_1", "PAY_" + "0" * 32, "inv_" + "0" * 32, "pay_" + "A" * 32, " ", "null"])
def test_what_can_be_no_id_names_nothing(desk: Desk, id: str) -> None:
    assert desk.ask(desk.ada, "GET", "/payments/{payment}", payment=id).status == 404


def test_what_is_for_staff_is_not_for_customers(desk: Desk) -> None:
    payment, invoice = desk.paid(), desk.invoice()
    money = {"amount": euro("14.00"), "reference": "I paid, honestly"}
    asked = [
        desk.ask(desk.ada, "POST", RECORD, money, invoice=invoice),
        desk.ask(desk.ada, "POST", "/customers/{customer}/payments", money, customer=desk.customer),
        desk.ask(desk.ada, "POST", REFUND, {"reason": "mine"}, payment=payment["id"]),
        desk.ask(desk.ada, "POST", "/payments/{payment}/reverse", {"reason": "mine"}, payment=payment["id"]),
    ]
    assert [answer.status for answer in asked] == [403] * len(asked)


def test_lists_go_forwards_and_backwards_page_by_page(desk: Desk) -> None:
    ids = [desk.paid()["id"] for _ in range(3)]
    for sort, wanted in (("created", ids), ("-created", ids[::-1])):
        seen, query = [], f"limit=2&sort={sort}"
        page = desk.get(desk.ada, "/payments", query)
        seen += [item["id"] for item in page["items"]]
        rest = desk.get(desk.ada, "/payments", f"{query}&after={page['next']}")
        assert [*seen, *(item["id"] for item in rest["items"])] == wanted
        assert rest["next"] is None
    assert desk.get(desk.staff, "/payments", f"customer={desk.customer}&status=pending")["items"] == []


@pytest.mark.parametrize("query", ["sort=amount", "sort=id;DROP", "limit=0", "limit=1;--", "status=paid", "customer="])
def test_a_query_that_is_not_known_is_refused(desk: Desk, query: str) -> None:
    assert desk.ask(desk.staff, "GET", "/payments", query=query).status == 422


def test_stored_methods_are_tokens_without_card_numbers(desk: Desk) -> None:
    new = {"account": "pay", "token": "4242 4242 4242 4242", "label": "5555555555554444"}
    refused = desk.ask(desk.ada, "POST", METHODS, new, customer=desk.customer)
    assert (refused.status, pointers(refused)) == (422, {"/token", "/label"})
    assert b"4242" not in refused.body
    stored = desk.do(desk.ada, "POST", METHODS, {**new, "token": "pm_x", "label": "Visa"}, customer=desk.customer)
    assert "token" not in stored


def test_one_method_is_the_default_and_a_forgotten_one_is_gone(desk: Desk) -> None:
    first, second = desk.method(), desk.method("pm_two")
    defaults = {each["id"]: each["default"] for each in _methods(desk)}
    assert defaults == {first: False, second: True}
    desk.do(desk.ada, "POST", "/payment-methods/{payment_method}/default", payment_method=first, key=None)
    assert {each["id"]: each["default"] for each in _methods(desk)} == {first: True, second: False}
    desk.do(desk.ada, "DELETE", "/payment-methods/{payment_method}", payment_method=second)
    assert [each["id"] for each in _methods(desk)] == [first]
    assert desk.ask(desk.ada, "DELETE", "/payment-methods/{payment_method}", payment_method=second).status == 404
    assert desk.ask(desk.ada, "POST", PAY, {"method": second}, invoice=desk.invoice()).status == 404


def _methods(desk: Desk) -> Any:
    return desk.get(desk.ada, METHODS, customer=desk.customer)["items"]


def test_a_method_with_a_payment_under_way_stays(desk: Desk) -> None:
    method = desk.method()
    payment = desk.do(desk.ada, "POST", PAY, {"method": method}, invoice=desk.invoice())
    assert desk.ask(desk.ada, "DELETE", "/payment-methods/{payment_method}", payment_method=method).status == 409
    desk.market.work()
    desk.do(desk.ada, "DELETE", "/payment-methods/{payment_method}", payment_method=method)
    desk.market.work()
    assert desk.get(desk.ada, "/payments/{payment}", payment=payment["id"])["status"] == "captured"
    assert desk.market.unfinished() == []


def test_staff_record_money_and_take_it_back(desk: Desk) -> None:
    invoice = desk.invoice()
    money = {"amount": euro("14.00"), "reference": "transfer 1"}
    payment = desk.do(desk.staff, "POST", RECORD, money, invoice=invoice)
    assert (payment["status"], payment["transaction"]) == ("captured", "transfer 1")
    assert desk.ask(desk.staff, "POST", RECORD, money, invoice=desk.invoice()).status == 409
    at, why = {"payment": payment["id"]}, {"reason": "the transfer bounced"}
    reverse = "/payments/{payment}/reverse"
    assert desk.ask(desk.staff, "POST", reverse, why, **at).status == 428
    assert desk.ask(desk.staff, "POST", reverse, why, version=payment["version"] - 1, **at).status == 412
    assert desk.do(desk.staff, "POST", reverse, why, version=payment["version"], **at)["status"] == "reversed"
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=invoice)["balance"] == euro("14.00")
    assert desk.market.violations() == []


def test_money_of_a_customer_pays_what_is_open_or_what_is_named(desk: Desk) -> None:
    first, second = desk.invoice(), desk.invoice()
    receive, mine = "/customers/{customer}/payments", {"customer": desk.customer}
    parts = [{"invoice": second, "amount": euro("10.00")}]
    named = {"amount": euro("12.00"), "reference": "t1", "parts": parts}
    desk.do(desk.staff, "POST", receive, named, **mine)
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=second)["balance"] == euro("4.00")
    payment = desk.do(desk.staff, "POST", receive, {"amount": euro("18.00"), "reference": "t2"}, **mine)
    assert {part["invoice"] for part in payment["parts"]} == {first, second}
    bob = "cus_" + desk.bob.customer_id.hex  # type: ignore[union-attr]
    wrong = desk.ask(desk.staff, "POST", receive, {**named, "reference": "t3"}, customer=bob)
    assert (wrong.status, "/parts" in pointers(wrong)) == (422, True)
    assert desk.market.violations() == []


def test_money_is_rematched_to_another_invoice(desk: Desk) -> None:
    first, second = desk.invoice(), desk.invoice()
    payment = desk.do(desk.staff, "POST", RECORD, {"amount": euro("14.00"), "reference": "t1"}, invoice=first)
    wanted = {"parts": [{"invoice": second, "amount": euro("14.00")}], "reason": "they wrote the wrong number"}
    desk.do(desk.staff, "POST", "/payments/{payment}/rematch", wanted, payment=payment["id"])
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=first)["balance"] == euro("14.00")
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=second)["status"] == "paid"
    assert desk.market.violations() == []


def test_refunds_go_back_by_amount_by_line_and_as_credit(desk: Desk) -> None:
    payment = desk.paid()
    lines = desk.get(desk.ada, "/invoices/{invoice}", invoice=payment["invoice"])["lines"]
    at = {"payment": payment["id"]}
    by_amount = desk.do(desk.staff, "POST", REFUND, {"reason": "a bad day", "amount": euro("1.00")}, **at)
    assert (by_amount["amount"], len(by_amount["credit_notes"])) == (euro("1.00"), 1)
    desk.market.work()
    of_line = {"reason": "one", "lines": {lines[0]["id"]: euro("1.00")}, "to": "credit"}
    assert desk.do(desk.staff, "POST", REFUND, of_line, **at)["to"] == "credit"
    desk.do(desk.staff, "POST", REFUND, {"reason": "the rest"}, **at)
    desk.market.work()
    refunds = desk.get(desk.ada, REFUND, **at)["items"]
    assert [each["status"] for each in refunds] == ["done"] * 3
    assert desk.get(desk.ada, "/payments/{payment}", **at)["status"] == "refunded"
    assert desk.ask(desk.staff, "POST", REFUND, {"reason": "more"}, **at).status == 409
    assert desk.market.violations() == []


def test_every_fault_of_a_refund_is_told_at_its_place(desk: Desk) -> None:
    payment = desk.paid()
    wanted = {"reason": "two\nlines", "amount": euro("1.00"), "lines": {"lin_" + "0" * 32: euro("1.00")}}
    refused = desk.ask(desk.staff, "POST", REFUND, wanted, payment=payment["id"])
    assert (refused.status, pointers(refused)) == (422, {"/reason", "/amount"})
    unknown = desk.ask(desk.staff, "POST", REFUND, {**wanted, "reason": "x", "amount": None}, payment=payment["id"])
    assert (unknown.status, pointers(unknown)) == (422, {"/lines/lin_" + "0" * 32})


def test_what_took_no_money_cannot_be_given_back_or_resolved(desk: Desk) -> None:
    payment = desk.do(desk.ada, "POST", PAY, {"method": desk.method()}, invoice=desk.invoice())
    at = {"payment": payment["id"]}
    assert desk.ask(desk.staff, "POST", REFUND, {"reason": "x"}, **at).status == 409
    found = {"transaction": None, "reason": "nothing is there"}
    resolved = desk.ask(desk.staff, "POST", "/payments/{payment}/resolve", found, version=payment["version"], **at)
    assert (resolved.status, body(resolved)["code"]) == (409, "conflict")
