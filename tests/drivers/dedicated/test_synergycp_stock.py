"""Servers are taken from an inventory that others take from too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.drivers.asking import resource_request
from tests.drivers.dedicated.synergycp_panel import (
    CONFIG,
    CONTACT,
    REF,
    Between,
    built,
    change,
    opened,
    request,
    sell,
    server_of,
)

from larabill_core.contracts.outcome import Done, Failed, Manual, Unknown
from larabill_core.errors import RetryLater
from larabill_core.testing.clock import ManualClock
from larabill_drivers.dedicated.synergycp.fake import SMALL, FakeSynergyCp
from larabill_drivers.testing.caller import Caller
from larabill_drivers.world import Fault

# Stock


def test_no_stock_waits_and_is_served_when_there_is_some(panel: FakeSynergyCp, clock: ManualClock) -> None:
    """Never a lost payment: a failure that passes, and nothing is begun meanwhile."""
    for number in range(1, 5):
        sell(panel, number)
    driver, waits = opened(panel, look_again=timedelta(hours=6)), list[timedelta]()
    saved: list[Mapping[str, Any]] = []
    end = driver.provision(request(saved))
    assert isinstance(end, Failed)
    assert (end.retryable, end.code, end.retry_after) == (True, "no_capacity", timedelta(hours=6))
    assert (saved, panel.things("client")) == ([], [])

    def wait(for_: timedelta) -> None:
        waits.append(for_)
        if len(waits) == 3:
            with panel.world.transaction() as tx:
                panel.add_server(tx, SMALL)

    assert isinstance(Caller(driver, wait).provision(request()), Done)
    assert waits == [timedelta(hours=6)] * 3


def test_no_addresses_are_no_stock_either(panel: FakeSynergyCp) -> None:
    for number in range(1, 6):
        change(panel, "entity", number, server=99)
    end = opened(panel).provision(request())
    assert isinstance(end, Failed)
    assert (end.retryable, end.code) == (True, "no_capacity")
    assert panel.counts["POST /server/provision"] == 0


def test_addresses_that_run_out_meanwhile_are_waited_for(panel: FakeSynergyCp) -> None:
    def take_all() -> None:
        for number in range(1, 6):
            change(panel, "entity", number, server=99)

    end = opened(panel, Between(panel, "POST /server/provision", take_all)).provision(request())
    assert isinstance(end, Failed)
    assert (end.retryable, end.code) == (True, "no_capacity")


def test_of_servers_that_others_take_meanwhile_the_next_is_taken(panel: FakeSynergyCp) -> None:
    others = iter(range(1, 5))
    saved: list[Mapping[str, Any]] = []
    transport = Between(panel, "POST /server/provision", lambda: sell(panel, next(others)), times=2)
    end = opened(panel, transport).provision(request(saved))
    assert isinstance(end, Done)
    assert end.ref == "3"
    assert saved[-1] == {"client": 1, "server": 3}
    assert server_of(panel, 1)["billing_id"] == server_of(panel, 2)["billing_id"] == "4711"


def test_it_does_not_run_after_servers_for_ever(panel: FakeSynergyCp) -> None:
    with panel.world.transaction() as tx:
        for _ in range(6):
            panel.add_server(tx, SMALL)
    others = iter([1, 2, 3, 4, 6, 7, 8, 9, 10, 11])
    saved: list[Mapping[str, Any]] = []
    transport = Between(panel, "POST /server/provision", lambda: sell(panel, next(others)), times=100)
    end = opened(panel, transport).provision(request(saved))
    assert isinstance(end, Failed)
    assert (end.retryable, end.code) == (True, "no_capacity")
    assert panel.counts["POST /server/provision"] == 5
    assert saved[-1] == {"client": 1}


def test_a_panel_that_does_not_filter_gives_nobody_somebodys_machine(panel: FakeSynergyCp) -> None:
    for number in (1, 2, 3):
        sell(panel, number)
    sell(panel, 4, ref=None)
    panel.ignores = frozenset({"available"})
    end = opened(panel).provision(request())
    assert isinstance(end, Failed)
    assert end.code == "no_capacity"
    assert panel.counts["POST /server/provision"] == 0


# After an answer that was lost


def test_the_same_server_is_asked_for_again(panel: FakeSynergyCp) -> None:
    """Also when another one is free and stands before it."""
    sell(panel, 1)
    panel.arm(Fault(method="*", what="timeout", when="before"), after=6)
    saved: list[Mapping[str, Any]] = []
    driver = opened(panel)
    assert isinstance(driver.provision(request(saved)), Unknown)
    assert saved[-1] == {"client": 1, "server": 2}
    change(panel, "server", 1, client=None, billing_id=None)
    with panel.world.transaction() as tx:
        tx.remove(tx.things("access")[0])
    end = driver.provision(request(progress=saved[-1]))
    assert isinstance(end, Done)
    assert end.ref == "2"


def test_a_server_that_others_took_meanwhile_is_given_up(panel: FakeSynergyCp) -> None:
    sell(panel, 1)
    end = opened(panel).provision(request(progress={"server": 1}))
    assert isinstance(end, Done)
    assert end.ref == "2"


def test_a_server_that_may_become_ours_yet_is_waited_for(panel: FakeSynergyCp) -> None:
    """Neither free nor anybody's: asking for another could build twice, asking for it could wipe somebody's."""
    sell(panel, 1, ref=None)
    end = opened(panel).provision(request(progress={"client": 1, "server": 1}))
    assert isinstance(end, Unknown)
    assert panel.counts["POST /server/provision"] == 0


def test_what_becomes_ours_while_we_ask_again_is_ours(panel: FakeSynergyCp) -> None:
    """The panel is slow: the request that was lost takes effect just before the next, which it therefore refuses."""
    transport = Between(panel, "POST /server/provision", lambda: sell(panel, 1, ref=REF))
    end = opened(panel, transport).provision(request(progress={"client": 1, "server": 1}))
    assert isinstance(end, Done)
    assert end.ref == "1"
    assert panel.standing() == [REF]


def test_a_repeated_create_makes_nothing_more(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    assert driver.provision(request()).ref == driver.provision(request()).ref == "1"
    assert panel.standing() == [REF]


def test_two_servers_with_our_ref_go_to_a_person(panel: FakeSynergyCp) -> None:
    for number in (1, 2):
        sell(panel, number, ref=REF)
    driver = opened(panel, wipe=True)
    resource = resource_request(REF, "1")
    for end in (driver.provision(request()), driver.suspend(resource), driver.deprovision(resource)):
        assert isinstance(end, Manual), end
    with pytest.raises(RetryLater, match="several"):
        driver.find(REF)


def test_a_refusal_for_another_reason_is_for_good(panel: FakeSynergyCp) -> None:
    saved: list[Mapping[str, Any]] = []
    end = opened(panel).provision(request(saved, config={**CONFIG, "image": "OS-OLD"}))
    assert end == Failed(
        reason="the panel answered 400: The selected pxe profile billing is invalid.", retryable=False, code="400"
    )
    assert saved[-1] == {"client": 1}


# Clients


def test_a_clients_address_is_not_repeated(panel: FakeSynergyCp) -> None:
    """I12. And the client of that address is not taken: it may be somebody else's."""
    with panel.world.transaction() as tx:
        panel._make(tx, "client", {"email": CONTACT.email, "billing_id": "77", "is_vip": False})
    end = opened(panel).provision(request())
    assert isinstance(end, Failed)
    assert not end.retryable
    assert end.reason == "the panel answered 400: The email [redacted] has already been taken."
    assert panel.standing() == []


def test_a_customers_servers_have_one_client(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    built(driver)
    other = attrs.evolve(request(), ref=f"lb-{UUID(int=2).hex}")
    assert isinstance(driver.provision(other), Done)
    [client] = panel.things("client")
    assert client.body["billing_id"] == f"lb-{CONTACT.customer_id.hex}"
    assert "password" not in client.body


def test_a_new_name_and_address_are_told(panel: FakeSynergyCp) -> None:
    driver = opened(panel)
    resource = built(driver)
    assert driver.change_contact(resource, attrs.evolve(CONTACT, name="Mono", email="new@example.com")) == Done(ref="1")
    [client] = panel.things("client")
    assert [client.body[name] for name in ("email", "first", "last")] == ["new@example.com", "Mono", "-"]
    unknown = attrs.evolve(CONTACT, customer_id=UUID(int=5))
    assert driver.change_contact(resource, unknown) == Failed(
        reason="the panel has no such client", retryable=False, code="not_found"
    )
