"""Carry out one operation: claim it, look, send or poll, and record what came of it. Crash-safe at every line.

    claim (tx) ──▶ find(ref) ──▶ send(key) ──▶ record (tx)
         │            │ there: Done
         │            └ was sent before, can neither find nor dedupe: Manual
         └ not admitted: Withdrawn

What was sent and not answered is looked up before anything is sent again (I1, I2, I10).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from larabill_core.calls.backoff import backoff
from larabill_core.calls.call import Call
from larabill_core.calls.guard import checked, guarded, said
from larabill_core.calls.limits import Refused, admit, fresh, note_answer
from larabill_core.calls.model import OPEN, Operation, OperationStatus, Retried
from larabill_core.contracts.outcome import Done, Failed, Manual, Outcome, Pending, Unknown
from larabill_core.errors import LeaseLost, RetryLater
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob

if TYPE_CHECKING:
    from larabill_core.engine import Engine

log = logging.getLogger("larabill.calls")

LEASE = timedelta(minutes=5)
POLL_BASE = timedelta(seconds=2)
RETRY_BASE = timedelta(seconds=10)
RETRY_CAP = timedelta(hours=1)
LOOKS_BEFORE_RESEND = 3
"""A create may show late. Where the provider does not deduplicate, look this often, ever later, before sending."""


@attrs.frozen(kw_only=True)
class OperationDue:
    """The payload of every job that wakes an operation."""

    operation_id: UUID


def wake(handler: str, operation: Operation, tags: tuple[str, ...] = ()) -> NewJob:
    """The job that will take up `operation` at its `next_at`; one for each state that it goes through."""
    return NewJob(
        handler=handler,
        payload=OperationDue(operation_id=operation.id),
        event_id=derived_id(operation.id, f"wake:{operation.fence}:{operation.next_at.isoformat()}"),
        seller_id=operation.seller_id,
        run_at=operation.next_at,
        tags=tags,
    )


def perform(engine: Engine, operation_id: UUID) -> None:
    """Take the operation one step further. Safe to call at any time, by any number of workers."""
    found = engine.run(lambda tx: tx.operations.get(operation_id))
    if not found.is_open:
        return
    call = engine.call_for(found)
    claimed = engine.run(lambda tx: _claim(tx, engine, call, operation_id), seller=found.seller_id)
    if claimed is None:
        return
    operation, was_sent = claimed
    outcome = _ask(engine, call, operation, was_sent=was_sent)
    engine.run(lambda tx: _record(tx, engine, call, operation, outcome), seller=operation.seller_id)


def _claim(tx: Any, engine: Engine, call: Call, operation_id: UUID) -> tuple[Operation, bool] | None:
    """Lease the operation and mark it sent; None when there is nothing to do now."""
    operation: Operation = tx.operations.get(operation_id, lock=True)
    if not operation.is_open:
        return None
    if operation.lease_until is not None and operation.lease_until > tx.now:
        _come_back(tx, call, operation, operation.lease_until)
        return None
    if operation.next_at > tx.now:
        _come_back(tx, call, operation, operation.next_at)
        return None
    fence = operation.fence
    settings = engine.drivers.limits(operation.account)
    state = tx.limits.get(operation.account) or fresh(operation.account, settings, tx.now)
    decision = admit(state, settings, tx.operations.running(operation.account, tx.now), tx.now)
    if isinstance(decision, Refused):
        _come_back(tx, call, operation, decision.until)
        return None
    if operation.status is OperationStatus.INTENDED:
        # Asked last, so that what it marks as under way does go out.
        refusal = call.admit(tx, operation)
        if refusal is not None:
            closed = _moved(tx, operation, status=OperationStatus.WITHDRAWN, last_error=refusal.reason)
            tx.operations.save(closed, fence=fence)
            call.record(tx, closed, refusal)
            return None
    tx.limits.put(decision)
    was_sent = operation.status in (OperationStatus.SENT, OperationStatus.UNKNOWN)
    status = operation.status if operation.status is OperationStatus.PENDING else OperationStatus.SENT
    claimed = _moved(tx, operation, status=status, fence=fence + 1, lease_until=tx.now + LEASE)
    tx.operations.save(claimed, fence=fence)
    return claimed, was_sent


def hurry(tx: Any, call_handler: str, operation: Operation, tags: tuple[str, ...] = ()) -> None:
    """Look at an open operation now: a webhook has hinted that something happened. The hint itself decides nothing."""
    stored: Operation = tx.operations.get(operation.id, lock=True)
    if not stored.is_open:
        return
    hurried = attrs.evolve(stored, next_at=tx.now, updated_at=tx.now)
    tx.operations.save(hurried, fence=stored.fence)
    tx.enqueue(wake(call_handler, hurried, tags))


def _come_back(tx: Any, call: Call, operation: Operation, at: datetime) -> None:
    tx.enqueue(
        NewJob(
            handler=call.poll_handler,
            payload=OperationDue(operation_id=operation.id),
            event_id=derived_id(operation.id, f"again:{operation.fence}:{at.isoformat()}"),
            seller_id=operation.seller_id,
            run_at=at,
            tags=call.tags,
        )
    )


def _ask(engine: Engine, call: Call, operation: Operation, *, was_sent: bool) -> Outcome:
    """The outside world, outside any transaction. What a driver raises after sending is `Unknown`, never a failure."""
    if operation.status is OperationStatus.PENDING:
        return _guarded(lambda: call.poll(operation), operation)
    if call.creates and call.can_find:
        try:
            there = call.find(operation)
        except RetryLater as problem:
            return Unknown(reason=f"cannot look: {problem}") if was_sent else _not_sent(problem)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as problem:
            log.warning("find failed for operation %s: %s", operation.id, said(str(problem)))
            reason = f"cannot look: {type(problem).__name__}"
            return Unknown(reason=reason) if was_sent else Failed(reason=reason, retryable=True)
        if there is not None:
            return checked(there)
        if was_sent and not call.dedupes and operation.polls < LOOKS_BEFORE_RESEND:
            return Unknown(reason="sent, and not to be seen at the provider yet")
    elif call.creates and was_sent and not call.dedupes:
        return Manual(reason="sent before, and this provider can neither find nor deduplicate it: look there first")
    return _guarded(lambda: call.send(operation, _saver(engine, operation)), operation)


def _not_sent(problem: RetryLater) -> Failed:
    return Failed(reason=str(problem), retryable=True, retry_after=problem.after)


def _guarded(ask: Any, operation: Operation) -> Outcome:
    outcome = guarded(ask)
    if isinstance(outcome, Unknown):
        log.warning("operation %s: %s", operation.id, outcome.reason)
    return outcome


def _saver(engine: Engine, operation: Operation) -> Any:
    """What a create of several steps calls after each: the progress is committed before the next step."""

    def save(progress: Mapping[str, Any]) -> None:
        def write(tx: Any) -> None:
            stored = tx.operations.get(operation.id, lock=True)
            tx.operations.save(attrs.evolve(stored, progress=dict(progress), updated_at=tx.now), fence=operation.fence)

        engine.run(write, seller=operation.seller_id)

    return save


def _record(tx: Any, engine: Engine, call: Call, operation: Operation, outcome: Outcome) -> None:
    """Write what came of it. Nothing is written when the lease was lost: whoever has it now will look and decide."""
    stored: Operation = tx.operations.get(operation.id, lock=True)
    if stored.fence != operation.fence or stored.status not in OPEN:
        raise LeaseLost(f"operation {operation.id}")
    settings = engine.drivers.limits(operation.account)
    state = tx.limits.get(operation.account) or fresh(operation.account, settings, tx.now)
    tx.limits.put(note_answer(state, settings, healthy=not isinstance(outcome, Unknown), now=tx.now))
    moved, told = _next(tx, call, stored, outcome)
    tx.operations.save(moved, fence=operation.fence)
    call.record(tx, moved, told)
    if moved.is_open:
        tx.enqueue(wake(call.poll_handler, moved, call.tags))


def _next(tx: Any, call: Call, operation: Operation, outcome: Outcome) -> tuple[Operation, Outcome | Retried]:
    """The operation after `outcome`, and what the call is told of it."""
    if isinstance(outcome, Pending | Unknown) and tx.now >= operation.deadline_at:
        reason = outcome.reason if isinstance(outcome, Unknown) else "the provider still works on it"
        outcome = Manual(reason=f"no end after {call.deadline}: {reason}")
    match outcome:
        case Done():
            return _moved(tx, operation, status=OperationStatus.DONE, last_error=""), outcome
        case Pending():
            wait = outcome.poll_after or backoff(operation.polls, base=POLL_BASE, cap=call.longest_poll)
            return (
                _moved(
                    tx,
                    operation,
                    status=OperationStatus.PENDING,
                    handle=outcome.handle,
                    polls=operation.polls + 1,
                    next_at=tx.now + wait,
                ),
                outcome,
            )
        case Unknown():
            status = operation.status if operation.status is OperationStatus.PENDING else OperationStatus.UNKNOWN
            wait = backoff(operation.polls, base=POLL_BASE, cap=call.longest_poll)
            return (
                _moved(
                    tx,
                    operation,
                    status=status,
                    polls=operation.polls + 1,
                    next_at=tx.now + wait,
                    last_error=outcome.reason,
                ),
                outcome,
            )
        case Failed(retryable=True) if operation.attempt < call.max_attempts:
            wait = outcome.retry_after or backoff(operation.attempt - 1, base=RETRY_BASE, cap=RETRY_CAP)
            return (
                _moved(
                    tx,
                    operation,
                    status=OperationStatus.INTENDED,
                    attempt=operation.attempt + 1,
                    handle="",
                    polls=0,
                    next_at=tx.now + wait,
                    deadline_at=tx.now + wait + call.deadline,
                    last_error=outcome.reason,
                ),
                Retried(reason=outcome.reason),
            )
        case Failed():
            return _moved(tx, operation, status=OperationStatus.FAILED, last_error=outcome.reason), outcome
        case Manual():
            return _moved(tx, operation, status=OperationStatus.MANUAL, last_error=outcome.reason), outcome


def _moved(tx: Any, operation: Operation, **changes: Any) -> Operation:
    changes.setdefault("lease_until", None)
    return attrs.evolve(operation, updated_at=tx.now, **changes)


def perform_job(engine: Engine, payload: OperationDue, job: Any) -> None:
    """The handler behind KickProvision, PollTask, ChargeInvoice and every other job that wakes an operation."""
    perform(engine, payload.operation_id)
