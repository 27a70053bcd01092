"""A way into the provider's own panel, without a password."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ResourceRequest

SIGN_ON = "url"
"""The secret in which `sign_on` answers."""


@runtime_checkable
class SignOn(Protocol):
    def sign_on(self, request: ResourceRequest) -> Outcome:
        """`Done` with the secret `url`: a link that lets in whoever opens it, for a short time."""
        ...
