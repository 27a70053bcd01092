"""A desk at which customers and staff ask over HTTP, without a host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs
import msgspec
from tests.billing.market import Market
from tests.billing.shop import SECRET

from larabill_billing.customers.model import NewCustomer
from larabill_core.access import Actor
from larabill_core.http.api import Api
from larabill_core.http.request import Request, Response
from larabill_core.ids import new_id, public_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

EUR = "EUR"


def euro(amount: str, currency: str = EUR) -> dict[str, str]:
    """An amount as the wire has it."""
    return {"amount": amount, "currency": currency}


def body(response: Response) -> Any:
    """What was answered."""
    return msgspec.json.decode(response.body)


def pointers(response: Response) -> set[str]:
    """Where the faults are."""
    return {error.get("pointer", "") for error in body(response)["errors"]}


@attrs.frozen(kw_only=True)
class Desk:
    """Two customers of one seller, and an operator."""

    api: Api
    market: Market
    ada: Actor
    bob: Actor
    staff: Actor

    @classmethod
    def open(cls, market: Market) -> Desk:
        bob = market.engine.billing.customers.create(
            market.seller, NewCustomer(name="Bob", email="bob@example.com", country="DE")
        )
        return cls(
            api=Api(market.engine),
            market=market,
            ada=_customer(market.seller, market.customer),
            bob=_customer(market.seller, bob.id),
            staff=Actor(kind="staff", id="s1", roles=("operator",), seller_id=market.seller),
        )

    def ask(
        self,
        actor: Actor | None,
        method: str,
        template: str,
        data: Any = None,
        *,
        key: str | None = "new",
        query: str = "",
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
        raw: bytes = b"",
        **path: str,
    ) -> Response:
        """One request; each has an Idempotency-Key of its own unless told otherwise."""
        sent: dict[str, str] = dict(headers or {})
        if data is not None:
            raw = json.dumps(data).encode()
            sent["content-type"] = "application/json"
        if method == "POST" and key is not None:
            sent["idempotency-key"] = new_id().hex if key == "new" else key
        if version is not None:
            sent["if-match"] = f'"{version}"'
        return self.api.handle(
            Request(
                method=method,
                template=template,
                path=path,
                query=query,
                headers=sent,
                body=raw,
                host="shop.test",
                remote="192.0.2.1",
                actor=actor,
            )
        )

    def get(self, actor: Actor, template: str, query: str = "", **path: str) -> Any:
        """What a GET that goes well answers."""
        found = self.ask(actor, "GET", template, query=query, **path)
        assert found.status == 200, found.body
        return body(found)

    def do(self, actor: Actor, method: str, template: str, data: Any = None, **more: Any) -> Any:
        """What a change that goes well answers."""
        done = self.ask(actor, method, template, data, **more)
        assert done.status in (200, 201, 204), done.body
        return body(done) if done.body else None

    def invoice(self) -> str:
        """An unpaid invoice of Ada's over 14.00 EUR."""
        order = self.market.place()
        assert order.invoice_id is not None
        return public_id("inv", order.invoice_id)

    def method(self, token: str = "pm_ok") -> str:
        """A method of Ada's."""
        new = {"account": "pay", "token": token, "label": "Visa ...4242"}
        stored = self.do(self.ada, "POST", "/customers/{customer}/payment-methods", new, customer=self.customer)
        return str(stored["id"])

    def paid(self) -> Any:
        """A payment of Ada's that took 14.00 EUR."""
        wanted = {"method": self.method()}
        payment = self.do(self.ada, "POST", "/invoices/{invoice}/pay", wanted, invoice=self.invoice())
        self.market.work()
        return self.get(self.ada, "/payments/{payment}", payment=payment["id"])

    @property
    def customer(self) -> str:
        """Ada's id."""
        return public_id("cus", self.market.customer)

    def webhook(
        self, data: Mapping[str, Any], account: str = "blind", secret: str = SECRET, **changes: Any
    ) -> tuple[dict[str, str], bytes]:
        """The headers and bytes of a signed webhook."""
        event = {"id": f"evt_{new_id().hex}", "type": "payment.changed", "account": account, "data": data, **changes}
        raw = json.dumps(event).encode()
        return {SIGNATURE_HEADER.lower(): sign(raw, Secret(secret), self.market.clock.now())}, raw

    def tell(self, headers: Mapping[str, str], raw: bytes, gateway: str = "blind", method: str = "POST") -> Response:
        """A webhook as the gateway sends it: by nobody."""
        return self.ask(
            None, method, "/payments/webhooks/{gateway}", key=None, headers=headers, raw=raw, gateway=gateway
        )


def _customer(seller: UUID, customer: UUID) -> Actor:
    return Actor(kind="customer", id=customer.hex, roles=("customer",), seller_id=seller, customer_id=customer)
