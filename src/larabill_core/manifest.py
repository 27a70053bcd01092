"""What is on, and how it is configured: `larabill.toml`, or a dict from the host's settings."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from larabill_core.calls.limits import LimitSettings
from larabill_core.contracts.provider import DriverInfo
from larabill_core.errors import ConfigurationError, Faults, InvalidInput
from larabill_core.http.limits import RateLimits
from larabill_core.module import Module, choose_modules
from larabill_core.privacy import Secret
from larabill_core.structure import structure

FILE = "larabill.toml"

_DEFAULT_MODULES = ("billing", "provisioning")


def _database(value: object, path: str) -> str:
    """The URL, written out or named by `{ env = "NAME" }` (it may hold a password, so it is never in a repr)."""
    if isinstance(value, Mapping) and set(value) == {"env"}:
        name = str(value["env"])
        value = os.environ.get(name, "")
        if not value:
            raise InvalidInput.one(path, f"environment variable {name} is not set or empty")
    if not isinstance(value, str) or "://" not in value:
        raise InvalidInput.one(path, "must be a database URL", remedy='such as "sqlite:///larabill.db"')
    return value


@attrs.frozen(kw_only=True)
class MailSettings:
    """Where mail goes out. `encryption` is what the server offers on `port`."""

    host: str
    sender: str
    port: int = 587
    encryption: str = "starttls"
    user: str = ""
    password: Secret | None = None


@attrs.frozen(kw_only=True)
class Basics:
    """The `[larabill]` table. `roles` maps names to abilities and globs, such as `support = ["*.read"]`."""

    database: str = attrs.field(repr=False, metadata={"parse": _database})
    keys: Path = Path("larabill.keys")
    documents: Path = Path("documents")
    modules: tuple[str, ...] = _DEFAULT_MODULES
    roles: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    rate_limits: RateLimits = attrs.field(factory=RateLimits)


@attrs.frozen(kw_only=True)
class Account:
    """One `[drivers.NAME]` table: which driver, its settings, and how much the account may be asked."""

    name: str
    driver: str
    settings: Any = attrs.field(repr=False)
    limits: LimitSettings


@attrs.frozen(kw_only=True)
class Manifest:
    """The whole, checked. `settings` holds each module's settings by its name."""

    basics: Basics
    modules: tuple[Module, ...]
    settings: Mapping[str, Any]
    accounts: Mapping[str, Account]
    mail: MailSettings | None = None


def read_manifest(file: Path) -> dict[str, Any]:
    """The TOML as a dict; relative paths in `[larabill]` become relative to the file's folder.

    Raises `ConfigurationError` for a file that is missing or is no TOML (with the line).
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise ConfigurationError.one(
            str(file), "does not exist", remedy="`larabill init` writes one, --config names another"
        ) from problem
    except (tomllib.TOMLDecodeError, UnicodeError, OSError) as problem:
        raise ConfigurationError.one(str(file), f"cannot be read: {problem}") from problem
    basics = data.get("larabill")
    if isinstance(basics, dict):
        for key, default in (("keys", "larabill.keys"), ("documents", "documents")):
            if isinstance(basics.get(key, default), str):
                basics[key] = str(file.parent / basics.get(key, default))
    return data


def check_manifest(
    data: Mapping[str, Any], *, installed: Mapping[str, Module], drivers: Mapping[str, DriverInfo]
) -> Manifest:
    """The manifest. Raises `ConfigurationError` with every fault, each by its key path."""
    if not isinstance(data, Mapping):
        raise ConfigurationError.one("(whole)", "must be a table", data, "such as { larabill = { ... } }")
    faults = Faults()
    basics = structure(Basics, data.get("larabill", {}), faults, "larabill")
    modules: tuple[Module, ...] = ()
    try:
        modules = choose_modules(_names(data) if basics is None else basics.modules, installed)
    except ConfigurationError as problem:
        with faults.at("larabill"):
            faults.include(problem)
    settings = _module_settings(data, modules, faults)
    accounts = _accounts(data.get("drivers", {}), drivers, faults)
    # the module `mail` has the same settings: its faults are told once
    mail = settings.get("mail")
    if "mail" in data and "mail" not in settings:
        mail = structure(MailSettings, data["mail"], faults, "mail")
    known = {"larabill", "drivers", "mail", *installed}
    for key in data:
        if key not in known:
            faults.add(key, "is not a known table", remedy=f"known are: {', '.join(sorted(known))}")
    faults.raise_if_any(ConfigurationError)
    if basics is None:
        raise AssertionError("a missing [larabill] table is a fault")
    return Manifest(basics=basics, modules=modules, settings=settings, accounts=accounts, mail=mail)


def _names(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The modules that are meant where `[larabill]` has faults: the other tables are checked all the same."""
    table = data.get("larabill", {})
    names = table.get("modules", _DEFAULT_MODULES) if isinstance(table, Mapping) else _DEFAULT_MODULES
    fits = isinstance(names, list | tuple) and all(isinstance(name, str) for name in names)
    return tuple(names) if fits else ()


def _module_settings(data: Mapping[str, Any], modules: tuple[Module, ...], faults: Faults) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for module in modules:
        if module.settings is not None:
            settings[module.name] = structure(module.settings, data.get(module.name, {}), faults, module.name)
        elif module.name in data:
            faults.add(module.name, "this module has no settings")
    return settings


def _accounts(data: object, drivers: Mapping[str, DriverInfo], faults: Faults) -> dict[str, Account]:
    accounts: dict[str, Account] = {}
    if not isinstance(data, Mapping):
        faults.add("drivers", "must be a table of tables")
        return accounts
    for name, table in data.items():
        path = f"drivers.{name}"
        if not isinstance(table, Mapping):
            faults.add(path, "must be a table", value=table)
            continue
        driver = table.get("driver")
        if not isinstance(driver, str) or driver not in drivers:
            known = ", ".join(sorted(drivers))
            faults.add(f"{path}.driver", "is not an installed driver", value=driver, remedy=f"installed are: {known}")
            continue
        own = {key: value for key, value in table.items() if key not in ("driver", "limits")}
        settings = structure(drivers[driver].settings_class, own, faults, path)
        limits = structure(LimitSettings, table.get("limits", {}), faults, f"{path}.limits")
        if settings is not None and limits is not None:
            accounts[name] = Account(name=name, driver=driver, settings=settings, limits=limits)
    return accounts
