"""What every driver is, whatever it drives; and how it is announced, found and asked what it can do."""

from __future__ import annotations

import builtins
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import attrs

from larabill_core.contracts.access import CanChangeContact, CanResetPassword
from larabill_core.contracts.addresses import Addresses, CanSetReverseName
from larabill_core.contracts.backups import Backups
from larabill_core.contracts.gateway import (
    CanFindDispute,
    CanFindTransaction,
    ClassifiesDeclines,
    GatewayListing,
    PaymentGateway,
)
from larabill_core.contracts.inventory import CanListImages, CanTellCapacity, CanTellQuotas, Inventory
from larabill_core.contracts.metrics import CanTellCosts, CanTellHealth, Metrics
from larabill_core.contracts.power import Power
from larabill_core.contracts.provisioner import (
    CanDeprovision,
    CanFind,
    CanList,
    CanPoll,
    CanProvision,
    CanResize,
    CanResume,
    CanSuspend,
)
from larabill_core.contracts.rates import ExchangeRates
from larabill_core.contracts.sign_on import SignOn
from larabill_core.contracts.tax import TaxIdRegister, TaxProvider
from larabill_core.contracts.webhooks import Webhooks

API_VERSION = 1
"""The version of these contracts. A driver built for another one is refused when it is loaded."""


class DriverType(StrEnum):
    """What a driver drives."""

    PANELS = "Panels"
    COMPUTE = "Compute"
    GAME = "Game"
    DEDICATED = "Dedicated"
    CLOUD = "Cloud"
    GATEWAY = "Gateway"
    SERVICE = "Service"


@attrs.frozen(kw_only=True)
class DriverInfo:
    """A driver's card, given to the registry. `target` ("package.module:Class") is imported at first use.

    The class is called as `Class(settings, account=name, clock=clock)`, `settings` being an instance of
    `settings_class` (a frozen attrs class: its fields are the keys allowed in the manifest). In the same way
    `config_class` says what may stand in the `config` of a `[[provisioning.plans]]` entry, `spec_class` what a customer
    may choose; None for a driver that takes anything. `fake` is the class of its pretended provider, for tests and
    demonstrations: a `larabill_drivers.world.http_api.FakeApi`.
    """

    name: str
    type: DriverType
    settings_class: builtins.type[Any]
    target: str
    config_class: builtins.type[Any] | None = None
    spec_class: builtins.type[Any] | None = None
    fake: str = ""
    api_version: int = API_VERSION


@runtime_checkable
class Provider(Protocol):
    """One configured account at one provider or gateway."""

    name: str
    account: str
    dedupes: bool
    """True when a create or charge sent twice with the same key takes effect once at the provider."""

    def ref_for(self, subject_id: UUID) -> str:
        """The constant name or tag of a service or payment, in the provider's alphabet (DESIGN, section 6)."""
        ...


CAPABILITIES: dict[str, type[Any]] = {
    "provision": CanProvision,
    "find": CanFind,
    "poll": CanPoll,
    "suspend": CanSuspend,
    "resume": CanResume,
    "resize": CanResize,
    "deprovision": CanDeprovision,
    "list": CanList,
    "power": Power,
    "sign_on": SignOn,
    "reset_password": CanResetPassword,
    "change_contact": CanChangeContact,
    "backups": Backups,
    "addresses": Addresses,
    "reverse_names": CanSetReverseName,
    "metrics": Metrics,
    "health": CanTellHealth,
    "costs": CanTellCosts,
    "inventory": Inventory,
    "images": CanListImages,
    "quotas": CanTellQuotas,
    "capacity": CanTellCapacity,
    "webhooks": Webhooks,
    "payments": PaymentGateway,
    "payments_find": CanFindTransaction,
    "payments_list": GatewayListing,
    "payments_disputes": CanFindDispute,
    "payments_declines": ClassifiesDeclines,
    "rates": ExchangeRates,
    "tax_ids": TaxIdRegister,
    "taxes": TaxProvider,
}


def capabilities(driver: object) -> frozenset[str]:
    """The names in `CAPABILITIES` whose Protocol the driver has: computed, never typed by hand."""
    return frozenset(name for name, protocol in CAPABILITIES.items() if isinstance(driver, protocol))
