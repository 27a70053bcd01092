"""May a service be taken away? Asked just before a suspend or an end goes out, in the transaction that sends it."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID


class Standing(Protocol):
    def may_suspend(self, tx: Any, service_id: UUID, case_version: int) -> bool:
        """False as soon as the overdue case is closed, has moved on since `case_version`, or money is on its way (I9).

        Locks the case, so that a payment recorded meanwhile waits for the answer to be acted upon or refused.
        """
        ...
