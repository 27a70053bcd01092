"""A list costs the same number of statements whatever its length: for every endpoint whose answer has `items`."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import attrs
import msgspec
import pytest
import sqlalchemy as sa
from tests.http.estate import Estate, build
from tests.http.hosts.alone import open_alone
from tests.http.hosts.host import Answer, Host
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


@attrs.frozen
class Cost:
    """What one list took: its answer, and how many statements."""

    answer: Answer
    statements: int


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Cost, Cost]]:
    """Of every list, with the rows of the estate and with fifty times as many."""
    with build(tmp_path_factory.mktemp("statements")) as estate, open_alone(estate) as host:
        few = {endpoint.id: counted(estate, host, endpoint) for endpoint in LISTS}
        database_of(estate.engine).dispose()
        multiply(estate.file, MANY, {UUID(hex=id).bytes for id in estate.kept})
        return {endpoint.id: (few[endpoint.id], counted(estate, host, endpoint)) for endpoint in LISTS}


@pytest.mark.parametrize("endpoint", LISTS, ids=[endpoint.id for endpoint in LISTS])
def test_a_list_costs_as_many_statements_for_fifty_rows_as_for_few(
    endpoint: Endpoint, costs: dict[str, tuple[Cost, Cost]]
) -> None:
    few, many = costs[endpoint.id]
    assert (few.answer.status, many.answer.status) == (200, 200), many.answer.body
    rows = [len(each.answer.data["items"]) for each in (few, many)]
    assert many.statements == few.statements, f"{rows[0]} rows and {rows[1]} rows"


def counted(estate: Estate, host: Host, endpoint: Endpoint) -> Cost:
    """How many statements the list takes, and what it answers."""
    seen: list[str] = []
    database = database_of(estate.engine)

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    sa.event.listen(database, "before_cursor_execute", note)
    try:
        answer = ask(estate, host, endpoint, "owner" if endpoint.scope == "installation" else "staff")
    finally:
        sa.event.remove(database, "before_cursor_execute", note)
    return Cost(answer, len(seen))
