"""Drivers and gateways: what connects LaraBill to providers. Nothing heavy is imported until it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from larabill_drivers.registry import DriverSet, load_infos

__all__ = ["DriverSet", "load_infos"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("larabill_drivers.registry"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
