"""Statements in bulk, and the way between entities and rows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
import sqlalchemy as sa
from tests.conftest import START
from tests.storage.conftest import SELLER, a_note
from tests.storage.sample import NOTES, Mood, Note, Part

from larabill_core.engine import Engine
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.ids import new_id
from larabill_sqlalchemy import statements
from larabill_sqlalchemy.opening import database_of
from larabill_sqlalchemy.statements import (
    Each,
    among,
    from_row,
    from_rows,
    insert_many,
    insert_new,
    to_row,
    update_many,
    upsert,
)


def add(engine: Engine, *notes: Note) -> None:
    engine.run(lambda tx: tx.sample.notes.add(*notes), seller=SELLER)


def get(engine: Engine, label: str) -> Note:
    found: Note = engine.run(lambda tx: tx.sample.notes.get(label), seller=SELLER)
    return found


def rows_of(notes: list[Note], **changes: Any) -> list[dict[str, Any]]:
    return [{"id": note.id, **changes} for note in notes]


def test_an_entity_comes_back_as_it_was(engine: Engine) -> None:
    note = attrs.evolve(
        a_note(),
        mood=Mood.BAD,
        parts=(Part(name="ä", amount=Decimal("0.10")), Part(name="b", amount=Decimal("-7"))),
        amount=Decimal("-922337203685477.5807"),
        unit_price=Decimal("1234567890123456.000000000001"),
    )
    add(engine, note)
    assert get(engine, "original") == note


@pytest.mark.parametrize("wrong", [Decimal("0.00001"), 0.5, 3])
def test_an_amount_that_would_be_rounded_or_is_no_decimal_is_refused(engine: Engine, wrong: Any) -> None:
    if database_of(engine).dialect.name != "sqlite" and isinstance(wrong, Decimal):
        pytest.skip("the servers round decimals beyond the fourth")
    with pytest.raises(sa.exc.StatementError):
        add(engine, attrs.evolve(a_note(), amount=wrong))


def test_many_entities_come_back_as_they_were(engine: Engine) -> None:
    moods = [Mood.GOOD, None, Mood.BAD]
    notes = [
        attrs.evolve(
            a_note(f'{number} {{"\\,NULL}} %s'),
            body="" if number else "NULL",
            mood=moods[number % 3],
            parts=(Part(name="ä", amount=Decimal(number)),) * (number % 2),
            amount=Decimal(number - 3) / 8,
            unit_price=Decimal(number).scaleb(-12) if number % 2 else None,
            written_at=START + timedelta(microseconds=number),
            version=number,
        )
        for number in range(9)
    ]
    add(engine, *notes)
    mine = sa.select(NOTES).where(NOTES.c.seller_id == SELLER).order_by(NOTES.c.id)
    rows = engine.run(lambda tx: tx.connection.execute(mine).all())
    assert from_rows(Note, rows) == notes


def test_columns_beside_the_rows_are_one_value_or_one_for_each(engine: Engine) -> None:
    notes = [a_note("a"), a_note("b")]
    more = {"version": Each([7, 8]), "body": "the same", "mood": None}
    engine.run(lambda tx: insert_many(tx.connection, NOTES, notes, **more))
    assert (get(engine, "a").version, get(engine, "b").version) == (7, 8)
    assert {get(engine, label).body for label in "ab"} == {"the same"}


@pytest.mark.parametrize("count", [1, 3])
def test_a_column_without_any_value_may_be_the_first(engine: Engine, count: int) -> None:
    notes = [to_row(a_note(f"n{number}")) for number in range(count)]
    rows = [{"unit_price": None, "mood": None, **{key: row[key] for key in row}} for row in notes]
    engine.run(lambda tx: insert_many(tx.connection, NOTES, rows))
    assert get(engine, "n0").unit_price is None


def test_ids_are_found_among_others(engine: Engine) -> None:
    notes = [a_note(label) for label in "abc"]
    add(engine, *notes)

    def labels(found: sa.ColumnElement[bool]) -> list[str]:
        mine = sa.select(NOTES.c.label).where(NOTES.c.seller_id == SELLER, found).order_by(NOTES.c.label)
        return engine.run(lambda tx: list(tx.connection.scalars(mine)))

    some = [notes[0].id, notes[2].id, new_id()]
    with database_of(engine).connect() as connection:
        assert labels(among(connection, NOTES.c.id, some)) == ["a", "c"]
        assert labels(~among(connection, NOTES.c.id, some)) == ["b"]
        assert labels(among(connection, NOTES.c.id, [])) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_value_that_does_not_fit_its_column_is_refused_and_never_cut(engine: Engine, count: int) -> None:
    if database_of(engine).dialect.name == "sqlite":
        pytest.skip("text of any length fits")
    with pytest.raises(Conflict, match="does not fit"):
        add(engine, *(a_note("x" * 41) for _ in range(count)))
    notes = [a_note(f"n{number}") for number in range(count)]
    add(engine, *notes)
    long = rows_of(notes, label="y" * 41)
    with pytest.raises(Conflict, match="does not fit"):
        engine.run(lambda tx: update_many(tx.connection, NOTES, long, seller_id=SELLER))


def test_equal_values_of_other_types_are_not_taken_for_what_was_seen_before(engine: Engine) -> None:
    mixed = [attrs.evolve(a_note("a"), amount=Decimal(1)), attrs.evolve(a_note("b"), amount=True)]
    with pytest.raises(sa.exc.StatementError, match="must be a Decimal, not bool"):
        add(engine, *mixed)


def test_an_id_that_is_none_is_refused_with_our_words(engine: Engine) -> None:
    with pytest.raises(InvalidInput, match="is not a UUID"):
        add(engine, a_note("a"), attrs.evolve(a_note("b"), seller_id="7"))


def test_labels_differ_by_case_and_accent(engine: Engine) -> None:
    add(engine, a_note("muller"), a_note("MULLER"), a_note("müller"))
    assert get(engine, "müller").label == "müller"


def test_many_rows_are_updated_by_one_statement(engine: Engine) -> None:
    notes = [a_note(f"n{number}") for number in range(50)]
    add(engine, *notes)
    seen: list[str] = []
    sa.event.listen(database_of(engine), "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))
    rows = [
        {
            "id": note.id,
            "amount": Decimal(number) / 8,
            "body": f"it's {number}%",
            "mood": None if number % 2 else Mood.GOOD.value,
            "parts": [{"name": "p", "amount": str(number)}],
            "written_at": note.written_at,
            "unit_price": None,
        }
        for number, note in enumerate(notes)
    ]
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, rows, seller_id=SELLER)) == 50
    assert len([text for text in seen if "UPDATE" in text]) == 1
    changed = get(engine, "n6")
    assert (changed.amount, changed.body, changed.mood) == (Decimal("0.75"), "it's 6%", Mood.GOOD)
    assert get(engine, "n7").mood is None


def test_rows_that_the_condition_excludes_stay_and_are_not_counted(engine: Engine) -> None:
    notes = [a_note("a"), attrs.evolve(a_note("b"), version=2)]
    add(engine, *notes)
    rows = rows_of([*notes, a_note("absent")], version=5)
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, rows, seller_id=SELLER, version=1)) == 1
    assert (get(engine, "a").version, get(engine, "b").version) == (5, 2)


def test_each_row_has_its_own_condition(engine: Engine) -> None:
    notes = [attrs.evolve(a_note(label), version=number) for number, label in enumerate("abc", 1)]
    add(engine, *notes)
    rows = rows_of(notes, version=9)
    seen = Each([1, 5, 3])
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, rows, seller_id=SELLER, version=seen)) == 2
    assert [get(engine, label).version for label in "abc"] == [9, 2, 9]


def test_rows_that_are_the_same_already_count_as_found(engine: Engine) -> None:
    note = a_note("a")
    add(engine, note)
    same = rows_of([note], version=1)
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, same, seller_id=SELLER)) == 1


def test_rows_can_be_found_by_text(engine: Engine) -> None:
    add(engine, a_note("a"), a_note("A"))
    rows = [{"label": "a", "version": 2}, {"label": "A", "version": 3}]
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, rows, key="label", seller_id=SELLER)) == 2
    assert (get(engine, "a").version, get(engine, "A").version) == (2, 3)


def test_more_rows_than_one_statement_takes_are_updated_in_pieces(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MOST_ROWS", 3)
    notes = [a_note(f"n{number}") for number in range(8)]
    add(engine, *notes)
    assert engine.run(lambda tx: update_many(tx.connection, NOTES, rows_of(notes, version=2), seller_id=SELLER)) == 8


def test_nothing_to_do_sends_nothing(engine: Engine) -> None:
    seen: list[str] = []
    sa.event.listen(database_of(engine), "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))
    engine.run(lambda tx: (update_many(tx.connection, NOTES, []), insert_new(tx.connection, NOTES, [])))
    assert [text for text in seen if not text.startswith("BEGIN")] == []


def test_taken_keys_are_left_out_and_what_stands_stays(engine: Engine) -> None:
    first = a_note("a")
    add(engine, first)
    again = [
        to_row(attrs.evolve(first, body="other")),
        to_row(attrs.evolve(a_note("a"), body="x")),
        to_row(a_note("b")),
    ]
    engine.run(lambda tx: insert_new(tx.connection, NOTES, again))
    assert engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER) == ["a", "b"]
    assert get(engine, "a") == first


def test_a_fault_of_another_kind_is_not_hidden(engine: Engine) -> None:
    row = to_row(a_note()) | {"body": None}
    with pytest.raises(Exception, match="refuses"):
        engine.run(lambda tx: insert_new(tx.connection, NOTES, [row]))


def test_upsert_writes_over_the_same_key(engine: Engine) -> None:
    note = a_note("a")
    for body in ("one", "two"):
        row = to_row(attrs.evolve(note, body=body))
        engine.run(lambda tx, row=row: upsert(tx.connection, NOTES, row))
    assert get(engine, "a").body == "two"


def test_columns_that_the_entity_lacks_are_ignored_and_fields_can_be_given() -> None:
    @attrs.frozen(kw_only=True)
    class Small:
        a: int
        tags: tuple[str, ...]

    assert from_row(Small, {"a": 1, "b": 2}, tags=("x",)) == Small(a=1, tags=("x",))
    assert to_row(Small(a=1, tags=("x",)), a=2) == {"a": 2, "tags": ("x",)}


@pytest.fixture(params=[statements.insert_many, statements.insert_new])
def insert(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_a_thousand_rows_are_inserted_by_one_call_of_the_driver(engine: Engine, insert: Any) -> None:
    seen: list[str] = []
    sa.event.listen(database_of(engine), "before_cursor_execute", lambda c, u, text, *rest: seen.append(text))
    rows = [to_row(a_note(f"n{number}")) for number in range(1000)]
    engine.run(lambda tx: insert(tx.connection, NOTES, rows))
    assert len([text for text in seen if text.startswith("INSERT")]) == 1
    assert len(engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER)) == 1000
