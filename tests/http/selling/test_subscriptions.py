"""Agreements over HTTP: what a customer may change, what only staff may, and whose they are."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from tests.billing.market import Market
from tests.http.selling.desk import Desk, cus, customer_of, pointers, said, staff_with

from larabill_core.ids import new_id, public_id

S = "/subscriptions/{subscription}"


@attrs.frozen
class Running:
    """A paid agreement: its public id, and its only item's."""

    id: str
    item: str
    version: int


@pytest.fixture
def web(market: Market, me: Desk) -> Running:
    return running(market, me)


def running(market: Market, who: Desk, **more: Any) -> Running:
    found = who.get(S, subscription=public_id("sub", market.subscription(market.pay_order(**more)).id))
    return Running(found["id"], found["items"][0]["id"], found["version"])


def change(who: Desk, of: Running, kind: str, status: int = 200, when: str = "now", **more: Any) -> Any:
    version = who.get(S, subscription=of.id)["version"]
    body = {"change": {"kind": kind, **more}, "when": when}
    return who.post(f"{S}/changes", body, status=status, version=version, subscription=of.id)


def preview(who: Desk, of: Running, kind: str, status: int = 200, when: str = "now", **more: Any) -> Any:
    body = {"change": {"kind": kind, **more}, "when": when}
    return who.post(f"{S}/preview", body, status=status, subscription=of.id)


def act(who: Desk, of: Running, verb: str, body: Any = None, status: int = 200) -> Any:
    version = who.get(S, subscription=of.id)["version"]
    return who.post(f"{S}/{verb}", body, status=status, version=version, subscription=of.id)


def test_a_preview_is_what_the_change_costs_and_changes_nothing(me: Desk, web: Running) -> None:
    before = me.get(S, subscription=web.id)
    shown = preview(me, web, "change_item", item=web.item, quantity=3)
    assert me.get(S, subscription=web.id) == before
    changed = change(me, web, "change_item", item=web.item, quantity=3)
    assert changed["items"][0]["quantity"] == 3
    newest = me.get("/invoices", query="sort=-created")["items"][0]
    assert newest["total"] == shown["document"]["total"]


def test_every_kind_of_change_is_carried_out(me: Desk, staff: Desk, web: Running) -> None:
    assert change(me, web, "change_cycle", cycle="annual")["cycle"] == "annual"
    added = change(me, web, "add_item", plan_code="web", region="us", name="second")
    (second,) = [item["id"] for item in added["items"] if item["id"] != web.item]
    assert len(change(me, web, "remove_item", item=second)["items"]) == 1
    assert change(me, web, "pause", unused="forfeit")["status"] == "paused"
    assert change(me, web, "resume")["status"] == "active"
    assert change(staff, web, "migrate")["status"] == "active"
    assert act(me, web, "cancel", {"when": "now"})["status"] == "ended"
    assert change(me, web, "reactivate")["status"] == "active"


def test_a_price_is_agreed_on_by_staff_only(me: Desk, staff: Desk, web: Running) -> None:
    at: dict[str, Any] = {"item": web.item, "unit_price": "0.01"}
    assert pointers(change(me, web, "change_item", 422, **at)) == {"/change/unit_price"}
    assert pointers(preview(me, web, "change_item", 422, **at)) == {"/change/unit_price"}
    assert pointers(change(me, web, "change_item", 422, item=web.item, plan_price=True)) == {"/change/plan_price"}
    assert pointers(change(me, web, "migrate", 422)) == {"/change/kind"}
    assert change(staff, web, "change_item", **at)["items"][0]["unit_price"] == "0.01"


def test_a_price_is_a_plain_number_that_is_not_negative(staff: Desk, web: Running) -> None:
    wrong = ("-1", "NaN", "Infinity", "1e3", "1_000", "١٢", " 1", "+1", "01", "0." + "0" * 12 + "1", "9" * 16)
    for price in (*wrong, 1, 0.5, True, ["1"]):
        problem = change(staff, web, "change_item", 422, item=web.item, unit_price=price)
        assert pointers(problem) == {"/change/unit_price"}, price


