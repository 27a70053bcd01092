"""The addresses of a resource, and the names that they have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol, runtime_checkable

import attrs

from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ResourceRequest


@attrs.frozen(kw_only=True)
class Address:
    """`address` is one, or a network such as 2001:db8::/64; `reverse_name` its name, where the provider tells."""

    address: str
    version: Literal[4, 6]
    reverse_name: str = ""


@runtime_checkable
class Addresses(Protocol):
    def addresses(self, request: ResourceRequest) -> Iterable[Address]:
        """Raises `RetryLater` when the provider cannot be asked."""
        ...


@runtime_checkable
class CanSetReverseName(Protocol):
    def set_reverse_name(self, request: ResourceRequest, address: str, name: str) -> Outcome:
        """Give one address of the resource its name in the DNS; "" takes it away."""
        ...
