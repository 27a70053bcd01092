"""Our Alembic revisions inside `manage.py migrate`."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.migrations.operations.base import Operation

from larabill_core.errors import ConfigurationError
from larabill_django.databases import alias_url
from larabill_django.settings import Settings, read_settings


class RunAlembic(Operation):
    """Bring one module's tables to the revision `to`; backwards to `back_to`.

    It works on a connection of its own, under the same lock as `larabill migrate`, so the migration needs
    `atomic = False`. What has been done already is left out: after a kill it is simply run again. Nothing happens for a
    module that is off, and on other databases than LaraBill's. Other modules than ours use it in their own apps.
    """

    reduces_to_sql = False
    reversible = True

    def __init__(self, module: str, to: str, back_to: str = "base") -> None:
        self.module = module
        self.to = to
        self.back_to = back_to

    def deconstruct(self) -> tuple[str, list[Any], dict[str, str]]:
        """For the writer of migrations."""
        return type(self).__name__, [], {"module": self.module, "to": self.to, "back_to": self.back_to}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django's models do not change: those over our tables are unmanaged."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Raises `ConfigurationError` for faults of the settings, and as `larabill migrate` does."""
        self._run(schema_editor, forwards=True)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The data of what is dropped is lost. Raises `ConfigurationError`."""
        self._run(schema_editor, forwards=False)

    def describe(self) -> str:
        """What `migrate --plan` shows."""
        return f"Bring the tables of LaraBill's module {self.module} to revision {self.to}"

    @property
    def migration_name_fragment(self) -> str:
        """For names of files."""
        return f"{self.module}_{self.to}"

    def _run(self, schema_editor: Any, *, forwards: bool) -> None:
        from larabill_sqlalchemy import migrate
        from larabill_sqlalchemy.databases import open_database
        from larabill_sqlalchemy.opening import storages_of

        found = read_settings()
        storage = {each.name: each for each in storages_of(found.manifest.modules)}.get(self.module)
        connection = schema_editor.connection
        if storage is None or connection.alias != found.database:
            return
        if connection.in_atomic_block:
            raise ConfigurationError.one("migration", "runs Alembic in a transaction", remedy="set atomic = False")
        database = open_database(alias_url(connection.alias))
        try:
            if not forwards:
                migrate.downgrade(database, [storage], self.back_to)
            elif any(revision <= self.to for revision in migrate.pending(database, [storage]).get(storage.name, ())):
                migrate.upgrade(database, [storage], self.to)
        finally:
            database.dispose()


def set_up_after(sender: object, using: str, **more: Any) -> None:
    """After `migrate`: the settings' seller and plan maps, as `larabill migrate` does. Not while tables are missing."""
    from larabill_cli.sellers import set_up
    from larabill_django.opening import engine

    found = read_settings()
    if using == found.database and _is_current(found):
        set_up(engine())


def _is_current(found: Settings) -> bool:
    from larabill_sqlalchemy import migrate
    from larabill_sqlalchemy.databases import open_database
    from larabill_sqlalchemy.opening import storages_of

    connections[found.database].close_if_unusable_or_obsolete()
    database = open_database(found.manifest.basics.database)
    try:
        return not migrate.pending(database, storages_of(found.manifest.modules))
    finally:
        database.dispose()
