"""What is special to WHM: a no under 200, short names, creates that outlive their caller, owners and locks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import attrs
import httpx
import pytest
from tests.drivers.specs import schema_of

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.inventory import Offer, Quota
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import ProvisionRequest, RemoteStatus, ResourceRequest
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.panels.whm.accounts import CHUNK, name_of
from larabill_drivers.panels.whm.counting import make
from larabill_drivers.panels.whm.fake import LICENCE, RESELLER, ROOT_TOKEN, TOKEN, FakeWhm
from larabill_drivers.panels.whm.fake_shapes import PER_SECOND
from larabill_drivers.panels.whm.settings import WhmConfig, WhmSettings, WhmSpec
from larabill_drivers.testing.caller import Caller
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.faults import What
from larabill_drivers.world.http_api import FakeApi, Reply
from larabill_drivers.world.serving import InProcess

SERVICE = UUID("01890000-0000-7000-8000-00000000000a")
REF = name_of(SERVICE)
DOMAIN = "shop.example.com"
PASSWORD = "conformance-Passw0rd"
CONTACT = Contact(customer_id=UUID(int=7), name="Canary Person", email="canary.person@example.com")
SETTINGS = WhmSettings(
    base_url="https://whm.example.com:2087",
    username=RESELLER,
    token=Secret(TOKEN),
    package_prefix="acme_",
    region="fra",
)
AS_ROOT = attrs.evolve(SETTINGS, username="root", token=Secret(ROOT_TOKEN), owner=RESELLER)
CREATE = "POST /createacct"


class SlowWhm(FakeWhm):
    """A create goes on for minutes."""

    takes = timedelta(minutes=5)


@pytest.fixture
def fake(clock: ManualClock) -> Iterator[FakeWhm]:
    """It holds every request and answer against WHM's description."""
    made = FakeWhm(FakeWorld.open(":memory:"), clock=clock, schema=schema_of("cpanel-whm.json", "/json-api"))
    yield made
    assert [*made.misfits, *made.untrue] == []


class Wire(httpx.BaseTransport):
    """Keeps what was sent, on its way to the fake."""

    def __init__(self, api: FakeApi) -> None:
        self._to, self.sent = InProcess(api), list[httpx.Request]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return self._to.handle_request(request)

    def fields(self, function: str) -> dict[str, str]:
        """The form of the last call of it."""
        request = next(each for each in reversed(self.sent) if each.url.path == f"/json-api/{function}")
        return {name: value[-1] for name, value in parse_qs(request.content.decode()).items()}


def opened(fake: FakeApi, clock: ManualClock, settings: WhmSettings = SETTINGS) -> Any:
    return make(settings, account="main", clock=clock, transport=InProcess(fake))


def wish(**changes: Any) -> ProvisionRequest:
    values: dict[str, Any] = {
        "ref": REF,
        "key": "k1",
        "service_id": SERVICE,
        "plan_code": "small",
        "region": "fra",
        "spec": {"domain": DOMAIN},
        "config": {"package": "small"},
        "contact": CONTACT,
        "password": Secret(PASSWORD),
        "progress": {},
        "save_progress": lambda progress: None,
    }
    return ProvisionRequest(**{**values, **changes})


def about(**changes: Any) -> ResourceRequest:
    values: dict[str, Any] = {
        "ref": REF,
        "key": "k2",
        "service_id": SERVICE,
        "driver_ref": f"{REF}:{DOMAIN}",
        "plan_code": "small",
        "spec": {"domain": DOMAIN},
        "config": {"package": "small"},
    }
    return ResourceRequest(**{**values, **changes})


def put(fake: FakeWhm, *, ref: str = REF, **changes: Any) -> None:
    """An account that stands at the server already."""
    now = fake.clock.now().isoformat()
    body = {
        "status": "active",
        "domain": DOMAIN,
        "owner": RESELLER,
        "plan": "acme_small",
        "email": "",
        "password": "",
        "made_at": now,
        "stands_at": now,
        "locked": False,
        "reason": "not suspended",
    }
    with fake.world.transaction() as tx:
        tx.make("account", account="whm", ref=ref, body={**body, **changes}, id=f"account:{ref}")


def state(fake: FakeWhm) -> Mapping[str, Any]:
    (account,) = fake.things("account")
    body: Mapping[str, Any] = account.body
    return body


