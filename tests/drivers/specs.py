"""The providers' machine-readable schemas: data for tests, kept beside the project and never in it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from larabill_drivers.testing.openapi import OpenApi

_BESIDE = Path(__file__).parents[3].joinpath("shared", "providers", "specs")


def spec_path(name: str) -> Path:
    """The file `name` from LARABILL_SPECS, or from ../shared/providers/specs. Skips when it is not there, unless CI."""
    path = Path(os.environ.get("LARABILL_SPECS", _BESIDE)) / name
    if not path.is_file():
        message = f"{name} is not there: set LARABILL_SPECS to the folder that holds it"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


def load_spec(name: str) -> dict[str, Any]:
    """What stands in the file."""
    spec: dict[str, Any] = json.loads(spec_path(name).read_text("utf-8"))
    return spec


@cache
def schema_of(name: str, prefix: str = "") -> OpenApi:
    """The file `name` as what a fake compares its requests with."""
    return OpenApi(spec_path(name), prefix=prefix)
