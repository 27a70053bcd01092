"""Recording usage: an event counts once, a correction wins, and a batch with a fault changes nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.billing.usage.scene import FEBRUARY, MARCH, Scene, at

from larabill_billing.usage.record import Recorded
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id, public_id


def test_what_was_used_adds_up(scene: Scene) -> None:
    assert scene.record(scene.event("a", "1.5"), scene.event("b", "0.000000000001")) == Recorded(new=2)
    assert scene.total() == Decimal("1.500000000001")


def test_each_meter_counts_in_its_way(scene: Scene) -> None:
    scene.clock.set(at(4))
    scene.record(
        scene.event("p1", 7, "peak"),
        scene.event("p2", 9, "peak"),
        scene.event("p3", 8, "peak"),
        scene.event("s1", 7, "seats", occurred_at=at(3)),
        scene.event("s2", 9, "seats", occurred_at=at(2)),
        scene.event("u1", None, "people", unique_key="ada"),
        scene.event("u2", None, "people", unique_key="Ada"),
        scene.event("u3", None, "people", unique_key="ada"),
    )
    assert [scene.total(meter) for meter in ("peak", "seats", "people")] == [9, 7, 2]


def test_the_same_event_twice_is_one(scene: Scene) -> None:
    scene.record(scene.event("a", 5))
    assert scene.record(scene.event("a", 5), scene.event("b", 1), scene.event("b", "1.0")) == Recorded(new=1, known=2)
    assert scene.record(scene.event("a", 5), scene.event("b", 1)) == Recorded(known=2)
    assert scene.total() == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": Decimal(6)},
        {"occurred_at": at(31, 11, month=1)},
        {"meter": "peak"},
        {"corrects": "x"},
    ],
    ids=str,
)
def test_the_same_id_with_other_content_is_refused_by_its_place(scene: Scene, changes: dict[str, Any]) -> None:
    scene.clock.advance(timedelta(hours=1))
    scene.record(scene.event("x", 1), scene.event("a", 5))
    other = replace(scene.event("a", 5), **changes)
    assert scene.faults(scene.event("b", 1), other) == {"events[1].idempotency_id": "is known with other content"}


def test_the_same_id_with_other_content_in_one_batch_is_refused(scene: Scene) -> None:
    problem = "stands at events[0] with other content"
    assert scene.faults(scene.event("a", 1), scene.event("a", 2)) == {"events[1].idempotency_id": problem}


def test_ids_of_clients_differ_by_case_and_by_seller(scene: Scene) -> None:
    assert scene.record(scene.event("a", 1), scene.event("A", 1)).new == 2
    other = Scene.open(scene.engine, scene.clock)
    assert other.record(other.event("a", 4)).new == 1
    assert (scene.total(), other.total()) == (2, 4)


def test_a_correction_takes_the_place_of_its_event(scene: Scene) -> None:
    scene.record(scene.event("a", 5), scene.event("b", 1))
    scene.record(scene.event("a2", "4.5", corrects="a"))
    assert scene.total() == Decimal("5.5")
    scene.record(scene.event("a3", None, corrects="a2"))
    assert scene.total() == 1
    assert scene.count() == 4


def test_only_a_correction_may_be_negative(scene: Scene) -> None:
    assert scene.faults(scene.event("a", -1)) == {"events[0].quantity": "is negative"}
    scene.record(scene.event("a", 1), scene.event("b", -1, corrects="a"))
    assert scene.total() == -1


def test_an_event_is_corrected_once(scene: Scene) -> None:
    scene.record(scene.event("a", 5), scene.event("b", 6, corrects="a"))
    with pytest.raises(InvalidInput, match=r"events\[0\].corrects: is corrected already .*; correct b"):
        scene.record(scene.event("c", 7, corrects="a"))
    twice = (scene.event("d", 1), scene.event("e", 2, corrects="d"), scene.event("f", 3, corrects="d"))
    assert scene.faults(*twice) == {"events[2].corrects": "is corrected already"}
    assert scene.record(scene.event("b", 6, corrects="a")) == Recorded(known=1)


def test_a_correction_follows_its_event_and_is_of_its_kind(scene: Scene) -> None:
    nothing = "names no event that is recorded or stands before it"
    other, _ = scene.subscribe("metered")
    scene.record(scene.event("a", 5))
    assert scene.faults(
        scene.event("n", 1, corrects="none"),
        scene.event("b", 1, corrects="c"),
        scene.event("c", 1),
        scene.event("d", 1, corrects="d"),
        scene.event("m", 1, "peak", corrects="a"),
        scene.event("o", 1, subscription_id=other, corrects="a"),
    ) == {
        "events[0].corrects": nothing,
        "events[1].corrects": nothing,
        "events[3].corrects": nothing,
        "events[4].meter": "is not that of the event that it corrects",
        "events[5].subscription_id": "is not that of the event that it corrects",
    }


def test_every_fault_of_a_batch_is_told_and_nothing_is_recorded(scene: Scene) -> None:
    ended, _ = scene.subscribe("metered")
    scene.engine.billing.subscriptions.cancel(scene.seller, ended, "now", force=True)
    two, items = scene.subscribe("metered", "plain")
    unknown = new_id()
    now = scene.clock.now()
    found = scene.faults(
        scene.event("good", 1),
        scene.event("m", 1, "nothing"),
        scene.event("s", 1, subscription_id=unknown),
        scene.event("e", 1, subscription_id=ended),
        scene.event("i", 1, subscription_item_id=items[0]),
        scene.event("two", 1, subscription_id=two),
        scene.event("early", 1, occurred_at=now - timedelta(days=1)),
        scene.event("future", 1, occurred_at=now + timedelta(minutes=5, seconds=1)),
        scene.event("none"),
        scene.event("key", 1, unique_key="x"),
        scene.event("people", 1, "people"),
        {"idempotency_id": "bad id", "subscription_id": "nothing", "quantity": "1e3", "when": 1, "meter": "x"},
        "nonsense",
    )
    assert found == {
        "events[1].meter": "is not a meter of this seller",
        "events[2].subscription_id": "is not a subscription",
        "events[3].occurred_at": "is after the subscription ended",
        "events[4].subscription_item_id": "is not an item of this subscription, or is over",
        "events[5].subscription_item_id": "is missing: the subscription has 2 items",
        "events[6].occurred_at": "is before the subscription began",
        "events[7].occurred_at": "lies in the future",
        "events[8].quantity": "is missing",
        "events[9].unique_key": "has no meaning here",
        "events[10].quantity": "has no meaning here",
        "events[10].unique_key": "is missing",
        "events[11].when": "is not known",
        "events[11].idempotency_id": "is not a client's id",
        "events[11].subscription_id": "is not a UUID",
        "events[11].quantity": "is not a plain decimal number",
        "events[11].occurred_at": "is missing",
        "line 13": found["line 13"],
    }
    assert found["line 13"].startswith("is not JSON")


@pytest.mark.parametrize("quantity", ["1e15", "0.0000000000001", "NaN", "Infinity", "-Infinity"])
def test_a_quantity_beyond_the_limits_is_refused(scene: Scene, quantity: str) -> None:
    assert list(scene.faults(scene.event("a", quantity))) == ["events[0].quantity"]


@pytest.mark.parametrize("quantity", [0.5, True, "1,5", " 1", "+1", "1_000", "٣", b"1"])
def test_a_quantity_of_another_kind_is_refused(scene: Scene, quantity: Any) -> None:
    event = replace(scene.event("a"), quantity=quantity)
    assert list(scene.faults(event)) == ["events[0].quantity"]
    plain = {"idempotency_id": "a", "subscription_id": str(scene.subscription), "meter": "traffic"}
    assert list(scene.faults({**plain, "quantity": quantity, "occurred_at": "2026-01-31T12:00:00Z"})) == [
        "events[0].quantity"
    ]


@pytest.mark.parametrize("id", ["", "a b", "a ", "é", "a\n", "x" * 129, 5])
def test_an_id_that_a_database_might_take_for_another_is_refused(scene: Scene, id: Any) -> None:
    scene.record(scene.event("x" * 128, 1))
    assert scene.faults(scene.event(id, 1)) == {"events[0].idempotency_id": "is not a client's id"}
    assert list(scene.faults(scene.event("b", 1, corrects=id or ""))) == ["events[0].corrects"]


def test_the_largest_and_smallest_quantities_are_exact(scene: Scene) -> None:
    scene.record(scene.event("a", "999999999999999.999999999999"), scene.event("b", "0.000000000001"))
    assert scene.total() == Decimal(10) ** 15


def test_clocks_may_be_five_minutes_ahead(scene: Scene) -> None:
    scene.record(scene.event("a", 1, occurred_at=scene.clock.now() + timedelta(minutes=5)))
    assert scene.total() == 1


def test_an_event_without_an_item_is_of_the_only_one(scene: Scene) -> None:
    two, [metered, plain] = scene.subscribe("metered", "plain")
    scene.record(scene.event("a", 1), scene.event("b", 2, subscription_id=two, subscription_item_id=plain))
    assert scene.total() == 1
    assert scene.total(subscription=two, item=plain) == 2
    assert scene.total(subscription=two, item=metered) == 0


def test_ids_may_have_their_prefix(scene: Scene) -> None:
    event = {
        "idempotency_id": "a",
        "subscription_id": public_id("sub", scene.subscription),
        "subscription_item_id": public_id("itm", scene.item),
        "meter": "traffic",
        "quantity": 3,
        "occurred_at": "2026-01-31T13:00:00+01:00",
    }
    scene.record(event)
    assert scene.total() == 3
    wrong = {**event, "idempotency_id": "b", "subscription_id": public_id("itm", scene.subscription)}
    assert scene.faults(wrong) == {"events[0].subscription_id": "is not a UUID"}


def test_a_meter_may_name_the_property_that_it_counts(scene: Scene) -> None:
    scene.record(
        scene.event("a", None, "calls", properties={"count": "3", "host": "x"}),
        scene.event("b", None, "calls", properties={"count": 4}),
        scene.event("c", None, "senders", properties={"from": "ada"}),
        scene.event("d", None, "senders", properties={"from": 7}),
        scene.event("e", None, "senders", properties={"from": "ada"}),
    )
    assert (scene.total("calls"), scene.total("senders")) == (7, 2)
    assert scene.faults(
        scene.event("f", None, "calls", properties={"counts": "3"}),
        scene.event("g", None, "calls", properties={"count": "x"}),
        scene.event("h", None, "senders", properties={"from": " "}),
        scene.event("i", None, "traffic", properties={"count": "3"}),
    ) == {
        "events[0].properties.count": "is missing",
        "events[1].properties.count": "is not a plain decimal number",
        "events[2].properties.from": "must be a line of text, up to 255 characters",
        "events[3].quantity": "is missing",
    }


def test_what_is_recorded_stays_known_when_it_would_be_refused_by_now(scene: Scene) -> None:
    event, by = scene.event("a", 1), scene.event("b", 2, corrects="a")
    scene.record(event, by)
    scene.engine.billing.subscriptions.cancel(scene.seller, scene.subscription, "now", force=True)
    scene.clock.advance(timedelta(days=400))
    assert scene.record(event, by) == Recorded(known=2)
    assert scene.faults(event, scene.event("c", 1)) == {"events[1].subscription_id": "is ended: it takes no usage"}


def test_another_sellers_agreement_is_unknown(scene: Scene) -> None:
    other = Scene.open(scene.engine, scene.clock)
    found = scene.faults(scene.event("a", 1, subscription_id=other.subscription))
    assert found == {"events[0].subscription_id": "is not a subscription"}


def test_events_are_listed_as_they_occurred(scene: Scene) -> None:
    scene.clock.set(at(10))
    scene.record(*(scene.event(f"e{day}", day, occurred_at=at(day)) for day in (4, 2, 9)))
    usage = scene.engine.billing.usage

    def page(**more: Any) -> list[str]:
        found = usage.events(scene.seller, scene.subscription, scene.item, "traffic", *FEBRUARY, **more)
        return [event.idempotency_id for event in found]

    assert page() == ["e2", "e4", "e9"]
    first = usage.events(scene.seller, scene.subscription, scene.item, "traffic", *FEBRUARY, limit=1)
    assert page(after=first[0].id, limit=1) == ["e4"]
    assert usage.events(scene.seller, scene.subscription, scene.item, "traffic", *MARCH) == []
    with pytest.raises(InvalidInput, match="after: is not an event"):
        page(after=UUID(int=0))
