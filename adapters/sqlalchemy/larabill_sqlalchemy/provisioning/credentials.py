"""Credentials that staff store: sealed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from larabill_core.errors import NotFound
from larabill_provisioning.credentials.model import Credential
from larabill_sqlalchemy.faults import unique
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import Each, from_row, insert_many, to_row, update_many
from larabill_sqlalchemy.storage import MYSQL_OPTIONS, OF_ALL_SELLERS
from larabill_sqlalchemy.types import Id, Instant, blob, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

CREDENTIALS = sa.Table(
    "larabill_credentials",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("name", code(100), nullable=False),
    sa.Column("driver", code(40), nullable=False),
    sa.Column("scope", code(16), nullable=False),
    sa.Column("secrets_encrypted", blob(), nullable=False),
    sa.Column("secret_version", sa.BigInteger, nullable=False),
    sa.Column("key_name", code(32), nullable=False),
    sa.Column("created_by", code(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Index("uq_larabill_credentials_seller_id", "seller_id", "name", unique=True),
    sa.Index("ix_larabill_credentials_key_name", "key_name"),
    **MYSQL_OPTIONS,
)

_C = CREDENTIALS.c
_MUTABLE = ("id", "secrets_encrypted", "secret_version", "key_name", "updated_at")


class Credentials:
    """Implements `larabill_provisioning.credentials.ports.CredentialRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._connection = tx.connection

    def add(self, credential: Credential) -> None:
        with unique("credential", credential.name):
            insert_many(self._connection, CREDENTIALS, [to_row(credential)])

    def by_name(self, name: str, *, lock: bool = False) -> Credential:
        query = self._mine().where(_C.name == name)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("credential", name)
        return from_row(Credential, row)

    def save_many(self, credentials: Sequence[Credential]) -> None:
        rows = [to_row(credential) for credential in credentials]
        changed = [{name: row[name] for name in _MUTABLE} for row in rows]
        theirs = Each(credential.seller_id for credential in credentials)
        update_many(self._connection, CREDENTIALS, changed, seller_id=theirs)

    def delete(self, credential_id: UUID) -> None:
        mine = sa.delete(CREDENTIALS).where(_C.seller_id == self._tx.seller_id, _C.id == credential_id)
        self._connection.execute(mine)

    def wrapped_with_other_than(self, key_name: str, *, limit: int) -> list[Credential]:
        # two ranges, since an index cannot serve "not equal"
        other = sa.or_(_C.key_name < key_name, _C.key_name > key_name)
        query = sa.select(CREDENTIALS).where(other).limit(limit).with_for_update()
        return self._all(query.execution_options(**OF_ALL_SELLERS))

    def _mine(self) -> sa.Select[Any]:
        return sa.select(CREDENTIALS).where(_C.seller_id == self._tx.seller_id)

    def _all(self, query: sa.Select[Any]) -> list[Credential]:
        return [from_row(Credential, row) for row in self._connection.execute(query)]

    def list(self) -> list[Credential]:
        return self._all(self._mine().order_by(_C.name))
