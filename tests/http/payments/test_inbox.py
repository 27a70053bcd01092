"""The inbox of gateways' webhooks: what staff see, and what judging once more does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import msgspec
import pytest
from tests.billing.shop import paid_claim
from tests.http.stage import PAY_SECRET, Shop

from larabill_billing.payments.model import Payment, WebhookStatus
from larabill_core.errors import Unverified
from larabill_core.ids import new_id, public_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

INBOX, ONE = "GET /payments/inbox", "GET /payments/inbox/{webhook}"
REPLAY = "POST /payments/inbox/{webhook}/replay"


def hear(shop: Shop, payment: Payment, **changes: str) -> str:
    """The gateway tells that a checkout was paid; the public id of its webhook."""
    headers, body = signed(shop, {**paid_claim(payment), **changes})
    shop.market.engine.billing.webhooks.receive("blind", headers, body)
    return shop.told(INBOX, shop.staff, query="sort=-created")["items"][0]["id"]  # type: ignore[no-any-return]


def signed(shop: Shop, data: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    event = {"id": f"evt_{new_id().hex}", "type": "payment.changed", "account": "blind", "data": data}
    body = msgspec.json.encode(event)
    return {SIGNATURE_HEADER: sign(body, Secret(PAY_SECRET), shop.market.clock.now())}, body


def checkout(shop: Shop) -> Payment:
    order = shop.market.place()
    assert order.invoice_id is not None
    opened: Payment = shop.market.engine.billing.payments.open_checkout(shop.market.seller, order.invoice_id, "blind")
    return opened


def test_what_was_applied_is_seen_and_not_judged_again(shop: Shop) -> None:
    id = hear(shop, checkout(shop))
    (line,) = shop.told(INBOX, shop.staff, query="status=applied")["items"]
    assert line["id"] == id
    assert shop.told(ONE, shop.staff, webhook=id)["amount"] == line["amount"]
    assert shop.ask(REPLAY, shop.staff, webhook=id).status == 409


def test_what_matched_nothing_is_judged_once_more(shop: Shop) -> None:
    """Its amount did not fit, and still does not; one that was misjudged takes effect, once."""
    payment = checkout(shop)
    id = hear(shop, payment, amount="1.00")
    assert shop.told(ONE, shop.staff, webhook=id)["status"] == "unmatched"
    again = shop.told(REPLAY, shop.staff, webhook=id)
    assert (again["status"], "amount" in again["reason"]) == ("unmatched", True)
    fine = hear(shop, checkout(shop))
    event = shop.market.run(lambda tx: tx.billing.webhooks.get(UUID(fine[4:])))
    late = attrs.evolve(event, id=new_id(), event_id="late", status=WebhookStatus.UNMATCHED, reason="nobody knew it")
    shop.market.run(lambda tx: tx.billing.webhooks.add_new(late))
    told = shop.told(REPLAY, shop.staff, webhook=public_id("whk", late.id))
    assert told["reason"] != "nobody knew it"
    assert shop.market.violations() == []


def test_what_was_not_believed_is_listed_apart(shop: Shop) -> None:
    with pytest.raises(Unverified):
        shop.market.engine.billing.webhooks.receive("pay", {}, b"{}")
    (reject,) = shop.told("GET /payments/inbox/rejected", shop.staff)["items"]
    assert (reject["account"], reject["size"]) == ("pay", 2)
    assert shop.told(INBOX, shop.staff)["items"] == []


def test_the_inbox_is_for_staff_of_the_seller(shop: Shop) -> None:
    hear(shop, checkout(shop))
    stranger = attrs.evolve(shop.staff, seller_id=new_id())
    assert shop.told(INBOX, stranger)["items"] == []
    line = shop.told(INBOX, shop.staff)["items"][0]
    assert shop.ask(ONE, stranger, webhook=line["id"]).status == 404
    assert shop.ask(REPLAY, stranger, webhook=line["id"]).status == 404
    assert shop.ask(INBOX, shop.me).status == 403
