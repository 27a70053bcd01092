"""Credentials on the wire: secrets go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from larabill_core.ids import public_id
from larabill_core.privacy import Secret
from larabill_provisioning.credentials.model import Credential, Scope

SecretName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,63}$")]
SecretValue = Annotated[str, Meta(min_length=1, max_length=20_000)]


class CredentialIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`secrets` by name. Scope `user`: only who stored it may use it; `system`: the whole of the seller's staff."""

    driver: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
    secrets: Annotated[dict[SecretName, SecretValue], Meta(min_length=1, max_length=20)]
    scope: Scope = Scope.SYSTEM

    def __repr__(self) -> str:
        return f"CredentialIn(driver={self.driver!r})"


class CredentialOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a credential besides its secrets. `secret_version` grows each time they are replaced."""

    id: str
    name: str
    driver: str
    scope: Scope
    secret_version: int
    created_by: str
    created_at: datetime
    updated_at: datetime


class CredentialList(msgspec.Struct, frozen=True, kw_only=True):
    """Those that the actor may use, by name."""

    items: list[CredentialOut]


def secrets_in(body: CredentialIn) -> dict[str, Secret]:
    """The secrets, wrapped before anything else sees them."""
    return {name: Secret(value) for name, value in body.secrets.items()}


def credential_out(credential: Credential) -> CredentialOut:
    """One credential."""
    return CredentialOut(
        id=public_id("crd", credential.id),
        name=credential.name,
        driver=credential.driver,
        scope=credential.scope,
        secret_version=credential.secret_version,
        created_by=credential.created_by,
        created_at=credential.created_at,
        updated_at=credential.updated_at,
    )
