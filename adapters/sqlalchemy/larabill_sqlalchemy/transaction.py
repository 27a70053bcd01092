"""The open transaction, as handlers see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from larabill_core.access import Actor
from larabill_core.errors import ConcurrencyError, Forbidden, LarabillError
from larabill_core.jobs import Job, NewJob
from larabill_core.messages import Event
from larabill_sqlalchemy.core import CoreRepositories
from larabill_sqlalchemy.storage import Storage


class SqlTx:
    """Implements `larabill_core.ports.unit_of_work.Tx`. A module's repositories stand under its storage's name."""

    def __init__(
        self,
        connection: sa.Connection,
        *,
        storages: Mapping[str, Storage],
        seller_id: UUID | None,
        actor: Actor,
        now: datetime,
        engine: Any,
        job: Job | None,
        joined: bool,
    ) -> None:
        if actor.seller_id is not None and seller_id is not None and actor.seller_id != seller_id:
            raise Forbidden(f"act for seller {seller_id}", str(actor))
        self.connection: Final = connection
        self.actor: Final = actor
        self.now: Final = now
        self.engine: Final = engine
        self.job: Final = job
        self.joined: Final = joined
        self._seller_id = seller_id
        self._storages = storages
        self._new_jobs: list[Job] = []
        self.wrote_jobs = False
        core = CoreRepositories(self)
        self.jobs: Final = core.jobs
        self.operations: Final = core.operations
        self.limits: Final = core.limits
        self.secrets: Final = core.secrets
        self.answers: Final = core.answers
        self.actions: Final = core.actions
        self.tokens: Final = core.tokens

    @property
    def seller_id(self) -> UUID:
        if self._seller_id is None:
            raise Forbidden("touch the rows of a seller in a transaction that names none", str(self.actor))
        return self._seller_id

    def publish(self, *events: Event) -> None:
        self._new_jobs += self.engine.registry.for_events(events, self.now)

    def enqueue(self, *jobs: NewJob) -> None:
        self._new_jobs += self.engine.registry.for_new(jobs, self.now)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        waiting = len(self._new_jobs)
        nested = self.connection.begin_nested()
        try:
            yield
        except ConcurrencyError:
            raise
        except LarabillError:
            nested.rollback()
            del self._new_jobs[waiting:]
            raise
        nested.commit()

    def flush(self) -> None:
        """Write what was published and enqueued."""
        jobs, self._new_jobs = self._new_jobs, []
        self.jobs.add_many(jobs)
        self.wrote_jobs = bool(jobs)

    def __getattr__(self, name: str) -> Any:
        """The repositories of a module that is on, made at first use."""
        storage = self.__dict__.get("_storages", {}).get(name)
        if storage is None or storage.repositories is None:
            raise AttributeError(f"the transaction has no {name!r}: is the module on?")
        repositories = storage.repositories(self)
        self.__dict__[name] = repositories
        return repositories
