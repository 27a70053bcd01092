"""Webhooks of gateways and providers at every host: what is genuine counts once, what is not counts never.

How signatures are judged is proved in tests/drivers, what becomes of an event in tests/billing/payments and
tests/provisioning; here, that the bytes and headers reach the judge as they were sent, whatever the host.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.http.doors import FORGERIES, GATEWAY, NO_EVENTS, PROVIDER, Door
from tests.http.estate import Estate, build
from tests.http.hosts import HOSTS
from tests.http.hosts.host import Answer, Host, bearer
from tests.http.test_contract import shape

from larabill_billing.payments.model import Payment, PaymentStatus
from larabill_core.ids import parse_public_id

DOORS: Final = (GATEWAY, PROVIDER)
AGAIN: Final = timedelta(minutes=7)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with build(tmp_path_factory.mktemp("doors")) as estate:
        yield estate


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest, built: Estate) -> Iterator[Host]:
    with HOSTS[request.param](built) as host:
        yield host


@pytest.fixture
def estate(built: Estate) -> Estate:
    """As it was built."""
    built.restore()
    return built


@pytest.fixture(scope="module")
def agreed() -> dict[str, Any]:
    """What the first host answered, which is the dispatcher alone."""
    return {}


@pytest.mark.parametrize("door", DOORS, ids=["gateway", "provider"])
def test_what_is_forged_skewed_or_no_event_is_400_and_changes_nothing(
    door: Door, host: Host, estate: Estate, agreed: dict[str, Any]
) -> None:
    raw, now = genuine(door, estate), estate.engine.clock.now()
    before = contents(estate)
    forged = {name: forge(door, raw, now) for name, forge in FORGERIES.items()}
    forged |= {name: ([door.signature(body, now)], body) for name, body in NO_EVENTS.items()}
    answers = {name: host.send("POST", door.path, headers, body) for name, (headers, body) in forged.items()}
    assert {name: said(answer) for name, answer in answers.items()} == dict.fromkeys(forged, (400, "unverified"))
    assert contents(estate) == before
    shapes = {name: shape(answer) for name, answer in answers.items()}
    assert shapes == agreed.setdefault(door.account, shapes)
    assert door.tell(host, raw, now).status == 200, "the genuine one is believed after all that"


@pytest.mark.parametrize("door", DOORS, ids=["gateway", "provider"])
def test_a_genuine_event_takes_effect_once_however_often_it_comes(door: Door, host: Host, estate: Estate) -> None:
    clock = estate.market.clock
    raw, sent = genuine(door, estate), clock.now()
    before, first = contents(estate), door.tell(host, raw, sent)
    assert (first.status, first.data) == (200, TAKEN[door.account])
    assert contents(estate) != before
    after = contents(estate)
    again = [door.tell(host, raw, sent) for _ in range(3)]
    for _ in range(3):  # minutes apart, each time signed anew
        clock.advance(AGAIN)
        again.append(door.tell(host, raw, clock.now()))
    again.append(door.tell(host, changed(raw), clock.now()))
    assert {(answer.status, str(answer.data)) for answer in again} == {(200, str(REPEATED[door.account]))}
    assert said(door.tell(host, raw, sent)) == (400, "unverified"), "the same bytes, too late (B13)"
    assert contents(estate) == after
    assert estate.market.violations() == []


def test_a_genuine_payment_for_something_else_pays_nothing(host: Host, estate: Estate) -> None:
    payment, other, now = checkout(estate), checkout(estate), estate.engine.clock.now()
    told = {}
    for name, wrong in WRONG_TARGETS.items():
        claim = claim_of(payment, **(wrong if "document" not in wrong else {"invoice": other.document}))
        answer = GATEWAY.tell(host, GATEWAY.event("payment.captured", claim), now)
        told[name] = (answer.status, answer.data["status"])
        assert stored(estate, payment).status is PaymentStatus.CREATED, name
    assert told == {name: (200, "waiting" if "ref" in wrong else "unmatched") for name, wrong in WRONG_TARGETS.items()}
    paid = GATEWAY.event("payment.captured", claim_of(payment, transaction="tr_1"))
    assert GATEWAY.tell(host, paid, now).data == TAKEN["blind"]
    twice = GATEWAY.event("payment.captured", claim_of(other, transaction="tr_1"))
    assert GATEWAY.tell(host, twice, now).data == {"status": "unmatched", "duplicate": False}
    assert stored(estate, other).status is PaymentStatus.CREATED, "one transaction pays one payment"
    assert estate.market.violations() == []


def test_nobody_learns_by_asking_which_accounts_there_are(host: Host, estate: Estate) -> None:
    """Unknown, of the other door, or without webhooks: the same words (B15, B37)."""
    doors = {"payments": ("nope", "acme"), "provision": ("nope", "blind")}
    for door, names in doors.items():
        answers = [host.send("POST", f"/{door}/webhooks/{name}", (), b"{}") for name in names]
        assert {said(answer) for answer in answers} == {(404, "not-found")}
        details = {answer.data["detail"].replace(name, "X") for name, answer in zip(names, answers, strict=True)}
        assert len(details) == 1
    ordering = [("Content-Type", "application/json"), ("Idempotency-Key", "k"), *bearer(host, "customer")]
    path = f"/invoices/{estate.things['invoice']}/checkout"
    unknown = host.send("POST", path, ordering, b'{"account": "nope"}')
    assert said(unknown) == (404, "not-found")
    assert b"acme" not in unknown.body


TAKEN: Final[dict[str, Any]] = {
    "blind": {"status": "applied", "duplicate": False},
    "acme": {"result": "checking"},
}
REPEATED: Final[dict[str, Any]] = {
    "blind": {"status": "applied", "duplicate": True},
    "acme": {"result": "duplicate"},
}
WRONG_TARGETS: Final[dict[str, dict[str, Any]]] = {
    "B12 less": {"amount": "0.01"},
    "B12 more": {"amount": "1000.00"},
    "B08 no number": {"amount": "NaN"},
    "B12 no amount": {"amount": None},
    "B10 another currency": {"currency": "SEK"},
    "B10 in lower case": {"currency": "eur"},
    "B12 another invoice": {"document": ""},
    "B12 no invoice": {"invoice": None},
    "B12 no transaction": {"transaction": None},
    "B12 another reference": {"ref": "lb_" + "0" * 32},
    "B51 an unknown state": {"state": "succeeded!"},
}


def checkout(estate: Estate) -> Payment:
    """A payment that waits for the gateway's word."""
    market = estate.market
    invoice = market.place().invoice_id
    assert invoice is not None
    payment: Payment = estate.engine.billing.payments.open_checkout(market.seller, invoice, "blind")
    return payment


