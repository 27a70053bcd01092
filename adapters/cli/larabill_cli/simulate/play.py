"""Play a scenario: the real engine on a database in memory, and a clock that jumps to where something happens.

What falls due at an instant happens before what the timeline says for it: a renewal at midnight comes before a
cancellation on that day. Schedules run in their own slots, as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from larabill_billing.invoicing.model import Invoice, InvoiceState, InvoiceStatus
from larabill_billing.settings import settings_of
from larabill_billing.subscriptions.model import LIVE
from larabill_cli.simulate.company import Company, Reject, every, found, id_of_invoice
from larabill_cli.simulate.scenario import Scenario, Step
from larabill_cli.simulate.stage import NOTES, take_notes
from larabill_cli.simulate.verbs import carry_out
from larabill_core import dispatch
from larabill_core.clock import start_of_day
from larabill_core.engine import Engine
from larabill_core.errors import LarabillError
from larabill_core.jobs import NewJob, Schedule
from larabill_sqlalchemy.opening import database_of

SLOT: Final = timedelta(hours=1)
"""How often the schedules of billing run."""
LONGEST_WAIT: Final = timedelta(days=1)


@contextmanager
def played(scenario: Scenario) -> Iterator[Company]:
    """The company at the end of the scenario; its database is gone afterwards."""
    company = found(scenario)
    try:
        for step in scenario.timeline:
            _move(company, step.at, including=True)
            _take(company, step)
        _move(company, scenario.until, including=False)
        _recognise(company)
        yield company
    finally:
        database_of(company.engine).dispose()


def _recognise(company: Company) -> None:
    """What the days up to the end have earned."""
    company.engine.run(lambda tx: tx.enqueue(NewJob(handler="billing.recognise")))
    work(company.engine, ())


def _take(company: Company, step: Step) -> None:
    """One entry of the timeline, and all that follows from it at once."""
    try:
        carry_out(company, step.entry)
    except LarabillError as problem:
        company.rejects.append(Reject(step=step, problem=problem))
    work(company.engine, ())


def work(engine: Engine, schedules: Collection[Schedule]) -> None:
    """Carry out what is due now: the slots of these schedules, and every job. Published events are noted."""
    if schedules:
        engine.run(lambda tx: dispatch.tick(tx, schedules))
    queues = {handler.queue for handler in engine.registry.handlers.values()} - {NOTES}
    while engine.work_once(queues=queues, limit=100):
        pass
    engine.run(take_notes)


def schedules_of(engine: Engine) -> tuple[Schedule, ...]:
    """The schedules of billing."""
    return next(module.schedules for module in engine.modules if module.name == "billing")


def _move(company: Company, target: datetime, *, including: bool) -> None:
    """Go on to `target`, stopping wherever something is due; at `target` itself only when `including`."""
    schedules = schedules_of(company.engine)
    wait = SLOT
    while True:
        now, due = company.clock.now(), _next_due(company)
        if due is None:
            break
        if due > now:
            wait = SLOT
        else:
            # what its slot could not do: the next one will try
            due, wait = _slot(now + wait), min(2 * wait, LONGEST_WAIT)
        if due > target or (due == target and not including):
            break
        company.clock.set(due)
        work(company.engine, schedules if due == _slot(due) else ())
    company.clock.set(target)


def _slot(at: datetime) -> datetime:
    """The first instant from `at` on at which the schedules run."""
    slots = -(-at.timestamp() // SLOT.total_seconds())
    return datetime.fromtimestamp(slots * SLOT.total_seconds(), UTC)


def _next_due(company: Company) -> datetime | None:
    """When a job is due next, or a schedule will find a renewal or a step of dunning."""

    def look(tx: Any) -> list[datetime | None]:
        subscriptions = list(every(tx.billing.subscriptions.page))
        renewals = [each.next_billing_at for each in subscriptions if each.status in LIVE and not each.held_reason]
        cases = list(every(tx.billing.dunning.page))
        behind = {case.subscription_id for case in cases}
        issued = list(every(tx.billing.invoices.page, status=InvoiceStatus.ISSUED, id_of=id_of_invoice))
        zones = {each.id: each.time_zone for each in subscriptions if each.status in LIVE and each.id not in behind}
        overdue = [
            start_of_day(state.due_on + timedelta(days=1), zones[state.subscription_id])
            for _, state in issued
            if state.subscription_id in zones
        ]
        steps = [case.next_at for case in cases if case.paused_at is None]
        scheduled = [each for each in (*renewals, *overdue, *steps, *_upcoming(tx, issued)) if each is not None]
        return [tx.jobs.next_run_at(), *map(_slot, scheduled)]

    found = company.engine.run(look, seller=company.seller)
    return min((due for due in found if due is not None), default=None)


def _upcoming(tx: Any, issued: Sequence[tuple[Invoice, InvoiceState]]) -> list[datetime]:
    """When invoices may be reminded of before they are due, by any policy."""
    policies = settings_of(tx).policies.values()
    zones = {each.id: each.time_zone for each in every(tx.billing.customers.page)}
    days = [
        start_of_day(state.due_on - before, zones[state.customer_id])
        for _, state in issued
        for policy in policies
        for before in policy.before
    ]
    return [day for day in days if day > tx.now]
