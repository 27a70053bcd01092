"""The one place where ports meet implementations."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from larabill_core.clock import Clock
from larabill_core.contracts.provider import DriverInfo
from larabill_core.dispatch import Registry
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.kernel import KERNEL
from larabill_core.keyring import KEY_BYTES, KeyRing
from larabill_core.manifest import Manifest, check_manifest, read_manifest
from larabill_core.module import Module, installed_modules, load_target
from larabill_core.ports.mail import Mailer
from larabill_core.vault import Vault
from larabill_sqlalchemy.clock import clock_of
from larabill_sqlalchemy.databases import open_database
from larabill_sqlalchemy.schema import require_current
from larabill_sqlalchemy.storage import Storage
from larabill_sqlalchemy.unit_of_work import JoinedUnitOfWork, SqlUnitOfWork


def open_engine(
    settings: Mapping[str, Any] | Manifest | Path,
    *,
    clock: Clock | None = None,
    installed: Mapping[str, Module] | None = None,
    drivers: Mapping[str, DriverInfo] | None = None,
) -> Engine:
    """LaraBill as `settings` say: a manifest's data, a checked manifest, or the file it stands in.

    `installed` and `drivers` are the modules and driver cards to choose from; by default those of the entry points.
    Raises `ConfigurationError` with all faults of the manifest, for keys, and for a schema that is not current;
    `DatabaseUnavailable`.
    """
    from larabill_drivers.registry import load_infos

    infos = load_infos() if drivers is None else drivers
    manifest = load_manifest(settings, installed=installed, drivers=infos)
    database = open_database(manifest.basics.database)
    vault = Vault(KeyRing.load(manifest.basics.keys))
    try:
        require_current(database, storages_of(manifest.modules))
    except LarabillError:
        database.dispose()
        raise
    return _engine(manifest, database, vault, infos, clock or clock_of(database))


def open_in_memory(
    settings: Mapping[str, Any], *, clock: Clock, installed: Mapping[str, Module] | None = None
) -> Engine:
    """LaraBill on a database and keys that live in memory and are gone with the engine: for simulations.

    `settings` are the manifest's tables besides `database` and `keys`. Raises `ConfigurationError` with all faults.
    """
    from larabill_drivers.registry import load_infos
    from larabill_sqlalchemy.migrate import create_schema

    infos = load_infos()
    basics = {**settings.get("larabill", {}), "database": "sqlite://"}
    manifest = load_manifest({**settings, "larabill": basics}, installed=installed, drivers=infos)
    database = open_database(manifest.basics.database)
    create_schema(database, storages_of(manifest.modules))
    vault = Vault(KeyRing({"memory": os.urandom(KEY_BYTES)}, "memory"))
    return _engine(manifest, database, vault, infos, clock)


def _engine(
    manifest: Manifest, database: sa.Engine, vault: Vault, infos: Mapping[str, DriverInfo], clock: Clock
) -> Engine:
    from larabill_documents import JinjaDocuments
    from larabill_drivers.registry import DriverSet

    storages = storages_of(manifest.modules)
    return Engine(
        manifest=manifest,
        modules=manifest.modules,
        clock=clock,
        unit_of_work=SqlUnitOfWork(database, storages),
        registry=Registry([handler for module in (KERNEL, *manifest.modules) for handler in module.handlers]),
        drivers=DriverSet(manifest.accounts, infos, clock),
        vault=vault,
        documents=JinjaDocuments(),
        mailer=_mailer(manifest, clock),
    )


def load_manifest(
    settings: Mapping[str, Any] | Manifest | Path,
    *,
    installed: Mapping[str, Module] | None = None,
    drivers: Mapping[str, DriverInfo] | None = None,
) -> Manifest:
    """The checked manifest. Raises `ConfigurationError` with all its faults."""
    if isinstance(settings, Manifest):
        return settings
    data = read_manifest(settings) if isinstance(settings, Path) else settings
    if drivers is None:
        from larabill_drivers.registry import load_infos

        drivers = load_infos()
    return check_manifest(data, installed=installed_modules() if installed is None else installed, drivers=drivers)


def storages_of(modules: tuple[Module, ...]) -> tuple[Storage, ...]:
    """The kernel's storage and those of the modules, in the order in which they are migrated."""
    return tuple(load_target(module.storage) for module in (KERNEL, *modules) if module.storage)


def database_of(engine: Engine) -> sa.Engine:
    """The pool of connections of an engine that `open_engine` made: for checks, migrations and tests."""
    unit_of_work = engine._unit_of_work
    if not isinstance(unit_of_work, SqlUnitOfWork | JoinedUnitOfWork):
        raise TypeError("this engine was not made by larabill_sqlalchemy.open_engine")
    return unit_of_work.database


def _mailer(manifest: Manifest, clock: Clock) -> Mailer | None:
    if manifest.mail is None:
        return None
    from larabill_mail import SmtpMailer

    return SmtpMailer(manifest.mail, clock=clock)
