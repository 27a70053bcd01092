"""Provisioning: turns a released order into a running service at a provider, and keeps it so for as long as it is paid.

Public names are resolved at first use, so that importing the package loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Audit": "audit.model",
    "Credential": "credentials.model",
    "Desired": "resources.model",
    "MODULE": "module",
    "PlanMap": "plans.model",
    "ProvisioningSettings": "settings",
    "Resource": "resources.model",
    "ResourceEvent": "resources.states",
    "ResourceStatus": "resources.states",
    "TRANSITIONS": "resources.states",
    "Task": "resources.model",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
