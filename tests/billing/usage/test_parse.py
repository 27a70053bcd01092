"""Reading usage: the quick way takes nothing that the slow way would refuse, and both say the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from larabill_billing.usage import parse
from larabill_billing.usage.model import NewUsage
from larabill_billing.usage.parse import Batch, read
from larabill_core.errors import Faults
from larabill_core.ids import new_id, public_id

SUBSCRIPTION, ITEM = new_id(), new_id()
GOOD = {
    "idempotency_id": "a",
    "subscription_id": public_id("sub", SUBSCRIPTION),
    "meter": "traffic",
    "quantity": "12.5",
    "occurred_at": "2026-01-31T23:00:00Z",
}


def lines(*events: dict[str, Any]) -> list[bytes]:
    return [json.dumps(event).encode() for event in events]


def slowly(line: bytes) -> tuple[NewUsage | None, list[str]]:
    faults = Faults()
    return parse._slowly(line, "x", faults), [fault.path for fault in faults]


def places(batch: Batch) -> list[str]:
    return [batch.place(index) for index in range(len(batch.events))]


def test_good_lines_go_the_quick_way() -> None:
    expected = NewUsage(
        idempotency_id="a",
        subscription_id=SUBSCRIPTION,
        meter="traffic",
        quantity=Decimal("12.5"),
        occurred_at=datetime(2026, 1, 31, 23, tzinfo=UTC),
    )
    [line] = lines(GOOD)
    for written in (line, line + b"\n", line + b" \r\n"):
        assert parse._read_quickly([written, written]) == [expected, expected]
        assert slowly(written) == (expected, [])
    for disturbing in (b"", b"{}", line.decode(), GOOD, line + b"\n" + line):
        assert parse._read_quickly([line, disturbing]) is None
    assert parse._read_quickly([b"", line + b"\n" + line]) is None


words = st.one_of(
    st.sampled_from(["a", "a b", " a", "é", "a\n", "", "x" * 128, "x" * 129, "x" * 255, "x" * 256, "０"]), st.text()
)
ids = st.sampled_from(
    [
        public_id("sub", SUBSCRIPTION),
        public_id("itm", ITEM),
        str(ITEM),
        str(ITEM).upper(),
        ITEM.hex,
        f"{{{ITEM}}}",
        "sub_x",
        "",
        None,
        1,
    ]
)
numbers = st.one_of(
    st.sampled_from(
        ["0", "-0", "+1", "1e3", " 1", "1_0", "01", ".5", "5.", "٣", "NaN", "Infinity", "", "1" * 15, "1" * 16]
    ),
    st.decimals(allow_nan=False, allow_infinity=False, places=13).map(str),
    st.decimals(min_value=0, max_value=10**6, places=12).map(str),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.none(),
    st.booleans(),
    st.lists(st.integers()),
)
times = st.one_of(
    st.sampled_from(
        [
            "2026-01-31T23:00:00Z",
            "2026-01-31T23:00:00+01:00",
            "2026-01-31T23:00:00",
            "2026-01-31 23:00:00Z",
            "2026-01-31",
            "2026-02-30T00:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2026-01-31T23:00:00.1234567Z",
            1,
            None,
        ]
    )
)
tables = st.one_of(st.none(), st.just({"a": 1.25, "b": "x"}), st.just([]), st.just({str(n): n for n in range(51)}))


@settings(max_examples=400)
@given(
    st.fixed_dictionaries(
        {"idempotency_id": words, "subscription_id": ids, "meter": words, "occurred_at": times},
        optional={
            "quantity": numbers,
            "subscription_item_id": ids,
            "unique_key": words,
            "corrects": words,
            "properties": tables,
            "unknown": st.just(1),
        },
    )
)
def test_both_ways_say_the_same(event: dict[str, Any]) -> None:
    [line] = lines(event)
    quick = parse._read_one(line)
    slow, faults = slowly(line)
    assert slow is not None or faults
    if quick is not None:
        assert (slow, faults) == (quick, [])
    batch = read([line, *lines(GOOD)])
    assert list(batch.events)[:-1] == ([] if slow is None else [slow])


def test_a_bad_line_does_not_disturb_the_places_of_the_others() -> None:
    batch = read([b"", *lines(GOOD), b"{", *lines({**GOOD, "idempotency_id": "b"})], first=10)
    assert places(batch) == ["line 12", "line 14"]
    assert [event.idempotency_id for event in batch.events] == ["a", "b"]
    assert [fault.path for fault in batch.faults] == ["line 13"]


def test_two_objects_on_one_line_are_refused() -> None:
    [one] = lines(GOOD)
    batch = read([one + b"\n" + one, one + b" " + one, one])
    assert places(batch) == ["line 3"]
    assert [fault.path for fault in batch.faults] == ["line 1", "line 2"]


def test_numbers_of_json_are_exact() -> None:
    text = lines(GOOD)[0].replace(b'"12.5"', b"0.1234567890123456789e7")
    assert [event.quantity for event in read([text]).events] == [Decimal("1234567.890123456789")]
    long = lines(GOOD)[0].replace(b'"12.5"', b"123456789012345.123456789012")
    assert [event.quantity for event in read([long]).events] == [Decimal("123456789012345.123456789012")]


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"quantity": 0.5}, ["quantity"]),
        ({"quantity": Decimal("NaN")}, ["quantity"]),
        ({"quantity": Decimal("1e-13")}, ["quantity"]),
        ({"occurred_at": datetime(2026, 1, 1)}, ["occurred_at"]),  # noqa: DTZ001 - that it has no zone is the point
        ({"subscription_id": "x", "meter": 5, "idempotency_id": None}, ["idempotency_id", "subscription_id", "meter"]),
        ({"unique_key": " x", "corrects": "a b"}, ["unique_key", "corrects"]),
        ({"properties": []}, ["properties"]),
    ],
    ids=str,
)
def test_what_python_callers_make_is_checked_too(changes: dict[str, Any], paths: list[str]) -> None:
    good = read(lines(GOOD)).events[0]
    batch = read([good, replace(good, **changes)])
    assert [fault.path for fault in batch.faults] == [f"events[1].{path}" for path in paths]
    assert list(batch.events) == [good]


def test_other_zones_become_utc() -> None:
    texts = ["2026-02-01T00:00:00+01:00", "2026-01-31T23:00:00.000Z", "2026-01-31T18:30:00-04:30"]
    events = read(lines(*({**GOOD, "occurred_at": text} for text in texts))).events
    assert {event.occurred_at for event in events} == {datetime(2026, 1, 31, 23, tzinfo=UTC)}
    assert {event.occurred_at.tzinfo for event in events} == {UTC}
