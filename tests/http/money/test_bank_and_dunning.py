"""Bank lines and what is done about unpaid invoices, over HTTP: for staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.billing.market import Market
from tests.http.money.desk import Desk, body, euro, pointers

IMPORT = "/bank-accounts/{account}/statements"


@pytest.fixture
def bank(open_market: Callable[..., Market]) -> Desk:
    """With a bank account of the manifest."""
    return Desk.open(open_market(bank=[{"name": "main", "currency": "EUR"}]))


def statement(desk: Desk, *lines: tuple[str, str]) -> bytes:
    """A CSV statement: amounts and texts."""
    day = desk.market.clock.now().date()
    rows = [f"b{number},{day},{amount},EUR,Ada,{text}" for number, (amount, text) in enumerate(lines)]
    return "\n".join(["id,date,amount,currency,payer,text", *rows]).encode()


def imported(desk: Desk, *lines: tuple[str, str]) -> Any:
    found = desk.do(desk.staff, "POST", IMPORT, raw=statement(desk, *lines), account="main")
    return found, desk.get(desk.staff, "/bank-lines")["items"]


def test_lines_are_imported_once_and_booked_when_they_name_what_they_pay(bank: Desk) -> None:
    invoice = bank.invoice()
    number = bank.get(bank.staff, "/invoices/{invoice}", invoice=invoice)["number"]
    lines = [("14.00", f"Invoice {number}"), ("3.00", "for cake")]
    found, stored = imported(bank, *lines)
    assert (found, len(stored)) == ({"new": 2, "known": 0}, 2)
    assert imported(bank, *lines)[0] == {"new": 0, "known": 2}
    assert bank.do(bank.staff, "POST", "/bank-lines/match", key=None) == {"looked_at": 2, "booked": 1, "left": 1}
    assert bank.get(bank.staff, "/invoices/{invoice}", invoice=invoice)["status"] == "paid"
    assert bank.market.violations() == []


def test_a_person_says_what_a_line_pays_and_takes_it_back(bank: Desk) -> None:
    invoice = bank.invoice()
    _, (line, cake) = imported(bank, ("14.00", "thank you"), ("3.00", "for cake"))
    at, wanted = {"bank_line": line["id"]}, {"invoices": [invoice]}
    assert bank.ask(bank.staff, "POST", "/bank-lines/{bank_line}/match", wanted, **at).status == 428
    matched = bank.do(bank.staff, "POST", "/bank-lines/{bank_line}/match", wanted, version=line["version"], **at)
    assert (matched["status"], matched["payment"][:4]) == ("matched", "pay_")
    again = bank.ask(bank.staff, "POST", "/bank-lines/{bank_line}/match", wanted, version=matched["version"], **at)
    assert again.status == 409
    why = {"reason": "it was for another"}
    unmatched = bank.do(bank.staff, "POST", "/bank-lines/{bank_line}/unmatch", why, version=matched["version"], **at)
    assert unmatched["status"] == "open"
    ignored = {"bank_line": cake["id"]}
    bank.do(bank.staff, "POST", "/bank-lines/{bank_line}/ignore", why, version=cake["version"], **ignored)
    left = bank.get(bank.staff, "/bank-lines", "status=open&sort=-created")["items"]
    assert [each["id"] for each in left] == [line["id"]]
    assert bank.market.violations() == []


def test_what_is_no_statement_is_refused_and_no_customer_imports_one(bank: Desk) -> None:
    for raw in (b"", b"\x00\xff", b"<a><b></a>", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'):
        refused = bank.ask(bank.staff, "POST", IMPORT, raw=raw, account="main")
        assert refused.status == 422, raw
    assert bank.ask(bank.staff, "POST", IMPORT, raw=b"x", account="other").status == 404
    assert bank.ask(bank.ada, "POST", IMPORT, raw=b"x", account="main").status == 403
    assert bank.ask(bank.ada, "GET", "/bank-lines").status == 403


def overdue(desk: Desk) -> str:
    """A renewal of Ada's that she did not pay."""
    desk.market.pay_order()
    desk.market.go(days=60)
    return str(desk.get(desk.staff, "/dunning/cases")["items"][0]["invoice"])


def test_staff_see_cases_note_promises_pause_and_go_on(desk: Desk) -> None:
    invoice = overdue(desk)
    at, now = {"invoice": invoice}, desk.market.clock.now().date()
    said = {"until_on": str(now + timedelta(days=3)), "said_by": "Ada"}
    dunning = "/invoices/{invoice}/dunning"
    promised = desk.do(desk.staff, "POST", f"{dunning}/promise", said, **at)
    assert (promised["kind"], promised["status"]) == ("promise", "open")
    assert desk.ask(desk.staff, "POST", f"{dunning}/promise", said, **at).status == 409
    (seen,) = desk.get(desk.staff, "/customers/{customer}/dunning", customer=desk.customer)["items"]
    assert (seen["invoice"], [each["kind"] for each in seen["pauses"]]) == (invoice, ["promise"])
    assert desk.do(desk.staff, "POST", f"{dunning}/withdraw-promise", **at)["status"] == "withdrawn"
    assert desk.do(desk.staff, "POST", f"{dunning}/pause", {"reason": "ill"}, **at)["kind"] == "staff"
    assert desk.do(desk.staff, "POST", f"{dunning}/resume", {}, **at)["status"] == "ended"
    assert desk.ask(desk.staff, "POST", f"{dunning}/resume", {}, **at).status == 404
    late = desk.ask(desk.staff, "POST", f"{dunning}/promise", {**said, "until_on": "2000-01-01", "said_by": "\n"}, **at)
    assert (late.status, pointers(late)) == (422, {"/until_on", "/said_by"})
    assert len(desk.get(desk.staff, "/dunning/cases", "show=all&sort=-created")["items"]) == 1


