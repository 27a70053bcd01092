"""What a provider offers."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import attrs


@attrs.frozen(kw_only=True)
class Offer:
    """A region, plan or image by its code at the provider."""

    code: str
    name: str


@runtime_checkable
class Inventory(Protocol):
    def regions(self) -> list[Offer]: ...

    def plans(self) -> list[Offer]: ...
