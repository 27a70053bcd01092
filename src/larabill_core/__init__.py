"""The kernel of LaraBill: money, time, ids, events, jobs, calls to the outside world, contracts, modules.

Names are resolved when they are first used (PEP 562), so importing this package loads no heavy library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from larabill_core.access import SYSTEM, Actor
    from larabill_core.clock import Clock, SystemClock
    from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
    from larabill_core.contracts.provider import DriverInfo, DriverType, capabilities
    from larabill_core.engine import Engine
    from larabill_core.errors import (
        AlreadyExists,
        ConcurrencyError,
        ConfigurationError,
        Conflict,
        DatabaseUnavailable,
        Fault,
        Forbidden,
        IllegalTransition,
        InvalidInput,
        LarabillError,
        LeaseLost,
        NotFound,
        Parked,
        RetryLater,
        StaleVersion,
        Unverified,
    )
    from larabill_core.ids import new_id, public_id
    from larabill_core.jobs import Handler, Job, JobStatus, NewJob, Schedule
    from larabill_core.messages import Event
    from larabill_core.module import Module
    from larabill_core.money import Money
    from larabill_core.privacy import Secret

_HOME = {
    "Actor": "access",
    "AlreadyExists": "errors",
    "Clock": "clock",
    "ConcurrencyError": "errors",
    "ConfigurationError": "errors",
    "Conflict": "errors",
    "DatabaseUnavailable": "errors",
    "Done": "contracts.outcome",
    "DriverInfo": "contracts.provider",
    "DriverType": "contracts.provider",
    "Engine": "engine",
    "Event": "messages",
    "Failed": "contracts.outcome",
    "Fault": "errors",
    "Forbidden": "errors",
    "Handler": "jobs",
    "IllegalTransition": "errors",
    "InvalidInput": "errors",
    "Job": "jobs",
    "JobStatus": "jobs",
    "LarabillError": "errors",
    "LeaseLost": "errors",
    "Manual": "contracts.outcome",
    "Module": "module",
    "Money": "money",
    "NewJob": "jobs",
    "NotFound": "errors",
    "Outcome": "contracts.outcome",
    "Parked": "errors",
    "Pending": "contracts.outcome",
    "RetryLater": "errors",
    "SYSTEM": "access",
    "Schedule": "jobs",
    "Secret": "privacy",
    "StaleVersion": "errors",
    "SystemClock": "clock",
    "Unknown": "contracts.outcome",
    "Unverified": "errors",
    "capabilities": "contracts.provider",
    "new_id": "ids",
    "public_id": "ids",
}

__all__ = [
    "Actor",
    "AlreadyExists",
    "Clock",
    "ConcurrencyError",
    "ConfigurationError",
    "Conflict",
    "DatabaseUnavailable",
    "Done",
    "DriverInfo",
    "DriverType",
    "Engine",
    "Event",
    "Failed",
    "Fault",
    "Forbidden",
    "Handler",
    "IllegalTransition",
    "InvalidInput",
    "Job",
    "JobStatus",
    "LarabillError",
    "LeaseLost",
    "Manual",
    "Module",
    "Money",
    "NewJob",
    "NotFound",
    "Outcome",
    "Parked",
    "Pending",
    "RetryLater",
    "SYSTEM",
    "Schedule",
    "Secret",
    "StaleVersion",
    "SystemClock",
    "Unknown",
    "Unverified",
    "capabilities",
    "new_id",
    "public_id",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
