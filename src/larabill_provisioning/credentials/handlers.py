"""Credentials that staff store for later: set, list, rotate, delete. A secret goes in and is never listed."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from larabill_core.errors import Conflict, Faults, Forbidden, NotFound
from larabill_core.ids import new_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_core.privacy import Secret
from larabill_core.vault import Sealed, Vault
from larabill_provisioning.credentials.model import Credential, Scope
from larabill_provisioning.ports import ProvisioningTx

TABLE = "larabill_credentials"
LONGEST_NAME = 100
REWRAP_BATCH = 200


def set_credential(
    tx: ProvisioningTx, name: str, driver: str, secrets: Mapping[str, Secret], scope: Scope = Scope.SYSTEM
) -> Credential:
    """Store secrets under a new name. Raises `InvalidInput`, `AlreadyExists`, and `Forbidden` for a customer."""
    _require_staff(tx)
    _check(name, secrets)
    id = new_id()
    sealed = _vault(tx).seal(secrets, table=TABLE, row=id, secret_version=1)
    credential = Credential(
        id=id,
        seller_id=tx.seller_id,
        name=name,
        driver=driver,
        scope=scope,
        secrets_encrypted=sealed.to_bytes(),
        secret_version=1,
        key_name=sealed.key_name,
        created_by=str(tx.actor),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.provisioning.credentials.add(credential)
    return credential


def rotate_credential(tx: ProvisioningTx, name: str, secrets: Mapping[str, Secret]) -> Credential:
    """Replace the secrets of a name. Raises `NotFound`, `Forbidden`, `InvalidInput`."""
    credential = _own(tx, name, lock=True)
    _check(name, secrets)
    version = credential.secret_version + 1
    sealed = _vault(tx).seal(secrets, table=TABLE, row=credential.id, secret_version=version)
    rotated = attrs.evolve(
        credential,
        secrets_encrypted=sealed.to_bytes(),
        secret_version=version,
        key_name=sealed.key_name,
        updated_at=tx.now,
    )
    tx.provisioning.credentials.save_many([rotated])
    return rotated


def put_credential(
    tx: ProvisioningTx, name: str, driver: str, secrets: Mapping[str, Secret], scope: Scope
) -> Credential:
    """Store secrets under a name, or replace those that stand there.

    Raises `InvalidInput`, `Forbidden`, and `Conflict` when the name is that of another driver or scope.
    """
    _require_staff(tx)
    try:
        known = _own(tx, name, lock=True)
    except NotFound:
        return set_credential(tx, name, driver, secrets, scope)
    if (known.driver, known.scope) != (driver, scope):
        why = f"it is for driver {known.driver}, of scope {known.scope}"
        raise Conflict(f"credential {name}", why, "delete it first, or choose another name")
    return rotate_credential(tx, name, secrets)


def delete_credential(tx: ProvisioningTx, name: str) -> None:
    """Raises `NotFound`, `Forbidden`."""
    tx.provisioning.credentials.delete(_own(tx, name, lock=True).id)


def list_credentials(tx: ProvisioningTx) -> list[Credential]:
    """Those that the actor may use, without their secrets: what is sealed stays so."""
    _require_staff(tx)
    return [known for known in tx.provisioning.credentials.list() if _may_use(tx, known)]


def secrets_of(tx: ProvisioningTx, name: str) -> dict[str, Secret]:
    """The secrets themselves, for a call that needs them. Raises `NotFound`, `Forbidden`."""
    credential = _own(tx, name)
    sealed = Sealed.from_bytes(credential.secrets_encrypted)
    found = _vault(tx).open_mapping(sealed, table=TABLE, row=credential.id)
    return {key: Secret(value) for key, value in found.items()}


def rewrap_credentials(tx: ProvisioningTx, payload: Nothing) -> None:
    """After a key rotation: wrap under the active key what another one still wraps, one batch a job."""
    vault = _vault(tx)
    stale = tx.provisioning.credentials.wrapped_with_other_than(vault.active_key, limit=REWRAP_BATCH)
    if stale:
        tx.provisioning.credentials.save_many([_rewrapped(vault, credential) for credential in stale])
    if len(stale) == REWRAP_BATCH:
        tx.enqueue(NewJob(handler="provisioning.rewrap_credentials"))


def _rewrapped(vault: Vault, credential: Credential) -> Credential:
    sealed = vault.rewrap(Sealed.from_bytes(credential.secrets_encrypted), TABLE, credential.id)
    return attrs.evolve(credential, secrets_encrypted=sealed.to_bytes(), key_name=sealed.key_name)


def _check(name: str, secrets: Mapping[str, Secret]) -> None:
    faults = Faults()
    if not name.strip() or len(name) > LONGEST_NAME:
        faults.add("name", f"must have 1 to {LONGEST_NAME} characters", value=name)
    if not secrets:
        faults.add("secrets", "is empty", remedy="give at least one")
    for key, secret in secrets.items():
        if not isinstance(secret, Secret) or not secret:
            faults.add(f"secrets.{key}", "must be a Secret that is not empty")
    faults.raise_if_any()


def _own(tx: ProvisioningTx, name: str, *, lock: bool = False) -> Credential:
    _require_staff(tx)
    credential = tx.provisioning.credentials.by_name(name, lock=lock)
    if not _may_use(tx, credential):
        raise Forbidden(f"use credential {name}", str(tx.actor))
    return credential


def _may_use(tx: ProvisioningTx, credential: Credential) -> bool:
    return credential.scope is Scope.SYSTEM or credential.created_by == str(tx.actor) or tx.actor.kind == "system"


def _require_staff(tx: ProvisioningTx) -> None:
    if tx.actor.kind not in ("staff", "system"):
        raise Forbidden("credentials.write", str(tx.actor))


def _vault(tx: ProvisioningTx) -> Vault:
    vault: Vault = tx.engine.vault
    return vault
