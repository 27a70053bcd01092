"""One contract over all hosts: rows of the host's and ours are committed or vanish together, on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import pytest
import sqlalchemy as sa
from tests.billing.market import Market
from tests.databases import KINDS
from tests.http.joining.django import open_django, open_django_with_atomic_requests
from tests.http.joining.fastapi import open_fastapi, open_fastapi_async
from tests.http.joining.flask import open_flask
from tests.http.joining.host import CARTS, JoiningHost, OpenJoiningHost

from larabill_sqlalchemy.databases import open_database

HOSTS: Final[dict[str, OpenJoiningHost]] = {
    "flask": open_flask,
    "django": open_django,
    "django-atomic-requests": open_django_with_atomic_requests,
    "fastapi": open_fastapi,
    "fastapi-async": open_fastapi_async,
}
pytestmark = [
    pytest.mark.parametrize("database_kind", KINDS, indirect=True),
    pytest.mark.parametrize("host", HOSTS, indirect=True),
]
ORDERS: Final = "larabill_orders"
NewRows: TypeAlias = Callable[[], dict[str, int]]


@pytest.fixture
def database(database_url: str, market: Market) -> Iterator[sa.Engine]:
    """Another way into the database, which sees what is committed, and waits for nobody."""
    database = sa.create_engine(open_database(database_url).url)
    CARTS.create(database)
    yield database
    CARTS.drop(database)
    database.dispose()


@pytest.fixture
def host(request: pytest.FixtureRequest, market: Market, database: sa.Engine) -> Iterator[JoiningHost]:
    with HOSTS[request.param](market, database.url) as host:
        yield host


@pytest.fixture
def new_rows(database: sa.Engine) -> NewRows:
    """How many rows each table has got in the test, ours and the host's; those that got none are left out."""
    with database.connect() as connection:
        names = sa.inspect(connection).get_table_names()
    counts = sa.text(" UNION ALL ".join(f"SELECT '{name}', COUNT(*) FROM {name}" for name in names))

    def count() -> dict[str, int]:
        with database.connect() as connection:
            return dict(connection.execute(counts).all())

    before = count()

    def since() -> dict[str, int]:
        now = count()
        return {name: now[name] - before[name] for name in now if now[name] != before[name]}

    return since


@pytest.fixture
def woken(market: Market, new_rows: NewRows) -> list[int]:
    """At each wake-up, how many new rows of the host's were committed."""
    seen: list[int] = []
    market.engine.on_wake(lambda: seen.append(new_rows().get(CARTS.name, 0)))
    return seen


def test_the_host_commits_and_both_are_there(host: JoiningHost, new_rows: NewRows, woken: list[int]) -> None:
    """Whoever goes first; workers are woken, and not before the commit."""
    assert host.ask("row", "use case") == 200
    assert (new_rows()[CARTS.name], new_rows()[ORDERS]) == (1, 1)
    assert set(woken) == {1}
    woken.clear()
    assert host.ask("pending row", "use case", "row") == 200
    assert (new_rows()[CARTS.name], new_rows()[ORDERS]) == (3, 2)
    assert set(woken) == {3}
    woken.clear()
    assert host.ask("use case", "row") == 200
    assert (new_rows()[CARTS.name], new_rows()[ORDERS]) == (4, 3)
    assert set(woken) == {4}


def test_the_host_rolls_back_or_breaks_and_nothing_is_left(
    host: JoiningHost, new_rows: NewRows, woken: list[int]
) -> None:
    """Nobody is woken, not even by the next commit of the same connection."""
    for end in host.ends_that_keep_nothing:
        assert host.ask("row", "use case", "pending row", end=end) == 200
        assert host.ask("use case", "row", end=end) == 200
        assert new_rows() == {}
    assert host.ask("row", "use case", "host's error") == 500
    assert new_rows() == {}
    assert host.ask("row") == 200
    assert (new_rows(), woken) == ({CARTS.name: 1}, [])


def test_two_use_cases_are_one_transaction(host: JoiningHost, new_rows: NewRows, woken: list[int]) -> None:
    """Of one joined engine, and joined anew."""
    assert host.ask("row", "two use cases", "use case", end="rollback") == 200
    assert (new_rows(), woken) == ({}, [])
    assert host.ask("row", "two use cases", "use case") == 200
    assert (new_rows()[CARTS.name], new_rows()[ORDERS]) == (1, 3)
    assert set(woken) == {1}


def test_our_error_undoes_our_part_alone_and_the_host_commits_the_rest(
    host: JoiningHost, new_rows: NewRows, woken: list[int]
) -> None:
    """What was written before the error and after it, of its own and of ours."""
    assert host.ask("row", "caught error", "row") == 200
    assert (new_rows(), woken) == ({CARTS.name: 2}, [])
    assert host.ask("use case", "caught error", "row") == 200
    assert (new_rows()[CARTS.name], new_rows()[ORDERS]) == (3, 1)
    assert set(woken) == {3}


def test_after_our_error_the_host_may_roll_back(host: JoiningHost, new_rows: NewRows, woken: list[int]) -> None:
    """By itself, or because it does not catch the error."""
    assert host.ask("row", "use case", "caught error", "row", end="rollback") == 200
    assert host.ask("row", "use case", "error") == 500
    assert (new_rows(), woken) == ({}, [])
