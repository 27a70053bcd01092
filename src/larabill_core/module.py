"""What a module brings: registered by entry point `larabill.modules`, turned on by the manifest.

A module that is off has no jobs, handlers, schedules, endpoints, commands, abilities or tables.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import attrs

from larabill_core.errors import ConfigurationError, Faults
from larabill_core.http.endpoint import Endpoint
from larabill_core.jobs import Handler, Schedule


@attrs.frozen(kw_only=True)
class Module:
    """A module's card. Targets are "package.module:name", imported at first use.

    `storage`: a `larabill_sqlalchemy.storage.Storage` (metadata, migrations, repositories). `calls`: subject kind →
    function `(engine, operation) -> Call`. `answers`: "contacts" or "standing" → an instance of that contract.
    `customer_abilities` are those of the role `customer`, where the manifest does not say otherwise.
    `facade`: a class called with the engine, reached as `engine.<module name>`; what asks others outside takes
    `engine.outside(…)`. `commands`: click commands.
    `audits`: a function `(tx, AuditsWanted) -> list[AuditLine]`: the trail of one thing, as far as the module knows it.
    `verify`: functions `(tx) -> list[Violation]` run by `larabill verify` for each seller; `verify_live`: functions
    `(engine) -> list[Violation]` that compare with the providers' own lists (`--live`).
    """

    name: str
    requires: tuple[str, ...] = ()
    handlers: tuple[Handler, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    commands: tuple[str, ...] = ()
    abilities: tuple[str, ...] = ()
    customer_abilities: tuple[str, ...] = ()
    settings: type[Any] | None = None
    templates: str = ""
    storage: str = ""
    facade: str = ""
    calls: Mapping[str, str] = attrs.field(factory=dict)
    answers: Mapping[str, str] = attrs.field(factory=dict)
    audits: str = ""
    verify: tuple[str, ...] = ()
    verify_live: tuple[str, ...] = ()
    health: tuple[str, ...] = ()


def load_target(target: str) -> Any:
    """The object named "package.module:name". Raises `ConfigurationError` naming the target."""
    path, _, name = target.partition(":")
    try:
        return getattr(importlib.import_module(path), name)
    except (ImportError, AttributeError) as problem:
        raise ConfigurationError.one("target", f"cannot be loaded: {problem}", value=target) from problem


def installed_modules() -> dict[str, Module]:
    """All modules that are installed, by name. Raises `ConfigurationError` for an entry point that is no module."""
    found: dict[str, Module] = {}
    faults = Faults()
    for entry in sorted(entry_points(group="larabill.modules"), key=lambda entry: entry.name):
        try:
            module = entry.load()
        except Exception as problem:
            faults.add(f"entry point {entry.name}", f"cannot be loaded: {type(problem).__name__}: {problem}")
            continue
        if not isinstance(module, Module) or module.name != entry.name:
            faults.add(f"entry point {entry.name}", "is not a Module of that name", value=entry.value)
            continue
        found[module.name] = module
    faults.raise_if_any(ConfigurationError)
    return found


def choose_modules(names: tuple[str, ...], installed: Mapping[str, Module]) -> tuple[Module, ...]:
    """The modules that are on, each after those it requires. Raises `ConfigurationError` with all faults."""
    faults = Faults()
    for index, name in enumerate(names):
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            faults.add(f"modules[{index}]", "is not installed", value=name, remedy=f"installed are: {known}")
            continue
        for needed in installed[name].requires:
            if needed not in names:
                faults.add(f"modules[{index}]", f"requires {needed}", value=name, remedy=f'add "{needed}" to modules')
    faults.raise_if_any(ConfigurationError)
    ordered: list[Module] = []

    def place(name: str) -> None:
        module = installed[name]
        if module not in ordered:
            for needed in module.requires:
                place(needed)
            ordered.append(module)

    for name in names:
        place(name)
    return tuple(ordered)
