"""The driver `enhance` holds to the contract, whatever the panel does; and to what is special about this panel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.specs import schema_of

from larabill_core.contracts.inventory import Offer, Quota
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed, Manual, Unknown
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.ids import new_id
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.panels.enhance.driver import Enhance, make
from larabill_drivers.panels.enhance.fake import BANDWIDTH, SELLER, STAFF_EMAIL, STAFF_LOGIN, TOKEN, FakeEnhance
from larabill_drivers.panels.enhance.fake_shapes import GROUP
from larabill_drivers.panels.enhance.panel import UNFINISHED
from larabill_drivers.panels.enhance.settings import EnhanceConfig, EnhanceSettings, is_domain
from larabill_drivers.testing.behind_http import ADDRESS, START, BehindHttp
from larabill_drivers.testing.caller import Caller
from larabill_drivers.testing.openapi import OpenApi
from larabill_drivers.testing.provisioner import CONTACT, PASSWORD
from larabill_drivers.world import FakeWorld, Fault
from larabill_drivers.world.serving import InProcess

LOST = Fault(method="*", what="timeout", when="after")
SETTINGS = EnhanceSettings(base_url=ADDRESS, access_token=Secret(TOKEN), organisation=SELLER, regions={"fra": GROUP})


class TestEnhance(BehindHttp):
    """As every driver."""

    fake = FakeEnhance

    @pytest.fixture
    def schema(self) -> OpenApi:
        return schema_of("enhance.json", "/api")


class Shop(TestEnhance):
    """A driver at a panel, and what is asked of it."""

    __test__ = False

    def __init__(self, **changes: Any) -> None:
        self._clock = ManualClock(START)
        self.panel = FakeEnhance(
            FakeWorld.open(":memory:"), clock=self._clock, schema=schema_of("enhance.json", "/api")
        )
        self.driver: Any = self.opened(**changes)

    def opened(self, **changes: Any) -> Enhance:
        settings = attrs.evolve(SETTINGS, **changes)
        return make(settings, account="main", clock=self._clock, transport=InProcess(self.panel))

    def order(self, service: UUID | None = None, **changes: Any) -> Any:
        """One call of `provision`."""
        return self.driver.provision(self.provision_request(self.driver, service or new_id(), **changes))

    def carry_out(self, service: UUID, **changes: Any) -> Any:
        """A create to its end."""

        def wait(for_: timedelta) -> None:
            self._clock.advance(for_)

        caller = Caller(self.driver, wait)
        return caller.provision(self.provision_request(self.driver, service, **changes))

    def ask(self, action: str, service: UUID, built: Done, *more: Any) -> Any:
        return getattr(self.driver, action)(self.resource_request(self.driver, service, built, action), *more)

    def all(self, kind: str) -> list[Any]:
        return self.panel.things(kind)

    def set(self, kind: str, **body: Any) -> None:
        """Somebody changes all of a kind by hand."""
        with self.panel.world.transaction() as tx:
            for thing in tx.things(kind):
                tx.change(thing, **body)

    def armed(self, endpoint: str, fault: Fault, service: UUID, **changes: Any) -> Any:
        """A create where this goes wrong at the first request to `endpoint`."""
        tried = Shop()
        tried.order(service, **{**changes, "save_progress": lambda progress: None})
        self.panel.arm(fault, after=tried.panel.asked.index(endpoint))
        return self.order(service, **changes)


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    assert (made.panel.misfits, made.panel.untrue) == ([], [])


def test_two_services_of_a_customer_share_organisation_login_and_member(shop: Shop) -> None:
    ends = [shop.order(), shop.order()]
    assert all(isinstance(end, Done) for end in ends)
    assert [len(shop.all(kind)) for kind in ("org", "login", "member", "subscription", "website")] == [1, 1, 1, 2, 2]
    [org], [login] = shop.all("org"), shop.all("login")
    assert org.body["name"] == f"lb-{CONTACT.customer_id.hex}"
    assert (login.body["email"], login.body["password"]) == (CONTACT.email, PASSWORD)


def test_a_customer_is_found_behind_many_others(shop: Shop) -> None:
    """All pages are read, and names are compared whole."""
    service = new_id()
    others = [attrs.evolve(CONTACT, customer_id=new_id(), email=f"p{n}@example.com") for n in range(53)]
    for contact in others:
        assert isinstance(shop.order(contact=contact), Done)
    built = shop.order(service)
    assert isinstance(built, Done)
    assert shop.driver.find(shop.driver.ref_for(service)).driver_ref == built.ref
    assert isinstance(shop.order(), Done)
    assert len(shop.all("org")) == 54
    assert len(shop.driver.list_resources()) == 55


def test_the_oldest_of_two_organisations_of_one_name_is_taken(shop: Shop) -> None:
    """Two workers may have made one each at the same moment."""
    name = f"lb-{CONTACT.customer_id.hex}"
    with shop.panel.world.transaction() as tx:
        newer = shop.panel._make(tx, "org", name=name, suspendedBy=None)
        older = shop.panel._make(tx, "org", name=name, suspendedBy=None)
        tx.change(older, createdAt="2025-01-01T00:00:00+00:00")
    built = shop.order()
    assert isinstance(built, Done)
    assert str(built.ref).startswith(older.id)
    assert newer.id not in str(built.ref)


def test_a_deleted_organisation_or_subscription_is_not_there(shop: Shop) -> None:
    service = new_id()
    first = shop.order(service)
    shop.set("subscription", status="deleted")
    assert shop.driver.find(shop.driver.ref_for(service)) is None
    assert shop.driver.list_resources() == []
    assert isinstance(shop.ask("suspend", service, first), Failed)
    assert isinstance(shop.ask("deprovision", service, first), Done)
    shop.set("org", status="deleted")
    shop.set("login", email="gone@example.com")
    assert isinstance(shop.order(), Done)
    assert len(shop.all("org")) == 2


def test_an_unknown_status_is_not_guessed() -> None:
    """A later panel may have one that the schema has not."""
    shop, service = Shop(), new_id()
    built = shop.order(service)
    shop.set("subscription", status="archived")
    assert isinstance(shop.ask("deprovision", service, built), Manual)
    with pytest.raises(RetryLater):
        shop.driver.find(shop.driver.ref_for(service))


# Logins: who else may have one


def test_a_login_that_was_there_before_is_not_taken_over(shop: Shop) -> None:
    """By sign-on and a reset password the customer would get what an administrator may do."""
    contact = attrs.evolve(CONTACT, email=STAFF_EMAIL.upper())
    end = shop.carry_out(new_id(), contact=contact)
    assert isinstance(end, Failed)
    assert (end.code, end.retryable) == ("email_taken", False)
    assert STAFF_EMAIL not in end.reason.lower()
    assert (shop.all("member"), shop.panel.standing()) == ([], [])


def test_a_login_of_the_same_customer_that_is_just_being_made_is_waited_for(shop: Shop) -> None:
    """Another service's create has made the login, and not yet the member."""
    other, service = new_id(), new_id()
    assert isinstance(shop.armed("POST /logins", LOST, other), Unknown)
    first = shop.order(service)
    assert isinstance(first, Failed)
    assert (first.code, first.retryable) == ("email_taken", True)


