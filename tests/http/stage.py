"""The dispatcher without a host, over a shop that bills and builds: one seller, a fake provider, a fake gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import attrs
import msgspec
import pytest
from tests.billing.market import Market, item
from tests.conftest import OpenTestEngine
from tests.provisioning.lacking import LACKING

from larabill_billing.module import MODULE as BILLING
from larabill_core.access import Actor
from larabill_core.http.api import Api
from larabill_core.http.request import Request, Response
from larabill_core.ids import new_id, public_id
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos
from larabill_drivers.world import FakeWorld
from larabill_provisioning.module import MODULE as PROVISIONING
from larabill_provisioning.resources.model import Resource

HOOK_SECRET = "hook-secret-canary-7"
PAY_SECRET = "whsec_0123456789abcdef0123456789abcdef"


@attrs.define
class Shop:
    """`staff` may everything for the seller, `owner` for the installation; `me` is the customer, `other` another."""

    market: Market
    api: Api
    world: FakeWorld

    @property
    def staff(self) -> Actor:
        return Actor(kind="staff", id="ops-1", roles=("operator",), seller_id=self.market.seller)

    @property
    def owner(self) -> Actor:
        return Actor(kind="staff", id="own-1", roles=("operator",))

    @property
    def me(self) -> Actor:
        return self.customer(self.market.customer)

    @property
    def other(self) -> Actor:
        return self.customer(new_id())

    def customer(self, id: UUID) -> Actor:
        return Actor(kind="customer", id="u1", roles=("customer",), seller_id=self.market.seller, customer_id=id)

    def ask(self, call: str, actor: Actor | None, /, body: Any = None, *, raw: bytes = b"", **more: Any) -> Response:
        """`call`: "METHOD template"; `more`: values of the path, and `query`, `headers`."""
        method, template = call.split(" ")
        headers = {"idempotency-key": new_id().hex, **more.pop("headers", {})}
        if body is not None:
            headers["content-type"] = "application/json"
            raw = msgspec.json.encode(body)
        query = more.pop("query", "")
        return self.api.handle(
            Request(
                method=method,
                template=template,
                path={name: str(value) for name, value in more.items()},
                query=query,
                headers=headers,
                body=raw,
                host="shop.test",
                remote="192.0.2.1",
                actor=actor,
            )
        )

    def told(self, call: str, actor: Actor | None, /, body: Any = None, *, status: int = 200, **more: Any) -> Any:
        """The body of an answer of that status."""
        response = self.ask(call, actor, body, **more)
        assert response.status == status, response.body
        return msgspec.json.decode(response.body) if response.body else None

    def running(self, plan: str = "web") -> Resource:
        """A paid order, built as far as it can be: `free` fails, for want of a plan at the provider."""
        order = self.market.place(item(plan))
        if plan != "free":
            assert order.invoice_id is not None
            self.market.pay(order.invoice_id)
        self.market.work()
        return self.resources(order.id)[0]

    def resources(self, order_id: UUID) -> list[Resource]:
        found: list[Resource] = self.market.run(lambda tx: tx.provisioning.resources.for_order(order_id))
        return found

    def resource(self, id: UUID) -> Resource:
        found: Resource = self.market.run(lambda tx: tx.provisioning.resources.get(id))
        return found


def res(resource: Resource) -> str:
    return public_id("res", resource.id)


@pytest.fixture
def shop(
    open_test_engine: OpenTestEngine, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, request: Any
) -> Iterator[Shop]:
    monkeypatch.setenv("HOOK_SECRET", HOOK_SECRET)
    monkeypatch.setenv("TEST_WEBHOOK_SECRET", PAY_SECRET)
    world, money = f":memory:{request.node.nodeid}:acme", f":memory:{request.node.nodeid}"
    plenty = {"rate": 1000.0, "burst": 1000}
    settings = {
        "drivers": {
            "acme": {"driver": "fake", "world": world, "webhook_secret": {"env": "HOOK_SECRET"}, "limits": plenty},
            "stiff": {"driver": "rigid", "world": world},
            "pay": {"driver": "fake_gateway", "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"}, "world": money},
            "blind": {
                "driver": "fake_gateway",
                "webhook_secret": {"env": "TEST_WEBHOOK_SECRET"},
                "world": money,
                "finds": False,
            },
        },
        "provisioning": {
            "plans": [
                {"plan": "web", "account": "acme", "provider_plan": "s1"},
                {"plan": "free", "account": "acme", "provider_plan": "no such plan"},
                {"plan": "server", "account": "stiff", "provider_plan": "s1"},
            ]
        },
    }
    engine = open_test_engine(BILLING, PROVISIONING, drivers={**load_infos(), **LACKING}, settings=settings)
    market = Market.open(engine, clock)
    engine.provisioning.plans.sync(market.seller)
    yield Shop(market, Api(engine), FakeWorld.open(world))
    FakeWorld.forget(world)
    FakeWorld.forget(money)
