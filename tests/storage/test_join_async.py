"""A host on asyncio joins through `run_sync`, with the drivers of its async engine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from tests.storage.conftest import SELLER, a_note

from larabill_core.engine import Engine
from larabill_core.errors import Conflict
from larabill_core.jobs import NewJob
from larabill_sqlalchemy.databases import open_database

DRIVERS = {"sqlite": "sqlite+aiosqlite", "mariadb": "mariadb+asyncmy", "postgresql": "postgresql+psycopg_async"}


@pytest.fixture
def with_connection(
    database_kind: str, database_url: str
) -> Callable[[Callable[[AsyncConnection], Awaitable[Any]]], None]:
    """Calls an async function with a connection of the host's async engine."""
    url = open_database(database_url).url.set(drivername=DRIVERS[database_kind])

    def call(work: Callable[[AsyncConnection], Awaitable[Any]]) -> None:
        async def run() -> None:
            database = create_async_engine(url)
            try:
                async with database.connect() as connection:
                    await work(connection)
            finally:
                await database.dispose()

        asyncio.run(run())

    return call


def add(engine: Engine, connection: Any, *labels: str) -> None:
    def work(tx: Any) -> None:
        tx.sample.notes.add(*map(a_note, labels))
        tx.enqueue(NewJob(handler="sample.scripted"))

    engine.joined(connection).run(work, seller=SELLER)


def labels(engine: Engine) -> list[str]:
    found: list[str] = engine.run(lambda tx: tx.sample.notes.labels(), seller=SELLER)
    return found


def test_it_is_committed_and_rolled_back_with_the_host(engine: Engine, with_connection: Any) -> None:
    woken: list[str] = []
    engine.on_wake(lambda: woken.append("woken"))

    async def host(connection: AsyncConnection) -> None:
        await connection.run_sync(lambda own: add(engine, own, "a"))
        await connection.rollback()
        await connection.run_sync(lambda own: add(engine, own, "b"))
        with pytest.raises(Conflict):
            await connection.run_sync(lambda own: add(engine, own, "c", "c"))
        await connection.commit()

    with_connection(host)
    assert labels(engine) == ["b"]
    assert woken == ["woken"]


def test_what_is_async_itself_is_refused_with_the_remedy(engine: Engine, with_connection: Any) -> None:
    async def host(connection: AsyncConnection) -> None:
        with pytest.raises(TypeError, match="run_sync"):
            engine.joined(connection)

    with_connection(host)
