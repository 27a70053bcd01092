"""The same rows by a plain SQLAlchemy ORM: a mapped class for each table, `add_all`, `flush`, `commit`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, registry

from benchmarks.sides.written import Written


class Mapped:
    """Classes for tables, made once."""

    def __init__(self, tables: list[sa.Table]) -> None:
        mapping = registry()
        self._classes: dict[sa.Table, Any] = {}
        for table in tables:
            self._classes[table] = type(table.name, (), {})
            mapping.map_imperatively(self._classes[table], table)

    def write(self, session: Session, batch: Written) -> None:
        """One transaction. What changes is loaded, changed and flushed, as an ORM does."""
        for table, rows in batch.inserted.items():
            names = table.c.keys()
            session.add_all([self._classes[table](**dict(zip(names, row, strict=True))) for row in rows])
            session.flush()
        for table, changed in batch.changed.items():
            mapped = self._classes[table]
            new = {row[0]: row[1:] for row in changed.rows}
            for each in session.scalars(sa.select(mapped).where(mapped.id.in_(new))):
                for name, value in zip(changed.names, new[each.id], strict=True):
                    setattr(each, name, value)
        session.commit()
