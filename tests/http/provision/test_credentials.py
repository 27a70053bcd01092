"""Credentials over HTTP: what goes in never comes out, not even in an error."""

from __future__ import annotations

import logging

import attrs
import pytest
from tests.http.stage import Shop

from larabill_core.ids import new_id
from larabill_provisioning.credentials.handlers import secrets_of

LIST, PUT = "GET /provision/credentials", "PUT /provision/credentials/{name}"
DELETE = "DELETE /provision/credentials/{name}"
CANARY = "canary-Tok3n-91"


def stored(shop: Shop, name: str) -> dict[str, str]:
    found = shop.market.run(lambda tx: secrets_of(tx, name))
    return {key: secret.reveal() for key, secret in found.items()}


def test_secrets_are_stored_replaced_and_forgotten_and_never_shown(shop: Shop) -> None:
    new = {"driver": "fake", "secrets": {"token": CANARY}}
    first = shop.ask(PUT, shop.staff, new, name="acme-api")
    assert (first.status, CANARY.encode() in first.body) == (200, False)
    second = shop.told(PUT, shop.staff, {"driver": "fake", "secrets": {"token": "other"}}, name="acme-api")
    assert second["secret_version"] == 2
    assert stored(shop, "acme-api") == {"token": "other"}
    (shown,) = shop.told(LIST, shop.staff)["items"]
    assert (shown["name"], shown["driver"], "secrets" in shown) == ("acme-api", "fake", False)
    assert shop.ask(PUT, shop.staff, {"driver": "vps", "secrets": {"a": "b"}}, name="acme-api").status == 409
    shop.told(DELETE, shop.staff, name="acme-api", status=204)
    assert shop.ask(DELETE, shop.staff, name="acme-api").status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"driver": "fake", "secrets": CANARY},
        {"driver": "fake", "secrets": {"token": [CANARY]}},
        {"driver": "fake", "secrets": {"token": CANARY * 2000}},
        {"driver": "fake", "secrets": {CANARY: "x"}},
        {"driver": "fake", "secrets": {}},
        {"driver": "fake", "secrets": {"token": ""}},
        {"driver": "fake", "secret": CANARY, "secrets": {"token": CANARY}},
    ],
)
def test_no_secret_is_in_an_error_or_a_log(shop: Shop, wrong: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = shop.ask(PUT, shop.staff, wrong, name="acme-api")
    assert answer.status == 422
    assert CANARY.encode() not in answer.body
    assert CANARY not in caplog.text


def test_they_are_for_staff_of_their_seller(shop: Shop) -> None:
    new = {"driver": "fake", "secrets": {"token": CANARY}, "scope": "user"}
    shop.told(PUT, shop.staff, new, name="mine")
    assert shop.ask(PUT, shop.me, new, name="theirs").status == 403
    assert shop.ask(LIST, shop.me).status == 403
    colleague = attrs.evolve(shop.staff, id="ops-2")
    assert shop.told(LIST, colleague)["items"] == []
    assert shop.ask(PUT, colleague, new, name="mine").status == 403
    stranger = attrs.evolve(shop.staff, seller_id=new_id())
    assert shop.ask(DELETE, stranger, name="mine").status == 404
