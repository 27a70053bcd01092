"""What is still to be earned: a row for each line whose service lasts, and up to which day it was recognised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_billing.ledger.model import Deferral
from larabill_billing.ledger.spans import ONE_DAY, Span
from larabill_sqlalchemy.billing.ledger import total
from larabill_sqlalchemy.billing.metadata import METADATA
from larabill_sqlalchemy.statements import from_rows, insert_many, insert_new, page_size
from larabill_sqlalchemy.storage import MYSQL_OPTIONS, OF_ALL_SELLERS
from larabill_sqlalchemy.types import Amount, Id, code

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

DEFERRALS = sa.Table(
    "larabill_deferrals",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("document_id", Id, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("account", code(120), nullable=False),
    sa.Column("currency", code(3), nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("steps_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("first", Amount, nullable=False),
    sa.Column("daily", Amount, nullable=False),
    sa.Column("begun_on", sa.Date),
    sa.Index("ix_larabill_deferrals_document", "seller_id", "document_id"),
    sa.Index("ix_larabill_deferrals_begun", "seller_id", "begun_on", "starts_on"),
    sa.Index("ix_larabill_deferrals_ends", "seller_id", "ends_on"),
    **MYSQL_OPTIONS,
)

RUNS = sa.Table(
    "larabill_recognition_runs",
    METADATA,
    sa.Column("seller_id", Id, primary_key=True),
    sa.Column("recognised_to", sa.Date, nullable=False),
    **MYSQL_OPTIONS,
)

_D, _R = DEFERRALS.c, RUNS.c
_SPAN = (_D.starts_on, _D.steps_on, _D.ends_on)


def _earning_on(day: date | sa.ColumnElement[date]) -> tuple[sa.ColumnElement[bool], ...]:
    return _D.ends_on > day, _D.starts_on <= day, _D.begun_on <= day


def _by_span(*keys: Any) -> sa.Select[Any]:
    """The sum of deferrals of the same days is a span again."""
    return sa.select(*keys, *_SPAN, total(_D.first), total(_D.daily)).group_by(*keys, *_SPAN)


# Built once: the run asks them for each day that is missing, and building takes longer than carrying out.
_SELLER: Final = _D.seller_id == sa.bindparam("seller")
_DAY: Final = sa.bindparam("day", type_=sa.Date)
_BEGIN: Final = sa.update(DEFERRALS).where(_SELLER, _D.begun_on.is_(None), _D.starts_on <= _DAY).values(begun_on=_DAY)
_EARNED: Final = (
    sa.select(_D.currency, _D.account, total(sa.case((_D.steps_on > _DAY, _D.first), else_=_D.daily)))
    .where(_SELLER, *_earning_on(_DAY))
    .group_by(_D.currency, _D.account)
)
_CAUGHT_UP: Final = _by_span(_D.currency, _D.account).where(_SELLER, _D.begun_on == _DAY, _D.starts_on < _DAY)


class Deferrals:
    """Implements `larabill_billing.ledger.ports.DeferralRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        return _D.seller_id == self._tx.seller_id

    def add_many(self, deferrals: Sequence[Deferral]) -> None:
        insert_many(self._tx.connection, DEFERRALS, deferrals)

    def for_document(self, document_id: UUID) -> list[Deferral]:
        query = sa.select(DEFERRALS).where(self._mine, _D.document_id == document_id).order_by(_D.id)
        return from_rows(Deferral, self._tx.connection.execute(query).all())

    def posted_on(self, day: date, *, after: UUID | None = None, limit: int = 1000) -> list[Deferral]:
        late = sa.and_(_D.begun_on == day, _D.ends_on <= day)
        query = sa.select(DEFERRALS).where(self._mine, sa.or_(sa.and_(*_earning_on(day)), late))
        if after is not None:
            query = query.where(_D.id > after)
        return from_rows(Deferral, self._tx.connection.execute(query.order_by(_D.id).limit(page_size(limit))).all())

    def behind(self, days: Sequence[tuple[UUID, date]]) -> list[UUID]:
        query = sa.select(_R.seller_id, _R.recognised_to).execution_options(**OF_ALL_SELLERS)
        done = {row.seller_id: row.recognised_to for row in self._tx.connection.execute(query)}
        return [seller_id for seller_id, day in days if seller_id not in done or done[seller_id] < day]

    def lock_run(self, day: date) -> date:
        query = sa.select(_R.recognised_to).where(_R.seller_id == self._tx.seller_id).with_for_update()
        done: date | None = self._tx.connection.execute(query).scalar()
        if done is None:
            earliest = self._tx.connection.execute(sa.select(sa.func.min(_D.starts_on)).where(self._mine)).scalar()
            first = day if earliest is None else min(day, earliest - ONE_DAY)
            insert_new(self._tx.connection, RUNS, [{"seller_id": self._tx.seller_id, "recognised_to": first}])
            done = self._tx.connection.execute(query).scalar_one()
        return done

    def save_run(self, day: date) -> None:
        self._tx.connection.execute(sa.update(RUNS).where(_R.seller_id == self._tx.seller_id).values(recognised_to=day))

    def begin(self, day: date) -> None:
        self._of_day(_BEGIN, day)

    def earned_on(self, day: date) -> list[tuple[str, str, Decimal]]:
        return [(currency, account, amount) for currency, account, amount in self._of_day(_EARNED, day)]

    def caught_up_on(self, day: date) -> list[tuple[str, str, Span]]:
        return [(row[0], row[1], Span(*row[2:])) for row in self._of_day(_CAUGHT_UP, day)]

    def _of_day(self, statement: sa.Executable, day: date) -> Any:
        return self._tx.connection.execute(statement, {"seller": self._tx.seller_id, "day": day})

    def unearned(self, day: date) -> list[tuple[str, bool, Span]]:
        waits = sa.or_(_D.begun_on.is_(None), _D.begun_on > day, _D.ends_on > day + ONE_DAY)
        rows = self._tx.connection.execute(_by_span(_D.currency, _D.begun_on).where(self._mine, waits))
        return [(currency, begun is not None and begun <= day, Span(*span)) for currency, begun, *span in rows]

    def last_run(self) -> date | None:
        query = sa.select(_R.recognised_to).where(_R.seller_id == self._tx.seller_id)
        return self._tx.connection.execute(query).scalar()