def test_a_login_whose_answer_was_lost_is_ours(shop: Shop) -> None:
    service = new_id()
    saved: dict[str, Any] = {}
    save = {"save_progress": saved.update}
    assert isinstance(shop.armed("POST /logins", LOST, service, **save), Unknown)
    assert isinstance(shop.order(service, progress=dict(saved)), Done)
    assert len(shop.all("login")) == 1
    assert CONTACT.email not in str(saved)


def test_a_login_that_was_not_sent_may_be_anothers_at_the_next_try(shop: Shop) -> None:
    service = new_id()
    saved: dict[str, Any] = {}
    late = Fault(method="*", what="rate_limited")
    save = {"save_progress": saved.update}
    assert isinstance(shop.armed("POST /logins", late, service, **save), Failed)
    with shop.panel.world.transaction() as tx:
        shop.panel._make(tx, "login", email=CONTACT.email, name="Somebody Else", password="")
    end = shop.order(service, progress=dict(saved))
    assert isinstance(end, Failed)
    assert end.code == "email_taken"


@pytest.mark.parametrize(
    "wrong", [{"email": "no address"}, {"email": "a@b\n.example"}, {"name": " "}, {"name": "a\x00"}]
)
def test_a_contact_that_cannot_be_sent_is_refused(shop: Shop, wrong: dict[str, Any]) -> None:
    end = shop.order(contact=attrs.evolve(CONTACT, **wrong))
    assert isinstance(end, Failed)
    assert end.code == "bad_contact"
    assert isinstance(shop.order(contact=None), Failed)
    assert shop.panel.asked == []


# A create that is half done


def test_an_unfinished_subscription_is_finished_and_not_made_again(shop: Shop) -> None:
    service = new_id()
    ref = shop.driver.ref_for(service)
    assert isinstance(shop.armed("POST /orgs/{org}/websites", LOST, service), Unknown)
    assert shop.panel.standing() == [ref + UNFINISHED]
    assert shop.driver.find(ref) is None
    [listed] = shop.driver.list_resources()
    assert (listed.ref, listed.status) == (ref, RemoteStatus.BUILDING)
    assert isinstance(shop.order(service), Done)
    assert (shop.panel.standing(), len(shop.all("website"))) == ([ref], 1)


