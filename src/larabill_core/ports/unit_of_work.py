"""The open transaction, as handlers see it; and who opens it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from larabill_core.access import Actor
from larabill_core.jobs import Job, NewJob
from larabill_core.messages import Event
from larabill_core.ports.calls import LimitRepository, OperationRepository
from larabill_core.ports.jobs import JobRepository
from larabill_core.ports.requests import ActionRepository, AnswerRepository
from larabill_core.ports.secrets import SecretRepository
from larabill_core.ports.tokens import TokenRepository


class Tx(Protocol):
    """One open transaction. Modules add their repositories under their name: `tx.billing.invoices`.

    Within it: state, ledger, jobs. Never a provider call, mail or file.
    """

    @property
    def now(self) -> datetime:
        """The instant of this transaction: the same for all that happens in it."""
        ...

    @property
    def actor(self) -> Actor: ...

    @property
    def seller_id(self) -> UUID:
        """The seller whose rows this transaction may touch. Raises `Forbidden` in a transaction without one."""
        ...

    @property
    def engine(self) -> Any:
        """The engine that opened this transaction: for its vault, contracts and settings, not for `run`."""
        ...

    @property
    def job(self) -> Job | None:
        """The job on whose behalf this runs; None outside a job."""
        ...

    @property
    def joined(self) -> bool:
        """True inside a host's transaction: numbers are then issued by a job after the host's commit."""
        ...

    @property
    def jobs(self) -> JobRepository: ...

    @property
    def operations(self) -> OperationRepository: ...

    @property
    def limits(self) -> LimitRepository: ...

    @property
    def secrets(self) -> SecretRepository: ...

    @property
    def answers(self) -> AnswerRepository: ...

    @property
    def actions(self) -> ActionRepository: ...

    @property
    def tokens(self) -> TokenRepository: ...

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens within is undone alone when it raises a `LarabillError`, with its jobs and events.

        The error goes on to the caller. Every other error, and `ConcurrencyError`, undoes the whole transaction.
        """
        ...

    def publish(self, *events: Event) -> None:
        """One job for each subscribed handler, written together before the commit."""
        ...

    def enqueue(self, *jobs: NewJob) -> None:
        """Jobs, written together before the commit."""
        ...


class UnitOfWork(Protocol):
    """Opens transactions. Raises `ConcurrencyError` when the database asks for the whole to be run again."""

    def begin(
        self, *, seller_id: UUID | None, actor: Actor, now: datetime, engine: Any, job: Job | None
    ) -> AbstractContextManager[Any]:
        """A context that yields a `Tx`, commits at its end and rolls back on an exception.

        Where it wrote jobs, `engine.wake()` is called after the commit.
        """
        ...

    def is_ready(self) -> bool:
        """Whether the database answers, with tables of this release. Raises nothing."""
        ...

    def joined(self, connection: Any, on_commit: Callable[[Callable[[], None]], object] | None) -> UnitOfWork:
        """One whose transactions are savepoints inside the host's, which the host commits or rolls back.

        `on_commit` is the host's way to have a function called after that commit, where SQLAlchemy does not see it.
        """
        ...
