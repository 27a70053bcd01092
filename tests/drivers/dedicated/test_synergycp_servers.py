"""Machines are sold again and again: none is touched that is not ours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.dedicated.synergycp_panel import (
    CONFIG,
    REF,
    Between,
    built,
    change,
    opened,
    request,
    sell,
)

from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.contracts.provisioner import RemoteStatus
from larabill_core.errors import RetryLater
from larabill_core.testing.clock import ManualClock
from larabill_drivers.dedicated.synergycp.fake import INSTALLS, WIPES, FakeSynergyCp
from larabill_drivers.world import Fault

# Machines are sold again


def test_a_machine_that_is_somebody_elses_by_now_is_left_alone(panel: FakeSynergyCp) -> None:
    driver = opened(panel, wipe=True)
    resource = built(driver)
    change(panel, "server", 1, billing_id="4711")
    for end in (driver.suspend(resource), driver.resume(resource)):
        assert isinstance(end, Failed), end
        assert end.code == "not_found"
    assert driver.deprovision(resource) == Done(ref="1")
    assert [call for call in panel.asked if call.startswith("PATCH")] == []
    with pytest.raises(RetryLater, match="not ours"):
        driver.usage("1")


def test_our_ref_on_another_machine_goes_to_a_person(panel: FakeSynergyCp) -> None:
    driver = opened(panel, wipe=True)
    resource = attrs.evolve(built(driver), driver_ref="2")
    for end in (driver.suspend(resource), driver.resume(resource), driver.deprovision(resource)):
        assert isinstance(end, Manual), end
    assert [call for call in panel.asked if call.startswith("PATCH")] == []


@pytest.mark.parametrize("filter", ["billing_id", "is_primary"])
def test_a_filter_that_the_panel_does_not_know_changes_nobody_elses(panel: FakeSynergyCp, filter: str) -> None:
    driver = opened(panel, wipe=True)
    resource = built(driver)
    sell(panel, 2)
    with panel.world.transaction() as tx:
        sub = panel.add_access(tx, 1, 7, is_primary=False)
    panel.ignores = frozenset({filter})
    end = driver.suspend(resource)
    if filter == "is_primary":
        assert isinstance(end, Done)
        assert [each.body["is_active"] for each in panel.things("access") if each.id == sub.id] == [True]
        return
    ends: list[Outcome] = [end, driver.deprovision(resource), driver.provision(request())]
    assert all(isinstance(each, Unknown) for each in ends), ends
    with pytest.raises(RetryLater, match="does not filter"):
        driver.find(REF)
    assert [call for call in panel.asked if call.startswith("PATCH")] == []


def test_it_is_looked_at_again_just_before_it_is_wiped(panel: FakeSynergyCp) -> None:
    resource = built(opened(panel))
    transport = Between(panel, r"GET /server/1", lambda: change(panel, "server", 1, billing_id="4711"))
    assert isinstance(opened(panel, transport, wipe=True).deprovision(resource), Manual)
    assert panel.counts["PATCH /server/{id}"] == 0


def test_what_the_list_does_not_show_and_still_stands_is_not_called_gone(panel: FakeSynergyCp) -> None:
    resource = built(opened(panel))
    transport = Between(panel, r"GET /server/1", lambda: change(panel, "server", 1, billing_id=REF))
    change(panel, "server", 1, billing_id="4711")
    assert isinstance(opened(panel, transport, wipe=True).deprovision(resource), Manual)


# Suspending


def test_the_owner_is_suspended_and_by_the_setting_everybody(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    resource = built(driver)
    with panel.world.transaction() as tx:
        panel.add_access(tx, 1, 7, is_primary=False)

    def actives() -> list[bool]:
        return [each.body["is_active"] for each in panel.things("access")]

    assert isinstance(driver.suspend(resource), Done)
    assert actives() == [False, True]
    everybody = opened(panel, suspend_sub_clients=True, suspension_reason="Unpaid")
    assert isinstance(everybody.suspend(resource), Done)
    assert actives() == [False, False]
    assert panel.things("access")[1].body["reason"] == "Unpaid"
    assert isinstance(everybody.resume(resource), Done)
    assert actives() == [True, True]


@pytest.mark.parametrize(("fault", "kind"), [("refused", Manual), ("rate_limited", Unknown), ("timeout", Unknown)])
def test_half_suspended_is_no_failure(panel: FakeSynergyCp, fault: Any, kind: type[Outcome]) -> None:
    """Something has happened. The owner comes last: until then the server does not count as suspended."""
    driver = opened(panel, suspend_sub_clients=True)
    resource = built(driver)
    with panel.world.transaction() as tx:
        panel.add_access(tx, 1, 7, is_primary=False)
    panel.arm(Fault(method="*", what=fault), after=3)
    end = driver.suspend(resource)
    assert isinstance(end, kind), end
    assert driver.find(REF).status is RemoteStatus.ACTIVE
    assert isinstance(driver.suspend(resource), Done)
    assert driver.find(REF).status is RemoteStatus.SUSPENDED


def test_a_protected_client_goes_to_a_person(panel: FakeSynergyCp) -> None:
    driver = opened(panel, wipe=True)
    resource = built(driver)
    change(panel, "client", 1, is_vip=True)
    for end in (driver.suspend(resource), driver.deprovision(resource)):
        assert isinstance(end, Manual), end
        assert "VIP" in end.reason
    assert driver.find(REF).status is RemoteStatus.ACTIVE
    assert panel.standing() == [REF]
    change(panel, "access", 1, is_active=False)
    assert isinstance(driver.resume(resource), Done)


def test_a_server_without_an_owner_goes_to_a_person(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    resource = built(driver)
    change(panel, "access", 1, is_primary=False)
    assert isinstance(driver.suspend(resource), Manual)
    assert driver.find(REF).status is RemoteStatus.SUSPENDED
    assert isinstance(driver.provision(request()), Manual)


# The end


def test_disks_are_wiped_only_where_the_settings_say_so(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    resource = built(driver)
    end = driver.deprovision(resource)
    assert isinstance(end, Manual)
    assert "by hand" in end.reason
    assert panel.standing() == [REF]
    assert opened(panel, wipe=True).deprovision(resource) == Done(ref="1")
    assert panel.standing() == []
    assert driver.deprovision(resource) == Done(ref="1")


def test_a_wiped_machine_is_sold_again_when_it_is_wiped(panel: FakeSynergyCp, clock: ManualClock) -> None:
    driver = opened(panel, wipe=True)
    driver.deprovision(built(driver))
    assert driver.capacity("small", "", CONFIG) == 3
    clock.advance(WIPES)
    assert driver.capacity("small", "", CONFIG) == 4
    other = attrs.evolve(request(), ref=f"lb-{UUID(int=2).hex}")
    assert driver.provision(other).ref == "1"


# Installations


def test_without_the_setting_a_server_is_built_when_it_is_handed_out(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    built(driver)
    assert driver.find(REF).status is RemoteStatus.ACTIVE
    assert driver.provision(request()).facts == {"server": "1", "address": "192.0.2.8/29"}


def test_with_the_setting_it_is_built_when_it_is_installed(panel: FakeSynergyCp, clock: ManualClock) -> None:
    driver = opened(panel, install_field="percent")
    pending = driver.provision(request())
    assert isinstance(pending, Pending)
    assert driver.find(REF).status is RemoteStatus.BUILDING
    assert driver.poll(pending.handle, REF) == pending
    clock.advance(INSTALLS)
    assert isinstance(driver.poll(pending.handle, REF), Done)
    assert driver.find(REF).status is RemoteStatus.ACTIVE
    assert driver.list_resources()[0].driver_ref == "1"


def test_no_install_is_a_state_too(panel: FakeSynergyCp) -> None:
    pending = opened(panel, install_field="percent").provision(request())
    with panel.world.transaction() as tx:
        tx.remove(tx.things("install")[0])
    assert isinstance(opened(panel, install_field="percent").poll(pending.handle, REF), Done)
    strict = opened(panel, install_field="percent", install_done=("100",))
    assert isinstance(strict.poll(pending.handle, REF), Pending)


def test_a_failed_installation_goes_to_a_person(panel: FakeSynergyCp) -> None:
    driver = opened(panel, install_field="percent", install_failed=("0",))
    assert isinstance(driver.provision(request()), Manual)
    with pytest.raises(RetryLater, match="ended as"):
        driver.find(REF)


def test_an_install_without_the_field_is_unknown(panel: FakeSynergyCp) -> None:
    assert isinstance(opened(panel, install_field="step.name").provision(request()), Unknown)


def test_a_poll_never_fails_for_what_it_cannot_see(panel: FakeSynergyCp) -> None:
    driver = opened(panel, install_field="percent")
    pending = driver.provision(request())
    panel.arm(Fault(method="*", what="refused"))
    assert isinstance(driver.poll(pending.handle, REF), Unknown)
    change(panel, "access", 1, is_active=False)
    assert isinstance(driver.poll(pending.handle, REF), Manual)
    change(panel, "server", 1, billing_id="4711")
    assert isinstance(driver.poll(pending.handle, REF), Manual)
