"""The same click twice (F35): one effect, the same answer; on the databases of servers, with real threads."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from tests.http.money.desk import Desk, body, euro

from larabill_core.http.request import Response

pytestmark = pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)

PAY = "/invoices/{invoice}/pay"
REFUND = "/payments/{payment}/refunds"
CLICKS = 16


def clicks(*asks: Any) -> list[Response]:
    """What each was answered; all begun at the same moment."""
    barrier = Barrier(len(asks))

    def click(ask: Any) -> Response:
        barrier.wait()
        answer: Response = ask()
        return answer

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(click, asks))


def check(answers: list[Response], ask: Any) -> Any:
    """One answer was given, the others were it again or told to wait; asked again it is the same."""
    counted = Counter(answer.status for answer in answers)
    assert set(counted) <= {201, 409}, counted
    given = {answer.body for answer in answers if answer.status == 201}
    assert len(given) == 1
    assert all(body(answer)["code"] == "in-flight" for answer in answers if answer.status == 409)
    again = ask()
    assert (again.status, {again.body}, again.headers["Idempotent-Replayed"]) == (201, given, "true")
    return body(again)


def test_sixteen_clicks_on_pay_charge_once(desk: Desk) -> None:
    invoice, wanted = desk.invoice(), {"method": desk.method()}

    def ask() -> Response:
        return desk.ask(desk.ada, "POST", PAY, wanted, key="one-click", invoice=invoice)

    payment = check(clicks(*[ask] * CLICKS), ask)
    desk.market.work()
    assert [each["id"] for each in desk.get(desk.ada, "/payments")["items"]] == [payment["id"]]
    assert desk.get(desk.ada, "/invoices/{invoice}", invoice=invoice)["status"] == "paid"
    assert desk.market.violations() == []


def test_sixteen_clicks_on_refund_give_back_once(desk: Desk) -> None:
    payment, wanted = desk.paid(), {"amount": euro("1.00"), "reason": "a bad day"}

    def ask() -> Response:
        return desk.ask(desk.staff, "POST", REFUND, wanted, key="one-click", payment=payment["id"])

    refund = check(clicks(*[ask] * CLICKS), ask)
    desk.market.work()
    assert [each["id"] for each in desk.get(desk.staff, REFUND, payment=payment["id"])["items"]] == [refund["id"]]
    assert desk.market.violations() == []


def test_clicks_with_a_key_each_still_charge_once(desk: Desk) -> None:
    invoice, wanted = desk.invoice(), {"method": desk.method()}
    answers = clicks(*[lambda: desk.ask(desk.ada, "POST", PAY, wanted, invoice=invoice)] * CLICKS)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: CLICKS - 1}
    desk.market.work()
    assert len(desk.get(desk.ada, "/payments")["items"]) == 1
    assert desk.market.violations() == []


def test_refunds_of_all_with_a_key_each_give_back_once(desk: Desk) -> None:
    payment = desk.paid()
    ask = lambda: desk.ask(desk.staff, "POST", REFUND, {"reason": "all"}, payment=payment["id"])  # noqa: E731
    answers = clicks(*[ask] * CLICKS)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: CLICKS - 1}
    assert desk.market.violations() == []


def test_another_body_under_the_key_is_422_and_no_key_400(desk: Desk) -> None:
    payment = desk.paid()
    at = {"payment": payment["id"]}
    first = {"amount": euro("1.00"), "reason": "a bad day"}
    desk.do(desk.staff, "POST", REFUND, first, key="one-click", **at)
    other = desk.ask(desk.staff, "POST", REFUND, {**first, "amount": euro("2.00")}, key="one-click", **at)
    assert (other.status, body(other)["code"]) == (422, "idempotency-key-reused")
    missing = desk.ask(desk.staff, "POST", REFUND, first, key=None, **at)
    assert (missing.status, body(missing)["code"]) == (400, "idempotency-key")
    assert len(desk.get(desk.staff, REFUND, **at)["items"]) == 1


def test_the_key_of_one_is_not_the_key_of_another(desk: Desk) -> None:
    new = {"account": "pay", "token": "pm_ok", "label": "Visa"}
    made = set()
    for actor in (desk.ada, desk.bob):
        customer = "cus_" + actor.customer_id.hex  # type: ignore[union-attr]
        template = "/customers/{customer}/payment-methods"
        made.add(desk.do(actor, "POST", template, new, key="one-click", customer=customer)["id"])
    assert len(made) == 2


def test_a_refusal_is_given_again_too(desk: Desk) -> None:
    payment = desk.paid()
    wanted, at = {"amount": euro("99.00"), "reason": "too much"}, {"payment": payment["id"]}
    first, again = (desk.ask(desk.staff, "POST", REFUND, wanted, key="one-click", **at) for _ in range(2))
    assert (first.status, again.status, first.body) == (409, 409, again.body)
