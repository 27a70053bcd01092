"""Issued invoices over HTTP: what staff do with them; statements and plans, which customers see too."""

from __future__ import annotations

from typing import Any

import pytest
from tests.http.money.desk import Desk, body, euro, pointers

INVOICE = "/invoices/{invoice}"
NOTES = "/invoices/{invoice}/credit-notes"
LEFT = "/invoices/{invoice}/left"
PLAN = "/invoices/{invoice}/plan"
STATEMENT = "/customers/{customer}/statement"
WHY = {"reason": "a mistake"}


def seen(desk: Desk, invoice: str) -> Any:
    return desk.get(desk.staff, INVOICE, invoice=invoice)


def test_credit_notes_by_line_by_amount_and_of_the_rest(desk: Desk) -> None:
    invoice = desk.invoice()
    line = seen(desk, invoice)["lines"][0]["id"]
    first = desk.do(desk.staff, "POST", NOTES, {**WHY, "lines": {line: euro("2.00")}}, invoice=invoice)
    assert (first["type"], first["total"], first["preceding"]) == ("credit_note", euro("2.00"), invoice)
    desk.do(desk.staff, "POST", NOTES, {**WHY, "amount": euro("3.00")}, invoice=invoice)
    left = desk.get(desk.staff, LEFT, invoice=invoice)
    assert (left["total"], left["lines"][line]["currency"]) == (euro("9.00"), "EUR")
    desk.do(desk.staff, "POST", NOTES, WHY, invoice=invoice)
    assert desk.get(desk.staff, LEFT, invoice=invoice)["total"] == euro("0.00")
    assert desk.ask(desk.staff, "POST", NOTES, WHY, invoice=invoice).status == 409
    assert desk.market.violations() == []


def test_a_credit_note_of_more_than_is_left_or_in_another_currency_is_refused(desk: Desk) -> None:
    invoice = desk.invoice()
    line = seen(desk, invoice)["lines"][0]["id"]
    assert desk.ask(desk.staff, "POST", NOTES, {**WHY, "amount": euro("14.01")}, invoice=invoice).status == 409
    for wrong, where in (
        ({"amount": euro("1.00", "SEK")}, {"/amount/currency"}),
        ({"amount": euro("0.00")}, {"/amount"}),
        ({"lines": {line: euro("0.001")}}, {f"/lines/{line}/amount"}),
        ({"lines": {line: euro("1.00", "SEK")}}, {f"/lines/{line}/currency"}),
        ({"lines": {"lin_" + "0" * 32: euro("1.00")}}, {"/lines/lin_" + "0" * 32}),
        ({"amount": euro("1.00"), "lines": {line: euro("1.00")}}, {"/amount"}),
        ({"total": "1.00"}, {"/total"}),
    ):
        refused = desk.ask(desk.staff, "POST", NOTES, {**WHY, **wrong}, invoice=invoice)
        assert (refused.status, pointers(refused)) == (422, where), wrong


@pytest.mark.parametrize("action", ["void", "write-off"])
def test_an_invoice_is_taken_back_or_written_off_as_it_was_read(desk: Desk, action: str) -> None:
    invoice = desk.invoice()
    template = f"{INVOICE}/{action}"
    version = seen(desk, invoice)["version"]
    desk.do(desk.staff, "POST", NOTES, {**WHY, "amount": euro("1.00")}, invoice=invoice)
    assert desk.ask(desk.staff, "POST", template, WHY, invoice=invoice).status == 428
    assert desk.ask(desk.staff, "POST", template, WHY, version=version, invoice=invoice).status == 412
    after = desk.do(desk.staff, "POST", template, WHY, version=seen(desk, invoice)["version"], invoice=invoice)
    assert (after["status"], after["balance"]) == (
        {"void": "void", "write-off": "uncollectible"}[action],
        euro("0.00"),
    )
    again = desk.ask(desk.staff, "POST", template, WHY, version=after["version"], invoice=invoice)
    assert again.status == 409
    assert desk.market.violations() == []


def test_what_is_paid_is_not_void_and_what_is_void_takes_no_credit_note(desk: Desk) -> None:
    paid = desk.paid()["invoice"]
    refused = desk.ask(desk.staff, "POST", f"{INVOICE}/void", WHY, version=seen(desk, paid)["version"], invoice=paid)
    assert refused.status == 409
    void = desk.invoice()
    desk.do(desk.staff, "POST", f"{INVOICE}/void", WHY, version=seen(desk, void)["version"], invoice=void)
    assert desk.ask(desk.staff, "POST", NOTES, WHY, invoice=void).status == 409


