"""Disputes over HTTP: staff write down what they saw at the gateway, and how it ended."""

from __future__ import annotations

from typing import Any

from tests.http.money.desk import Desk, body, euro, pointers

OPEN = "/payments/{payment}/disputes"
SEEN = {"gateway_id": "dp_1", "amount": euro("14.00"), "fee": euro("15.00"), "reason": "fraudulent"}


def opened(desk: Desk) -> Any:
    return desk.do(desk.staff, "POST", OPEN, SEEN, payment=desk.paid()["id"])


def test_a_dispute_goes_its_way_step_by_step(desk: Desk) -> None:
    dispute = opened(desk)
    assert (dispute["status"], dispute["amount"], dispute["fee"]) == ("opened", euro("14.00"), euro("15.00"))
    at = {"dispute": dispute["id"]}
    assert desk.ask(desk.staff, "POST", "/disputes/{dispute}/win", **at).status == 428
    review = desk.do(desk.staff, "POST", "/disputes/{dispute}/review", version=dispute["version"], **at)
    assert desk.ask(desk.staff, "POST", "/disputes/{dispute}/win", version=dispute["version"], **at).status == 412
    lost = desk.do(desk.staff, "POST", "/disputes/{dispute}/lose", version=review["version"], **at)
    assert (lost["status"], lost["reopened"]) == ("lost", euro("14.00"))
    late = desk.ask(desk.staff, "POST", "/disputes/{dispute}/win", version=lost["version"], **at)
    assert (late.status, body(late)["code"]) == (409, "illegal-transition")
    assert desk.get(desk.staff, "/disputes/{dispute}", **at) == lost
    assert desk.market.violations() == []


def test_every_fault_of_a_dispute_is_told(desk: Desk) -> None:
    payment = desk.paid()["id"]
    wrong = {**SEEN, "gateway_id": "4242 4242 4242 4242", "amount": euro("0.00"), "reason": "a\nb"}
    refused = desk.ask(desk.staff, "POST", OPEN, wrong, payment=payment)
    assert (refused.status, pointers(refused)) == (422, {"/gateway_id", "/amount", "/reason"})
    other = desk.ask(desk.staff, "POST", OPEN, {**SEEN, "fee": euro("1.00", "SEK")}, payment=payment)
    assert (other.status, pointers(other)) == (422, {"/fee/currency"})
    naive = desk.ask(desk.staff, "POST", OPEN, {**SEEN, "respond_by": "2026-12-01T12:00:00"}, payment=payment)
    assert (naive.status, pointers(naive)) == (422, {"/respond_by"})


def test_what_took_no_money_or_is_disputed_already_is_not_disputed(desk: Desk) -> None:
    dispute = opened(desk)
    more = desk.ask(desk.staff, "POST", OPEN, {**SEEN, "gateway_id": "dp_2"}, payment=dispute["payment"])
    assert more.status == 409
    wanted = {"account": "blind"}
    waiting = desk.do(desk.ada, "POST", "/invoices/{invoice}/checkout", wanted, invoice=desk.invoice())
    assert desk.ask(desk.staff, "POST", OPEN, SEEN, payment=waiting["id"]).status == 409
    refund = desk.ask(desk.staff, "POST", "/payments/{payment}/refunds", {"reason": "x"}, payment=dispute["payment"])
    assert refund.status == 409


def test_disputes_are_listed_for_staff_alone(desk: Desk) -> None:
    first = opened(desk)
    second = desk.do(desk.staff, "POST", OPEN, {**SEEN, "gateway_id": "dp_2"}, payment=desk.paid()["id"])
    newest = desk.get(desk.staff, "/disputes", f"sort=-created&customer={desk.customer}&status=opened")["items"]
    assert {each["id"] for each in newest} == {first["id"], second["id"]}
    assert desk.get(desk.staff, "/disputes", "status=won")["items"] == []
    assert desk.ask(desk.ada, "GET", "/disputes").status == 403
    assert desk.ask(desk.ada, "GET", "/disputes/{dispute}", dispute=first["id"]).status == 403
