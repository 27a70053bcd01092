"""One seller, one fake provider, and the words in which tests tell what happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
from tests.provisioning.stub import STANDING, TOLD

from larabill_core.access import Actor
from larabill_core.engine import Engine
from larabill_core.ids import new_id
from larabill_core.jobs import OPEN_STATUSES, Job, JobStatus
from larabill_core.messages import Event
from larabill_core.module import load_target
from larabill_core.published import (
    OrderReleased,
    ReleasedItem,
    ServiceChangeRequested,
    ServiceEndRequested,
    ServiceResumeRequested,
    ServicesOrdered,
    ServiceSuspendRequested,
)
from larabill_core.testing.clock import ManualClock
from larabill_core.verify import Violation
from larabill_drivers.world import FakeWorld
from larabill_provisioning.audit.model import Audit
from larabill_provisioning.module import MODULE
from larabill_provisioning.resources.model import Resource

STAFF = Actor(kind="staff", id="ops-1", roles=("operator",))


@attrs.define
class Scene:
    engine: Engine
    clock: ManualClock
    seller: UUID
    customer: UUID
    world: FakeWorld

    def release(self, *plans: str, on_failure: Any = "hold", spec: Mapping[str, Any] | None = None) -> list[UUID]:
        """An order is released; the services that it is for."""
        return self._order(OrderReleased, plans, on_failure, spec)

    def add(self, *plans: str) -> list[UUID]:
        """Units are added to a running agreement; their services."""
        return self._order(ServicesOrdered, plans, "hold", None)

    def _order(
        self,
        kind: type[OrderReleased] | type[ServicesOrdered],
        plans: Sequence[str],
        on_failure: Any,
        spec: Mapping[str, Any] | None,
    ) -> list[UUID]:
        items = tuple(
            ReleasedItem(
                service_id=new_id(),
                plan_code=plan,
                name=f"my {plan}",
                region="eu",
                spec=spec or {"disk": 10},
                on_failure=on_failure,
            )
            for plan in plans or ("small",)
        )
        self.publish(
            kind(
                seller_id=self.seller,
                occurred_at=self.clock.now(),
                order_id=new_id(),
                customer_id=self.customer,
                items=items,
            )
        )
        return [item.service_id for item in items]

    def released(self, *plans: str, on_failure: Any = "hold") -> list[UUID]:
        """An order whose release was heard: its provisioning is queued."""
        services = self.release(*plans, on_failure=on_failure)
        while (
            self.engine.run(lambda tx: tx.provisioning.resources.for_service(services[0]), seller=self.seller) is None
        ):
            assert self.work(1)
        return services

    def running(self, on_failure: Any = "hold") -> UUID:
        """A service that runs."""
        (service,) = self.release(on_failure=on_failure)
        self.settle()
        assert self.status(service) == "active"
        return service

    def overdue(self, service: UUID, version: int) -> None:
        """Billing opens a case (or moves it on) and asks for a suspension."""
        STANDING.cases[service] = version
        self.publish(self.suspend_event(service, version))

    def paid(self, service: UUID) -> None:
        """Billing closes the case and asks for the service back."""
        STANDING.cases.pop(service, None)
        self.publish(self.resume_event(service))

    def end(self, service: UUID, *, after: timedelta = timedelta(0), case_version: int | None = None) -> None:
        if case_version is not None:
            STANDING.cases[service] = case_version
        self.publish(
            ServiceEndRequested(
                seller_id=self.seller,
                occurred_at=self.clock.now(),
                service_id=service,
                destroy_at=self.clock.now() + after,
                case_version=case_version,
            )
        )

    def change(self, service: UUID, plan: str, **spec: int) -> None:
        """Billing asks for another plan or specification."""
        self.publish(self.change_event(service, plan, **spec))

    def change_event(self, service: UUID, plan: str, **spec: int) -> ServiceChangeRequested:
        return ServiceChangeRequested(
            seller_id=self.seller, occurred_at=self.clock.now(), service_id=service, plan_code=plan, spec=spec
        )

    def suspend_event(self, service: UUID, version: int | None) -> ServiceSuspendRequested:
        return ServiceSuspendRequested(
            seller_id=self.seller, occurred_at=self.clock.now(), service_id=service, case_version=version
        )

    def resume_event(self, service: UUID, *, reactivated: bool = False) -> ServiceResumeRequested:
        return ServiceResumeRequested(
            seller_id=self.seller, occurred_at=self.clock.now(), service_id=service, reactivated=reactivated
        )

    def publish(self, *events: Event) -> None:
        self.engine.run(lambda tx: tx.publish(*events), seller=self.seller)

    def work(self, limit: int = 10_000) -> int:
        """Carry out what is due now, and no more than `limit` jobs."""
        done = 0
        while done < limit and self.engine.work_once(limit=min(10, limit - done)):
            done += 1
        return done

    def settle(self, horizon: timedelta = timedelta(days=3)) -> None:
        """Work, and move the clock to what is due next, until nothing is due within `horizon`."""
        until = self.clock.now() + horizon
        for _ in range(2_000):
            self.work()
            due: datetime | None = self.engine.run(lambda tx: tx.jobs.next_run_at())
            if due is None or due > until:
                return
            self.clock.set(max(due, self.clock.now()))
        raise AssertionError("work does not come to an end")

    def resource(self, service: UUID) -> Resource:
        found = self.engine.run(lambda tx: tx.provisioning.resources.for_service(service), seller=self.seller)
        assert isinstance(found, Resource)
        return found

    def status(self, service: UUID) -> str:
        return self.resource(service).status.value

    def trail(self, service: UUID) -> list[str]:
        """The states that the resource went through, by its audits."""
        return [audit.after for audit in self.audits(service) if audit.before != audit.after]

    def audits(self, service: UUID) -> tuple[Audit, ...]:
        found: tuple[Audit, ...] = self.engine.provisioning.resources.audits(self.seller, self.resource(service).id)
        return found

    def told(self, service: UUID) -> list[str]:
        return [type(event).__name__ for event in TOLD if getattr(event, "service_id", None) == service]

    def at_provider(self, service: UUID) -> list[str]:
        return [thing.status for thing in self.world.resources(self.resource(service).ref)]

    def built_as(self, service: UUID) -> list[tuple[str, dict[str, str]]]:
        """Plan and specification of what stands at the provider."""
        return [(thing.body["plan"], thing.body["spec"]) for thing in self.world.resources(self.resource(service).ref)]

    def calls(self, service: UUID, method: str, phase: str = "asked") -> int:
        """How often the provider was asked for it; `phase` effect: how often it was done."""
        return [call.phase for call in self.world.calls(method, self.resource(service).ref)].count(phase)

    def violations(self) -> list[Violation]:
        found: list[Violation] = []
        for target in MODULE.verify:
            found += self.engine.run(load_target(target), seller=self.seller)
        return found

    def live(self) -> list[Violation]:
        (target,) = MODULE.verify_live
        found: list[Violation] = load_target(target)(self.engine)
        return found

    def jobs(self, *statuses: JobStatus) -> list[Job]:
        wanted = statuses or tuple(OPEN_STATUSES)
        found: list[Job] = self.engine.run(lambda tx: tx.jobs.list(statuses=wanted, limit=1000))
        return found