def claim_of(payment: Payment, **changes: Any) -> dict[str, Any]:
    """What the gateway says of it when everything fits."""
    fits = {
        "ref": payment.ref,
        "state": "captured",
        "transaction": f"tr_{payment.id.hex}",
        "amount": str(payment.amount),
        "currency": payment.currency,
        "invoice": payment.document,
    }
    return {**fits, **changes}


def genuine(door: Door, estate: Estate) -> bytes:
    """An event that has an effect."""
    if door is GATEWAY:
        return door.event("payment.captured", claim_of(checkout(estate)))
    id = parse_public_id(estate.things["resource"], "res", "resource")
    ref = estate.market.run(lambda tx: tx.provisioning.resources.get(id)).ref
    return door.event("resource.active", {"ref": ref, "state": "active"})


def changed(raw: bytes) -> bytes:
    """The same event with another word in it."""
    return raw.replace(b'"type": "', b'"type": "x.')


def stored(estate: Estate, payment: Payment) -> Payment:
    found: Payment = estate.market.run(lambda tx: tx.billing.payments.get(payment.id))
    return found


def contents(estate: Estate) -> dict[str, list[Any]]:
    """All rows of the database, but for the list of what was refused."""
    with sqlite3.connect(estate.file) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    database.close()
    return {name: found for name, found in rows.items() if name != "larabill_webhook_rejects"}


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.data.get("code", "")