def test_a_balance_is_paid_in_instalments_until_the_plan_is_broken(desk: Desk) -> None:
    invoice, at = desk.invoice(), {"version": 0}
    assert desk.ask(desk.ada, "GET", PLAN, invoice=invoice).status == 404
    today = desk.market.clock.now().date()
    days = [str(today.replace(year=today.year + 1, month=month, day=1)) for month in (1, 2)]
    half = [{"due_on": day, "amount": euro("7.00")} for day in days]
    at = {"version": seen(desk, invoice)["version"]}
    wrong = [{**half[0], "amount": euro("6.99")}, half[1]]
    refused = desk.ask(desk.staff, "PUT", PLAN, {"instalments": wrong}, invoice=invoice, **at)
    assert (refused.status, pointers(refused)) == (422, {"/instalments"})
    assert desk.ask(desk.ada, "PUT", PLAN, {"instalments": half}, invoice=invoice, **at).status == 403
    plan = desk.do(desk.staff, "PUT", PLAN, {"instalments": half}, invoice=invoice, **at)
    assert desk.get(desk.ada, PLAN, invoice=invoice) == plan
    assert desk.ask(desk.bob, "GET", PLAN, invoice=invoice).status == 404
    after = seen(desk, invoice)
    assert after["due_on"] == days[0]
    desk.do(desk.staff, "POST", f"{PLAN}/break", WHY, version=after["version"], invoice=invoice)
    assert desk.ask(desk.ada, "GET", PLAN, invoice=invoice).status == 404
    assert desk.market.violations() == []


def test_only_open_invoices_of_one_customer_are_merged(desk: Desk) -> None:
    first, second = desk.invoice(), desk.invoice()
    waiting = desk.ask(desk.staff, "POST", "/invoices/merge", {"invoices": [first, second], **WHY})
    assert (waiting.status, body(waiting)["code"]) == (422, "invalid-input")
    unknown = desk.ask(desk.staff, "POST", "/invoices/merge", {"invoices": ["pay_" + "0" * 32, first], **WHY})
    assert (unknown.status, pointers(unknown)) == (422, {"/invoices/0"})
    drafts = [_issued(desk) for _ in range(2)]
    merged = desk.do(desk.staff, "POST", "/invoices/merge", {"invoices": drafts, **WHY})
    assert merged["total"] == euro("10.00")
    assert {seen(desk, each)["status"] for each in drafts} == {"void"}
    assert desk.market.violations() == []


def _issued(desk: Desk) -> str:
    lines = [{"description": "Advice", "unit_price": "5.00"}]
    draft = desk.do(desk.staff, "POST", "/drafts", {"customer": desk.customer, "lines": lines})
    issue = "/drafts/{draft}/issue"
    return str(desk.do(desk.staff, "POST", issue, version=draft["version"], draft=draft["id"])["id"])


def test_a_statement_of_account_adds_up_for_staff_and_for_the_customer(desk: Desk) -> None:
    desk.paid()
    desk.invoice()
    day = desk.market.clock.now().date()
    query = f"currency=EUR&first={day.replace(day=1)}&last={day}"
    mine = desk.get(desk.ada, STATEMENT, query, customer=desk.customer)
    assert mine == desk.get(desk.staff, STATEMENT, query, customer=desk.customer)
    assert [mine[name]["amount"] for name in ("opening", "documents", "payments", "credits", "closing")] == [
        "0.00",
        "28.00",
        "-14.00",
        "0.00",
        "14.00",
    ]
    assert mine["lines"][-1]["balance"] == mine["closing"]
    file = desk.ask(desk.ada, "GET", f"{STATEMENT}/document", query=query, customer=desk.customer)
    assert (file.status, file.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert b"14.00" in file.body
    for template in (STATEMENT, f"{STATEMENT}/document"):
        assert desk.ask(desk.bob, "GET", template, query=query, customer=desk.customer).status == 404
    for wrong in ("currency=eur&first=2026-01-01&last=2026-01-02", f"currency=EUR&first={day}&last=2000-01-01"):
        assert desk.ask(desk.ada, "GET", STATEMENT, query=wrong, customer=desk.customer).status == 422


def test_what_staff_do_with_invoices_is_not_for_customers(desk: Desk) -> None:
    invoice = desk.invoice()
    asked = [
        desk.ask(desk.ada, "POST", NOTES, WHY, invoice=invoice),
        desk.ask(desk.ada, "GET", LEFT, invoice=invoice),
        desk.ask(desk.ada, "POST", f"{INVOICE}/void", WHY, version=1, invoice=invoice),
        desk.ask(desk.ada, "POST", f"{INVOICE}/write-off", WHY, version=1, invoice=invoice),
        desk.ask(desk.ada, "POST", f"{PLAN}/break", WHY, version=1, invoice=invoice),
        desk.ask(desk.ada, "POST", "/invoices/merge", {"invoices": [invoice, invoice], **WHY}),
        desk.ask(desk.ada, "GET", "/drafts"),
    ]
    assert [answer.status for answer in asked] == [403] * len(asked)