def test_dunning_is_for_staff(desk: Desk) -> None:
    at = {"invoice": desk.invoice()}
    assert desk.ask(desk.ada, "GET", "/dunning/cases").status == 403
    refused = desk.ask(desk.ada, "POST", "/invoices/{invoice}/dunning/pause", {"reason": "please"}, **at)
    assert (refused.status, body(refused)["code"]) == (403, "forbidden")


def test_exemptions_hold_until_they_are_ended(desk: Desk) -> None:
    mine = {"customer": desk.customer}
    template = "/customers/{customer}/tax-exemptions"
    new = {"reason": "an embassy", "category": "E", "certificate": "C 1"}
    made = desk.do(desk.staff, "POST", template, new, **mine)
    assert desk.get(desk.staff, template, **mine)["items"] == [made]
    end, at = "/tax-exemptions/{exemption}/end", {"exemption": made["id"]}
    assert desk.do(desk.staff, "POST", end, {}, **at)["until"] is not None
    assert desk.ask(desk.staff, "POST", end, {}, **at).status == 409
    wrong = desk.ask(desk.staff, "POST", template, {"reason": " ", "category": "S"}, **mine)
    assert wrong.status == 422
    assert desk.ask(desk.ada, "POST", template, new, **mine).status == 403


def test_without_a_register_a_vat_id_is_not_checked_and_that_is_said(desk: Desk) -> None:
    template = "/customers/{customer}/vat-id-checks"
    refused = desk.ask(desk.staff, "POST", template, customer=desk.customer)
    assert (refused.status, body(refused)["code"]) == (409, "conflict")
    assert desk.get(desk.staff, template, customer=desk.customer)["items"] == []


def test_rates_are_stored_once_and_never_changed(desk: Desk) -> None:
    rate = {"base": "EUR", "quote": "USD", "on": "2026-01-05", "rate": "1.25"}
    put = {"source": "ecb", "rates": [rate]}
    assert desk.do(desk.staff, "PUT", "/exchange-rates", put) == {"new": 1, "known": 0}
    assert desk.do(desk.staff, "PUT", "/exchange-rates", put) == {"new": 0, "known": 1}
    other = desk.ask(desk.staff, "PUT", "/exchange-rates", {**put, "rates": [{**rate, "rate": "1.26"}]})
    assert other.status == 422
    query = "source=ecb&first=2026-01-01&last=2026-01-31"
    assert desk.get(desk.staff, "/exchange-rates", query)["items"] == [rate]
    wrong = [{**rate, "rate": "0"}, {**rate, "rate": "-1"}, {**rate, "on": "9999-12-31"}]
    refused = desk.ask(desk.staff, "PUT", "/exchange-rates", {"source": "x", "rates": wrong})
    assert pointers(refused) == {"/rates/0/rate", "/rates/1/rate", "/rates/2/on"}


def test_the_books_and_reports_add_up(desk: Desk) -> None:
    desk.paid()
    desk.invoice()
    day = desk.market.clock.now().date()
    days = f"first={day.replace(day=1)}&last={day}"
    balances = desk.get(desk.staff, "/ledger/trial-balance")["items"]
    assert sum(round(float(each["balance"]["amount"]) * 100) for each in balances) == 0
    moved = {each["account"]: each for each in desk.get(desk.staff, "/ledger/movements", days)["items"]}
    assert moved["receivable"]["balance"] == euro("14.00")
    query = f"{days}&account=receivable&limit=2"
    page = desk.get(desk.staff, "/ledger/postings", query)
    rest = desk.get(desk.staff, "/ledger/postings", f"{query}&after={page['next']}")
    amounts = [each["amount"]["amount"] for each in (*page["items"], *rest["items"])]
    assert sorted(amounts) == ["-14.00", "14.00", "14.00"]
    assert desk.ask(desk.staff, "GET", "/ledger/postings", query=f"{days}&account=purse").status == 422
    (owed,) = desk.get(desk.staff, "/reports/receivables")["items"]
    assert owed["total"] == euro("14.00")
    sales = desk.get(desk.staff, "/reports/sales", days)["items"]
    assert sum(round(float(each["net"]["amount"])) for each in sales) == 28
    assert desk.get(desk.staff, "/reports/taxes", days)["items"][0]["country"] == "DE"
    for template in ("/reports/mrr", "/reports/mrr/together"):
        assert desk.get(desk.staff, template, days)["items"] is not None
    assert desk.get(desk.staff, "/reports/churn", f"currency=EUR&on={day}")["window_days"] == 30
    for template in ("/ledger/trial-balance", "/reports/receivables"):
        assert desk.ask(desk.ada, "GET", template).status == 403
