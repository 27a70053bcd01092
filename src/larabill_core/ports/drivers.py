"""The configured accounts at providers and gateways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from larabill_core.calls.limits import LimitSettings
from larabill_core.contracts.provider import DriverInfo


class Drivers(Protocol):
    """Made from the manifest's `[drivers.NAME]` tables; NAME is the account."""

    def get(self, account: str) -> Any:
        """The driver of an account, built at first use. Raises `NotFound` naming the accounts that exist."""
        ...

    def info(self, account: str) -> DriverInfo:
        """Raises `NotFound`."""
        ...

    def limits(self, account: str) -> LimitSettings: ...

    def accounts(self) -> Mapping[str, DriverInfo]: ...
