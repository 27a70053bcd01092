"""Tasks: the operations on a resource, as people see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from larabill_core.errors import NotFound
from larabill_provisioning.resources.model import Task
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.statements import from_row, insert_many, to_row
from larabill_sqlalchemy.storage import MYSQL_OPTIONS
from larabill_sqlalchemy.types import Id, Instant, code, text

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

TASKS = sa.Table(
    "larabill_provision_tasks",
    METADATA,
    sa.Column("id", Id, primary_key=True),
    sa.Column("seller_id", Id, nullable=False),
    sa.Column("resource_id", Id, nullable=False),
    sa.Column("operation_id", Id, nullable=False),
    sa.Column("action", code(32), nullable=False),
    sa.Column("status", code(32), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("driver_task_id", text(), nullable=False),
    sa.Column("last_error", text(), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Index("uq_larabill_provision_tasks_operation_id", "operation_id", unique=True),
    sa.Index("ix_larabill_provision_tasks_seller_id", "seller_id", "resource_id", "id"),
    **MYSQL_OPTIONS,
)

_T = TASKS.c


class Tasks:
    """Implements `larabill_provisioning.resources.ports.TaskRepository`."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._connection = tx.connection

    def add_many(self, tasks: Sequence[Task]) -> None:
        insert_many(self._connection, TASKS, [to_row(task) for task in tasks])

    def get_for(self, operation_id: UUID) -> Task:
        query = sa.select(TASKS).where(_T.seller_id == self._tx.seller_id, _T.operation_id == operation_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("task of operation", operation_id)
        return from_row(Task, row)

    def save(self, task: Task) -> None:
        mine = sa.update(TASKS).where(_T.seller_id == self._tx.seller_id, _T.id == task.id)
        self._connection.execute(mine.values(to_row(task)))

    def for_resource(self, resource_id: UUID) -> list[Task]:
        query = sa.select(TASKS).where(_T.seller_id == self._tx.seller_id, _T.resource_id == resource_id)
        return [from_row(Task, row) for row in self._connection.execute(query.order_by(_T.id))]
