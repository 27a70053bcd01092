"""The gateways' door (B10 to B15, F05 to F08): nothing is believed that is not signed, and nothing counts twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from msgspec import to_builtins
from tests.http.money.desk import Desk, body

from larabill_billing.payments.handlers import open_checkout
from larabill_billing.payments.wire import payment_out
from larabill_core.http.request import LARGEST_BODY, Response
from larabill_core.ids import parse_public_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

HEADER = SIGNATURE_HEADER.lower()


def checkout(desk: Desk) -> Any:
    wanted = {"account": "blind"}
    return desk.do(desk.ada, "POST", "/invoices/{invoice}/checkout", wanted, invoice=desk.invoice())


def claim(payment: Any, **changes: Any) -> dict[str, Any]:
    """What the gateway says of a payment when everything fits."""
    fits = {
        "ref": payment["reference"],
        "state": "captured",
        "transaction": f"tr_{payment['id']}",
        **payment["amount"],
        "invoice": payment["document"],
    }
    return {**fits, **changes}


def status(desk: Desk, payment: Any) -> Any:
    return desk.get(desk.ada, "/payments/{payment}", payment=payment["id"])["status"]


def test_a_checkout_is_paid_by_its_webhook(desk: Desk) -> None:
    payment = checkout(desk)
    assert (payment["status"], payment["account"], payment["kind"]) == ("created", "blind", "checkout")
    told = desk.tell(*desk.webhook(claim(payment)))
    assert (told.status, body(told)) == (200, {"status": "applied", "duplicate": False})
    assert status(desk, payment) == "captured"
    invoice = desk.get(desk.ada, "/invoices/{invoice}", invoice=payment["invoice"])
    assert (invoice["status"], invoice["balance"]["amount"]) == ("paid", "0.00")
    assert desk.market.violations() == []


def test_the_same_webhook_again_is_answered_200_and_has_no_effect(desk: Desk) -> None:
    payment = checkout(desk)
    sent = desk.webhook(claim(payment))
    answers = [desk.tell(*sent) for _ in range(5)]
    assert [answer.status for answer in answers] == [200] * 5
    assert [body(answer)["duplicate"] for answer in answers] == [False, True, True, True, True]
    assert len(desk.get(desk.ada, "/payments")["items"]) == 1
    assert desk.market.violations() == []


@pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)
def test_the_same_webhook_on_16_threads_takes_effect_once(desk: Desk) -> None:
    payment = checkout(desk)
    sent, barrier = desk.webhook(claim(payment)), Barrier(16)

    def tell(_: int) -> Response:
        barrier.wait()
        return desk.tell(*sent)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(tell, range(16)))
    assert {answer.status for answer in answers} == {200}
    assert sum(not body(answer)["duplicate"] for answer in answers) == 1
    assert status(desk, payment) == "captured"
    assert desk.market.violations() == []


def _unsigned(desk: Desk, raw: bytes) -> dict[str, str]:
    return {}


def _of_another_secret(desk: Desk, raw: bytes) -> dict[str, str]:
    return {HEADER: sign(raw, Secret("whsec_another_0123456789abcdef01"), desk.market.clock.now())}


def _of_another_body(desk: Desk, raw: bytes) -> dict[str, str]:
    return {HEADER: sign(raw + b" ", Secret("whsec_0123456789abcdef0123456789abcdef"), desk.market.clock.now())}


def _at(seconds: int) -> Any:
    def headers(desk: Desk, raw: bytes) -> dict[str, str]:
        at = desk.market.clock.now() + timedelta(seconds=seconds)
        return {HEADER: sign(raw, Secret("whsec_0123456789abcdef0123456789abcdef"), at)}

    return headers


def _saying(text: str) -> Any:
    return lambda desk, raw: {HEADER: text}


@pytest.mark.parametrize(
    "headers",
    [
        _unsigned,
        _of_another_secret,
        _of_another_body,
        _at(-301),
        _at(301),
        _at(-86_400),
        _saying(""),
        _saying("t=0,v1=" + "0" * 64),
        _saying("t=-1,v1=" + "0" * 64),
        _saying("t=now,v1=" + "0" * 64),
        _saying("alg=none"),
        _saying("t=1,t=2,v1=" + "0" * 64),
        _saying("x" * 100_000),
    ],
)
def test_what_does_not_verify_is_400_and_has_no_effect(desk: Desk, headers: Any) -> None:
    payment = checkout(desk)
    _, raw = desk.webhook(claim(payment))
    refused = desk.tell(headers(desk, raw), raw)
    assert (refused.status, body(refused)["code"]) == (400, "unverified")
    assert status(desk, payment) == "created"


@pytest.mark.parametrize("raw", [b"", b"{", b"[" * 100_000, b"\xff\xfe{\x00}\x00", b'{"id": NaN}', b"null", b"[]"])
def test_what_is_signed_and_no_event_is_400_never_500(desk: Desk, raw: bytes) -> None:
    signed = {HEADER: sign(raw, Secret("whsec_0123456789abcdef0123456789abcdef"), desk.market.clock.now())}
    assert desk.tell(signed, raw).status == 400


def test_nothing_is_parsed_before_it_is_verified(desk: Desk) -> None:
    answers = [desk.tell({}, raw) for raw in (b"{", b"[" * 100_000, b'{"id": "evt_1"}')]
    assert len({(answer.status, body(answer)["detail"]) for answer in answers}) == 1


def test_bytes_that_say_the_same_in_another_way_are_not_what_was_signed(desk: Desk) -> None:
    payment = checkout(desk)
    headers, raw = desk.webhook(claim(payment))
    for other in (json.dumps(json.loads(raw), indent=1).encode(), raw.decode().encode("utf-16")):
        assert desk.tell(headers, other).status == 400
    assert status(desk, payment) == "created"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "1.00"},
        {"currency": "SEK"},
        {"currency": "eur"},
        {"invoice": "another"},
        {"ref": "lb_" + "0" * 32},
        {"state": "pending"},
        {"amount": "NaN"},
        {"amount": None},
    ],
)
def test_a_genuine_webhook_that_does_not_fit_pays_nothing(desk: Desk, change: dict[str, Any]) -> None:
    payment = checkout(desk)
    told = desk.tell(*desk.webhook(claim(payment, **change)))
    assert told.status == 200, told.body
    assert status(desk, payment) != "captured"
    assert desk.market.violations() == []


def test_one_transaction_pays_one_payment(desk: Desk) -> None:
    first, second = checkout(desk), checkout(desk)
    transaction = f"tr_{first['id']}"
    assert body(desk.tell(*desk.webhook(claim(first))))["status"] == "applied"
    again = desk.tell(*desk.webhook(claim(second, transaction=transaction)))
    assert (again.status, body(again)["status"]) == (200, "unmatched")
    assert status(desk, second) == "created"


def test_a_webhook_signed_for_another_account_is_400(desk: Desk) -> None:
    payment = checkout(desk)
    headers, raw = desk.webhook(claim(payment))
    assert desk.tell(headers, raw, gateway="pay").status == 400


@pytest.mark.parametrize("gateway", ["nobody", "..", "../pay", "pay\x00", "Pay", "", "x" * 300, "inv_" + "0" * 32])
def test_an_unknown_gateway_is_404(desk: Desk, gateway: str) -> None:
    headers, raw = desk.webhook({})
    unknown = desk.tell(headers, raw, gateway=gateway)
    assert (unknown.status, body(unknown)["code"]) == (404, "not-found")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE"])
def test_a_webhook_is_a_post(desk: Desk, method: str) -> None:
    answer = desk.tell({}, b"", method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_a_body_that_is_too_large_is_413_and_not_looked_at(desk: Desk) -> None:
    raw = b"x" * (LARGEST_BODY + 1)
    signed = {HEADER: sign(raw, Secret("whsec_0123456789abcdef0123456789abcdef"), desk.market.clock.now())}
    assert desk.tell(signed, raw).status == 413
    assert desk.market.run(lambda tx: tx.billing.webhooks.rejected()) == []


@pytest.mark.parametrize("database_kind", ["mariadb", "postgresql"], indirect=True)
def test_a_webhook_that_is_ahead_of_our_commit_is_kept_and_counts_later(desk: Desk) -> None:
    assert checkout(desk)["status"] == "created"  # the account is known from now on
    invoice = parse_public_id(desk.invoice(), "inv", "invoice")

    def open_and_be_overtaken(tx: Any) -> Any:
        payment = payment_out(open_checkout(tx, invoice, "blind"))
        told = desk.tell(*desk.webhook(claim(to_builtins(payment))))
        assert (told.status, body(told)["status"]) == (200, "waiting")
        return payment

    payment = desk.market.run(open_and_be_overtaken)
    desk.market.go(minutes=5)
    assert status(desk, to_builtins(payment)) == "captured"
    assert desk.market.violations() == []