def test_a_refused_website_takes_its_subscription_back(shop: Shop) -> None:
    first, second = new_id(), new_id()
    taken = shop.panel.spec(first.int % 10**9)
    assert isinstance(shop.order(first), Done)
    in_org = shop.carry_out(second, spec=taken)
    contact = attrs.evolve(CONTACT, customer_id=new_id(), email="other@example.com")
    elsewhere = shop.carry_out(new_id(), spec=taken, contact=contact)
    for end in (in_org, elsewhere):
        assert isinstance(end, Failed), end
        assert not end.retryable
    assert shop.panel.standing() == [shop.driver.ref_for(first)]


def test_what_is_to_be_taken_back_is_so_in_the_next_try_as_well(shop: Shop) -> None:
    """The answer to taking it back was lost: no other website is tried meanwhile."""
    service = new_id()
    saved: dict[str, Any] = {}
    assert isinstance(shop.order(), Done)
    taken = {"domain": shop.all("website")[0].body["domain"]}
    shop.panel.arm(LOST, after=7)
    request = {"spec": taken, "save_progress": saved.update}
    assert isinstance(shop.order(service, **request), Unknown)
    assert shop.panel.asked[-1] == "DELETE /orgs/{org}/subscriptions/{id}"
    end = shop.order(service, **request, progress=dict(saved))
    assert isinstance(end, Failed)
    assert "another subscription" in end.reason
    assert len(shop.all("subscription")) == 2


def test_without_a_domain_there_is_no_website(shop: Shop) -> None:
    assert isinstance(shop.order(spec={}, config={"plan_id": 1}, region=""), Done)
    assert shop.all("website") == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("example.com", True),
        ("xn--bcher-kva.example", True),
        ("a.b-c.example.co.uk", True),
        ("example", False),
        ("Example.com", False),
        ("exa_mple.com", False),
        ("-a.example.com", False),
        ("example.com.", False),
        ("192.0.2.1", False),
        ("a..com", False),
        ("bücher.example", False),
        ("example.com\n", False),
        ("example.com/../x", False),
        (f"{'a' * 64}.com", False),
        (".".join(["a" * 60] * 5), False),
    ],
)
def test_a_domain_is_one(shop: Shop, text: str, right: bool) -> None:
    assert is_domain(text) is right
    if not right:
        end = shop.order(spec={"domain": text}, config={"plan_id": 0, "php": "8"})
        assert isinstance(end, Failed)
        assert end.code == "bad_plan"
        assert all(field in end.reason for field in ("domain", "plan_id", "php"))
        assert shop.panel.asked == []


# Suspended, resumed, ended


def test_what_is_accepted_is_waited_for(shop: Shop) -> None:
    service = new_id()
    built = shop.order(service)
    pending = shop.ask("suspend", service, built)
    assert pending.poll_after == timedelta(seconds=5)
    ref = shop.driver.ref_for(service)
    assert shop.driver.poll(pending.handle, ref) == pending
    assert isinstance(shop.driver.poll(pending.handle, "lb-another"), Manual)
    shop._clock.advance(timedelta(seconds=5))
    assert isinstance(shop.driver.poll(pending.handle, ref), Done)
    shop.lose(shop.panel, ref)
    assert isinstance(shop.driver.poll(pending.handle, ref), Manual)


def test_a_suspended_organisation_holds_all_that_it_has(shop: Shop) -> None:
    """Somebody had a reason: by default a person must lift it."""
    service = new_id()
    built = shop.order(service)
    shop.set("org", suspendedBy=SELLER)
    assert shop.driver.find(shop.driver.ref_for(service)).status is RemoteStatus.SUSPENDED
    assert isinstance(shop.ask("resume", service, built), Manual)
    assert isinstance(shop.order(), Manual)
    shop.driver = shop.opened(lift_organisation=True)
    assert isinstance(shop.ask("resume", service, built), Done)
    assert shop.driver.find(shop.driver.ref_for(service)).status is RemoteStatus.ACTIVE


def test_an_end_is_soft_unless_the_settings_force_it(shop: Shop) -> None:
    soft, hard = new_id(), new_id()
    assert isinstance(shop.ask("deprovision", soft, shop.order(soft)), Done)
    assert [each.status for each in shop.all("subscription")] == ["deleted"]
    built = shop.order(hard)
    shop.driver = shop.opened(force_deletion=True)
    assert isinstance(shop.ask("deprovision", hard, built), Done)
    assert len(shop.all("subscription")) == 1


def test_a_renamed_subscription_is_not_ended(shop: Shop) -> None:
    service = new_id()
    built = shop.order(service)
    shop.set("subscription", friendlyName="Canary's shop")
    assert isinstance(shop.ask("deprovision", service, built), Manual)
    assert shop.panel.standing() == ["Canary's shop"]


