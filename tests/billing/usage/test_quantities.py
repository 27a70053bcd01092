"""The databases say what the pure functions say, of many periods at once and in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.billing.usage.scene import Scene
from tests.billing.usage.test_aggregate import END, START, days, histories, instants, used
from tests.databases import KINDS

from larabill_billing.catalog.meters import Aggregation
from larabill_billing.usage.aggregate import quantity
from larabill_billing.usage.model import Counted, MeteredPeriod, UsageEvent
from larabill_core.ids import new_id, new_ids
from larabill_sqlalchemy.opening import database_of

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


class Undo(Exception):
    """Leaves the rows as they were."""


def stored(tx: Any, events: Sequence[UsageEvent], item: UUID, meter: str = "traffic") -> list[UsageEvent]:
    """The events as rows of an item and meter, with ids in their order."""
    prefix = new_id().hex
    rows = [
        attrs.evolve(
            event,
            id=id,
            seller_id=tx.seller_id,
            subscription_item_id=item,
            meter=meter,
            idempotency_id=f"{prefix}-{event.idempotency_id}",
            corrects=event.corrects and f"{prefix}-{event.corrects}",
        )
        for event, id in zip(events, new_ids(len(events)), strict=True)
    ]
    counted = [Counted(row.subscription_item_id, row.quantity, row.unique_key) for row in rows]
    assert tx.billing.usage.add_new([row.id for row in rows], rows, counted) == {}
    ids = {row.idempotency_id: row.id for row in rows}
    assert tx.billing.usage.add_corrections({ids[row.corrects]: row.id for row in rows if row.corrects}) == {}
    return rows


def period(item: UUID, start: datetime = START, end: datetime = END, meter: str = "traffic") -> MeteredPeriod:
    return MeteredPeriod(subscription_item_id=item, meter=meter, start_at=start, end_at=end)


spans = st.lists(st.lists(instants, min_size=2, max_size=2).map(sorted), min_size=1, max_size=3)


@FEW
@given(st.lists(histories(), min_size=1, max_size=3), spans)
def test_the_database_counts_as_the_pure_functions_do(
    scene: Scene, lives: Sequence[Sequence[UsageEvent]], spans: Sequence[tuple[datetime, datetime]]
) -> None:
    def compare(tx: Any) -> None:
        items = [new_id() for _ in lives]
        rows = [stored(tx, events, item) for events, item in zip(lives, items, strict=True)]
        asked, expected = [], []
        for kind in Aggregation:
            for item, events in zip(items, rows, strict=True):
                for start, end in spans:
                    asked.append((period(item, start, end), kind))
                    expected.append(quantity(kind, events, start, end))
        assert tx.billing.usage.quantities(asked) == expected
        raise Undo

    with pytest.raises(Undo):
        scene.run(compare)


def test_a_microsecond_counts(scene: Scene) -> None:
    tick = timedelta(microseconds=1)
    events = [used(1, "1", START - tick), used(2, "999999999999999", START + tick), used(3, "0", START + 2 * tick)]

    def ask(tx: Any) -> Decimal:
        item = new_id()
        stored(tx, events, item)
        return tx.billing.usage.quantities(
            [(period(item, START, START + timedelta(seconds=1)), Aggregation.TIME_WEIGHTED)]
        )[0]

    assert scene.run(ask) == Decimal("1000000000.000000000000")


def test_keys_that_look_alike_are_different(scene: Scene) -> None:
    keys = ["a", "A", "ä", "a\u0308", "ﬁ", "fi", "0", "00"]
    events = [used(n, "1", days(1), key=key) for n, key in enumerate([*keys, *keys])]

    def ask(tx: Any) -> Decimal:
        item = new_id()
        stored(tx, events, item)
        return tx.billing.usage.quantities([(period(item), Aggregation.UNIQUE)])[0]

    assert scene.run(ask) == len(keys)


def test_many_periods_take_few_statements(scene: Scene) -> None:
    statements: list[str] = []

    def note(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
        statements.append(text)

    def ask(tx: Any, count: int) -> tuple[int, list[Decimal]]:
        item = new_id()
        stored(tx, [used(n, str(n), days(n)) for n in range(5)], item)
        kinds = [*Aggregation] * count
        statements.clear()
        sa.event.listen(database_of(scene.engine), "before_cursor_execute", note)
        try:
            found = tx.billing.usage.quantities([(period(item), kind) for kind in kinds])
        finally:
            sa.event.remove(database_of(scene.engine), "before_cursor_execute", note)
        return len(statements), found

    few, _ = scene.run(lambda tx: ask(tx, 1))
    many, found = scene.run(lambda tx: ask(tx, 200))
    assert few == many == 6
    assert found == scene.run(lambda tx: ask(tx, 1))[1] * 200
