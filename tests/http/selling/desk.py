"""Requests to the API as one person makes them, without a host."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import msgspec
from tests.billing.market import Market

from larabill_core.access import Access, Actor, Role
from larabill_core.http.api import Api
from larabill_core.http.request import Request, Response
from larabill_core.ids import new_id, public_id


@attrs.frozen
class Desk:
    """What `actor` asks. Keyword arguments that the path names are its parameters."""

    api: Api
    actor: Actor | None

    def ask(
        self, method: str, path: str, body: Any = None, *, query: str = "", version: int | None = None, **at: Any
    ) -> Response:
        headers = {"idempotency-key": new_id().hex, "content-type": "application/json"}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        raw = b"" if body is None else body if isinstance(body, bytes) else msgspec.json.encode(body)
        return self.api.handle(
            Request(
                method=method,
                template=path,
                path=at,
                query=query,
                headers=headers,
                body=raw,
                host="shop.test",
                remote="r",
                actor=self.actor,
            )
        )

    def get(self, path: str, query: str = "", status: int = 200, **at: Any) -> Any:
        return said(self.ask("GET", path, query=query, version=None, **at), status)

    def post(self, path: str, body: Any = None, status: int = 200, version: int | None = None, **at: Any) -> Any:
        return said(self.ask("POST", path, body, version=version, **at), status)

    def put(self, path: str, body: Any = None, status: int = 200, version: int | None = None, **at: Any) -> Any:
        return said(self.ask("PUT", path, body, version=version, **at), status)


def said(response: Response, status: int) -> Any:
    """The body of an answer that has this status."""
    found = msgspec.json.decode(response.body) if response.body else None
    assert response.status == status, (response.status, found)
    return found


def pointers(problem: Any) -> set[str]:
    """Where the faults of a problem lie."""
    return {fault.get("pointer") or fault.get("parameter", "") for fault in problem["errors"]}


def customer_of(market: Market, customer: UUID | None = None) -> Actor:
    """A customer of the market, with the role that customers have."""
    own = customer or market.customer
    return Actor(kind="customer", id=own.hex, roles=("customer",), seller_id=market.seller, customer_id=own)


def staff_of(market: Market) -> Actor:
    """Staff who may everything."""
    return Actor(kind="staff", id="s1", roles=("operator",), seller_id=market.seller)


def staff_with(api: Api, market: Market, *grants: str) -> Desk:
    """Staff who may so much and no more."""
    abilities = [ability for module in api.engine.modules for ability in module.abilities]
    access = Access([Role(name="some", grants=grants)], abilities)
    actor = Actor(kind="staff", id="s2", roles=("some",), seller_id=market.seller)
    return Desk(Api(api.engine, authorize=access.allows), actor)


def cus(market: Market) -> str:
    """The public id of the market's customer."""
    return public_id("cus", market.customer)
