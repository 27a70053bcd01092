"""Staff and billing want different things, in any order: a service runs when both want it to."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.provisioning.scene import STAFF, Scene
from tests.provisioning.stub import TOLD

from larabill_core.published import ServiceActivated, ServiceResumed, ServiceSuspended

STEPS = st.lists(st.sampled_from(["overdue", "paid", "suspend", "resume", "work", "one job"]), max_size=10)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_service_runs_when_billing_and_staff_both_want_it(scene: Scene, steps: list[str]) -> None:
    service = scene.running()
    id = scene.resource(service).id
    staff = scene.engine.provisioning.resources
    owes = held = False
    versions = count(1)
    for step in steps:
        scene.clock.advance(timedelta(seconds=1))
        match step:
            case "overdue":
                owes = True
                scene.overdue(service, next(versions))
            case "paid":
                owes = False
                scene.paid(service)
            case "suspend":
                held = True
                staff.suspend(scene.seller, id, actor=STAFF)
            case "resume" if held:
                held = False
                staff.resume(scene.seller, id, actor=STAFF)
            case "work":
                scene.work()
            case "one job":
                scene.work(1)
    scene.settle(timedelta(minutes=30))
    wanted = "suspended" if owes or held else "active"
    assert (scene.status(service), scene.at_provider(service)) == (wanted, [wanted])
    news = [each for each in TOLD if isinstance(each, ServiceActivated | ServiceResumed | ServiceSuspended)]
    mine = [each for each in news if each.service_id == service]
    last = max(mine, key=lambda each: (each.occurred_at, each.event_id))
    assert isinstance(last, ServiceSuspended) == (wanted == "suspended")
    assert getattr(last, "by_staff", False) == held
    assert scene.violations() == []