def test_a_price_that_no_document_could_hold_is_refused_before_it_is_agreed_on(staff: Desk, web: Running) -> None:
    for more in ({"unit_price": "999999999999999.99"}, {"unit_price": "1000000000", "quantity": 1000}):
        for ask in (preview, change):
            assert pointers(ask(staff, web, "change_item", 422, item=web.item, **more)) == {"/change/unit_price"}
    assert change(staff, web, "change_item", item=web.item, unit_price="999999999999.99")["version"]


def test_a_change_says_no_more_than_what_it_knows(staff: Desk, web: Running) -> None:
    for field in ("price", "amount", "total", "discount", "currency", "customer", "id", "__class__"):
        assert pointers(change(staff, web, "change_item", 422, item=web.item, **{field: "1"})) == {f"/change/{field}"}
    for quantity in (-1, 0, 0.5, 2**63, "1", True):
        wrong = change(staff, web, "change_item", 422, item=web.item, quantity=quantity)
        assert pointers(wrong) == {"/change/quantity"}
    assert pointers(change(staff, web, "burn", 422)) == {"/change"}


def test_faults_lie_where_the_body_has_them(me: Desk, web: Running) -> None:
    nil = public_id("itm", new_id())
    assert pointers(change(me, web, "change_item", 422, item=nil)) == {"/change/item"}
    assert pointers(change(me, web, "change_item", 422, item="itm_1")) == {"/change/item"}
    wrong = change(me, web, "add_item", 422, plan_code="web", region="moon", spec={"colour": "red"})
    assert pointers(wrong) == {"/change/region", "/change/spec/colour"}
    assert pointers(change(me, web, "change_cycle", 422, cycle="hourly")) == {"/change/cycle"}
    for when in ("2020-01-01", "2026-13-01", "9999-12-31"):
        assert pointers(change(me, web, "pause", 422, when=when)) == {"/when"}


def test_an_item_of_another_agreement_is_not_changed(me: Desk, web: Running, market: Market) -> None:
    second = running(market, me)
    assert pointers(change(me, web, "change_item", 422, item=second.item, quantity=2)) == {"/change/item"}


def test_a_change_is_made_by_who_has_seen_the_present_version(me: Desk, web: Running) -> None:
    body = {"change": {"kind": "change_item", "item": web.item, "quantity": 2}}
    said(me.ask("POST", f"{S}/changes", body, subscription=web.id), 428)
    me.post(f"{S}/changes", body, version=web.version, subscription=web.id)
    me.post(f"{S}/changes", body, version=web.version, status=412, subscription=web.id)


def test_an_agreement_of_somebody_else_is_not_there(me: Desk, other: Desk, web: Running, market: Market) -> None:
    at: dict[str, Any] = {"subscription": web.id}
    one = {"kind": "change_item", "item": web.item, "quantity": 2}
    other.get(S, status=404, **at)
    other.get(f"{S}/changes", status=404, **at)
    other.post(f"{S}/preview", {"change": one}, status=404, **at)
    other.post(f"{S}/changes", {"change": one}, status=404, version=web.version, **at)
    other.post(f"{S}/cancel", {"when": "now"}, status=404, version=web.version, **at)
    other.post(f"{S}/withdraw-cancellation", status=404, version=web.version, **at)
    other.get("/subscriptions", query=f"customer={cus(market)}", status=404)
    other.get("/services", query=f"customer={cus(market)}", status=404)
    assert other.get("/subscriptions")["items"] == other.get("/services")["items"] == []
    (service,) = me.get("/services")["items"]
    other.get("/services/{service}", status=404, service=service["id"])
    assert me.get("/services/{service}", service=service["id"]) == service
    change(me, web, "change_item", item=web.item, quantity=2, when="period_end")
    (scheduled,) = me.get(f"{S}/changes", **at)["items"]
    path = "/scheduled-changes/{scheduled_change}"
    said(other.ask("DELETE", path, scheduled_change=scheduled["id"]), 404)


def test_a_change_that_is_to_come_can_be_withdrawn(me: Desk, web: Running) -> None:
    change(me, web, "change_item", item=web.item, quantity=2, when="period_end")
    (scheduled,) = me.get(f"{S}/changes", subscription=web.id)["items"]
    assert scheduled["change"] == {
        "kind": "change_item",
        "item": web.item,
        "quantity": 2,
        "plan_code": None,
        "spec": None,
        "unit_price": None,
        "plan_price": False,
    }
    path, at = "/scheduled-changes/{scheduled_change}", {"scheduled_change": scheduled["id"]}
    assert said(me.ask("DELETE", path, **at), 200)["status"] == "withdrawn"
    said(me.ask("DELETE", path, **at), 409)
    assert me.get(f"{S}/changes", subscription=web.id)["items"] == []


