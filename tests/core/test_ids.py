"""Rules of ids: order, uniqueness over threads and forks, and one accepted form each (acceptance row B48)."""

from __future__ import annotations

import multiprocessing
import os
import threading
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core import ids
from larabill_core.errors import InvalidInput

KNOWN = uuid.UUID("01a1fe5a-dc91-773e-adf1-c603cd04d4bf")
B48 = [
    1e3,
    "1e3",
    "01",
    " 1",
    1.0,
    True,
    [],
    {},
    -1,
    "-1",
    2**63,
    str(2**63),
    "507f1f77bcf86cd799439011",
    None,
    "",
    KNOWN,
    b"01a1fe5a-dc91-773e-adf1-c603cd04d4bf",
]


def test_ids_are_uuid_version_7_of_the_present_millisecond() -> None:
    made = ids.new_id()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122


def test_ids_grow_within_a_process() -> None:
    made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(set(made))


def test_ids_made_together_follow_one_another_with_none_of_others_between() -> None:
    taken: list[list[uuid.UUID]] = []
    threads = [threading.Thread(target=lambda: taken.append(ids.new_ids(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = [ids.new_id() for _ in range(10)]
    for block in taken:
        assert (block, len(set(block))) == (sorted(block), 500)
        others = [id for other in taken if other is not block for id in other]
        assert not [id for id in [*others, *alone] if block[0] <= id <= block[-1]]
    assert {id.version for block in taken for id in block} == {7}
    assert ids.new_ids(0) == []


def test_ids_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.new_id()
    monkeypatch.setattr("larabill_core.ids.time.time_ns", lambda: 0)
    after = [ids.new_id() for _ in range(100)]
    assert [before, *after] == sorted({before, *after})


def test_ids_carry_into_the_milliseconds_when_the_counter_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = ids._Generator()
    monkeypatch.setattr("larabill_core.ids.time.time_ns", lambda: 5_000_000)
    generator._last = (5 << 74) | (1 << 74) - 1
    made = generator.next()
    assert made.int >> 80 == 6
    assert made.version == 7


@given(st.uuids())
def test_an_id_of_a_number_is_the_one_that_python_makes(made: uuid.UUID) -> None:
    ours = ids.uuid_of(made.int)
    assert (ours, hash(ours), str(ours), ours.bytes, ours.is_safe) == (
        made,
        hash(made),
        str(made),
        made.bytes,
        made.is_safe,
    )
    assert type(ours) is uuid.UUID
    with pytest.raises(TypeError, match="immutable"):
        ours.int = 0  # type: ignore[misc]


def test_threads_never_make_the_same_id() -> None:
    made: list[uuid.UUID] = []
    threads = [threading.Thread(target=lambda: made.extend([ids.new_id() for _ in range(1000)])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_neither_hangs_on_the_lock_nor_repeats_ids() -> None:
    reader, writer = multiprocessing.Pipe(duplex=False)
    # the generator is far ahead of the clock, so parent and child would both count on from the same value
    ids._generator._last = ids._generator._last + (10_000 << 74)
    with ids._generator._lock:
        child = os.fork()
        if child == 0:
            writer.send([ids.new_id().hex for _ in range(50)])
            os._exit(0)
    assert reader.poll(30), "the child hangs"
    theirs = reader.recv()
    os.waitpid(child, 0)
    ours = [ids.new_id().hex for _ in range(50)]
    ids._generator.forget()
    assert not set(ours) & set(theirs)
    assert min(ours) > max(theirs), "the child starts afresh"


@given(st.uuids(), st.sampled_from(sorted(ids.PREFIXES)))
def test_public_ids_round_trip(made: uuid.UUID, prefix: str) -> None:
    text = ids.public_id(prefix, made)
    assert text == f"{prefix}_{made.hex}"
    assert ids.parse_public_id(text, prefix, "id") == made
    assert ids.parse_uuid(str(made), "id") == made


@pytest.mark.parametrize(
    "text",
    [
        *B48,
        str(KNOWN),
        KNOWN.hex,
        f"inv_{KNOWN}",
        f"INV_{KNOWN.hex}",
        f"inv_{KNOWN.hex.upper()}",
        f"sub_{KNOWN.hex}",
        f" inv_{KNOWN.hex}",
        f"inv_{KNOWN.hex}\n",
        f"inv_{KNOWN.hex}0",
        f"inv_{KNOWN.hex[:-1]}",
        f"inv__{KNOWN.hex}",
        f"inv_{KNOWN.hex[:-1]}\uff11",
    ],
    ids=repr,
)
def test_only_the_exact_public_form_of_the_right_kind_is_accepted(text: object) -> None:
    with pytest.raises(InvalidInput, match=r"^invoice: is not an id of the kind 'invoice'"):
        ids.parse_public_id(text, "inv", "invoice")


@pytest.mark.parametrize(
    "text",
    [
        *B48,
        KNOWN.hex,
        str(KNOWN).upper(),
        f"{{{KNOWN}}}",
        f"urn:uuid:{KNOWN}",
        f" {KNOWN}",
        f"{KNOWN}\n",
        str(KNOWN).replace("-", ""),
        str(KNOWN).replace("a", "\u0430"),
    ],
    ids=repr,
)
def test_only_the_canonical_uuid_is_accepted(text: object) -> None:
    with pytest.raises(InvalidInput, match=r"^order_uuid: is not a UUID"):
        ids.parse_uuid(text, "order_uuid")


def test_an_unknown_prefix_is_a_mistake_in_the_code() -> None:
    for attempt in (lambda: ids.public_id("foo", KNOWN), lambda: ids.parse_public_id("foo_1", "foo", "id")):
        with pytest.raises(ValueError, match="unknown id prefix 'foo'"):
            attempt()


@given(st.text(), st.text(), st.text(), st.text())
def test_derived_ids_are_equal_exactly_for_equal_sources(a: str, b: str, c: str, d: str) -> None:
    assert (ids.derived_id(a, b) == ids.derived_id(c, d)) == ((a, b) == (c, d))


def test_derived_ids_never_change() -> None:
    # stored ones must be found again by every later version
    assert str(ids.derived_id("event", "1")) == "86afcd89-e457-5ba2-b5ec-bf078734ba1f"
    assert ids.derived_id(KNOWN, "x") == uuid.uuid5(KNOWN, "x")


def test_prefixes_are_three_letters_and_name_different_kinds() -> None:
    assert all(len(prefix) == 3 and prefix.isalpha() and prefix.islower() for prefix in ids.PREFIXES)
    assert len(set(ids.PREFIXES.values())) == len(ids.PREFIXES)
