"""What asks others outside is no part of a host's transaction: façades refuse it there, before they do anything."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
import sqlalchemy as sa
from tests.conftest import OpenTestEngine

from larabill_billing.module import MODULE as BILLING
from larabill_core.access import SYSTEM
from larabill_core.module import installed_modules, load_target
from larabill_provisioning.module import MODULE as PROVISIONING
from larabill_sqlalchemy.databases import open_database

WITHIN: Final = {"run", "manifest"}
"""What a method may ask of its engine and still be part of a transaction."""


def areas() -> Iterator[tuple[str, Any]]:
    """Each module's façade and its areas, by their paths from the engine. They are looked at, and never called."""
    for module in installed_modules().values():
        if module.facade:
            facade = load_target(module.facade)(SimpleNamespace(access=None))
            yield module.name, facade
            yield from ((f"{module.name}.{name}", area) for name, area in vars(facade).items() if name[0] != "_")


def reaches_outside(method: Any) -> bool:
    """Whether it takes more of its engine than a transaction: the drivers, or the engine to hand it on."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(method)))
    engines = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "_engine"]
    asked = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.value in engines]
    return len(asked) < len(engines) or not WITHIN.issuperset(asked)


METHODS: Final = [
    f"{path}.{name}"
    for path, area in areas()
    for name, method in inspect.getmembers(type(area), inspect.isfunction)
    if name != "__init__" and reaches_outside(method)
]


def test_there_are_such_methods() -> None:
    assert {path.partition(".")[0] for path in METHODS} == {"billing", "provisioning"}


def test_the_documentation_names_them_all() -> None:
    text = (Path(__file__).parents[2] / "docs" / "how-to" / "embed.md").read_text(encoding="utf-8")
    assert [path for path in METHODS if f"`{path.partition('.')[2]}`" not in text] == []


@pytest.fixture
def host(open_test_engine: OpenTestEngine, database_url: str) -> Iterator[SimpleNamespace]:
    """An engine that is joined, and what is said to the database in the host's transaction and beside it."""
    engine = open_test_engine(BILLING, PROVISIONING)
    said: list[str] = []
    database = open_database(database_url)
    with database.begin() as connection:
        joined = engine.joined(connection)
        sa.event.listen(sa.Engine, "before_cursor_execute", note := lambda *call: said.append(call[2]))
        yield SimpleNamespace(joined=joined, said=said)
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    database.dispose()


@pytest.mark.parametrize("path", METHODS)
def test_it_is_refused_on_a_joined_engine_before_it_does_anything(host: SimpleNamespace, path: str) -> None:
    """Whatever it is given, so before that is looked at. The error says what, why, and what to do instead."""
    method = reduce(getattr, path.split("."), host.joined)
    required = [each for each in inspect.signature(method).parameters.values() if each.default is each.empty]
    given = {each.name: SYSTEM if each.name == "actor" else object() for each in required}
    message = rf"^{re.escape(path)} asks others outside, .* by a rollback, .* Call the engine itself"
    with pytest.raises(RuntimeError, match=message):
        method(**given)
    assert host.said == []
