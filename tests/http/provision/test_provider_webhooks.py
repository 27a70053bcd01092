"""Webhooks of providers over HTTP: verified over raw bytes, seen, and acted upon again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from tests.http.stage import HOOK_SECRET, Shop

from larabill_core.ids import new_id, public_id
from larabill_core.privacy import Secret
from larabill_drivers.signatures import sign
from larabill_drivers.world import SIGNATURE_HEADER

HOOK, INBOX = "POST /provision/webhooks/{account}", "GET /provision/inbox"
REPLAY = "POST /provision/inbox/{webhook}/replay"


def sent(shop: Shop) -> tuple[dict[str, str], bytes]:
    """The last webhook of the pretended provider."""
    found: list[tuple[Mapping[str, str], bytes]] = []
    shop.world.deliver_webhooks(
        lambda headers, body: found.append((headers, body)),
        secret=Secret(HOOK_SECRET),
        at=shop.market.clock.now(),
        again=True,
    )
    headers, body = found[-1]
    return {name.lower(): value for name, value in headers.items()}, body


def test_a_signed_webhook_is_taken_once_and_stands_in_the_inbox(shop: Shop) -> None:
    shop.running()
    headers, body = sent(shop)
    assert shop.told(HOOK, None, raw=body, headers=headers, account="acme") == {"result": "checking"}
    assert shop.told(HOOK, None, raw=body, headers=headers, account="acme") == {"result": "duplicate"}
    (line,) = shop.told(INBOX, shop.owner)["items"]
    assert (line["account"], line["result"]) == ("acme", "checking")
    before = len(shop.market.jobs("provisioning.sync_resource_state"))
    shop.market.clock.advance(timedelta(seconds=1))
    assert shop.told(REPLAY, shop.owner, webhook=line["id"])["result"] == "checking"
    assert len(shop.market.jobs("provisioning.sync_resource_state")) == before + 1
    assert shop.told(INBOX, shop.owner, query="account=beta")["items"] == []


def test_what_is_not_signed_is_not_believed(shop: Shop) -> None:
    shop.running()
    headers, body = sent(shop)
    for raw, given in ((body + b" ", headers), (body, {}), (b"\xff\x00", headers), (b"", {})):
        assert shop.ask(HOOK, None, raw=raw, headers=given, account="acme").status == 400
    assert shop.told(INBOX, shop.owner)["items"] == []


@pytest.mark.parametrize("event_id", ["\ud800", "a\x00b", "x" * 300, ""])
def test_a_signed_event_that_no_database_takes_is_refused_and_not_stored(shop: Shop, event_id: str) -> None:
    event = {"id": event_id, "type": "resource.active", "account": "acme", "data": {"ref": "lb-1", "state": "active"}}
    body = json.dumps(event).encode()
    headers = {SIGNATURE_HEADER.lower(): sign(body, Secret(HOOK_SECRET), shop.market.clock.now())}
    assert shop.ask(HOOK, None, raw=body, headers=headers, account="acme").status == 400
    assert shop.told(INBOX, shop.owner)["items"] == []


def test_a_driver_that_breaks_over_a_webhook_is_no_fault_of_ours(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a driver raises is foreign (B50)."""
    shop.running()
    headers, body = sent(shop)

    def broken(webhook: object) -> None:
        raise KeyError("data")

    monkeypatch.setattr(shop.market.engine.drivers.get("acme"), "handle_webhook", broken)
    assert shop.ask(HOOK, None, raw=body, headers=headers, account="acme").status == 400


def test_accounts_without_webhooks_and_gateways_hear_nothing_here(shop: Shop) -> None:
    for account in ("none", "stiff", "pay"):
        assert shop.ask(HOOK, None, raw=b"{}", account=account).status == 404


def test_the_inbox_is_for_staff_of_the_installation(shop: Shop) -> None:
    assert shop.ask(INBOX, shop.me).status == 403
    assert shop.ask(INBOX, None).status == 401
    assert shop.ask(REPLAY, shop.owner, webhook=public_id("whk", new_id())).status == 404


def test_strays_are_shown(shop: Shop) -> None:
    with shop.world.transaction() as tx:
        tx.make("resource", account="acme", ref="lb-" + "0" * 32, key="", body={"status": "active"})
    shop.market.work()
    strays = shop.told("GET /provision/strays", shop.owner, query="account=acme")["items"]
    assert [stray["ref"] for stray in strays] == ["lb-" + "0" * 32]
    assert shop.ask("GET /provision/strays", shop.owner, query="account=../x").status == 422
