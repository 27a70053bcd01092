"""Power over HTTP: customers switch their own, where the driver can, and nothing that does not run."""

from __future__ import annotations

from tests.http.stage import Shop, res

from larabill_drivers.world import Fault

SEE, DO = "GET /provision/resources/{resource}/power", "POST /provision/resources/{resource}/power"


def test_a_customer_stops_and_starts_their_own(shop: Shop) -> None:
    resource = shop.running()
    assert shop.told(SEE, shop.me, resource=res(resource)) == {"power": "on", "busy": False}
    task = shop.told(DO, shop.me, {"action": "stop"}, resource=res(resource), status=202)
    assert (task["action"], task["status"]) == ("stop", "intended")
    assert shop.told(SEE, shop.me, resource=res(resource)) == {"power": "on", "busy": True}
    shop.market.work()
    assert shop.told(SEE, shop.me, resource=res(resource)) == {"power": "off", "busy": False}
    assert shop.resource(resource.id).status == "active"
    shop.told(DO, shop.staff, {"action": "start"}, resource=res(resource), status=202)
    shop.market.work()
    assert shop.told(SEE, shop.me, resource=res(resource))["power"] == "on"
    tasks = shop.told("GET /provision/resources/{resource}/tasks", shop.staff, resource=res(resource))["items"]
    assert [(each["action"], each["status"]) for each in tasks[1:]] == [("stop", "done"), ("start", "done")]
    assert shop.told("POST /verify", shop.staff)["violations"] == []


def test_a_double_click_restarts_once(shop: Shop) -> None:
    resource = shop.running()
    key = {"idempotency-key": "click-1"}
    first = shop.ask(DO, shop.me, {"action": "restart"}, resource=res(resource), headers=key)
    second = shop.ask(DO, shop.me, {"action": "restart"}, resource=res(resource), headers=key)
    assert (first.status, second.status, first.body) == (202, 202, second.body)
    assert shop.ask(DO, shop.me, {"action": "restart"}, resource=res(resource)).status == 409
    shop.market.work()
    assert len(shop.world.resources(resource.ref)[0].body["restarts"]) == 1


def test_a_lost_answer_is_asked_for_under_the_same_key(shop: Shop) -> None:
    resource = shop.running()
    shop.world.script(Fault(method="restart", what="cut", when="after"))
    shop.told(DO, shop.me, {"action": "restart"}, resource=res(resource), status=202)
    shop.market.go(days=1)
    assert len(shop.world.calls("restart", resource.ref)) > 2
    assert len(shop.world.resources(resource.ref)[0].body["restarts"]) == 1


def test_what_is_suspended_is_not_switched_and_the_wish_is_withdrawn(shop: Shop) -> None:
    resource = shop.running()
    shop.told(DO, shop.me, {"action": "restart"}, resource=res(resource), status=202)
    shop.told("POST /provision/resources/{resource}/suspend", shop.staff, resource=res(resource))
    shop.market.work()
    assert shop.resource(resource.id).status == "suspended"
    assert shop.world.calls("restart", resource.ref) == []
    assert shop.ask(DO, shop.me, {"action": "start"}, resource=res(resource)).status == 409


def test_a_definite_refusal_ends_it_and_leaves_the_service_running(shop: Shop) -> None:
    resource = shop.running()
    shop.world.script(Fault(method="stop", what="refused"))
    shop.told(DO, shop.me, {"action": "stop"}, resource=res(resource), status=202)
    shop.market.work()
    assert shop.resource(resource.id).status == "active"
    trail = shop.told("GET /provision/resources/{resource}/audit", shop.staff, resource=res(resource))["items"]
    assert trail[-1]["action"] == "stop_failed"
    assert shop.told("POST /verify", shop.staff)["violations"] == []


def test_a_driver_that_cannot_is_a_conflict(shop: Shop) -> None:
    resource = shop.running("server")
    assert resource.status == "active"
    assert shop.ask(DO, shop.me, {"action": "stop"}, resource=res(resource)).status == 409
    assert shop.ask(SEE, shop.me, resource=res(resource)).status == 409


def test_nobody_switches_what_is_anothers(shop: Shop) -> None:
    resource = shop.running()
    assert shop.ask(DO, shop.other, {"action": "stop"}, resource=res(resource)).status == 404
    assert shop.ask(SEE, shop.other, resource=res(resource)).status == 404
    assert shop.ask(DO, shop.me, {"action": "explode"}, resource=res(resource)).status == 422


def test_a_provider_that_does_not_answer_is_tried_later(shop: Shop) -> None:
    resource = shop.running()
    shop.world.script(Fault(method="power_state", what="timeout"))
    assert shop.ask(SEE, shop.me, resource=res(resource)).status == 503
