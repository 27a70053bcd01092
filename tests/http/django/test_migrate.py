"""Our tables inside `manage.py migrate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tests.databases import KINDS

from larabill_django.opening import engine
from larabill_django.operations import RunAlembic
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.migrate import pending
from larabill_sqlalchemy.opening import storages_of
from larabill_sqlalchemy.schema import revisions

Manage = Callable[..., None]


def ours() -> set[str]:
    return {table for table in connection.introspection.table_names() if table.startswith("larabill_")}


@pytest.mark.parametrize("database_kind", KINDS, indirect=True)
def test_migrate_makes_our_tables_and_takes_them_away_and_makes_them_again(
    empty_project: Manage, new_database_url: str
) -> None:
    """With the seller of the settings; what an earlier `larabill migrate` has done is left out."""
    empty_project("migrate")
    found = engine()
    assert [seller.name for seller in found.billing.sellers.list()] == ["Example Ltd"]
    database = open_database(new_database_url)
    assert pending(database, storages_of(found.manifest.modules)) == {}
    empty_project("migrate")
    empty_project("migrate", "larabill", "zero")
    assert {table for table in ours() if not table.endswith("_version")} == set()
    empty_project("larabill", "migrate")
    empty_project("migrate")
    assert pending(database, storages_of(found.manifest.modules)) == {}
    database.dispose()


def test_a_migration_that_was_killed_is_run_again(empty_project: Manage, new_database_url: str) -> None:
    """Django has not noted it, and half of the tables stand."""
    empty_project("migrate", "larabill", "0001")
    database = open_database(new_database_url)
    from larabill_django.settings import read_settings
    from larabill_sqlalchemy import migrate

    storages = storages_of(read_settings().manifest.modules)
    migrate.upgrade(database, storages[:1])
    empty_project("migrate")
    assert pending(database, storages) == {}
    database.dispose()


def test_makemigrations_finds_nothing_to_do(empty_project: Manage) -> None:
    empty_project("makemigrations", "--check", "--dry-run")


def test_a_new_revision_needs_a_new_migration() -> None:
    """The newest migration of each module's line names its newest revision, and goes back to the one before it."""
    loader = MigrationLoader(None)
    nodes = [loader.get_migration(*key) for key in loader.graph.nodes if key[0] == "larabill"]
    reached: dict[str, str] = {}
    for node in sorted(nodes, key=lambda each: each.name):
        for operation in node.operations:
            if isinstance(operation, RunAlembic):
                assert operation.back_to == reached.get(operation.module, "base")
                reached[operation.module] = operation.to
    from larabill_core.module import installed_modules

    heads = {storage.name: revisions(storage)[-1] for storage in storages_of(tuple(installed_modules().values()))}
    assert reached == heads


def test_a_module_that_is_off_gets_no_tables(empty_project: Manage, settings: dict[str, Any]) -> None:
    settings["larabill"]["modules"] = ["billing"]
    empty_project("migrate")
    assert "larabill_resources" not in ours()
    settings["larabill"]["modules"] = ["billing", "provisioning"]
    empty_project("larabill", "migrate")
    assert "larabill_resources" in ours()


def test_faults_of_the_settings_stop_migrate(empty_project: Manage, settings: dict[str, Any]) -> None:
    settings["billing"] = {"seler": {}}
    with pytest.raises(CommandError, match="did you mean seller"):
        empty_project("larabill", "migrate")


def test_the_columns_of_the_models_are_those_of_the_tables() -> None:
    """By name, and whether they may be NULL."""
    from django.apps import apps

    from larabill_core.module import installed_modules

    tables = {
        table.name: table
        for storage in storages_of(tuple(installed_modules().values()))
        for table in storage.metadata.tables.values()
    }
    for model in apps.get_app_config("larabill").get_models():
        table: sa.Table = tables[model._meta.db_table]
        for field in model._meta.local_concrete_fields:
            assert bool(table.c[field.column].nullable) == field.null, f"{table.name}.{field.column}"
