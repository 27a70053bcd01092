"""How much each account is asked, shared by all workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from larabill_core.calls.limits import LimitState
from larabill_core.errors import NotFound
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, to_row, upsert
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Instant, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

LIMITS = sa.Table(
    "larabill_limits",
    METADATA,
    sa.Column("account", code(100), primary_key=True),
    sa.Column("tokens", sa.Double, nullable=False),
    sa.Column("refilled_at", Instant, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("open_until", Instant),
    sa.Column("trial_at", Instant),
    **MYSQL_OPTIONS,
)


class Limits:
    """Implements `larabill_core.ports.calls.LimitRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._connection = tx.connection

    def get(self, account: str) -> LimitState | None:
        query = sa.select(LIMITS).where(LIMITS.c.account == account).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else from_row(LimitState, row)

    def put(self, state: LimitState) -> None:
        upsert(self._connection, LIMITS, to_row(state))

    def list(self) -> list[LimitState]:
        rows = self._connection.execute(sa.select(LIMITS).order_by(LIMITS.c.account))
        return [from_row(LimitState, row) for row in rows]

    def reset(self, account: str) -> None:
        if self._connection.execute(sa.delete(LIMITS).where(LIMITS.c.account == account)).rowcount == 0:
            raise NotFound("account with limits", account)
