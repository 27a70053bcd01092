"""Drivers come in by one door, and what does not fit is said by name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import attrs
import pytest

import larabill_drivers
from larabill_core.calls.limits import LimitSettings
from larabill_core.clock import Clock
from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_core.errors import ConfigurationError, InvalidInput, NotFound
from larabill_core.manifest import Account, check_manifest
from larabill_core.testing.clock import ManualClock
from larabill_drivers.fake import FakeProvider, FakeSettings
from larabill_drivers.hookspecs import hookimpl
from larabill_drivers.registry import DriverSet, load_infos


@attrs.frozen(kw_only=True)
class AcmeSettings:
    host: str = "acme"


def card(**changes: Any) -> DriverInfo:
    values: dict[str, Any] = {
        "name": "acme",
        "type": DriverType.CLOUD,
        "settings_class": AcmeSettings,
        "target": f"{__name__}:Acme",
    }
    return DriverInfo(**{**values, **changes})


def plugin(*cards: object) -> Any:
    class Plugin:
        @hookimpl
        def larabill_drivers(self) -> Sequence[object]:
            return cards

    return Plugin()


def install(monkeypatch: pytest.MonkeyPatch, **plugins: object) -> None:
    """As if packages with these entry points were installed."""

    class Entry:
        def __init__(self, name: str, loads: object) -> None:
            self.name, self.value, self.loads = name, f"{name}:plugin", loads

        def load(self) -> object:
            if isinstance(self.loads, Exception):
                raise self.loads
            return self.loads

    entries = [Entry(name, loads) for name, loads in plugins.items()]
    monkeypatch.setattr("larabill_drivers.registry.entry_points", lambda group: entries)


def test_our_own_drivers_are_there_installed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"fake", "fake_gateway"}
    assert own <= set(load_infos())
    install(monkeypatch)
    assert own <= set(load_infos())
    entry = EntryPoint("builtin", "larabill_drivers.builtin", "larabill.drivers")
    monkeypatch.setattr("larabill_drivers.registry.entry_points", lambda group: [entry, entry])
    assert own <= set(load_infos())


def test_a_foreign_driver_comes_in_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, acme=plugin(card()))
    assert {"acme", "fake"} <= set(load_infos())


def test_a_plugin_may_hand_out_a_single_card(monkeypatch: pytest.MonkeyPatch) -> None:
    class Single:
        @hookimpl
        def larabill_drivers(self) -> DriverInfo:
            return card()

    install(monkeypatch, acme=Single())
    assert "acme" in load_infos()


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (plugin(card(api_version=2)), "version 2"),
        (plugin(card(), card()), "announces acme, as bad does"),
        (plugin(card(name="fake")), "announces fake"),
        (plugin({"name": "acme"}), "is no DriverInfo"),
        (plugin(card(name="Acme Cloud")), "driver's name"),
        (plugin(card(settings_class=dict)), "no attrs class"),
        (SimpleNamespace(), "does not implement"),
        (ImportError("no module named acme"), "cannot be loaded"),
    ],
)
def test_a_plugin_at_fault_is_named(monkeypatch: pytest.MonkeyPatch, what: object, problem: str) -> None:
    install(monkeypatch, bad=what)
    with pytest.raises(ConfigurationError, match=problem) as error:
        load_infos()
    assert "plugin" in str(error.value)
    assert "b" in str(error.value)


def test_a_hook_that_raises_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Raises:
        @hookimpl
        def larabill_drivers(self) -> DriverInfo:
            raise RuntimeError("broken")

    install(monkeypatch, bad=Raises())
    with pytest.raises(ConfigurationError, match="plugin bad: raises RuntimeError: broken"):
        load_infos()


class Acme:
    """A driver that fits."""

    name = "acme"
    dedupes = True

    def __init__(self, settings: AcmeSettings, *, account: str, clock: Clock) -> None:
        self.account = account

    def ref_for(self, subject_id: UUID) -> str:
        return subject_id.hex

    def provision(self, request: object) -> object:
        return request


class HalfAGateway(Acme):
    def charge(self, request: object) -> object:
        return request


class WrongArguments(Acme):
    def suspend(self, request: object, force: bool) -> object:
        return request


class NotCallable(Acme):
    find = "here"


class OtherName(Acme):
    name = "umbrella"


class MaybeDedupes(Acme):
    dedupes = "yes"  # type: ignore[assignment]


class Nameless:
    def __init__(self, settings: AcmeSettings, *, account: str, clock: Clock) -> None:
        pass


class Breaks(Acme):
    def __init__(self, settings: AcmeSettings, *, account: str, clock: Clock) -> None:
        raise OSError("no such host")


class Complains(Acme):
    def __init__(self, settings: AcmeSettings, *, account: str, clock: Clock) -> None:
        raise InvalidInput.one("host", "is not reachable")


def driver_set(target: str, clock: ManualClock, type: DriverType = DriverType.CLOUD) -> DriverSet:
    account = Account(name="main", driver="acme", settings=AcmeSettings(), limits=LimitSettings(burst=7))
    return DriverSet({"main": account}, {"acme": card(target=f"{__name__}:{target}", type=type)}, clock)


def test_a_driver_is_built_once_and_at_first_use(clock: ManualClock) -> None:
    drivers = driver_set("Acme", clock)
    assert drivers.get("main") is drivers.get("main")
    assert drivers.get("main").account == "main"
    assert drivers.info("main").name == "acme"
    assert drivers.limits("main").burst == 7
    assert list(drivers.accounts()) == ["main"]


def test_an_unknown_account_names_the_known_ones(clock: ManualClock) -> None:
    for ask in (driver_set("Acme", clock).get, driver_set("Acme", clock).info, driver_set("Acme", clock).limits):
        with pytest.raises(NotFound, match="configured are: main"):
            ask("other")


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("Missing", "cannot be loaded"),
        ("HalfAGateway", "payments is half there: it lacks capture, release, refund"),
        ("WrongArguments", "suspend must take 1 argument"),
        ("NotCallable", "find cannot be called"),
        ("OtherName", "calls itself umbrella/main"),
        ("MaybeDedupes", "dedupes is neither"),
        ("Nameless", "lacks name, account, dedupes, ref_for"),
        ("Breaks", "OSError: no such host"),
        ("Complains", r"drivers\.main\.host: is not reachable"),
    ],
)
def test_a_driver_that_does_not_fit_is_refused_when_it_is_built(clock: ManualClock, target: str, problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem) as error:
        driver_set(target, clock).get("main")
    assert "drivers.main" in str(error.value)


def test_a_gateway_needs_what_gateways_have(clock: ManualClock) -> None:
    with pytest.raises(ConfigurationError, match="needs one of: payments, webhooks"):
        driver_set("Acme", clock, DriverType.GATEWAY).get("main")


def test_the_manifest_configures_a_driver_of_ours(clock: ManualClock) -> None:
    data = {
        "larabill": {"database": "sqlite://", "modules": []},
        "drivers": {"demo": {"driver": "fake", "finds": False, "faults": [{"method": "*", "what": "timeout"}]}},
    }
    infos = load_infos()
    manifest = check_manifest(data, installed={}, drivers=infos)
    assert isinstance(manifest.accounts["demo"].settings, FakeSettings)
    driver = DriverSet(manifest.accounts, infos, clock).get("demo")
    assert isinstance(driver, FakeProvider)
    assert driver.account == "demo"


def test_the_package_loads_nothing_heavy() -> None:
    heavy = ("pluggy", "httpx", "paramiko", "cryptography")
    script = f"import sys, larabill_drivers; print([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_public_names_resolve() -> None:
    assert all(getattr(larabill_drivers, name) for name in larabill_drivers.__all__)
    with pytest.raises(AttributeError):
        _ = larabill_drivers.no_such_name
