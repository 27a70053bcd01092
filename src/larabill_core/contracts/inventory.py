"""What a provider offers, and how much of it is left. Every method raises `RetryLater` when it cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import attrs


@attrs.frozen(kw_only=True)
class Offer:
    """A region, plan or image by its code at the provider."""

    code: str
    name: str


@attrs.frozen(kw_only=True)
class Quota:
    """How much of `name` (accounts, memory in MiB, addresses …) is used; `total` None: without a limit."""

    name: str
    used: int
    total: int | None


@runtime_checkable
class Inventory(Protocol):
    def regions(self) -> list[Offer]: ...

    def plans(self) -> list[Offer]: ...


@runtime_checkable
class CanListImages(Protocol):
    def images(self) -> list[Offer]:
        """Operating systems, templates or games that can be asked for."""
        ...


@runtime_checkable
class CanTellQuotas(Protocol):
    def quotas(self) -> list[Quota]: ...


@runtime_checkable
class CanTellCapacity(Protocol):
    def capacity(self, plan_code: str, region: str, config: Mapping[str, Any]) -> int | None:
        """How many more of this plan fit in; None when nobody can tell. Asked before an order is taken."""
        ...
