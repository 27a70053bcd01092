"""Putting LaraBill together: everything that is wrong is said before anything is done."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.storage.sample import MODULE

from larabill_core.engine import Engine
from larabill_core.errors import ConfigurationError
from larabill_core.testing.clock import ManualClock
from larabill_sqlalchemy import migrate, open_engine
from larabill_sqlalchemy.clock import DatabaseClock
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.opening import database_of, storages_of

INSTALLED = {"sample": MODULE}


def write_manifest(folder: Path, url: str, keys: Path) -> Path:
    file = folder / "larabill.toml"
    file.write_text(f'[larabill]\ndatabase = "{url}"\nkeys = "{keys}"\nmodules = ["sample"]\n')
    return file


def test_a_file_opens_an_engine_on_a_migrated_database(new_database_url: str, keys: Path, tmp_path: Path) -> None:
    file = write_manifest(tmp_path, new_database_url, keys)
    with pytest.raises(ConfigurationError, match="run `larabill migrate`"):
        open_engine(file, installed=INSTALLED, drivers={})
    database = open_database(new_database_url)
    migrate.upgrade(database, storages_of((MODULE,)))
    database.dispose()
    engine = open_engine(file, installed=INSTALLED, drivers={})
    try:
        assert isinstance(engine, Engine)
        assert engine.run(lambda tx: tx.jobs.list()) == []
        assert isinstance(engine.clock, DatabaseClock) == (not new_database_url.startswith("sqlite"))
        assert engine.mailer is None
        engine.tick()
        assert engine.run_due() == 3
    finally:
        database_of(engine).dispose()


def test_whether_the_tables_are_current_is_one_statement_also_while_somebody_writes(
    engine: Engine, host: sa.Engine, database_kind: str
) -> None:
    """Such as a host, which opens LaraBill in the middle of its own transaction."""
    said: list[str] = []
    with host.connect() as connection:
        if database_kind == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        sa.event.listen(database_of(engine), "before_cursor_execute", note := lambda *call: said.append(call[2]))
        assert engine.is_ready()
        sa.event.remove(database_of(engine), "before_cursor_execute", note)
    assert [statement[:7] for statement in said if not statement.startswith("BEGIN")] == ["SELECT "]
    assert "BEGIN IMMEDIATE" not in said


def test_the_clock_that_is_given_is_used(engine: Engine, clock: ManualClock) -> None:
    assert engine.run(lambda tx: tx.now) == clock.now()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_faults_of_the_manifest_come_all_at_once(tmp_path: Path, database_kind: str) -> None:
    wrong = {"larabill": {"modules": ["sampel"]}, "drivers": {"x": {"driver": "none"}}}
    with pytest.raises(ConfigurationError) as raised:
        open_engine(wrong, installed=INSTALLED, drivers={})
    said = str(raised.value)
    for path in ("larabill.database", "drivers.x.driver"):
        assert path in said


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_missing_keys_are_said_before_the_database_is_touched(tmp_path: Path, database_kind: str) -> None:
    settings = {
        "larabill": {
            "database": f"sqlite:///{tmp_path / 'new.db'}",
            "keys": str(tmp_path / "none.keys"),
            "modules": ["sample"],
        }
    }
    with pytest.raises(ConfigurationError, match="larabill init"):
        open_engine(settings, installed=INSTALLED, drivers={})
    assert not (tmp_path / "new.db").exists()


def test_an_engine_made_elsewhere_has_no_pool_of_ours() -> None:
    class Other:
        _unit_of_work = None

    with pytest.raises(TypeError, match="open_engine"):
        database_of(Other())  # type: ignore[arg-type]
