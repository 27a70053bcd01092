"""A gateway's webhooks through an application: at once, in any order, too early (F06, F07, F08).

What becomes of each is proved without a host beside; here, that nothing between the socket and the dispatcher (threads,
transactions, sessions of the host) makes two of one, loses one, or answers a genuine one with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier
from typing import Any, Final, TypeAlias

import attrs
import httpx
import pytest
from msgspec import to_builtins
from tests.billing.shop import SECRET
from tests.http.hosts import HOSTS
from tests.http.hosts.host import Host
from tests.http.money.desk import Desk
from tests.http.money.test_webhooks import checkout, claim
from tests.http.serving import listening

from larabill_billing.payments.handlers import open_checkout
from larabill_billing.payments.wire import payment_out
from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.ids import parse_public_id
from larabill_core.privacy import Secret
from larabill_drivers.world import FakeWorld

Sent: TypeAlias = tuple[Mapping[str, str], bytes]

TYPES: Final = ("payment.succeeded", "payment.captured", "payment_intent.succeeded", "invoice.paid")
"""What a gateway may send about one payment: two that we take for it, two that we take for something else."""
COPIES: Final = 4
ROUNDS: Final = 2
ORDERS: Final = 4
OF_THE_DISPUTE: Final = {1, 2}
"""Which of the gateway's words are about the dispute, and not about the payment."""

on_servers = pytest.mark.parametrize(
    ("database_kind", "name"), [("mariadb", "flask"), ("postgresql", "fastapi")], indirect=["database_kind"]
)
in_any_order = pytest.mark.parametrize(
    ("database_kind", "name"), [("sqlite", "alone"), ("sqlite", "django")], indirect=["database_kind"]
)


@attrs.frozen(kw_only=True)
class Premises:
    """Nobody logs in."""

    engine: Engine
    tokens: Mapping[str, str] = attrs.field(factory=dict)
    logins: Mapping[str, Actor] = attrs.field(factory=dict)


@pytest.fixture
def host(desk: Desk, name: str) -> Iterator[Host]:
    with HOSTS[name](Premises(engine=desk.market.engine)) as host:
        yield host


@on_servers
def test_copies_and_kinds_of_one_payment_at_once_take_effect_once(desk: Desk, host: Host) -> None:
    with listening(host) as url, httpx.Client(base_url=url, trust_env=False) as client:
        for _ in range(ROUNDS):
            payment = checkout(desk)
            events = [desk.webhook(claim(payment), type=type) for type in TYPES]
            answers = at_once([post(client, event) for event in events * COPIES])
            assert {answer.status_code for answer in answers} == {200}
            told = [[each.json() for each in answers[n :: len(events)]] for n in range(len(events))]
            firsts = [[each["status"] for each in copies if not each["duplicate"]] for copies in told]
            assert [len(statuses) for statuses in firsts] == [1] * len(events), "each event is taken once"
            assert sorted(status for (status,) in firsts) == ["applied", "ignored", "ignored", "stale"]
            assert state_of(desk, payment) == ("captured", "paid")
    desk.market.work()
    assert len([each for each in desk.get(desk.ada, "/payments")["items"] if each["status"] == "captured"]) == ROUNDS
    assert desk.market.unfinished() == []
    assert desk.market.violations() == []


@on_servers
def test_a_webhook_that_is_ahead_of_our_commit_is_kept(desk: Desk, host: Host) -> None:
    assert checkout(desk)["status"] == "created"  # the account is known from now on
    invoice = parse_public_id(desk.invoice(), "inv", "invoice")

    def open_and_be_overtaken(tx: Any) -> Any:
        payment = payment_out(open_checkout(tx, invoice, "blind"))
        assert tell(host, "blind", desk.webhook(claim(to_builtins(payment)))) == "waiting"
        return payment

    payment = to_builtins(desk.market.run(open_and_be_overtaken))
    desk.market.go(minutes=5)
    assert state_of(desk, payment) == ("captured", "paid")
    assert desk.market.violations() == []


