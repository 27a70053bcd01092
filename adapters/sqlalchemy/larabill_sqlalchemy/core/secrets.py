"""Sealed secrets of any table's rows. What stands here is ciphertext."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_core.ports.secrets import SealedRow
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, to_row, upsert
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, blob, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

SECRETS = sa.Table(
    "larabill_secrets",
    METADATA,
    sa.Column("owner_table", code(64), primary_key=True),
    sa.Column("owner_id", Id, primary_key=True),
    sa.Column("secret_version", sa.BigInteger, nullable=False),
    sa.Column("key_name", code(32), nullable=False),
    sa.Column("blob", blob(), nullable=False),
    sa.Index("ix_larabill_secrets_key_name", "key_name"),
    **MYSQL_OPTIONS,
)

_S = SECRETS.c


class Secrets:
    """Implements `larabill_core.ports.secrets.SecretRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def put(self, row: SealedRow) -> None:
        upsert(self._connection, SECRETS, to_row(row))

    def get(self, owner_table: str, owner_id: UUID) -> SealedRow | None:
        query = sa.select(SECRETS).where(_S.owner_table == owner_table, _S.owner_id == owner_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else from_row(SealedRow, row)

    def delete(self, owner_table: str, owner_id: UUID) -> bool:
        mine = sa.delete(SECRETS).where(_S.owner_table == owner_table, _S.owner_id == owner_id)
        return self._connection.execute(mine).rowcount > 0

    def wrapped_with_other_than(self, key_name: str, *, limit: int) -> list[SealedRow]:
        # two ranges, since an index cannot serve "not equal"
        other = sa.or_(_S.key_name < key_name, _S.key_name > key_name)
        query = sa.select(SECRETS).where(other).limit(limit).with_for_update()
        return [from_row(SealedRow, row) for row in self._connection.execute(query)]
