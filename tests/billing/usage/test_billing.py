"""What is to be billed for periods: each use once, late use on the next bill, and nothing beyond the window."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from tests.billing.usage.scene import APRIL, FEBRUARY, HOUR, MARCH, ZONE, Scene, at
from tests.conftest import OpenTestEngine

from larabill_billing.module import MODULE
from larabill_billing.usage.handlers import mark_billed, usage_for_periods
from larabill_billing.usage.model import LateUsage, MeteredPeriod, PeriodUsage
from larabill_core.clock import start_of_day
from larabill_core.errors import AlreadyExists, InvalidInput
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy.opening import database_of

END = start_of_day(FEBRUARY[1], ZONE)


def own(usages: list[PeriodUsage]) -> list[Decimal]:
    return [usage.quantity for usage in usages]


def late(usages: list[PeriodUsage]) -> list[Decimal]:
    return [each.quantity for usage in usages for each in usage.late]


def test_an_event_belongs_to_the_period_in_which_it_occurred(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    tick = timedelta(microseconds=1)
    scene.record(scene.event("a", 1, occurred_at=END - tick), scene.event("b", 10, occurred_at=END))
    assert own(scene.usage(scene.period(*FEBRUARY), scene.period(*MARCH))) == [1, 10]


def test_what_comes_late_but_before_the_bill_is_on_it(scene: Scene) -> None:
    scene.clock.set(END + timedelta(days=20))
    scene.record(scene.event("a", 1, occurred_at=END - HOUR))
    [usage] = scene.bill(scene.period(*FEBRUARY))
    assert (usage.quantity, usage.late, usage.billable) == (1, (), 1)


def test_what_comes_after_the_bill_is_on_the_next_one_once(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.record(scene.event("a", 1, occurred_at=END - HOUR))
    scene.bill(scene.period(*FEBRUARY))
    scene.record(scene.event("b", 5, occurred_at=END - HOUR), scene.event("c", 10, occurred_at=END))
    assert own(scene.usage(scene.period(*FEBRUARY))) == [5]
    scene.clock.set(at(31, month=3))
    [usage] = scene.bill(scene.period(*MARCH))
    february = LateUsage(start_at=start_of_day(FEBRUARY[0], ZONE), end_at=END, quantity=Decimal(5))
    assert (usage.quantity, usage.late, usage.billable) == (10, (february,), 15)
    assert scene.usage(scene.period(*FEBRUARY), scene.period(*MARCH), scene.period(*APRIL)) == [
        PeriodUsage(period=scene.period(*each), quantity=Decimal(0)) for each in (FEBRUARY, MARCH, APRIL)
    ]


@pytest.mark.parametrize(
    ("meter", "first", "then", "more"),
    [
        ("peak", 5, 9, 4),
        ("peak", 9, 5, None),
        ("disk", 27, 54, None),
    ],
)
def test_late_use_of_any_meter_is_what_it_adds(scene: Scene, meter: str, first: int, then: int, more: Any) -> None:
    scene.clock.set(END + HOUR)
    scene.record(scene.event("a", first, meter, occurred_at=at(3)))
    scene.bill(scene.period(*FEBRUARY, meter))
    before = scene.usage(scene.period(*FEBRUARY, meter))[0].quantity
    assert before == 0
    scene.record(scene.event("b", then, meter, occurred_at=at(4)))
    [usage] = scene.usage(scene.period(*MARCH, meter))
    both = scene.quantity(*FEBRUARY, meter)
    if meter == "disk":
        more = both - scene.run(lambda tx: tx.billing.usage.bills([scene.item], END - HOUR))[0].quantity
        assert more > 0
    assert late([usage]) == ([] if more is None else [more])


def test_a_key_that_comes_late_counts_when_it_is_new(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.record(scene.event("a", None, "people", unique_key="ada", occurred_at=at(3)))
    assert own(scene.bill(scene.period(*FEBRUARY, "people"))) == [1]
    scene.record(scene.event("b", None, "people", unique_key="ada", occurred_at=at(4)))
    assert late(scene.usage(scene.period(*MARCH, "people"))) == []
    scene.record(scene.event("c", None, "people", unique_key="bob", occurred_at=at(4)))
    assert late(scene.usage(scene.period(*MARCH, "people"))) == [1]


def test_a_correction_of_what_was_billed_comes_back(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.record(scene.event("a", 100, occurred_at=at(3)), scene.event("b", 7, occurred_at=END))
    scene.bill(scene.period(*FEBRUARY))
    scene.record(scene.event("a2", 40, corrects="a", occurred_at=at(3)))
    [usage] = scene.usage(scene.period(*MARCH))
    assert (late([usage]), usage.billable) == ([-60], -53)


def test_events_are_taken_until_the_window_closes(scene: Scene) -> None:
    scene.record(scene.event("a", 1))
    scene.clock.set(END + HOUR)
    scene.bill(scene.period(*FEBRUARY))
    scene.clock.set(END + timedelta(days=3) - timedelta(seconds=1))
    scene.record(scene.event("b", 1, occurred_at=END - HOUR), scene.event("c", 1, corrects="a", occurred_at=at(1)))
    scene.clock.set(END + timedelta(days=3))
    closed = "is too late: its period was billed and is closed"
    assert scene.faults(
        scene.event("d", 1, occurred_at=END - HOUR),
        scene.event("e", 1, occurred_at=END),
        scene.event("f", 1, corrects="b", occurred_at=END),
    ) == {"events[0].occurred_at": closed, "events[2].corrects": closed}
    assert scene.record(scene.event("b", 1, occurred_at=END - HOUR)).known == 1


def test_a_bill_does_not_open_the_time_before_the_agreement_began(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.bill(scene.period(date(2026, 1, 1), FEBRUARY[1]))
    early = scene.event("a", 1, occurred_at=start_of_day(FEBRUARY[0], ZONE) - HOUR)
    assert scene.faults(early) == {"events[0].occurred_at": "is before the subscription began"}


def test_the_window_is_a_setting(open_test_engine: OpenTestEngine, clock: ManualClock) -> None:
    scene = Scene.open(open_test_engine(MODULE, settings={"billing": {"late_window": "0s"}}), clock)
    clock.set(END + HOUR)
    scene.bill(scene.period(*FEBRUARY))
    assert list(scene.faults(scene.event("a", 1, occurred_at=END - HOUR))) == ["events[0].occurred_at"]
    with pytest.raises(Exception, match=r"billing\.late_window: must be 0 to 92d"):
        open_test_engine(MODULE, settings={"billing": {"late_window": "93d"}})


def test_other_meters_of_a_billed_item_stay_open(scene: Scene) -> None:
    scene.clock.set(END + timedelta(days=10))
    scene.bill(scene.period(*FEBRUARY))
    scene.record(scene.event("a", 1, "peak", occurred_at=at(3)))
    assert list(scene.faults(scene.event("b", 1, occurred_at=at(3)))) == ["events[0].occurred_at"]


def test_several_short_periods_within_the_window_are_looked_at_again(scene: Scene) -> None:
    days = [scene.period(date(2026, 2, day), date(2026, 2, day + 1)) for day in (2, 3, 4, 5)]
    scene.clock.set(at(5, 1))
    for day in days[:3]:
        scene.bill(day)
    scene.record(*(scene.event(f"e{day}", day, occurred_at=at(day, 3)) for day in (2, 3, 4)))
    scene.clock.set(at(6, 1))
    assert late(scene.bill(days[3])) == [2, 3, 4]
    assert late(scene.usage(scene.period(date(2026, 2, 6), date(2026, 2, 7)))) == []


def test_late_use_goes_with_the_earliest_period_asked_for(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.bill(scene.period(*FEBRUARY))
    scene.record(scene.event("a", 5, occurred_at=at(3)))
    usages = scene.bill(scene.period(*APRIL), scene.period(*MARCH))
    assert [late([usage]) for usage in usages] == [[], [5]]


def test_a_period_without_time_asks_for_late_use_alone(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.bill(scene.period(*FEBRUARY))
    scene.record(scene.event("a", 5, occurred_at=at(3)), scene.event("b", 7, occurred_at=END))
    nothing = scene.period(FEBRUARY[1], FEBRUARY[1])
    assert [(usage.quantity, usage.billable) for usage in scene.bill(nothing)] == [(0, 5)]
    assert scene.usage(nothing)[0].billable == 0
    assert own(scene.usage(scene.period(*MARCH))) == [7]


def test_what_is_recorded_while_a_bill_is_made_is_late(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    scene.record(scene.event("a", 1, occurred_at=at(3)))
    usages = scene.usage(scene.period(*FEBRUARY))
    scene.record(scene.event("b", 2, occurred_at=at(3)))
    scene.run(lambda tx: mark_billed(tx, usages))
    assert late(scene.usage(scene.period(*MARCH))) == [2]


def test_two_bills_of_one_period_are_refused(scene: Scene) -> None:
    usages = scene.bill(scene.period(*FEBRUARY))
    with pytest.raises(AlreadyExists):
        scene.run(lambda tx: mark_billed(tx, usages))


def test_an_unknown_meter_is_refused(scene: Scene) -> None:
    with pytest.raises(InvalidInput, match="meter: is not a meter of this seller"):
        scene.usage(scene.period(*FEBRUARY, "nothing"))


def test_a_bill_never_changes(scene: Scene) -> None:
    scene.bill(scene.period(*FEBRUARY))
    update = "UPDATE larabill_usage_bills SET quantity = quantity"
    with pytest.raises(Exception, match=r"insert.only|refuses a row"):
        scene.run(lambda tx: tx.connection.exec_driver_sql(f"{update} WHERE seller_id = seller_id"))


def test_statements_do_not_grow_with_the_periods(scene: Scene) -> None:
    scene.clock.set(END + HOUR)
    periods = [scene.period(date(2026, 1, 31), date(2026, 2, day)) for day in range(2, 28)]
    seen: list[str] = []

    def note(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
        seen.append(text)

    def statements(asked: list[MeteredPeriod]) -> int:
        def work(tx: Any) -> None:
            seen.clear()
            mark_billed(tx, usage_for_periods(tx, asked))

        sa.event.listen(database_of(scene.engine), "before_cursor_execute", note)
        try:
            scene.run(work)
        finally:
            sa.event.remove(database_of(scene.engine), "before_cursor_execute", note)
        return len(seen)

    assert statements(periods[:1]) == statements(periods[1:])


def test_a_period_is_the_same_whatever_it_includes(scene: Scene) -> None:
    period = scene.period(*FEBRUARY)
    assert attrs.evolve(period, included=Decimal(5)) == period