@on_servers
def test_a_webhook_that_is_ahead_of_the_answer_to_our_call_is_kept(
    desk: Desk, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = desk.market.engine.drivers.get("pay")
    charge, told = driver.charge, []

    def overtaken(request: Any) -> Any:
        outcome = charge(request)
        told.extend(tell(host, "pay", each) for each in announced(desk))
        return outcome

    monkeypatch.setattr(driver, "charge", overtaken)
    payment = desk.paid()
    assert told == ["applied"]
    assert state_of(desk, payment) == ("captured", "paid")
    assert len(desk.get(desk.ada, "/payments")["items"]) == 1
    desk.market.go(minutes=5)
    assert desk.market.unfinished() == []
    assert desk.market.violations() == []


@in_any_order
def test_in_any_order_what_is_paid_stays_paid(desk: Desk, host: Host) -> None:
    """Where the gateway cannot be asked: with copies, and without some of what came before."""
    for events in orders(["pending", "authorised", "captured", "declined", "released"], keep="captured"):
        payment = checkout(desk)
        sent = {state: desk.webhook(claim(payment, state=state)) for state in events}
        seen = []
        for state in events:
            tell(host, "blind", sent[state])
            seen.append(state_of(desk, payment))
        after = seen[events.index("captured") :]
        assert after == [("captured", "paid")] * len(after), events
    assert desk.market.violations() == []


@in_any_order
def test_in_any_order_the_gateways_truth_counts_at_the_first_word_of_it(desk: Desk, host: Host) -> None:
    """A payment that came late, and a dispute that was won; some words are outdated, some were never true."""
    disputed = 0
    for order in orders(range(6), keep=0):
        wanted = {"method": desk.method("pm_slow")}
        payment = desk.do(desk.ada, "POST", "/invoices/{invoice}/pay", wanted, invoice=desk.invoice())
        desk.market.work()
        world = world_of(desk)
        world.settle(payment["reference"])
        world.decide_dispute(world.dispute(payment["reference"]), "won")
        untrue = [claim(payment, state=state) for state in ("declined", "pending", "released")]
        events = [*announced(desk), *(desk.webhook(each, account="pay") for each in untrue)]
        heard = False
        for index in order:
            tell(host, "pay", events[index])
            heard = heard or index not in OF_THE_DISPUTE
            assert state_of(desk, payment) == (("captured", "paid") if heard else ("pending", "issued")), order
        disputed += bool(OF_THE_DISPUTE & set(order))
    desk.market.go(minutes=5)
    disputes = desk.get(desk.staff, "/disputes")["items"]
    assert [dispute["status"] for dispute in disputes] == ["won"] * disputed
    assert desk.market.unfinished() == []
    assert desk.market.violations() == []


def orders(of: Sequence[Any], keep: Any) -> Iterator[list[Any]]:
    """Some orders of these, with copies, and without one or another that is not to be kept; always the same.

    Among them are a dispute whose end is lost, one whose end comes first, and one that comes before its payment.
    """
    random = Random(8)
    for _ in range(ORDERS):
        chosen = [each for each in of if each == keep or random.random() < 0.8]
        chosen += random.choices(chosen, k=2)
        random.shuffle(chosen)
        yield chosen


def announced(desk: Desk) -> list[Sent]:
    """What the pretended gateway has to say, signed."""
    found: list[Sent] = []
    world_of(desk).deliver_webhooks(
        lambda headers, body: found.append((headers, body)),
        secret=Secret(SECRET),
        at=desk.market.clock.now(),
        account="pay",
    )
    return found


def world_of(desk: Desk) -> FakeWorld:
    world: FakeWorld = desk.market.engine.drivers.get("pay").world
    return world


def tell(host: Host, account: str, sent: Sent) -> str:
    """What became of it."""
    headers, body = sent
    answer = host.send("POST", f"/payments/webhooks/{account}", [*headers.items()], body)
    assert answer.status == 200, answer.body
    return str(answer.data["status"])


def post(client: httpx.Client, sent: Sent) -> Callable[[], httpx.Response]:
    headers, body = sent
    return lambda: client.post("/payments/webhooks/blind", headers=dict(headers), content=body)


def at_once(asks: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """What each was answered; all begun at the same moment."""
    barrier = Barrier(len(asks))

    def begin(ask: Callable[[], httpx.Response]) -> httpx.Response:
        barrier.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(begin, asks))


def state_of(desk: Desk, payment: Any) -> tuple[str, str]:
    """Of the payment and of its invoice."""
    payment_id, invoice_id = (
        parse_public_id(payment[key], kind, key) for key, kind in (("id", "pay"), ("invoice", "inv"))
    )

    def read(tx: Any) -> tuple[str, str]:
        return str(tx.billing.payments.get(payment_id).status), str(tx.billing.invoices.state(invoice_id).status)

    return desk.market.run(read)