def carried(driver: Any, clock: ManualClock, request: ProvisionRequest) -> tuple[Outcome, list[Outcome]]:
    def passing(wait: timedelta) -> None:
        clock.advance(wait)

    caller = Caller(driver, passing)
    return caller.provision(request), caller.outcomes


# Names


def test_a_name_is_of_eight_characters_and_what_the_server_takes() -> None:
    names = [name_of(new_id()) for _ in range(2_000)]
    assert len(set(names)) == len(names)
    for name in names:
        assert len(name) == 8
        assert name.isascii()
        assert name.isalnum()
        assert name == name.lower()
        assert name[0] == "l"


# Creating


def test_passwords_are_in_the_form_and_never_in_the_query(fake: FakeWhm, clock: ManualClock) -> None:
    wire = Wire(fake)
    driver = make(SETTINGS, account="main", clock=clock, transport=wire)
    done = driver.provision(wish())
    assert isinstance(done, Done)
    assert {request.method for request in wire.sent} == {"POST"}
    assert {request.url.query for request in wire.sent} == {b""}
    assert wire.fields("createacct") == {
        "api.version": "1",
        "username": REF,
        "domain": DOMAIN,
        "plan": "acme_small",
        "password": PASSWORD,
        "showpass": "n",
        "contactemail": CONTACT.email,
    }
    assert done.ref == f"{REF}:{DOMAIN}"
    assert done.facts == {
        "user": REF,
        "domain": DOMAIN,
        "ip": "192.0.2.10",
        "login_url": "https://whm.example.com:2083",
    }
    assert not done.secrets


def test_a_create_has_a_deadline_of_its_own(fake: FakeWhm, clock: ManualClock) -> None:
    wire = Wire(fake)
    driver = make(attrs.evolve(SETTINGS, deadline=timedelta(minutes=3)), account="main", clock=clock, transport=wire)
    driver.provision(wish())
    seconds = {request.url.path.rpartition("/")[2]: request.extensions["timeout"]["read"] for request in wire.sent}
    assert 170 < seconds.pop("createacct") <= 180
    assert all(0 < each <= 30 for each in seconds.values())


def test_the_version_is_in_the_query_too_for_servers_that_want_it_there(clock: ManualClock) -> None:
    """Which the description has only for GET."""
    wire = Wire(FakeWhm(FakeWorld.open(":memory:"), clock=clock))
    driver = make(attrs.evolve(SETTINGS, version_in_query=True), account="main", clock=clock, transport=wire)
    assert isinstance(driver.provision(wish()), Done)
    assert {request.url.query for request in wire.sent} == {b"api.version=1"}


def test_a_create_that_outlives_its_caller_is_not_sent_again(clock: ManualClock) -> None:
    """The account shows minutes after the answer was lost; until then nobody says that it failed, or sends another."""
    fake = SlowWhm(FakeWorld.open(":memory:"), clock=clock)
    driver = opened(fake, clock)
    fake.arm(Fault(method="*", what="timeout", when="after"), after=5)
    end, outcomes = carried(driver, clock, wish())
    assert isinstance(end, Done)
    assert fake.counts[CREATE] == 1
    assert {type(each) for each in outcomes[:-1]} == {Unknown}
    assert fake.standing() == [REF]


def test_a_create_that_is_not_seen_for_long_is_sent_again(fake: FakeWhm, clock: ManualClock) -> None:
    fake.arm(Fault(method="*", what="timeout", when="before"), after=5)
    end, outcomes = carried(opened(fake, clock), clock, wish())
    assert isinstance(end, Done)
    assert fake.counts[CREATE] == 2
    assert len(outcomes) > SETTINGS.settling / timedelta(minutes=1)


def test_a_no_leaves_no_waiting_behind(fake: FakeWhm, clock: ManualClock) -> None:
    """Neither a definite refusal nor a request that was never let in may have made something."""
    saved: list[Mapping[str, Any]] = []
    driver = opened(fake, clock)
    for fault in (Fault(method="*", what="inside"), Fault(method="*", what="refused")):
        fake.arm(fault, after=3)
        assert isinstance(driver.provision(wish(save_progress=saved.append)), Failed)
        assert saved[-1] == {}
        assert saved[-2] != {}


