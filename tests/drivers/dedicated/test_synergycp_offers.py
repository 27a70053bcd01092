"""What SynergyCP tells, offers and lets a customer choose."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.drivers.asking import one_account
from tests.drivers.dedicated.synergycp_panel import (
    CONFIG,
    REF,
    Saying,
    built,
    change,
    opened,
    request,
    sell,
    server_of,
)

from larabill_core.contracts.inventory import Offer
from larabill_core.contracts.metrics import Reading
from larabill_core.contracts.outcome import Done, Failed
from larabill_core.contracts.provider import capabilities
from larabill_core.errors import InvalidInput, RetryLater
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.dedicated.synergycp.fake import KEY, LARGE, SMALL, FakeSynergyCp
from larabill_drivers.dedicated.synergycp.settings import SynergyCpConfig, SynergyCpSettings, SynergyCpSpec
from larabill_drivers.world.serving import InProcess

# What it tells


@pytest.mark.parametrize(
    ("bits", "value"),
    [(0, "0"), (8, "1"), (9, "1.125"), (10**18 + 1, "125000000000000000.125"), (12.0, "1.5"), (1.5e12, "187500000000")],
)
def test_bits_are_bytes_exactly(panel: FakeSynergyCp, bits: Any, value: str) -> None:
    driver = opened(panel)
    built(driver)
    change(panel, "server", 1, used=bits)
    [reading] = driver.usage("1")
    assert reading == Reading(metric="traffic", value=Decimal(value), unit="byte", kind="counter")


def test_capacity_counts_what_could_be_ordered(panel: FakeSynergyCp) -> None:
    driver = opened(panel, regions={"fra": ("FRA1",), "lon": ("LON1",)})
    assert [driver.capacity("small", region, CONFIG) for region in ("", "fra", "lon")] == [4, 4, 0]
    for number in (1, 2, 3):
        change(panel, "entity", number, server=99)
    assert driver.capacity("small", "", CONFIG) == 2
    assert panel.counts["POST /server/provision"] == 0
    sell(panel, 1)
    panel.ignores = frozenset({"available"})
    assert driver.capacity("small", "", CONFIG) is None
    for region, config in (("mars", CONFIG), ("fra", {"cpu": "CPU-E3"})):
        with pytest.raises(RetryLater):
            driver.capacity("small", region, config)


def test_only_exactly_these_parts_will_do(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    large = {**CONFIG, "cpu": LARGE["cpu"], "memory": LARGE["mem"], "disks": LARGE["disks"], "addons": LARGE["addons"]}
    assert driver.capacity("large", "", large) == 1
    assert driver.capacity("large", "", {**large, "addons": []}) == 0
    assert driver.provision(request(config=large)).ref == "5"


def test_what_can_be_ordered_is_listed(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    assert driver.images() == [
        Offer(code="OS-DEB12", name="Debian 12"),
        Offer(code="OS-WIN22", name="Windows Server 2022"),
    ]
    assert driver.regions() == [Offer(code="FRA1", name="Frankfurt 1")]
    assert opened(panel, regions={"fra": ("FRA1",)}).regions() == [Offer(code="fra", name="fra")]
    assert Offer(code="MEM-32", name="mem: 32 GB") in driver.plans()


def test_all_pages_are_read(panel: FakeSynergyCp) -> None:
    with panel.world.transaction() as tx:
        numbers = [panel.add_server(tx, SMALL).body["number"] for _ in range(60)]
    for number in numbers:
        sell(panel, number, ref=f"lb-{UUID(int=number).hex}")
    sell(panel, 1, ref="4711")
    found = opened(panel).list_resources()
    assert [each.driver_ref for each in found] == [str(number) for number in numbers]


# The way in


def test_signing_on_is_there_only_by_the_setting(panel: FakeSynergyCp) -> None:
    assert "sign_on" not in capabilities(opened(panel))
    driver = opened(panel, sign_on=True)
    assert "sign_on" in capabilities(driver)
    resource = built(driver)
    end = driver.sign_on(resource)
    assert isinstance(end, Done)
    assert end.secrets["url"].reveal() == (
        "https://api.example.com/auth/sso?key=client-key-00000001&view_type=server&view_id=1"
    )
    assert "client-key" not in repr(end)
    assert not end.facts
    assert driver.sign_on(resource).secrets != end.secrets
    change(panel, "server", 1, billing_id="4711")
    assert isinstance(driver.sign_on(resource), Failed)


def test_nobody_signs_on_where_the_panel_does_not_say_as_whom(panel: FakeSynergyCp) -> None:
    driver = opened(panel, sign_on=True)
    resource = built(driver)
    change(panel, "access", 1, client=None)
    assert isinstance(driver.sign_on(resource), Failed)
    assert panel.counts["POST /key"] == 0


# Plans and wishes


def test_a_customer_chooses_from_what_the_plan_allows(panel: FakeSynergyCp) -> None:
    config = {**CONFIG, "choices": {"image": ["OS-WIN22"], "memory": ["MEM-32"], "port_speed": ["PORT-10G"]}}
    spec = {"name": "db-1.example", "image": "OS-WIN22", "port_speed": "PORT-10G"}
    seen: list[httpx.Request] = []

    def answers(asked: httpx.Request) -> httpx.Response:
        seen.append(asked)
        return InProcess(panel).handle_request(asked)

    end = opened(panel, Saying(answers)).provision(request(config=config, spec=spec))
    assert isinstance(end, Done)
    [body] = [asked.read().decode() for asked in seen if asked.url.path == "/server/provision"]
    for text in ('"OS-WIN22"', '"PORT-10G"', '"db-1.example"', f'"{REF}"', '"first-Passw0rd"'):
        assert text in body
    assert server_of(panel, 1)["nickname"] == "db-1.example"


def test_all_that_may_not_be_chosen_is_told_at_once(panel: FakeSynergyCp) -> None:
    config = {**CONFIG, "choices": {"disks": ["SSD-1"]}}
    spec = {"image": "OS-WIN22", "disks": ["SSD-1", "NVME-9"], "bandwidth": "all"}
    end = opened(panel).provision(request(config=config, spec=spec))
    assert isinstance(end, Failed)
    assert (end.code, end.retryable) == ("bad_spec", False)
    for fault in ("spec.image", "spec.disks", "NVME-9", "spec.bandwidth"):
        assert fault in end.reason
    assert panel.asked == []


@pytest.mark.parametrize("name", ["<b>", "a" * 64, "a\nb", "-a", "a;b", "Zo\u0335e"])
def test_names_are_checked(panel: FakeSynergyCp, name: str) -> None:
    end = opened(panel).provision(request(spec={"name": name}))
    assert isinstance(end, Failed)
    assert end.code == "bad_spec"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"config": {"cpu": "CPU-E3"}}, "bad_plan"),
        ({"config": {**CONFIG, "image": " OS "}}, "bad_plan"),
        ({"config": {**CONFIG, "choices": {"cpu": ["X"]}}}, "bad_plan"),
        ({"contact": None}, "no_contact"),
        ({"region": "mars"}, "unknown_region"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_us(panel: FakeSynergyCp, changes: Any, code: str) -> None:
    end = opened(panel, regions={"fra": ("FRA1",)}).provision(request(**changes))
    assert isinstance(end, Failed)
    assert (end.code, end.retryable) == (code, False)
    assert panel.counts["POST /client"] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"look_again": timedelta(0)},
        {"look_again": timedelta(days=2)},
        {"install_field": "a b"},
        {"suspension_reason": ""},
        {"regions": {"fra": ()}},
    ],
)
def test_settings_are_checked(changes: Any) -> None:
    with pytest.raises(InvalidInput, match=next(iter(changes))):
        SynergyCpSettings(base_url="https://api.example.com", api_key=Secret(KEY), **changes)


def test_it_comes_by_the_registry(clock: ManualClock) -> None:
    settings = SynergyCpSettings(base_url="https://api.example.com", api_key=Secret(KEY), sign_on=True)
    driver = one_account("synergycp", settings, clock)
    assert capabilities(driver) == {
        "provision", "find", "poll", "suspend", "resume", "deprovision", "list",
        "sign_on", "change_contact", "metrics", "inventory", "images", "capacity",
    }  # fmt: skip
    assert SynergyCpConfig(**{**CONFIG, "disks": ()}).choices == {}
    assert SynergyCpSpec().name == ""
