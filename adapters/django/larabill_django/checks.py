"""What `manage.py check` says of `LARABILL`: every fault at once, by key path, with its remedy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning
from django.db import connections

from larabill_core.errors import ConfigurationError
from larabill_django.databases import foreign_options
from larabill_django.settings import read_settings


def check_settings(app_configs: Sequence[AppConfig] | None, **more: Any) -> list[CheckMessage]:
    """larabill.E001: a fault of the settings. larabill.W001, W002: they work, but see to it."""
    try:
        found = read_settings()
    except ConfigurationError as problem:
        return [
            Error(
                f"{fault.path}: {fault.problem}" + (f" (got {fault.value})" if fault.value is not None else ""),
                hint=fault.remedy or None,
                id="larabill.E001",
            )
            for fault in problem.faults
        ]
    return [*_sqlite(found.database), *_options(found.database)]


def _sqlite(alias: str) -> list[CheckMessage]:
    options = connections[alias].settings_dict.get("OPTIONS") or {}
    if connections[alias].vendor != "sqlite" or options.get("transaction_mode") == "IMMEDIATE":
        return []
    return [
        Warning(
            f"DATABASES[{alias!r}]: a transaction that reads first and writes later fails while LaraBill writes",
            hint='"OPTIONS": {"transaction_mode": "IMMEDIATE"}',
            id="larabill.W001",
        )
    ]


def _options(alias: str) -> list[CheckMessage]:
    return [
        Warning(
            f"DATABASES[{alias!r}]: LaraBill's own connections do not follow the option {name!r}",
            hint="if it says how to reach the server, they may not reach it",
            id="larabill.W002",
        )
        for name in foreign_options(alias)
    ]
