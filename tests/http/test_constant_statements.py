"""A list costs the same number of statements whatever its length: for every endpoint whose answer has `items`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from tests.http.estate import Estate, build
from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Host
from tests.http.many import multiply
from tests.http.test_matrix import ENDPOINTS, ask

from larabill_core.http.endpoint import Document, Endpoint
from larabill_sqlalchemy.opening import database_of

MANY: Final = 50


def is_list(endpoint: Endpoint) -> bool:
    """Whether what it answers has `items` that grow with what is stored."""
    answer: Any = endpoint.answer
    if endpoint.method != "GET" or answer in (None, Document):
        return False
    return any(field.encode_name == "items" for field in msgspec.structs.fields(answer))


LISTS: Final = [endpoint for endpoint in ENDPOINTS if is_list(endpoint)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Estate, Host]]:
    with build(tmp_path_factory.mktemp("statements")) as estate, open_alone(estate) as host:
        yield estate, host


@pytest.mark.parametrize("endpoint", LISTS, ids=[endpoint.id for endpoint in LISTS])
def test_a_list_costs_as_many_statements_for_fifty_rows_as_for_few(
    endpoint: Endpoint, built: tuple[Estate, Host]
) -> None:
    estate, host = built
    who = "owner" if endpoint.scope == "installation" else "staff"
    estate.restore()
    few, rows = counted(estate, host, endpoint, who)
    multiply(estate.file, MANY, {UUID(hex=id).bytes for id in estate.kept})
    many, more = counted(estate, host, endpoint, who)
    estate.restore()
    assert many == few, f"{few} statements for {rows} rows, {many} for {more}"


def counted(estate: Estate, host: Host, endpoint: Endpoint, who: str) -> tuple[int, int]:
    """How many statements the list takes, and how many rows it shows."""
    seen: list[str] = []
    database = database_of(estate.engine)

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(database, "before_cursor_execute", note)
    try:
        answer = ask(estate, host, endpoint, who)
    finally:
        sa.event.remove(database, "before_cursor_execute", note)
    assert answer.status == 200, answer.body
    return len(seen), len(answer.data["items"])
