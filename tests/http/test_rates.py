"""How much one may ask, at every host: nobody gets round it, and nobody is held up by others (B36)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import pytest
from tests.http.doors import OTHER_SECRET, Door
from tests.http.estate import Estate, build
from tests.http.furnishing import PAY_SECRET
from tests.http.hosts import HOSTS
from tests.http.hosts.host import ADDRESS, Answer, Headers, Host, bearer

from larabill_core.http.limits import RateLimits

FEW = RateLimits(customer=3, staff=4, anonymous=3, guesses=1)
PAY = Door(account="pay", path="/payments/webhooks/pay", secret=PAY_SECRET)
SPOOFS = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "X-Client-IP", "True-Client-IP")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    with build(tmp_path_factory.mktemp("rates")) as estate:
        basics = attrs.evolve(estate.engine.manifest.basics, rate_limits=FEW)
        estate.engine.manifest = attrs.evolve(estate.engine.manifest, basics=basics)
        yield estate


@pytest.fixture(scope="module", params=HOSTS)
def host(request: pytest.FixtureRequest, estate: Estate) -> Iterator[Host]:
    """Each test asks from addresses, and as principals, of its own."""
    with HOSTS[request.param](estate) as host:
        yield host


def test_an_address_that_is_only_said_is_not_counted(host: Host) -> None:
    told = [look(host, "198.51.100.1", [(name, f"203.0.113.{n}") for name in SPOOFS]) for n in range(4)]
    assert statuses(told) == [200, 200, 200, 429]
    assert int(told[-1].headers["retry-after"]) >= 1
    assert look(host, "198.51.100.2", [(name, "198.51.100.1") for name in SPOOFS]).status == 200


def test_a_subscriber_who_changes_addresses_is_counted_as_one(host: Host) -> None:
    assert statuses([look(host, f"2001:db8:1:2:{n}::1") for n in range(4)]) == [200, 200, 200, 429]
    assert look(host, "2001:db8:1:3::1").status == 200
    assert statuses([look(host, f"::ffff:198.51.100.{n}") for n in (4, 4, 4, 4, 5)]) == [200, 200, 200, 429, 200]


def test_an_account_is_counted_by_itself_wherever_it_asks_from(host: Host) -> None:
    address = "198.51.100.3"
    assert statuses([look(host, address) for _ in range(4)])[-1] == 429
    mine, routes = bearer(host, "customer"), ("/invoices", "/orders", "/payments", "/subscriptions")
    asked = [host.send("GET", path, mine, remote=f"198.51.100.{n}") for n, path in enumerate(routes, 10)]
    assert statuses(asked) == [200, 200, 200, 429]
    assert host.send("GET", "/invoices", bearer(host, "other_customer"), remote=address).status == 200


def test_what_can_be_guessed_is_counted_for_each_account(host: Host, estate: Estate) -> None:
    headers = [*bearer(host, "other_customer"), ("Content-Type", "application/json")]
    body = b'{"currency": "EUR", "items": [{"plan_code": "web", "cycle": "monthly"}], "codes": ["GUESS-%d"]}'
    tried = [host.send("POST", "/orders/preview", headers, body % n, remote=f"192.0.2.{n}") for n in range(2)]
    assert statuses(tried) == [422, 429]
    assert tried[1].headers["ratelimit-policy"].startswith('"guesses"')


def test_a_burst_of_a_gateway_is_heard_also_while_somebody_forges(host: Host, estate: Estate) -> None:
    """From one address, as behind a proxy; of what is forged beyond the limit nothing is kept."""
    estate.restore()
    now = estate.engine.clock.now()

    def hear(secret: str = "") -> Answer:
        raw = PAY.event("account.updated", {})
        return host.send("POST", PAY.path, [PAY.signature(raw, now, secret)], raw)

    assert statuses([hear() for _ in range(5)]) == [200] * 5
    assert statuses([hear(OTHER_SECRET) for _ in range(6)]) == [400, 400, 400, 429, 429, 429]
    assert hear().status == 200
    unknown = host.send("POST", "/payments/webhooks/nope", (), b"{}")
    assert unknown.status == 429, "whoever seeks a door is counted too"
    assert len(estate.market.run(lambda tx: tx.billing.webhooks.rejected())) == FEW.anonymous


def look(host: Host, remote: str = ADDRESS, headers: Headers = ()) -> Answer:
    """Without a login, from there."""
    return host.send("GET", "/health", headers, remote=remote)


def statuses(answers: list[Answer]) -> list[int]:
    return [answer.status for answer in answers]
