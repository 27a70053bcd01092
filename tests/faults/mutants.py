"""Two mistakes that the design forbids, planted on purpose: the run must find them out."""

from __future__ import annotations

from typing import Any

from larabill_core.calls import model
from larabill_core.calls import perform as calls
from larabill_core.calls.model import Operation, OperationStatus


def save_after_call() -> None:
    """The intent is recorded only after the call: a crash in between leaves no trace of what was sent."""
    claim, ask = calls._claim, calls._ask

    def forgetful(tx: Any, engine: Any, call: Any, operation_id: Any) -> Any:
        claimed = claim(tx, engine, call, operation_id)
        return None if claimed is None else (claimed[0], False)

    def headlong(engine: Any, call: Any, operation: Operation, *, was_sent: bool) -> Any:
        if operation.status is OperationStatus.PENDING:
            return ask(engine, call, operation, was_sent=was_sent)
        return call.send(operation, lambda progress: None)

    calls._claim, calls._ask = forgetful, headlong


def key_follows_retry() -> None:
    """The idempotency key changes with every try, instead of staying the same for an attempt."""

    def moving(self: Operation) -> str:
        return model.operation_key(self.subject_id, self.action, self.seq, self.fence)

    Operation.key = property(moving)  # type: ignore[assignment, method-assign]


MUTANTS = {"save-after-call": save_after_call, "key-follows-retry": key_follows_retry}