def test_what_staff_put_down_is_not_withdrawn_by_the_customer(me: Desk, staff: Desk, web: Running) -> None:
    change(staff, web, "change_item", item=web.item, unit_price="9.00", when="period_end")
    (scheduled,) = me.get(f"{S}/changes", subscription=web.id)["items"]
    path, at = "/scheduled-changes/{scheduled_change}", {"scheduled_change": scheduled["id"]}
    said(me.ask("DELETE", path, **at), 409)
    assert said(staff.ask("DELETE", path, **at), 200)["status"] == "withdrawn"


def test_a_cancellation_is_withdrawn_by_who_may(me: Desk, staff: Desk, web: Running) -> None:
    assert act(me, web, "cancel", {"when": "period_end"})["end_on"] is not None
    assert act(me, web, "withdraw-cancellation")["end_on"] is None
    act(staff, web, "cancel", {"when": "period_end", "reason": "abuse"})
    act(me, web, "withdraw-cancellation", status=409)
    assert act(staff, web, "withdraw-cancellation")["end_on"] is None


def test_what_staff_ended_is_not_reactivated_by_the_customer(me: Desk, staff: Desk, web: Running) -> None:
    act(staff, web, "cancel", {"when": "now", "reason": "abuse"})
    change(me, web, "reactivate", 409)
    assert change(staff, web, "reactivate")["status"] == "active"


def test_compensation_is_for_staff_to_give(me: Desk, staff: Desk, web: Running, market: Market) -> None:
    body = {"when": "now", "compensation": "credit"}
    assert pointers(act(me, web, "cancel", body, status=422)) == {"/compensation"}
    assert pointers(preview(me, web, "cancel", 422, compensation="refund")) == {"/change/compensation"}
    assert act(staff, web, "cancel", body)["status"] == "ended"
    market.work()
    assert market.credit() > 0


def test_terms_are_broken_only_by_who_may(me: Desk, staff: Desk, market: Market) -> None:
    server = running(market, me, plan_code="server", region="")
    body = {"when": "now", "reason": "moved away"}
    act(me, server, "cancel", body, status=409)
    act(staff, server, "cancel", body, status=409)
    at: dict[str, Any] = {"subscription": server.id, "version": server.version}
    me.post(f"{S}/end", body, status=403, **at)
    staff_with(staff.api, market, "subscriptions.cancel", "subscriptions.write").post(
        f"{S}/end", body, status=403, **at
    )
    assert act(staff, server, "end", body)["status"] == "ended"


def test_a_hold_is_released_by_staff(me: Desk, staff: Desk, web: Running) -> None:
    at: dict[str, Any] = {"subscription": web.id, "version": web.version}
    me.post(f"{S}/release-hold", status=403, **at)
    staff.post(f"{S}/release-hold", status=409, **at)


def test_why_a_renewal_is_held_is_for_staff(me: Desk, staff: Desk, web: Running) -> None:
    assert me.get(S, subscription=web.id)["held_reason"] is None
    assert staff.get(S, subscription=web.id)["held_reason"] == ""


def test_lists_of_agreements_and_services_run_both_ways(me: Desk, market: Market) -> None:
    for path in ("/subscriptions", "/services"):
        for _ in range(2):
            market.place()
        forwards = [each["id"] for each in me.get(path, query="limit=100")["items"]]
        assert [each["id"] for each in me.get(path, query="limit=100&sort=-created")["items"]] == forwards[::-1]
        page = me.get(path, query=f"limit=1&sort=-created&after={forwards[-1]}")
        assert [each["id"] for each in page["items"]] == [forwards[-2]]
        me.get(path, query="sort=status", status=422)


def test_an_end_that_is_not_for_a_customer_of_the_same_id_elsewhere(me: Desk, web: Running, market: Market) -> None:
    stranger = Desk(me.api, attrs.evolve(customer_of(market), seller_id=new_id()))
    stranger.get(S, status=404, subscription=web.id)