def test_what_was_made_and_cannot_be_looked_at_has_not_failed(fake: FakeWhm, clock: ManualClock) -> None:
    """I10: the token lost its rights, or the server its patience, between create and look."""
    whats: tuple[What, ...] = ("refused", "rate_limited", "inside")
    for number, what in enumerate(whats):
        request = wish(ref=name_of(UUID(int=number)), spec={"domain": f"a{number}.example.com"})
        driver = opened(fake, clock)
        fake.arm(Fault(method="*", what=what), after=4)
        outcome = driver.provision(request)
        assert isinstance(outcome, Done if what == "inside" else Unknown), (what, outcome)
        assert isinstance(driver.provision(request), Done)
    assert fake.counts[CREATE] == 3


@pytest.mark.parametrize("changes", [{"domain": "other.example.com"}, {"owner": "root"}, {"status": "suspended"}])
@pytest.mark.parametrize("settings", [SETTINGS, AS_ROOT], ids=["reseller", "root"])
def test_a_name_that_stands_and_is_not_ours_is_not_taken_over(
    fake: FakeWhm, clock: ManualClock, settings: WhmSettings, changes: dict[str, Any]
) -> None:
    put(fake, **changes)
    driver = opened(fake, clock, settings)
    outcome = driver.provision(wish(config={"package": "small"}))
    assert isinstance(outcome, Manual), outcome
    assert DOMAIN not in outcome.reason
    assert len(fake.standing()) == 1


@pytest.mark.parametrize("settings", [SETTINGS, AS_ROOT], ids=["reseller", "root"])
def test_another_owners_account_is_not_found_nor_listed(
    fake: FakeWhm, clock: ManualClock, settings: WhmSettings
) -> None:
    put(fake, owner="root", domain="other.example.com")
    driver = opened(fake, clock, settings)
    assert driver.find(REF) is None
    assert driver.list_resources() == []
    end, _ = carried(driver, clock, wish())
    assert isinstance(end, Manual), end


def test_root_makes_accounts_of_the_owner_in_the_settings(fake: FakeWhm, clock: ManualClock) -> None:
    driver = opened(fake, clock, AS_ROOT)
    assert isinstance(driver.provision(wish()), Done)
    assert state(fake)["owner"] == RESELLER
    assert driver.find(REF).status is RemoteStatus.ACTIVE


def test_a_domain_that_stands_already_is_a_plain_no(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake, ref="somebody", owner="root")
    outcome = opened(fake, clock).provision(wish())
    assert isinstance(outcome, Failed)
    assert not outcome.retryable
    assert "XID" not in outcome.reason
    assert "exists already" in outcome.reason


def test_a_refusal_does_not_repeat_what_is_private(fake: FakeWhm, clock: ManualClock) -> None:
    contact = attrs.evolve(CONTACT, email="canary@invalid.example.com")
    outcome = opened(fake, clock).provision(wish(contact=contact))
    assert isinstance(outcome, Failed)
    assert "canary" not in repr(outcome)


def test_a_package_that_the_token_may_not_use_is_refused_before_anything_is_sent(
    fake: FakeWhm, clock: ManualClock
) -> None:
    driver = opened(fake, clock)
    outcome = driver.provision(wish(config={"package": "default"}))
    assert isinstance(outcome, Failed)
    assert outcome.code == "unknown_package"
    assert fake.counts[CREATE] == 0


def test_every_fault_of_an_order_is_told(fake: FakeWhm, clock: ManualClock) -> None:
    outcome = opened(fake, clock).provision(
        wish(spec={"domain": "www.example.com", "x": 1}, config={"package": "../a"})
    )
    assert isinstance(outcome, Failed)
    assert outcome.code == "bad_plan"
    assert all(place in outcome.reason for place in ("config.package", "spec.domain", "spec.x"))
    assert sum(fake.counts.values()) == 0


def test_another_region_is_refused(fake: FakeWhm, clock: ManualClock) -> None:
    outcome = opened(fake, clock).provision(wish(region="nyc"))
    assert isinstance(outcome, Failed)
    assert outcome.code == "unknown_region"


# Changing


