"""Each driver of a provider has a page, which names all that can be set and all that it can do."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from larabill_core.clock import SystemClock
from larabill_core.contracts.provider import capabilities
from larabill_core.module import load_target
from larabill_drivers.registry import load_infos
from larabill_drivers.testing.behind_http import ADDRESS, manifest_settings

PAGES = Path(__file__).parents[2] / "docs/reference/drivers"
DRIVERS = {name: info for name, info in load_infos().items() if info.fake}


@pytest.mark.parametrize("name", DRIVERS)
def test_the_page_of_a_driver_tells_all(name: str) -> None:
    info = DRIVERS[name]
    words = set(re.findall(r"`([a-z0-9_]+)`", (PAGES / f"{name}.md").read_text("utf-8")))
    fields = {
        field.name
        for kind in (info.settings_class, info.config_class, info.spec_class)
        if kind is not None
        for field in attrs.fields(kind)
    }
    settings = manifest_settings(info, load_target(info.fake), ADDRESS)
    driver = load_target(info.target)(settings, account="main", clock=SystemClock())
    assert fields | capabilities(driver) <= words
