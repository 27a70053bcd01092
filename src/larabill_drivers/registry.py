"""Which drivers are installed, and the configured accounts at them, each built at first use."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import Any

import attrs

from larabill_core.calls.limits import LimitSettings
from larabill_core.clock import Clock
from larabill_core.contracts.provider import API_VERSION, DriverInfo
from larabill_core.errors import ConfigurationError, Faults, InvalidInput, NotFound
from larabill_core.manifest import Account
from larabill_core.module import load_target
from larabill_drivers.fit import misfits

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OWN = "larabill_drivers.builtin"


def load_infos() -> dict[str, DriverInfo]:
    """The cards of all installed drivers by name. Raises `ConfigurationError` naming each plugin that is at fault.

    Our own come in by the entry point `builtin`; in a source tree that is not installed they are added to the rest.
    """
    import pluggy

    from larabill_drivers import hookspecs

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    faults = Faults()
    for name, load in _plugins(hookspecs.GROUP).items():
        try:
            manager.register(load(), name=name)
        except Exception as problem:
            faults.add(f"driver plugin {name}", f"cannot be loaded: {type(problem).__name__}: {problem}")
    infos: dict[str, DriverInfo] = {}
    owners: dict[str, str] = {}
    silent = {name for name, plugin in manager.list_name_plugin() if not manager.get_hookcallers(plugin)}
    for name in sorted(silent):
        faults.add(f"driver plugin {name}", "does not implement the hook larabill_drivers")
    for implementation in manager.hook.larabill_drivers.get_hookimpls():
        plugin = implementation.plugin_name
        for info in _announced(plugin, implementation.function, faults):
            if info.name in infos:
                faults.add(f"driver plugin {plugin}", f"announces {info.name}, as {owners[info.name]} does")
                continue
            infos[info.name], owners[info.name] = info, plugin
    faults.raise_if_any(ConfigurationError)
    return dict(sorted(infos.items()))


def _plugins(group: str) -> dict[str, Any]:
    """Plugin name → function that loads it. The same entry point seen twice on the path is one plugin."""
    found: dict[str, Any] = {}
    values: set[str] = set()
    for entry in sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        if entry.value not in values:
            name = entry.name if entry.name not in found else f"{entry.name} ({entry.value})"
            values.add(entry.value)
            found[name] = entry.load
    if _OWN not in values:
        found["builtin"] = _own_plugin
    return found


def _own_plugin() -> Any:
    from larabill_drivers import builtin

    return builtin


def _announced(plugin: str, hook: Any, faults: Faults) -> list[DriverInfo]:
    """The cards that a plugin hands out, the bad ones left out and noted."""
    path = f"driver plugin {plugin}"
    try:
        answer = hook()
    except Exception as problem:
        faults.add(path, f"raises {type(problem).__name__}: {problem}")
        return []
    cards = list(answer) if isinstance(answer, Iterable) and not isinstance(answer, str | bytes) else [answer]
    good: list[DriverInfo] = []
    for card in cards:
        if not isinstance(card, DriverInfo):
            faults.add(path, f"announces {type(card).__name__}, which is no DriverInfo")
        elif card.api_version != API_VERSION:
            remedy = f"install a version of it for {API_VERSION}"
            faults.add(path, f"{card.name} is made for version {card.api_version} of the contracts", remedy=remedy)
        elif not _NAME.fullmatch(card.name):
            faults.add(path, "a driver's name is a-z, 0-9 and _, a letter first", value=card.name)
        elif not attrs.has(card.settings_class):
            faults.add(path, f"the settings_class of {card.name} is no attrs class")
        else:
            good.append(card)
    return good


class DriverSet:
    """The port `ports.drivers.Drivers`: accounts by name, their drivers built once and shared by all threads."""

    def __init__(self, accounts: Mapping[str, Account], infos: Mapping[str, DriverInfo], clock: Clock) -> None:
        self._accounts = dict(accounts)
        self._infos = infos
        self._clock = clock
        self._built: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, account: str) -> Any:
        """The driver of an account. Raises `NotFound` with the known ones, `ConfigurationError` if it does not fit."""
        configured = self._account(account)
        with self._lock:
            if account not in self._built:
                self._built[account] = self._build(configured)
            return self._built[account]

    def info(self, account: str) -> DriverInfo:
        """Raises `NotFound`."""
        return self._infos[self._account(account).driver]

    def limits(self, account: str) -> LimitSettings:
        """Raises `NotFound`."""
        return self._account(account).limits

    def accounts(self) -> Mapping[str, DriverInfo]:
        return {name: self._infos[account.driver] for name, account in self._accounts.items()}

    def _account(self, name: str) -> Account:
        if name not in self._accounts:
            known = ", ".join(sorted(self._accounts)) or "none"
            raise NotFound("driver account", name, f"configured are: {known}")
        return self._accounts[name]

    def _build(self, account: Account) -> Any:
        info = self._infos[account.driver]
        faults = Faults()
        with faults.at("drivers", account.name):
            try:
                driver = load_target(info.target)(account.settings, account=account.name, clock=self._clock)
            except (ConfigurationError, InvalidInput) as problem:
                faults.include(problem)
            except Exception as problem:
                faults.add("", f"the driver {info.name} cannot be built: {type(problem).__name__}: {problem}")
            else:
                for misfit in misfits(driver, info, account.name):
                    faults.add("", f"the driver {info.name} does not fit: {misfit}")
        faults.raise_if_any(ConfigurationError)
        return driver
