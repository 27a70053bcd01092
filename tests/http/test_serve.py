"""`larabill serve`: tokens in place of a host's login (B33, B34, B36)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient
from tests.billing.market import Market

from larabill_billing.customers.model import NewCustomer
from larabill_core.access import Actor
from larabill_core.errors import InvalidInput, NotFound
from larabill_core.http.limits import RateLimits, network_of
from larabill_core.http.tokens import NewToken, create_token, revoke_token
from larabill_core.ids import new_id, public_id
from larabill_core.ports.tokens import Token
from larabill_core.privacy import redact_text
from larabill_fastapi.serving import make_app
from larabill_sqlalchemy.billing.customers import CUSTOMERS, WORDS

CLERK = Actor(kind="staff", id="console", roles=("operator",))


def make(market: Market, **changes: Any) -> tuple[Token, str]:
    values: dict[str, Any] = {
        "name": "mine",
        "roles": ("operator",),
        "seller_id": market.seller,
        "customer_id": None,
        "valid_for": timedelta(days=90),
    }
    return market.engine.run(lambda tx: create_token(tx, NewToken(**{**values, **changes})), actor=CLERK)


def join(market: Market) -> UUID:
    """One more customer."""
    new = NewCustomer(name="Bob", email="bob@example.com", country="DE")
    return market.engine.billing.customers.create(market.seller, new).id


def erase(market: Market, customer: UUID) -> None:
    """The rows are gone: who bought nothing may be deleted."""
    for table, id in ((WORDS, WORDS.c.customer_id), (CUSTOMERS, CUSTOMERS.c.id)):
        gone = sa.delete(table).where(table.c.seller_id == market.seller, id == customer)
        market.run(lambda tx, gone=gone: tx.connection.execute(gone))


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


@pytest.fixture
def client(market: Market) -> Iterator[TestClient]:
    with TestClient(make_app(market.engine, worker=False), client=("203.0.113.7", 50000)) as client:
        yield client


def test_a_token_stands_for_its_customer_or_for_staff(client: TestClient, market: Market) -> None:
    market.pay_order()
    other = make(market, roles=("customer",), customer_id=join(market))[1]
    mine = make(market, roles=("customer",), customer_id=market.customer)[1]
    staff = make(market)[1]
    unbound = make(market, seller_id=None)[1]
    counts = [
        len(client.get("/invoices", headers=bearer(each)).json()["items"]) for each in (other, mine, staff, unbound)
    ]
    assert counts == [0, 1, 1, 1]


def test_a_role_without_the_ability_is_refused(client: TestClient, market: Market) -> None:
    assert "trainee" not in market.engine.access.roles
    with pytest.raises(InvalidInput, match="trainee"):
        make(market, roles=("trainee",))


def test_wrong_expired_and_revoked_tokens_and_those_of_nobody_are_answered_alike(
    client: TestClient, market: Market
) -> None:
    token, text = make(market)
    customer = join(market)
    bobs = make(market, roles=("customer",), customer_id=customer)[1]
    assert {client.get("/invoices", headers=bearer(each)).status_code for each in (text, bobs)} == {200}
    market.engine.run(lambda tx: revoke_token(tx, token.id), actor=CLERK)
    erase(market, customer)
    expiring = make(market, valid_for=timedelta(days=1))[1]
    assert client.get("/invoices", headers=bearer(expiring)).status_code == 200
    market.clock.set(market.clock.now() + timedelta(days=1))
    answers = [
        client.get("/invoices", headers=headers)
        for headers in (
            {},
            bearer(text),
            bearer(bobs),
            bearer(expiring),
            bearer("lbt_" + "A" * 43),
            bearer(text.swapcase()),
            bearer(""),
            {"authorization": b"Bearer \xe9"},
            {"authorization": f"Basic {text}"},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert all(body == bodies[0] for body in bodies)


def test_guessing_is_limited_by_address_and_holds_up_nobody_else(market: Market) -> None:
    text = make(market)[1]
    app = make_app(market.engine, worker=False)
    with TestClient(app, client=("2001:db8:1:2::7", 50000)) as thief:
        wrong = RateLimits().guesses
        tries = [thief.get("/invoices", headers=bearer(f"lbt_{number}")) for number in range(wrong + 2)]
        assert [each.status_code for each in tries] == [401] * wrong + [429, 429]
        assert tries[-1].headers["content-type"] == "application/problem+json"
        assert int(tries[-1].headers["retry-after"]) > 0
        assert thief.get("/invoices", headers=bearer(text)).status_code == 200
    with TestClient(app, client=("2001:db8:1:2:ffff::9", 50000)) as same_network:
        assert same_network.get("/invoices", headers=bearer("lbt_x")).status_code == 429
    with TestClient(app, client=("2001:db8:1:3::7", 50000)) as other:
        assert other.get("/invoices", headers=bearer("lbt_x")).status_code == 401
        forwarded = {**bearer("lbt_x"), "x-forwarded-for": "2001:db8:1:2::7"}
        assert other.get("/invoices", headers=forwarded).status_code == 401


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_by_what_one_subscriber_has(remote: str, counted: str) -> None:
    assert network_of(remote) == counted


def test_only_the_digest_is_kept(market: Market) -> None:
    token, text = make(market)
    assert len(text) == 47
    kept = market.engine.run(lambda tx: tx.tokens.get(token.id))
    assert kept.digest == hashlib.sha256(text.encode()).hexdigest()
    assert text not in repr(kept) and kept.digest not in repr(kept)
    assert text not in redact_text(f"who sent {text}?")


def test_its_use_is_noted_once_a_minute(client: TestClient, market: Market) -> None:
    token, text = make(market)

    def used() -> Any:
        client.get("/invoices", headers=bearer(text))
        return market.engine.run(lambda tx: tx.tokens.get(token.id)).last_used_at

    first = market.clock.now()
    assert used() == first
    market.clock.set(first + timedelta(seconds=59))
    assert used() == first
    market.clock.set(first + timedelta(seconds=60))
    assert used() == first + timedelta(seconds=60)


def test_all_faults_of_a_new_token_are_told_at_once(market: Market) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(market, roles=(), name="x" * 101, valid_for=timedelta(0), seller_id=None, customer_id=new_id())
    assert [fault.path for fault in refused.value.faults] == ["role", "name", "expires", "seller"]
    with pytest.raises(InvalidInput, match="is not known"):
        make(market, roles=("system",))


def test_making_and_revoking_leave_their_trace(market: Market) -> None:
    token, _ = make(market)
    market.engine.run(lambda tx: revoke_token(tx, token.id), actor=CLERK)
    actions = market.engine.run(lambda tx: tx.actions.page(seller_id=market.seller))
    subject = public_id("tok", token.id)
    assert [(each.actor, each.action, each.subject) for each in actions] == [
        ("staff:console", "create_token", subject),
        ("staff:console", "revoke_token", subject),
    ]
    with pytest.raises(NotFound):
        market.engine.run(lambda tx: revoke_token(tx, new_id()), actor=CLERK)


def test_the_document_is_the_only_page_without_a_token(client: TestClient) -> None:
    assert client.get("/openapi.json").json()["openapi"] == "3.1.0"
    assert [client.get(path).status_code for path in ("/", "/docs", "/redoc")] == [404, 404, 404]


def test_nobody_is_sent_elsewhere(client: TestClient) -> None:
    """Where to would be what the request names as the host (B32, B33)."""
    for path in ("/invoices/", "//invoices", "//evil.test/..", "/payments/webhooks/pay/"):
        answer = client.get(f"http://evil.test{path}", follow_redirects=False)
        assert (answer.status_code, "location" in answer.headers) == (404, False)
