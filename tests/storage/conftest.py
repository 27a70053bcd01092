"""What the storage's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from tests.conftest import START, OpenTestEngine
from tests.databases import KINDS
from tests.storage.sample import MODULE, NOTES, Note, handlers

from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_sqlalchemy.databases import open_database

SELLER = UUID("01890000-0000-7000-8000-000000000001")


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@attrs.frozen
class NoSettings:
    pass


SCRIPTED = DriverInfo(name="scripted", type=DriverType.COMPUTE, settings_class=NoSettings, target="nowhere:Nothing")
"""Gives the account "fake" its limits; what would be asked of it is scripted in the tests' calls."""


def a_note(label: str = "original", *, seller: UUID = SELLER) -> Note:
    return Note(
        id=new_id(),
        seller_id=seller,
        label=label,
        body="Grüße 🎉",
        mood=None,
        parts=(),
        amount=Decimal("12.5000"),
        unit_price=None,
        written_at=START,
    )


@pytest.fixture
def engine(open_test_engine: OpenTestEngine) -> Iterator[Engine]:
    handlers.script.clear()
    handlers.seen.clear()
    handlers.calls.clear()
    yield open_test_engine(
        MODULE, drivers={"scripted": SCRIPTED}, settings={"drivers": {"fake": {"driver": "scripted"}}}
    )


@pytest.fixture
def host(engine: Engine, database_url: str) -> Iterator[sa.Engine]:
    """The host's own way to the database: SQLAlchemy's defaults, not our settings."""
    url = open_database(database_url).url
    host = sa.create_engine(url)
    yield host
    host.dispose()


def hold_b(connection: sa.Connection) -> None:
    """Lock note b, and no other, until the connection's transaction ends."""
    mine = sa.update(NOTES).where(NOTES.c.seller_id == SELLER, NOTES.c.label == "b")
    connection.execute(mine.values(version=9))
