from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_core.errors import ConfigurationError
from larabill_core.manifest import check_manifest, read_manifest
from larabill_core.module import Module
from larabill_core.privacy import Secret


@attrs.frozen(kw_only=True)
class Terms:
    days: int = 7


@attrs.frozen(kw_only=True)
class PanelSettings:
    host: str
    token: Secret


INSTALLED = {
    "billing": Module(name="billing", settings=Terms),
    "provisioning": Module(name="provisioning", requires=("billing",)),
}
DRIVERS = {
    "panel": DriverInfo(name="panel", type=DriverType.PANELS, settings_class=PanelSettings, target="nowhere:Panel")
}
GOOD: dict[str, Any] = {
    "larabill": {"database": "sqlite:///x.db", "modules": ["provisioning", "billing"]},
    "billing": {"days": 14},
    "drivers": {"web1": {"driver": "panel", "host": "h", "token": Secret("t"), "limits": {"rate": 2}}},
}


def faults_of(data: dict[str, Any]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        check_manifest(data, installed=INSTALLED, drivers=DRIVERS)
    return [f"{fault.path}: {fault.problem}" for fault in caught.value.faults]


def test_a_good_manifest_is_taken_and_modules_stand_after_what_they_require() -> None:
    manifest = check_manifest(GOOD, installed=INSTALLED, drivers=DRIVERS)
    assert [module.name for module in manifest.modules] == ["billing", "provisioning"]
    assert manifest.settings["billing"] == Terms(days=14)
    assert manifest.accounts["web1"].limits.rate == 2.0
    assert manifest.accounts["web1"].settings.token.reveal() == "t"


def test_all_faults_of_a_manifest_are_reported_at_once_by_key_path() -> None:
    assert faults_of(
        {
            "larabill": {"database": 3, "modules": ["billing"], "colour": "red"},
            "billing": {"days": "seven"},
            "drivers": {
                "web1": {"driver": "panel", "host": "h", "token": "written-out"},
                "web2": {"driver": "panle"},
                "web3": 3,
            },
            "billling": {},
        }
    ) == [
        "larabill.colour: is not known",
        "larabill.database: must be a database URL",
        "billing.days: must be a whole number",
        "drivers.web1.token: is a secret and must be named, not written here",
        "drivers.web2.driver: is not an installed driver",
        "drivers.web3: must be a table",
        "billling: is not a known table",
    ]


def test_the_faults_of_a_modules_settings_stand_under_its_name() -> None:
    assert faults_of({**GOOD, "billing": {"days": "seven"}}) == ["billing.days: must be a whole number"]


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        (["billing", "shop"], "larabill.modules[1]: is not installed"),
        (["provisioning"], "larabill.modules[0]: requires billing"),
    ],
)
def test_modules_that_cannot_be_on_are_named(modules: list[str], fault: str) -> None:
    data = {**GOOD, "larabill": {"database": "sqlite:///x.db", "modules": modules}}
    assert fault in faults_of(data)


def test_the_database_url_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {**GOOD, "larabill": {"database": {"env": "SHOP_DB"}}}
    assert faults_of(data) == ["larabill.database: environment variable SHOP_DB is not set or empty"]
    monkeypatch.setenv("SHOP_DB", "mysql://u:canary@localhost/x")
    manifest = check_manifest(data, installed=INSTALLED, drivers=DRIVERS)
    assert manifest.basics.database == "mysql://u:canary@localhost/x"
    assert "canary" not in repr(manifest)


def test_a_syntax_error_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "larabill.toml"
    file.write_text('[larabill]\ndatabase = "x\n')
    with pytest.raises(ConfigurationError, match="line 2"):
        read_manifest(file)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="larabill init"):
        read_manifest(tmp_path / "larabill.toml")


def test_paths_are_relative_to_the_manifest(tmp_path: Path) -> None:
    file = tmp_path / "larabill.toml"
    file.write_text('[larabill]\ndatabase = "sqlite:///x.db"\nkeys = "k/keys"\n')
    assert read_manifest(file)["larabill"]["keys"] == str(tmp_path / "k/keys")


@pytest.mark.parametrize("data", [None, [], "x", 5])
def test_a_manifest_that_is_no_table_is_told(data: Any) -> None:
    assert faults_of(data) == ["(whole): must be a table"]
