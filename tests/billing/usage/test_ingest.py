"""Streams: in batches, each whole or not at all; what stopped can be sent again from its beginning."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.billing.usage.scene import Scene

from larabill_billing.usage.ingest import Report
from larabill_billing.usage.parse import LONGEST_LINE, lines_of
from larabill_core.access import Actor
from larabill_core.errors import Forbidden, InvalidInput
from larabill_core.ids import public_id
from larabill_sqlalchemy.opening import database_of


def line(scene: Scene, id: str, quantity: Any = 1, **more: Any) -> bytes:
    event = {
        "idempotency_id": id,
        "subscription_id": public_id("sub", scene.subscription),
        "meter": "traffic",
        "quantity": quantity,
        "occurred_at": scene.clock.now().isoformat(),
    }
    return json.dumps({**event, **more}).encode() + b"\n"


def ingest(scene: Scene, *lines: bytes, size: int = 3) -> Report:
    report: Report = scene.engine.billing.usage.ingest(scene.seller, io.BytesIO(b"".join(lines)), size=size)
    return report


def test_a_stream_is_recorded_to_its_end(scene: Scene) -> None:
    lines = [line(scene, f"e{n}") for n in range(10)]
    assert ingest(scene, *lines, b"\n", b"  \n", line(scene, "e3")) == Report(new=10, known=1)
    assert scene.total() == 10


def test_a_last_line_needs_no_end(scene: Scene) -> None:
    assert ingest(scene, line(scene, "a"), line(scene, "b").rstrip()) == Report(new=2)


def test_an_empty_stream_is_nothing(scene: Scene) -> None:
    assert ingest(scene) == ingest(scene, b"\n\n\n\n") == Report()


def test_a_stream_stops_at_the_first_batch_with_a_fault_and_can_be_sent_again(scene: Scene) -> None:
    lines = [line(scene, f"e{n}") for n in range(9)]
    good = lines[4]
    lines[4] = line(scene, "e4", "much")
    lines[5] = b"{}\n"
    report = ingest(scene, *lines)
    assert (report.new, report.known, report.stopped_at) == (3, 0, "line 4")
    assert [fault.path for fault in report.faults] == [
        "line 5.quantity",
        "line 6.idempotency_id",
        "line 6.subscription_id",
        "line 6.meter",
        "line 6.occurred_at",
    ]
    assert scene.total() == 3
    lines[4], lines[5] = good, line(scene, "e5")
    assert ingest(scene, *lines) == Report(new=6, known=3)


def test_faults_of_reading_and_of_state_are_told_together(scene: Scene) -> None:
    report = ingest(scene, b"nonsense\n", line(scene, "a", meter="nothing"), line(scene, "b"))
    assert [fault.path for fault in report.faults] == ["line 1", "line 2.meter"]
    assert scene.count() == 0


def test_any_iterator_of_events_is_a_stream(scene: Scene) -> None:
    def events() -> Iterator[Any]:
        yield scene.event("a", 1)
        yield line(scene, "b")
        yield line(scene, "c").decode()
        yield json.loads(line(scene, "d"))

    usage = scene.engine.billing.usage
    assert usage.ingest(scene.seller, events(), size=2) == Report(new=4)
    assert usage.ingest(scene.seller, events()) == Report(known=4)


def test_one_bad_item_in_an_iterator_is_named_by_its_position(scene: Scene) -> None:
    found = scene.engine.billing.usage.ingest(scene.seller, [scene.event("a", 1), scene.event("b")], size=1)
    assert (found.new, found.stopped_at) == (1, "events[1]")
    assert [fault.path for fault in found.faults] == ["events[1].quantity"]


@pytest.mark.parametrize("size", [0, -1, True, 50_001, "5"])
def test_a_size_that_is_none_is_refused(scene: Scene, size: Any) -> None:
    with pytest.raises(InvalidInput, match="size: must be 1 to 50000"):
        scene.engine.billing.usage.ingest(scene.seller, [], size=size)


def test_whoever_may_not_is_refused_before_anything_is_read(scene: Scene) -> None:
    def source() -> Iterator[bytes]:
        raise AssertionError("was read")
        yield b""

    nobody = Actor(kind="staff", id="x", roles=())
    for call in (scene.engine.billing.usage.ingest, scene.engine.billing.usage.record):
        with pytest.raises(Forbidden):
            call(scene.seller, source() if call.__name__ == "ingest" else [], actor=nobody)


def test_a_line_without_an_end_is_not_read_into_memory() -> None:
    stream = io.BytesIO(b"x" * (LONGEST_LINE + 10))
    with pytest.raises(InvalidInput, match=f"line 1: is longer than {LONGEST_LINE} bytes"):
        list(lines_of(stream))
    assert list(lines_of(io.BytesIO(b"a\nb"))) == [b"a\n", b"b"]


def test_a_stream_that_breaks_off_says_where(scene: Scene) -> None:
    stream = io.BytesIO(line(scene, "a") + line(scene, "b") + b"x" * (LONGEST_LINE + 10))
    report = scene.engine.billing.usage.ingest(scene.seller, lines_of(stream), size=1)
    assert (report.new, report.stopped_at) == (2, "line 3")
    assert [fault.path for fault in report.faults] == ["line 3"]


def test_statements_and_memory_do_not_grow_with_the_stream(scene: Scene) -> None:
    statements = 0

    def note(*_: Any) -> None:
        nonlocal statements
        statements += 1

    def cost(prefix: str, count: int) -> tuple[float, int]:
        nonlocal statements
        statements = 0
        sa.event.listen(database_of(scene.engine), "before_cursor_execute", note)
        tracemalloc.start()
        source = (line(scene, f"{prefix}{n}") for n in range(count))
        done = scene.engine.billing.usage.ingest(scene.seller, source, size=500)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        sa.event.remove(database_of(scene.engine), "before_cursor_execute", note)
        assert done == Report(new=count)
        return statements / (count / 500), peak

    cost("warm", 500)
    (few, small), (many, large) = cost("a", 500), cost("b", 4000)
    assert few == many <= 10
    assert large < 1.5 * small
