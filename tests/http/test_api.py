"""What becomes of a request before and after its handler: the dispatcher alone, without a host."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.billing.market import Market

from larabill_core.access import Actor
from larabill_core.http.api import Api
from larabill_core.http.request import Request, Response


def ask(api: Api, template: str, *, actor: Actor | None, method: str = "GET", **more: Any) -> Response:
    values: dict[str, Any] = {"path": {}, "query": "", "headers": {}, "body": b"", "host": "shop.test", "remote": "r"}
    return api.handle(Request(method=method, template=template, actor=actor, **{**values, **more}))


def body(response: Response) -> Any:
    return msgspec.json.decode(response.body)


@pytest.fixture
def api(market: Market) -> Api:
    return Api(market.engine)


def test_a_customer_sees_their_own_invoices(api: Api, market: Market) -> None:
    market.pay_order()
    me = Actor(kind="customer", id="u1", roles=("customer",), seller_id=market.seller, customer_id=market.customer)
    found = ask(api, "/invoices", actor=me)
    assert found.status == 200
    one = body(found)["items"][0]
    whole = body(ask(api, "/invoices/{invoice}", actor=me, path={"invoice": one["id"]}))
    assert (whole["id"], whole["total"], len(whole["lines"])) == (one["id"], one["total"], 2)
    assert ask(api, "/invoices/{invoice}", actor=me, path={"invoice": "inv_" + "0" * 32}).status == 404
