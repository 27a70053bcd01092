"""A small module with storage of its own, as others may write one: what the machinery is tested with."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import attrs
import sqlalchemy as sa

from larabill_core.jobs import Handler
from larabill_core.messages import Event
from larabill_core.module import Module
from larabill_sqlalchemy.statements import from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS, Storage, new_metadata
from larabill_sqlalchemy.transaction import SqlTx
from larabill_sqlalchemy.types import Amount, Id, Instant, Json, UnitPrice, code, text

METADATA = new_metadata()


class Mood(StrEnum):
    GOOD = "good"
    BAD = "bad"


@attrs.frozen(kw_only=True)
class Part:
    name: str
    amount: Decimal


@attrs.frozen(kw_only=True)
class Note:
    id: UUID
    seller_id: UUID
    label: str
    body: str
    mood: Mood | None
    parts: tuple[Part, ...]
    amount: Decimal
    unit_price: Decimal | None
    written_at: datetime
    version: int = 1


@attrs.frozen(kw_only=True)
class NoteWritten(Event):
    name = "sample.note_written"

    note_id: UUID


NOTES = sa.Table(
    "larabill_notes",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("label", code(40), nullable=False),
    sa.Column("body", text(), nullable=False),
    sa.Column("mood", code(20)),
    sa.Column("parts", Json, nullable=False),
    sa.Column("amount", Amount, nullable=False),
    sa.Column("unit_price", UnitPrice),
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("uq_larabill_notes_label", "seller_id", "label", unique=True),
    **MYSQL_OPTIONS,
)

STAMPS = sa.Table(
    "larabill_stamps",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("note_id", Id, sa.ForeignKey("larabill_notes.id"), nullable=False, index=True),
    **MYSQL_OPTIONS,
)


class Notes:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    def add(self, *notes: Note) -> None:
        insert_many(self._tx.connection, NOTES, [to_row(note) for note in notes])

    def get(self, label: str) -> Note | None:
        mine = sa.select(NOTES).where(NOTES.c.seller_id == self._tx.seller_id, NOTES.c.label == label)
        row = self._tx.connection.execute(mine).one_or_none()
        return None if row is None else from_row(Note, row)

    def labels(self) -> list[str]:
        mine = sa.select(NOTES.c.label).where(NOTES.c.seller_id == self._tx.seller_id).order_by(NOTES.c.label)
        return list(self._tx.connection.scalars(mine))

    def labels_of_all(self) -> list[str]:
        return list(self._tx.connection.scalars(sa.select(NOTES.c.label)))

    def lock(self, label: str) -> None:
        self._tx.connection.execute(
            sa.update(NOTES)
            .where(NOTES.c.seller_id == self._tx.seller_id, NOTES.c.label == label)
            .values(version=NOTES.c.version + 1)
        )


class SampleRepositories:
    def __init__(self, tx: SqlTx) -> None:
        self.notes = Notes(tx)


STORAGE = Storage(
    name="sample",
    metadata=METADATA,
    migrations="tests.storage.sample.migrations",
    repositories=SampleRepositories,
    insert_only=("larabill_stamps",),
)

_HANDLERS = "tests.storage.sample.handlers"

MODULE = Module(
    name="sample",
    handlers=(
        Handler(name="sample.echo", target=f"{_HANDLERS}:echo", payload=NoteWritten),
        Handler(name="sample.count", target=f"{_HANDLERS}:count", payload=NoteWritten),
        Handler(name="sample.scripted", target=f"{_HANDLERS}:scripted", max_attempts=3),
        Handler(name="sample.external", target=f"{_HANDLERS}:external", external=True, queue="outside"),
    ),
    calls={"note": f"{_HANDLERS}:call"},
    storage="tests.storage.sample:STORAGE",
)
