"""What one kind of operation means: implemented by provisioning (resources) and billing (payments, refunds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from larabill_core.calls.model import Operation, Retried, Withdrawn
from larabill_core.contracts.outcome import Outcome


class Call(Protocol):
    """One operation, ready to be carried out. `admit` and `record` run inside a transaction; the others outside.

    Why four booleans: whether a lost answer can be cleared up depends on what the provider can do (DESIGN, section 6).
    """

    creates: bool
    """Sending twice would make two things (a create, a charge): look before sending."""
    can_find: bool
    dedupes: bool
    poll_handler: str
    """The name of the job that wakes this operation again."""
    tags: tuple[str, ...]
    max_attempts: int
    longest_poll: timedelta
    """The gap between two questions about what is not done yet grows up to this."""
    deadline: timedelta
    """After this long without an end, a person has to look (F30)."""

    def admit(self, tx: Any, operation: Operation) -> Withdrawn | None:
        """The last word before the call goes out, in the transaction that marks it sent."""
        ...

    def find(self, operation: Operation) -> Outcome | None:
        """What the provider knows under our `ref`; None when it says: nothing. Raises `RetryLater`."""
        ...

    def send(self, operation: Operation, save_progress: Callable[[Mapping[str, Any]], None]) -> Outcome: ...

    def poll(self, operation: Operation) -> Outcome: ...

    def record(self, tx: Any, operation: Operation, outcome: Outcome | Withdrawn | Retried) -> None:
        """Change our state by the outcome, in the transaction that closes or moves the operation."""
        ...
