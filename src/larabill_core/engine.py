"""The engine: who opens transactions, and how the modules that are on are put together.

Made by `larabill_sqlalchemy.open_engine(settings)`, the one place where ports meet implementations.
"""

from __future__ import annotations

import copy
import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from larabill_core import dispatch
from larabill_core.access import SYSTEM, Access, Actor, Role
from larabill_core.calls.backoff import backoff
from larabill_core.calls.call import Call
from larabill_core.calls.model import Operation
from larabill_core.clock import Clock
from larabill_core.contracts.customers import Contacts
from larabill_core.contracts.standing import Standing
from larabill_core.errors import ConcurrencyError, ConfigurationError
from larabill_core.jobs import Job
from larabill_core.kernel import KERNEL
from larabill_core.manifest import Manifest
from larabill_core.module import Module, load_target
from larabill_core.ports.documents import Documents
from larabill_core.ports.drivers import Drivers
from larabill_core.ports.mail import Mailer
from larabill_core.ports.unit_of_work import UnitOfWork
from larabill_core.vault import Vault

T = TypeVar("T")

_log = logging.getLogger(__name__)

TRIES = 10
"""How often a unit of work is run again when the database asks for it, before the caller is told."""


class Engine:
    """LaraBill, put together. Modules' façades are attributes: `engine.billing`, `engine.provisioning`."""

    def __init__(
        self,
        *,
        manifest: Manifest,
        modules: tuple[Module, ...],
        clock: Clock,
        unit_of_work: UnitOfWork,
        registry: dispatch.Registry,
        drivers: Drivers,
        vault: Vault,
        documents: Documents,
        mailer: Mailer | None,
    ) -> None:
        self.manifest = manifest
        self.modules = (KERNEL, *modules)
        self.clock = clock
        self.registry = registry
        self.drivers = drivers
        self.vault = vault
        self.documents = documents
        self.mailer = mailer
        self._unit_of_work = unit_of_work
        self._facades: dict[str, Any] = {}
        self._in_hosts_transaction = False
        self._on_wake: list[Callable[[], None]] = []

    def run(
        self,
        fn: Callable[[Any], T],
        *,
        seller: UUID | None = None,
        actor: Actor = SYSTEM,
        job: Job | None = None,
    ) -> T:
        """Open a transaction, call `fn(tx)`, commit. The whole is run again on deadlock, serialization failure or lock
        timeout, so `fn` must touch nothing but `tx`. Raises `ConcurrencyError` when that goes on.

        `job` is the job on whose behalf this runs, for handlers that ask whether a person has approved it.
        """
        most = 1 if self._in_hosts_transaction else TRIES
        for tries in range(most):
            try:
                with self._unit_of_work.begin(
                    seller_id=seller, actor=actor, now=self.clock.now(), engine=self, job=job
                ) as tx:
                    return fn(tx)
            except ConcurrencyError:
                if tries == most - 1:
                    raise
                time.sleep(backoff(tries, base=timedelta(milliseconds=10), cap=timedelta(seconds=1)).total_seconds())
        raise AssertionError("unreachable")

    def joined(self, connection: Any, *, on_commit: Callable[[Callable[[], None]], object] | None = None) -> Engine:
        """This engine inside the host's own transaction: what it does is committed or rolled back with the host's work.

        `connection` is a Connection or Session of SQLAlchemy's, also a scoped session. Everything runs in savepoints,
        never commits and is never run again. After an error the host may go on or roll back, as it likes; only after
        one for which the database gave up more than the savepoint, the host's commit raises `ConcurrencyError`.
        What asks others outside is refused (see `outside`). `on_commit`: the host's own hook, called with what is to
        be called after its commit.
        """
        within = copy.copy(self)
        within._unit_of_work = self._unit_of_work.joined(connection, on_commit)
        within._facades = {}
        within._in_hosts_transaction = True
        return within

    def outside(self, what: str) -> Engine:
        """This engine, for `what` asks a gateway, a provider or another service before it is done.

        Raises `RuntimeError` on an engine that is joined.
        """
        if self._in_hosts_transaction:
            raise RuntimeError(
                f"{what} asks others outside, so it cannot be part of a host's transaction: what they did would be "
                "forgotten by a rollback, and locks would be held until they answer. Call the engine itself, before "
                "that transaction or after its commit"
            )
        return self

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Have it called after each commit in this process that wrote jobs, the hosts' included: a worker need not wait
        for its next look. It must return at once. It says nothing about the jobs: those of others come without it.
        """
        self._on_wake.append(callback)

    def wake(self) -> None:
        """Jobs were committed: tell those who asked for it."""
        for callback in self._on_wake:
            try:
                callback()
            except Exception:
                # what was committed is committed, and must not look as if it were not
                _log.exception("a wake-up failed")

    def is_ready(self) -> bool:
        """Whether the database answers, with tables of this release."""
        return self._unit_of_work.is_ready()

    def call_for(self, operation: Operation) -> Call:
        """What carries out this operation. Raises `ConfigurationError` when its module is off."""
        for module in self.modules:
            target = module.calls.get(operation.subject_kind)
            if target is not None:
                call: Call = load_target(target)(self, operation)
                return call
        raise ConfigurationError.one("modules", f"no module that is on handles {operation.subject_kind} operations")

    def work_once(self, *, queues: Collection[str] = (), limit: int = dispatch.BATCH) -> int:
        """Carry out up to `limit` due jobs; how many there were. Raises `RuntimeError` on an engine that is joined."""
        return dispatch.work_once(self.outside("work_once"), queues=queues, limit=limit)

    def tick(self) -> None:
        """Write the jobs of the schedules' present slots."""
        schedules = [schedule for module in self.modules for schedule in module.schedules]
        self.run(lambda tx: dispatch.tick(tx, schedules))

    def run_due(self, *, queues: Collection[str] = (), progress: Callable[[int], None] | None = None) -> int:
        """What cron calls: tick, then carry out jobs until none is due. How many were carried out.

        `progress` is told that number after each few. Raises `RuntimeError` on an engine that is joined.
        """
        self.outside("run_due").tick()
        done = 0
        while claimed := self.work_once(queues=queues):
            done += claimed
            if progress is not None:
                progress(done)
        return done

    @cached_property
    def access(self) -> Access:
        """The roles: `operator` may everything, `customer` what the modules say, and those of the manifest.

        Raises `ConfigurationError` with all faults of the manifest's.
        """
        known = {
            "operator": ("*",),
            "customer": tuple(ability for module in self.modules for ability in module.customer_abilities),
            **self.manifest.basics.roles,
        }
        roles = [Role(name=name, grants=tuple(grants)) for name, grants in known.items()]
        return Access(roles, [ability for module in self.modules for ability in module.abilities])

    @cached_property
    def standing(self) -> Standing | None:
        """Billing's answer to "may this service be taken away?"; None when billing is off."""
        standing: Standing | None = self._answer("standing")
        return standing

    @cached_property
    def contacts(self) -> Contacts | None:
        """Billing's answer to "who is the customer?"; None when billing is off."""
        contacts: Contacts | None = self._answer("contacts")
        return contacts

    def _answer(self, name: str) -> Any:
        for module in self.modules:
            if name in module.answers:
                return load_target(module.answers[name])
        return None

    def __getattr__(self, name: str) -> Any:
        """The façade of a module that is on."""
        if not name.startswith("_"):
            for module in self.modules:
                if module.name == name and module.facade:
                    facade = self._facades.get(name) or load_target(module.facade)(self)
                    self._facades[name] = facade
                    return facade
        raise AttributeError(f"engine has no {name!r}: is the module on?")
