"""LaraBill in a Django project: put `larabill_django` into INSTALLED_APPS, and its settings into `LARABILL`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from larabill_django.joining import joined
    from larabill_django.opening import engine
    from larabill_django.principals import principal

_HOME = {"engine": "opening", "joined": "joining", "principal": "principals"}

__all__ = ["engine", "joined", "principal"]


def __getattr__(name: str) -> Any:
    """Load a public name at first use (PEP 562): Django imports this package before its settings are complete."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
