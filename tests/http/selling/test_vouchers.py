"""Vouchers and referrals over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.market import Market
from tests.http.selling.desk import Desk, cus, customer_of, pointers, staff_of

from larabill_billing.customers.model import NewCustomer
from larabill_core.http.api import Api
from larabill_core.ids import new_id, public_id
from larabill_sqlalchemy.opening import database_of


def batch(**more: Any) -> dict[str, Any]:
    given = {"batch_uuid": str(new_id()), "name": "Gifts", "count": 2}
    return {**given, "amount": {"amount": "10.00", "currency": "EUR"}, **more}


def test_a_voucher_becomes_credit_once(me: Desk, other: Desk, staff: Desk, market: Market) -> None:
    made = staff.post("/voucher-batches", batch(), status=201)
    code = made["codes"][0]
    credit = me.post("/vouchers/redeem", {"code": code})
    assert (credit["amount"], credit["customer"]) == ({"amount": "10.00", "currency": "EUR"}, cus(market))
    assert me.post("/vouchers/redeem", {"code": code.lower()}) == credit
    other.post("/vouchers/redeem", {"code": code}, status=409)
    assert int(market.credit()) == 10
    (shown,) = staff.get("/voucher-batches")["items"]
    assert (shown["open"], shown["redeemed"], "codes" in shown) == (1, 1, False)


def test_codes_are_shown_once_and_kept_nowhere(staff: Desk, market: Market) -> None:
    asked = batch()
    made = staff.post("/voucher-batches", asked, status=201)
    staff.post("/voucher-batches", asked, status=409)
    with database_of(market.engine).connect() as connection:
        kept = connection.execute(sa.text("SELECT body FROM larabill_answers")).scalars().all()
    assert not [code for code in made["codes"] for body in kept if body and code.encode() in body]


def test_a_voucher_is_redeemed_for_oneself(other: Desk, staff: Desk, market: Market) -> None:
    (code, second) = staff.post("/voucher-batches", batch(), status=201)["codes"]
    other.post("/vouchers/redeem", {"code": code, "customer": cus(market)}, status=404)
    assert staff.post("/vouchers/redeem", {"code": second, "customer": cus(market)})["customer"] == cus(market)
    assert pointers(staff.post("/vouchers/redeem", {"code": code}, status=422)) == {"/customer"}


def test_voucher_codes_are_not_guessed(me: Desk) -> None:
    tried = [me.ask("POST", "/vouchers/redeem", {"code": f"7K2M-QX4T-9BHW-03{n:02}"}).status for n in range(11)]
    assert tried == [404] * 10 + [429]


def test_a_batch_is_what_it_says(me: Desk, staff: Desk) -> None:
    me.post("/voucher-batches", batch(), status=403)
    me.get("/voucher-batches", status=403)
    wrong: dict[str, tuple[Any, ...]] = {
        "/count": (0, -1, 10_001, 2**63, 0.5, "1", True),
        "/batch_uuid": ("", "1", str(new_id()).upper(), new_id().hex),
        "/expires_on": ("2000-01-01", "x", 1),
    }
    for pointer, values in wrong.items():
        for value in values:
            body = batch(**{pointer[1:]: value})
            assert pointers(staff.post("/voucher-batches", body, status=422)) == {pointer}, value
    amounts = ("-1", "0", "NaN", "1e3", "10.001", "١٢", 10, None)
    for amount in amounts:
        found = pointers(
            staff.post("/voucher-batches", batch(amount={"amount": amount, "currency": "EUR"}), status=422)
        )
        assert found <= {"/amount/amount", "/amount"} and found, amount
    for currency in ("eur", "XXX", "ZZZ", ""):
        staff.post("/voucher-batches", batch(amount={"amount": "1", "currency": currency}), status=422)


@pytest.fixture
def friends(open_market: Callable[..., Market]) -> Market:
    """A market in which both sides of a referral are rewarded."""
    return open_market(referral={"rewards": [{"currency": "EUR", "referrer": "5.00", "referred": "3.00"}]})


def test_who_brought_whom_is_seen_by_the_referrer(friends: Market) -> None:
    api = Api(friends.engine)
    ada, staff = Desk(api, customer_of(friends)), Desk(api, staff_of(friends))
    new = NewCustomer(name="Eve", email="eve@example.com", country="DE")
    eve_id = friends.engine.billing.customers.create(friends.seller, new).id
    eve = Desk(api, customer_of(friends, eve_id))
    pair = {"referrer": cus(friends), "referred": public_id("cus", eve_id)}
    ada.post("/referrals", pair, status=403)
    made = staff.post("/referrals", pair, status=201)
    assert (made["status"], made["referred"]) == ("pending", pair["referred"])
    friends.pay(friends.place(customer_id=eve_id).invoice_id)  # type: ignore[arg-type]
    (seen,) = ada.get("/referrals")["items"]
    assert (seen["status"], seen["referred"]) == ("rewarded", None)
    assert seen["reward"] == {"amount": "5.00", "currency": "EUR"}
    assert eve.get("/referrals")["items"] == []
    eve.get("/referrals", query=f"customer={cus(friends)}", status=404)
    staff.post("/referrals", {**pair, "referred": cus(friends)}, status=422)
    staff.post("/referrals", {**pair, "reward": "100"}, status=422)
    assert staff.get("/referrals", query="sort=-created")["items"][0]["id"] == made["id"]
