"""Access details of a resource: made before the call goes out, sealed in the vault, revealed once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import attrs

from larabill_core.errors import Conflict, Forbidden, NotFound
from larabill_core.ports.secrets import SealedRow
from larabill_core.ports.unit_of_work import Tx
from larabill_core.privacy import Secret
from larabill_core.vault import Sealed, Vault
from larabill_provisioning.orchestrator.change import Change, save_changes
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.states import SETTLED

TABLE = "larabill_resources"
PASSWORD = "password"  # noqa: S105 - the name under which it is kept
PASSWORD_BYTES = 18


@attrs.frozen(kw_only=True)
class AccessDetails:
    """What the customer needs to get in: `facts` (address, login URL, user name) and `secrets`."""

    resource_id: UUID
    facts: Mapping[str, str]
    secrets: Mapping[str, Secret] = attrs.field(repr=False)


def ensure_password(tx: Tx, resource_id: UUID) -> None:
    """Seal a first password, made by us, unless there is one: stored before the call, so that no crash loses it."""
    if tx.secrets.get(TABLE, resource_id) is None:
        _put(tx, resource_id, {PASSWORD: secrets.token_urlsafe(PASSWORD_BYTES)}, version=1)


def password_of(tx: Tx, resource_id: UUID) -> Secret:
    """The first password. Raises `NotFound` when there is none."""
    opened = _open(tx, resource_id)
    if opened is None or PASSWORD not in opened[0]:
        raise NotFound("first password of resource", resource_id)
    return Secret(opened[0][PASSWORD])


def add_secrets(tx: Tx, resource_id: UUID, found: Mapping[str, Secret]) -> None:
    """Keep what the driver has told, beside or instead of what we made."""
    if found:
        known, version = _open(tx, resource_id) or ({}, 0)
        told = {name: secret.reveal() for name, secret in found.items()}
        _put(tx, resource_id, {**known, **told}, version=version + 1)


def reveal(tx: ProvisioningTx, resource_id: UUID) -> AccessDetails:
    """Show the access details to the customer of the resource, once; the secrets are forgotten then. Audited.

    Raises `Forbidden` for an actor who is no customer, `NotFound` for another customer's resource, `Conflict` when it
    is not built yet, or was shown before.
    """
    if tx.actor.kind != "customer":
        raise Forbidden("access.reveal", str(tx.actor))
    resource = tx.provisioning.resources.get(resource_id, lock=True)
    if resource.customer_id != tx.actor.customer_id or tx.actor.seller_id not in (None, resource.seller_id):
        raise NotFound("resource", resource_id)
    if resource.revealed_at is not None:
        raise Conflict("access details", "they were shown before", "ask support to set a new password")
    if resource.status not in SETTLED:
        raise Conflict("access details", f"the service is {resource.status}", "wait until it is active")
    opened = _open(tx, resource_id)
    change = Change(tx, resource)
    change.set(revealed_at=tx.now)
    change.note("reveal")
    save_changes(tx, [change])
    tx.secrets.delete(TABLE, resource_id)
    shown = {name: Secret(value) for name, value in (opened[0] if opened else {}).items()}
    return AccessDetails(resource_id=resource_id, facts=dict(resource.facts), secrets=shown)


def _open(tx: Tx, resource_id: UUID) -> tuple[dict[str, Any], int] | None:
    row = tx.secrets.get(TABLE, resource_id)
    if row is None:
        return None
    vault: Vault = tx.engine.vault
    found = vault.open_mapping(Sealed.from_bytes(row.blob), table=TABLE, row=resource_id)
    return found, row.secret_version


def _put(tx: Tx, resource_id: UUID, found: Mapping[str, object], *, version: int) -> None:
    vault: Vault = tx.engine.vault
    sealed = vault.seal(found, table=TABLE, row=resource_id, secret_version=version)
    row = SealedRow(
        owner_table=TABLE,
        owner_id=resource_id,
        secret_version=version,
        key_name=sealed.key_name,
        blob=sealed.to_bytes(),
    )
    tx.secrets.put(row)
