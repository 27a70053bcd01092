"""The repositories of operations, limits and secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from tests.conftest import START
from tests.storage.conftest import SELLER

from larabill_core.calls.limits import LimitState
from larabill_core.calls.model import OPEN, Operation, OperationStatus
from larabill_core.engine import Engine
from larabill_core.errors import AlreadyExists, LeaseLost, NotFound
from larabill_core.ids import new_id
from larabill_core.ports.secrets import SealedRow

MINUTE = timedelta(minutes=1)


def an_operation(subject_id: UUID | None = None, **changes: Any) -> Operation:
    operation = Operation(
        id=new_id(),
        seller_id=SELLER,
        subject_kind="note",
        subject_id=subject_id or new_id(),
        account="fake",
        action="create",
        seq=1,
        ref="lb-1",
        next_at=START,
        deadline_at=START + 60 * MINUTE,
        created_at=START,
        updated_at=START,
    )
    return attrs.evolve(operation, **changes)


def test_an_operation_comes_back_as_it_was(engine: Engine) -> None:
    operation = an_operation(arguments={"a": [1, {"b": "ü"}]}, progress={"step": 2}, lease_until=START + MINUTE)
    engine.run(lambda tx: tx.operations.add_many([operation]))
    assert engine.run(lambda tx: tx.operations.get(operation.id, lock=True)) == operation
    with pytest.raises(NotFound):
        engine.run(lambda tx: tx.operations.get(new_id()))


def test_a_subject_has_one_open_operation_at_most(engine: Engine) -> None:
    first = an_operation()
    engine.run(lambda tx: tx.operations.add_many([first]))
    second = an_operation(first.subject_id, seq=2)
    with pytest.raises(AlreadyExists):
        engine.run(lambda tx: tx.operations.add_many([second]))
    done = attrs.evolve(first, status=OperationStatus.DONE)
    engine.run(lambda tx: tx.operations.save(done, fence=0))
    engine.run(lambda tx: tx.operations.add_many([second]))
    assert engine.run(lambda tx: tx.operations.open_for([first.subject_id])) == {first.subject_id: second}
    assert engine.run(lambda tx: tx.operations.for_subject(first.subject_id)) == [done, second]


def test_seqs_are_counted_by_subject(engine: Engine) -> None:
    first, other = an_operation(), new_id()
    engine.run(lambda tx: tx.operations.add_many([first]))
    seqs = engine.run(lambda tx: tx.operations.next_seqs([first.subject_id, other]))
    assert seqs == {first.subject_id: 2, other: 1}


def test_a_seq_is_taken_once(engine: Engine) -> None:
    first = an_operation(status=OperationStatus.DONE)
    engine.run(lambda tx: tx.operations.add_many([first]))
    with pytest.raises(AlreadyExists):
        engine.run(lambda tx: tx.operations.add_many([an_operation(first.subject_id)]))


def test_who_lost_the_fence_writes_nothing(engine: Engine) -> None:
    operation = an_operation()
    engine.run(lambda tx: tx.operations.add_many([operation]))
    claimed = attrs.evolve(operation, fence=1, status=OperationStatus.SENT, attempt=2)
    engine.run(lambda tx: tx.operations.save(claimed, fence=0))
    with pytest.raises(LeaseLost):
        engine.run(lambda tx: tx.operations.save(attrs.evolve(claimed, last_error="late"), fence=0))
    assert engine.run(lambda tx: tx.operations.get(operation.id)) == claimed


def test_running_counts_leases_that_are_not_over(engine: Engine) -> None:
    operations = [
        an_operation(lease_until=START + MINUTE),
        an_operation(lease_until=START - MINUTE),
        an_operation(),
        an_operation(lease_until=START + MINUTE, account="other"),
    ]
    engine.run(lambda tx: tx.operations.add_many(operations))
    assert engine.run(lambda tx: tx.operations.running("fake", START)) == 1


def test_due_are_open_late_and_leased_by_nobody(engine: Engine) -> None:
    late = an_operation(next_at=START - MINUTE)
    later = an_operation(next_at=START - 2 * MINUTE, lease_until=START - MINUTE, status=OperationStatus.PENDING)
    others = [
        an_operation(next_at=START - MINUTE, status=OperationStatus.DONE),
        an_operation(next_at=START - MINUTE, lease_until=START + MINUTE),
        an_operation(next_at=START + MINUTE),
    ]
    engine.run(lambda tx: tx.operations.add_many([late, *others, later]))
    assert engine.run(lambda tx: tx.operations.due(statuses=OPEN, before=START, limit=9)) == [later, late]
    assert engine.run(lambda tx: tx.operations.due(statuses=OPEN, before=START, limit=1)) == [later]


def test_limits_are_kept_overwritten_and_reset(engine: Engine) -> None:
    state = LimitState(account="fake", tokens=1.25, refilled_at=START)
    engine.run(lambda tx: tx.limits.put(state))
    changed = attrs.evolve(state, failures=3, open_until=START + MINUTE)
    engine.run(lambda tx: tx.limits.put(changed))
    assert engine.run(lambda tx: tx.limits.get("fake")) == changed
    assert engine.run(lambda tx: tx.limits.list()) == [changed]
    engine.run(lambda tx: tx.limits.reset("fake"))
    assert engine.run(lambda tx: tx.limits.get("fake")) is None
    with pytest.raises(NotFound):
        engine.run(lambda tx: tx.limits.reset("fake"))


def test_secrets_are_kept_replaced_found_by_key_and_deleted(engine: Engine) -> None:
    row = SealedRow(owner_table="notes", owner_id=new_id(), secret_version=1, key_name="k1", blob=bytes(range(256)))
    newer = attrs.evolve(row, secret_version=2, blob=b"x")
    other = attrs.evolve(row, owner_id=new_id(), key_name="k2")
    for each in (row, newer, other):
        engine.run(lambda tx, each=each: tx.secrets.put(each))
    assert engine.run(lambda tx: tx.secrets.get("notes", row.owner_id)) == newer
    assert engine.run(lambda tx: tx.secrets.wrapped_with_other_than("k2", limit=9)) == [newer]
    assert engine.run(lambda tx: tx.secrets.delete("notes", row.owner_id)) is True
    assert engine.run(lambda tx: tx.secrets.delete("notes", row.owner_id)) is False
    assert engine.run(lambda tx: tx.secrets.get("notes", row.owner_id)) is None
