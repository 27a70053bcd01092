"""Resources over HTTP: who sees what, and what staff may do."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
import sqlalchemy as sa
from tests.http.stage import Shop, res

from larabill_core.ids import new_id, public_id
from larabill_sqlalchemy.core.requests import ANSWERS
from larabill_sqlalchemy.opening import database_of

LIST, ONE = "GET /provision/resources", "GET /provision/resources/{resource}"
DO = "POST /provision/resources/{resource}"
END = "DELETE /provision/resources/{resource}"


def test_a_customer_sees_their_own_without_what_is_for_staff(shop: Shop) -> None:
    resource = shop.running()
    seen = shop.told(ONE, shop.me, resource=res(resource))
    assert (seen["status"], seen["internals"], seen["access"]) == ("active", None, True)
    assert seen["facts"]["login_url"].startswith("https://")
    assert [each["id"] for each in shop.told(LIST, shop.me)["items"]] == [res(resource)]
    internals = shop.told(ONE, shop.staff, resource=res(resource))["internals"]
    assert (internals["account"], internals["driver_ref"]) == ("acme", resource.driver_ref)


def test_another_customer_sees_nothing_of_it(shop: Shop) -> None:
    resource = shop.running()
    assert shop.ask(ONE, shop.other, resource=res(resource)).status == 404
    assert shop.told(LIST, shop.other)["items"] == []
    named = f"customer={public_id('cus', shop.market.customer)}"
    assert shop.ask(LIST, shop.other, query=named).status == 404
    assert shop.ask(f"{DO}/reveal", shop.other, resource=res(resource)).status == 404


def test_a_list_is_filtered_and_paged(shop: Shop) -> None:
    first, second = shop.running(), shop.running("free")
    assert [each["id"] for each in shop.told(LIST, shop.staff, query="status=failed")["items"]] == [res(second)]
    page = shop.told(LIST, shop.staff, query="limit=1&sort=-created")
    assert [each["id"] for each in page["items"]] == [res(second)]
    after = shop.told(LIST, shop.staff, query=f"limit=1&sort=-created&after={page['next']}")
    assert [each["id"] for each in after["items"]] == [res(first)]
    assert shop.told(LIST, shop.staff, query=f"customer={public_id('cus', new_id())}")["items"] == []


@pytest.mark.parametrize("what", ["suspend", "resume", "retry"])
def test_customers_command_nothing(shop: Shop, what: str) -> None:
    assert shop.ask(f"{DO}/{what}", shop.me, resource=res(shop.running())).status == 403


def test_staff_suspend_and_resume_and_both_are_in_the_trail(shop: Shop) -> None:
    resource = shop.running()
    assert shop.told(f"{DO}/suspend", shop.staff, resource=res(resource))["suspended_by_staff"]
    shop.market.work()
    assert shop.told(ONE, shop.me, resource=res(resource))["status"] == "suspended"
    (service,) = shop.market.run(lambda tx: tx.billing.services.for_order(resource.order_id))
    assert (service.status, service.suspended_by_staff) == ("suspended", True)
    shop.market.clock.advance(timedelta(hours=2))
    assert shop.market.violations() == []
    shop.told(f"{DO}/resume", shop.staff, resource=res(resource))
    shop.market.work()
    assert shop.told(ONE, shop.staff, resource=res(resource))["status"] == "active"
    assert shop.ask(f"{DO}/resume", shop.staff, resource=res(resource)).status == 409
    trail = shop.told("GET /provision/resources/{resource}/audit", shop.staff, resource=res(resource))["items"]
    assert ("staff:ops-1", "suspend_by_staff") in {(line["actor"], line["action"]) for line in trail}
    tasks = shop.told("GET /provision/resources/{resource}/tasks", shop.staff, resource=res(resource))["items"]
    assert [(task["action"], task["status"]) for task in tasks] == [
        ("provision", "done"),
        ("suspend", "done"),
        ("resume", "done"),
    ]


def test_an_end_needs_the_version_that_was_seen_and_a_day(shop: Shop) -> None:
    resource = shop.running()
    day = "destroy_at=2026-03-01T00:00:00Z"
    mine = {"if-match": f'"{resource.version}"'}
    assert shop.ask(END, shop.staff, resource=res(resource), query=day).status == 428
    assert shop.ask(END, shop.staff, resource=res(resource), query=day, headers={"if-match": '"0"'}).status == 412
    assert shop.ask(END, shop.staff, resource=res(resource), headers=mine).status == 422
    for wrong in ("tomorrow", "2026-03-01T00:00:00", "9999-12-31T23:59:59-12:00", "2040-01-01T00:00:00Z"):
        query = f"destroy_at={wrong}"
        assert shop.ask(END, shop.staff, resource=res(resource), query=query, headers=mine).status == 422
    ended = shop.told(END, shop.staff, resource=res(resource), query=day, headers=mine)
    assert (ended["desired"], ended["destroy_at"]) == ("gone", "2026-03-01T00:00:00Z")
    shop.market.work()
    assert shop.resource(resource.id).status == "suspended"
    shop.market.go(days=40)
    assert shop.resource(resource.id).status == "deprovisioned"
    assert shop.world.resources(resource.ref) == []


def test_staff_resize_at_the_same_account(shop: Shop) -> None:
    resource = shop.running()
    mine = {"if-match": f'"{resource.version}"'}
    call = f"{DO}/resize"
    changed = shop.told(call, shop.staff, {"plan": "web", "spec": {"disk": 20}}, resource=res(resource), headers=mine)
    assert changed["internals"]["spec"] == {"disk": 20}
    shop.market.work()
    (thing,) = shop.world.resources(resource.ref)
    assert thing.body["spec"] == {"disk": "20"}
    stale = shop.ask(call, shop.staff, {"plan": "web"}, resource=res(resource), headers=mine)
    assert stale.status == 412
    now = {"if-match": f'"{shop.resource(resource.id).version}"'}
    assert shop.ask(call, shop.staff, {"plan": "none"}, resource=res(resource), headers=now).status == 409
    for spec in ({"disk": 1.5}, {"disk": None}, {"a\nb": 1}, {"a": "\x00"}, {"a": 2**60}):
        wrong = shop.ask(call, shop.staff, {"plan": "web", "spec": spec}, resource=res(resource), headers=now)
        assert wrong.status == 422
    surrogate = shop.ask(
        call,
        shop.staff,
        resource=res(resource),
        raw=b'{"plan": "web", "spec": {"a": "\\ud800"}}',
        headers={**now, "content-type": "application/json"},
    )
    assert surrogate.status == 422


def test_an_order_is_kicked_and_given_up(shop: Shop) -> None:
    resource = shop.running("free")
    order = public_id("ord", resource.order_id)
    assert resource.status == "failed"
    found = shop.told("POST /provision/orders/{order}/kick", shop.staff, order=order)
    assert [each["status"] for each in found["resources"]] == ["queued"]
    shop.market.work()
    failed = shop.resource(resource.id)
    assert failed.status == "failed"
    assert shop.ask("POST /provision/orders/{order}/kick", shop.me, order=order).status == 403
    unknown = shop.ask("POST /provision/orders/{order}/kick", shop.staff, order=public_id("ord", new_id()))
    assert unknown.status == 404
    assert shop.told(f"{DO}/retry", shop.staff, resource=res(resource))["status"] == "queued"
    shop.market.work()
    mine = {"if-match": f'"{shop.resource(resource.id).version}"'}
    shop.told(f"{DO}/abandon", shop.staff, {"remedy": "credit"}, resource=res(resource), headers=mine)
    shop.market.work()
    assert shop.resource(resource.id).status == "deprovisioned"


def test_what_failed_is_adopted_when_the_provider_knows_it(shop: Shop) -> None:
    resource = shop.running("free")
    call = f"{DO}/adopt"
    assert shop.ask(call, shop.staff, {"driver_ref": "invented"}, resource=res(resource)).status == 409
    with shop.world.transaction() as tx:
        made = tx.make("resource", account="acme", ref=resource.ref, key="", body={"status": "active"})
    adopted = shop.told(call, shop.staff, {"driver_ref": made.id}, resource=res(resource))
    assert (adopted["status"], adopted["internals"]["driver_ref"]) == ("active", made.id)


def test_the_access_details_are_shown_once_and_kept_nowhere(shop: Shop) -> None:
    resource = shop.running()
    shown = shop.told(f"{DO}/reveal", shop.me, resource=res(resource))
    assert set(shown["secrets"]) == {"password", "console_token"}
    with database_of(shop.market.engine).connect() as connection:
        kept = b"".join(connection.scalars(sa.select(ANSWERS.c.body)))
    assert [name for name, secret in shown["secrets"].items() if secret.encode() in kept] == []
    assert shop.ask(f"{DO}/reveal", shop.me, resource=res(resource)).status == 409
    assert shop.told(ONE, shop.me, resource=res(resource))["access"] is False
    again = shop.running()
    assert shop.ask(f"{DO}/reveal", shop.staff, resource=res(again)).status == 403


def test_another_sellers_staff_find_nothing(shop: Shop) -> None:
    resource = shop.running()
    stranger = attrs.evolve(shop.staff, seller_id=new_id())
    assert shop.ask(ONE, stranger, resource=res(resource)).status == 404
    assert shop.ask(f"{DO}/suspend", stranger, resource=res(resource)).status == 404
    order = public_id("ord", resource.order_id)
    assert shop.ask("POST /provision/orders/{order}/kick", stranger, order=order).status == 404
