"""When something will next be due: tests that let months go by stop then, and not on each of the days between."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from larabill_billing.ledger.spans import ONE_DAY
from larabill_core.clock import local_date, start_of_day
from larabill_sqlalchemy.billing.changes import CHANGES
from larabill_sqlalchemy.billing.credits import CREDITS
from larabill_sqlalchemy.billing.dunning import CASES
from larabill_sqlalchemy.billing.invoicing_tables import STATES
from larabill_sqlalchemy.billing.pauses import PAUSES
from larabill_sqlalchemy.billing.plans import INSTALMENTS
from larabill_sqlalchemy.billing.subscriptions import SUBSCRIPTIONS
from larabill_sqlalchemy.core.jobs import JOBS
from larabill_sqlalchemy.core.operations import OPERATIONS
from larabill_sqlalchemy.storage import OF_ALL_SELLERS

_INSTANTS: Final = (
    JOBS.c.due_at,
    OPERATIONS.c.next_at,
    SUBSCRIPTIONS.c.next_billing_at,
    CASES.c.next_at,
    CASES.c.destroy_at,
)
_DAYS: Final = (
    SUBSCRIPTIONS.c.change_on,
    SUBSCRIPTIONS.c.cut_on,
    SUBSCRIPTIONS.c.end_on,
    SUBSCRIPTIONS.c.minimum_until,
    CHANGES.c.effective_on,
    STATES.c.due_on,
    INSTALMENTS.c.due_on,
    PAUSES.c.until_on,
    CREDITS.c.expires_on,
)
"""On such a day, or when it is over."""


def _earliest(column: sa.Column[Any], after: str) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.min(column)).where(column > sa.bindparam(after)).scalar_subquery()


_EARLIEST: Final = sa.select(
    *(_earliest(column, "now").label(f"instant_{n}") for n, column in enumerate(_INSTANTS)),
    *(_earliest(column, "yesterday").label(f"day_{n}") for n, column in enumerate(_DAYS)),
).execution_options(**OF_ALL_SELLERS)


def next_due(tx: Any, zone: str) -> datetime | None:
    """The first instant after now at which anything may have to be done; days begin in `zone`."""
    row = tx.connection.execute(_EARLIEST, {"now": tx.now, "yesterday": local_date(tx.now, zone) - ONE_DAY}).one()
    days = [day for day in row[len(_INSTANTS) :] if day is not None]
    begin_and_end = [start_of_day(each, zone) for day in days for each in (day, day + ONE_DAY)]
    return min((at for at in (*row[: len(_INSTANTS)], *begin_and_end) if at is not None and at > tx.now), default=None)
