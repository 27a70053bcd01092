"""What the driver tests share: a time, a secret, requests, and the way in through the registry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from larabill_core.calls.limits import LimitSettings
from larabill_core.contracts.provisioner import ProvisionRequest, ResourceRequest
from larabill_core.manifest import Account
from larabill_core.privacy import Secret
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import DriverSet, load_infos

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
SECRET = Secret("whsec_0123456789abcdef0123456789abcdef")
SERVICE = UUID("01890000-0000-7000-8000-00000000000a")


def one_account(driver: str, settings: Any, clock: ManualClock, account: str = "main") -> Any:
    """The driver of one configured account, as the engine would get it."""
    accounts = {account: Account(name=account, driver=driver, settings=settings, limits=LimitSettings())}
    return DriverSet(accounts, load_infos(), clock).get(account)


def provision_request(ref: str, *, key: str = "k1", plan: str = "small", **changes: Any) -> ProvisionRequest:
    def save(progress: Mapping[str, Any]) -> None:
        raise AssertionError("these drivers create in one step")

    values: dict[str, Any] = {
        "ref": ref,
        "key": key,
        "service_id": SERVICE,
        "plan_code": plan,
        "region": "",
        "spec": {},
        "config": {},
        "contact": None,
        "password": Secret("first-Passw0rd"),
        "progress": {},
        "save_progress": save,
    }
    return ProvisionRequest(**{**values, **changes})


def resource_request(
    ref: str, driver_ref: str, *, key: str = "k2", plan: str = "small", **changes: Any
) -> ResourceRequest:
    values: dict[str, Any] = {
        "ref": ref,
        "key": key,
        "service_id": SERVICE,
        "driver_ref": driver_ref,
        "plan_code": plan,
        "spec": {},
        "config": {},
    }
    return ResourceRequest(**{**values, **changes})