@pytest.mark.parametrize("driver_ref", ["", "1", f"{SELLER}/0", f"{SELLER}/99999999999", f"../{SELLER}/1", "x/1"])
def test_an_id_that_is_none_is_not_sent(shop: Shop, driver_ref: str) -> None:
    assert isinstance(shop.ask("suspend", new_id(), Done(ref=driver_ref)), Failed)
    assert shop.panel.asked == []


# The customer's way in


def test_a_customer_signs_in_and_gets_a_new_password(shop: Shop) -> None:
    service = new_id()
    built = shop.order(service)
    links = [shop.ask("sign_on", service, built).secrets["url"].reveal() for _ in range(2)]
    assert links == [f"{ADDRESS}/login?otp=once-{n}" for n in (1, 2)]
    assert isinstance(shop.ask("reset_password", service, built, Secret("a-new-passw0rd")), Done)
    assert shop.all("login")[0].body["password"] == "a-new-passw0rd"


@pytest.mark.parametrize(
    "changed", [{"login": STAFF_LOGIN}, {"roles": ["SuperAdmin"]}], ids=["one of the staff", "no owner"]
)
def test_nobody_signs_in_as_another(shop: Shop, changed: dict[str, Any]) -> None:
    service = new_id()
    built = shop.order(service)
    shop.set("member", **changed)
    assert isinstance(shop.ask("sign_on", service, built), Manual)
    assert isinstance(shop.ask("reset_password", service, built, Secret("a-new-passw0rd")), Manual)
    assert shop.all("login")[0].body["password"] == PASSWORD


def test_a_link_to_another_host_is_shown_to_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    service = new_id()
    built = shop.order(service)
    shop.driver = shop.opened(sign_on_hosts=("white.example.net",))
    for url, is_fine in [
        ("https://white.example.net/login?otp=1", True),
        ("http://white.example.net/login?otp=1", False),
        ("https://white.example.net@evil.example/", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("https://[", False),
        (f"{ADDRESS}\\@evil.example/", False),
    ]:
        reply = attrs.evolve(shop.panel.no_such_path(), status=201, body=url)
        monkeypatch.setattr(shop.panel, "sso", lambda *_, reply=reply, **__: reply)
        assert isinstance(shop.ask("sign_on", service, built), Done if is_fine else Unknown), url


# What is offered and used


def test_usage_is_in_our_units(shop: Shop) -> None:
    built = shop.order()
    assert shop.driver.usage(built.ref) == [
        Reading(metric="traffic", value=Decimal(BANDWIDTH), unit="byte", kind="counter"),
        Reading(metric="websites", value=Decimal(1), unit="count", kind="gauge"),
        Reading(metric="disk", value=Decimal(2**20), unit="byte", kind="gauge"),
    ]
    shop.set("subscription", status="deleted")
    with pytest.raises(RetryLater):
        shop.driver.usage(built.ref)


def test_offers_and_quotas(shop: Shop) -> None:
    shop.order()
    assert shop.driver.plans()[0] == Offer(code="1", name="Small")
    assert shop.driver.regions() == [Offer(code="fra", name="fra")]
    assert shop.opened(regions={}).regions() == [Offer(code=GROUP, name="Frankfurt")]
    assert shop.driver.quotas() == [
        Quota(name="customers", used=1, total=10),
        Quota(name="diskspace", used=2**20, total=None),
    ]


def test_a_region_is_ours_or_a_server_group(shop: Shop) -> None:
    end = shop.order(region="ams")
    assert isinstance(end, Failed)
    assert end.code == "unknown_region"
    shop.driver = shop.opened(regions={})
    assert isinstance(shop.order(region="ams"), Failed)
    assert isinstance(shop.order(region=GROUP), Done)


def test_capabilities() -> None:
    common = {"provision", "poll", "suspend", "resume", "resize", "deprovision", "sign_on", "reset_password"}
    offers = {"metrics", "inventory", "quotas"}
    assert capabilities(Shop().driver) == common | offers | {"find", "list"}
    assert capabilities(Shop(finds=False).driver) == common | offers


def test_without_find_a_lost_create_is_still_made_once() -> None:
    """It looks among its customer's subscriptions itself."""
    shop, service = Shop(finds=False), new_id()
    path = "POST /orgs/{org}/customers/{customer}/subscriptions"
    assert isinstance(shop.armed(path, LOST, service), Unknown)
    assert isinstance(shop.carry_out(service), Done)
    assert shop.panel.standing() == [shop.driver.ref_for(service)]


def test_settings_are_checked_all_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        EnhanceSettings(
            base_url=ADDRESS,
            access_token=Secret(TOKEN),
            organisation="main",
            regions={"fra": "Frankfurt"},
            sign_on_hosts=("https://x",),
        )
    assert all(word in str(caught.value) for word in ("organisation", "regions.fra", "sign_on_hosts"))
    with pytest.raises(InvalidInput):
        EnhanceConfig(plan_id=2**31)
