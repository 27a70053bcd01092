"""What a customer forgets, and what changes about them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Outcome
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_core.privacy import Secret


@runtime_checkable
class CanResetPassword(Protocol):
    def reset_password(self, request: ResourceRequest, password: Secret) -> Outcome:
        """Let the resource be entered by `password`; where the provider makes its own, `Done` has it as a secret."""
        ...


@runtime_checkable
class CanChangeContact(Protocol):
    def change_contact(self, request: ResourceRequest, contact: Contact) -> Outcome:
        """Tell the provider the customer's new name and e-mail address."""
        ...