@pytest.mark.parametrize("action", ["suspend", "resume", "resize", "deprovision", "sign_on"])
@pytest.mark.parametrize("changes", [{"domain": "other.example.com"}, {"owner": "root"}])
def test_what_has_become_anothers_is_not_touched(
    fake: FakeWhm, clock: ManualClock, action: str, changes: dict[str, Any]
) -> None:
    put(fake, **changes)
    outcome = getattr(opened(fake, clock, AS_ROOT), action)(about())
    assert isinstance(outcome, Manual), outcome
    assert state(fake)["status"] == "active"


@pytest.mark.parametrize("driver_ref", ["", "42", REF, f"labcdefg:{DOMAIN}", f"{REF}:{DOMAIN}\n", f"{REF}:../x"])
def test_an_id_that_is_none_is_refused(fake: FakeWhm, clock: ManualClock, driver_ref: str) -> None:
    put(fake)
    outcome = opened(fake, clock).deprovision(about(driver_ref=driver_ref))
    assert isinstance(outcome, Failed)
    assert fake.standing() == [REF]


def test_it_is_suspended_with_a_reason_and_without_a_lock(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    assert isinstance(opened(fake, clock).suspend(about()), Done)
    assert (state(fake)["reason"], state(fake)["locked"]) == (SETTINGS.suspend_reason, False)


@pytest.mark.parametrize("settings", [SETTINGS, AS_ROOT], ids=["reseller", "root"])
def test_what_root_has_locked_is_for_root_to_resume(fake: FakeWhm, clock: ManualClock, settings: WhmSettings) -> None:
    put(fake, status="suspended", locked=True)
    assert isinstance(opened(fake, clock, settings).resume(about()), Manual)
    assert state(fake)["status"] == "suspended"


def test_the_domain_is_not_changed_by_a_resize(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    outcome = opened(fake, clock).resize(about(spec={"domain": "new.example.com"}, config={"package": "large"}))
    assert isinstance(outcome, Failed)
    assert state(fake)["plan"] == "acme_small"


@pytest.mark.parametrize(
    ("action", "meanwhile"),
    [
        ("suspend", {"status": "suspended"}),
        ("resume", {"status": "active"}),
        ("resize", {"plan": "acme_large"}),
    ],
)
def test_what_somebody_else_has_done_meanwhile_is_done(
    fake: FakeWhm, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, action: str, meanwhile: dict[str, Any]
) -> None:
    """The server refuses, and a second look says that it is so."""
    put(fake, status="suspended" if action == "resume" else "active")
    function = {"suspend": "suspendacct", "resume": "unsuspendacct", "resize": "changepackage"}[action]

    def refuse(tx: Any, request: Any) -> Reply:
        tx.change(tx.things("account")[0], **meanwhile)
        return Reply(body={"metadata": {"command": function, "reason": "It is so already", "result": 0, "version": 1}})

    monkeypatch.setattr(fake, function, refuse)
    assert isinstance(getattr(opened(fake, clock), action)(about(config={"package": "large"})), Done)


# Entrance


def test_a_link_lets_in_without_a_password(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    outcome = opened(fake, clock).sign_on(about())
    assert isinstance(outcome, Done)
    assert outcome.secrets["url"].reveal().startswith("https://whm.example.com:2083/cpsess")
    assert "cpsess" not in repr(outcome)


@pytest.mark.parametrize(
    "url",
    [
        "http://whm.example.com:2083/x",
        "javascript:alert(1)",
        "https://a@b.example.com/x",
        'https://whm.example.com/"><script>',
        "https://whm.example.com/a b",
        "https://whm.example.com/x\n",
        "",
    ],
)
def test_a_link_that_cannot_be_shown_is_not_shown(
    fake: FakeWhm, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    put(fake)
    real = fake.create_user_session

    def spoilt(tx: Any, request: Any) -> Reply:
        body = real(tx, request).body
        return Reply(body={**body, "data": {**body["data"], "url": url}})

    monkeypatch.setattr(fake, "create_user_session", spoilt)
    outcome = opened(fake, clock).sign_on(about())
    assert isinstance(outcome, Unknown)
    assert "whm" not in outcome.reason


def test_a_password_is_reset(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    assert isinstance(opened(fake, clock).reset_password(about(), Secret("another-Passw0rd")), Done)
    assert state(fake)["password"] == "another-Passw0rd"


def test_a_password_that_is_refused_is_not_repeated(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    outcome = opened(fake, clock).reset_password(about(), Secret("n0x1"))
    assert isinstance(outcome, Failed)
    assert "too weak" in outcome.reason
    assert "n0x1" not in outcome.reason


def test_a_suspended_account_gets_neither_link_nor_password(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake, status="suspended")
    driver = opened(fake, clock)
    for outcome in (driver.sign_on(about()), driver.reset_password(about(), Secret("another-Passw0rd"))):
        assert isinstance(outcome, Failed)
        assert outcome.code == "suspended"


# Figures


def test_traffic_is_of_this_month_and_disk_is_in_bytes(fake: FakeWhm, clock: ManualClock) -> None:
    """The clock shows 31 January, 12:00."""
    put(fake)
    put(fake, ref=f"{REF}x", domain="x.example.com")
    driver = opened(fake, clock)
    clock.advance(timedelta(hours=1))
    traffic, disk = driver.usage(f"{REF}:{DOMAIN}")
    assert (traffic.metric, traffic.kind, traffic.unit) == ("traffic", "counter", "byte")
    assert traffic.value == 3_600 * PER_SECOND
    assert (disk.metric, disk.kind, disk.value) == ("disk", "gauge", Decimal(14 * 1024 * 1024))
    clock.advance(timedelta(hours=12))
    assert driver.usage(f"{REF}:{DOMAIN}")[0].value == 3_600 * PER_SECOND


@pytest.mark.parametrize("driver_ref", [f"{REF}:other.example.com", f"labcdefg:{DOMAIN}", ".*:x", ""])
def test_the_use_of_what_is_not_ours_is_not_told(fake: FakeWhm, clock: ManualClock, driver_ref: str) -> None:
    put(fake)
    with pytest.raises(RetryLater):
        opened(fake, clock).usage(driver_ref)


def test_packages_and_region_are_offered_as_a_plan_names_them(fake: FakeWhm, clock: ManualClock) -> None:
    driver = opened(fake, clock)
    assert driver.plans() == [Offer(code="large", name="acme_large"), Offer(code="small", name="acme_small")]
    assert driver.regions() == [Offer(code="fra", name="fra")]


def test_the_licence_is_told_only_where_the_token_may_ask(fake: FakeWhm, clock: ManualClock) -> None:
    put(fake)
    assert not {"quotas", "capacity"} & capabilities(opened(fake, clock))
    driver = opened(fake, clock, attrs.evolve(SETTINGS, counts_accounts=True))
    assert driver.quotas() == [Quota(name="accounts", used=1, total=LICENCE)]
    assert driver.capacity("small", "fra", {}) == LICENCE - 1


def test_all_accounts_are_listed_chunk_by_chunk(fake: FakeWhm, clock: ManualClock) -> None:
    names = {name_of(new_id()) for _ in range(2 * CHUNK)}
    for number, name in enumerate(names):
        put(fake, ref=name, domain=f"a{number}.example.com")
    put(fake, ref="odd-name_", domain="Odd", owner="root")
    listed = opened(fake, clock).list_resources()
    assert {found.ref for found in listed} == names
    assert len(listed) == len(names)
    assert fake.counts["POST /listaccts"] == 3


# Settings


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"username": "root"}, "owner"),
        ({"username": "a b"}, "username"),
        ({"owner": "root"}, "owner"),
        ({"owner": "A:B"}, "owner"),
        ({"package_prefix": "../"}, "package_prefix"),
        ({"panel_url": "http://panel.example.com"}, "panel_url"),
        ({"suspend_reason": "a\nb"}, "suspend_reason"),
        ({"suspend_reason": ""}, "suspend_reason"),
        ({"deadline": timedelta(minutes=5)}, "deadline"),
        ({"settling": timedelta(minutes=3)}, "settling"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInput, match=place):
        attrs.evolve(SETTINGS, **changes)


def test_plan_and_wish_are_checked() -> None:
    assert WhmSpec(domain="Shop.Example.com").domain == DOMAIN
    assert WhmConfig(package="Business Pro 2.0").package == "Business Pro 2.0"
    for package in ("", "a/b", "a\n", "-a", "x" * 65):
        with pytest.raises(InvalidInput, match="package"):
            WhmConfig(package=package)
    with pytest.raises(InvalidInput, match="www"):
        WhmSpec(domain="www.example.com")
