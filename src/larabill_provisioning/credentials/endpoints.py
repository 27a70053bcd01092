"""Credentials over HTTP, write-only: stored, replaced, listed by name, deleted."""

from __future__ import annotations

from typing import Any, Final

from larabill_core.http.endpoint import Call, Endpoint
from larabill_provisioning.credentials import handlers, wire
from larabill_provisioning.ports import ProvisioningTx

_HERE: Final = "larabill_provisioning.credentials.endpoints"

ENDPOINTS: Final = (
    Endpoint(
        id="list_credentials",
        method="GET",
        path="/provision/credentials",
        summary="The names of stored credentials; never their secrets",
        ability="credentials.read",
        answer=wire.CredentialList,
        handler=f"{_HERE}:list_credentials",
    ),
    Endpoint(
        id="put_credential",
        method="PUT",
        path="/provision/credentials/{name}",
        summary="Store secrets under a name, or replace them",
        ability="credentials.write",
        body=wire.CredentialIn,
        answer=wire.CredentialOut,
        handler=f"{_HERE}:put_credential",
    ),
    Endpoint(
        id="delete_credential",
        method="DELETE",
        path="/provision/credentials/{name}",
        summary="Forget the secrets of a name",
        ability="credentials.write",
        handler=f"{_HERE}:delete_credential",
    ),
)


def list_credentials(tx: ProvisioningTx, call: Call[Any, None]) -> wire.CredentialList:
    return wire.CredentialList(items=[wire.credential_out(each) for each in handlers.list_credentials(tx)])


def put_credential(tx: ProvisioningTx, call: Call[Any, wire.CredentialIn]) -> wire.CredentialOut:
    secrets = wire.secrets_in(call.body)
    stored = handlers.put_credential(tx, call.path["name"], call.body.driver, secrets, call.body.scope)
    return wire.credential_out(stored)


def delete_credential(tx: ProvisioningTx, call: Call[Any, None]) -> None:
    handlers.delete_credential(tx, call.path["name"])
