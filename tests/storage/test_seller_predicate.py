"""The fixture that watches over sellers: it complains of every statement on a seller's rows that does not name him."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.databases import demand_seller, tables_of_sellers
from tests.storage.conftest import SELLER
from tests.storage.sample import NOTES, STAMPS
from tests.storage.sample import STORAGE as SAMPLE

from larabill_core.engine import Engine
from larabill_sqlalchemy.core import STORAGE as CORE
from larabill_sqlalchemy.databases import open_database

MINE = NOTES.c.seller_id == SELLER
OF_ALL = [
    sa.select(NOTES.c.label),
    sa.select(NOTES.c.seller_id),
    sa.select(NOTES.c.label).where(NOTES.c.label == "a"),
    sa.select(STAMPS.c.id).join(NOTES, NOTES.c.id == STAMPS.c.note_id),
    sa.update(NOTES).values(version=2),
    sa.update(NOTES).values(seller_id=SELLER),
    sa.delete(NOTES),
]
OF_ONE = [
    sa.select(NOTES.c.label).where(MINE),
    sa.select(NOTES.c.label).where(NOTES.c.seller_id.in_([SELLER])),
    sa.select(STAMPS.c.id).join(NOTES, sa.and_(NOTES.c.id == STAMPS.c.note_id, MINE)),
    sa.update(NOTES).values(version=2).where(MINE),
    sa.delete(NOTES).where(MINE),
    sa.select(CORE.metadata.tables["larabill_jobs"].c.id),
]


@pytest.mark.parametrize(
    ("statement", "complaints"), [(each, 1) for each in OF_ALL] + [(each, 0) for each in OF_ONE], ids=str
)
def test_a_statement_must_name_the_seller(
    engine: Engine, database_url: str, statement: sa.Executable, complaints: int
) -> None:
    said: list[str] = []
    database = open_database(database_url)
    demand_seller(database, tables_of_sellers((CORE, SAMPLE)), said.append)
    with database.connect() as connection:
        connection.execute(statement)
    database.dispose()
    assert len(said) == complaints
    assert all("larabill_notes" in each for each in said)
