"""The resolver of unknowns: finds operations whose wake-up was lost and wakes them again (I8)."""

from __future__ import annotations

from datetime import timedelta

from larabill_core.calls.model import OPEN
from larabill_core.calls.perform import OperationDue
from larabill_core.ids import derived_id
from larabill_core.jobs import NewJob
from larabill_core.messages import Nothing
from larabill_core.ports.unit_of_work import Tx

BATCH = 200
GRACE = timedelta(minutes=1)
"""An operation that is due is first left to its own job for this long."""


def resolve_unknown(tx: Tx, payload: Nothing) -> None:
    """Wake operations that nobody holds and whose time has come.

    Not those of an account that is no longer configured: their own job stands in the operator's list and says so.
    """
    configured = tx.engine.drivers.accounts()
    for operation in tx.operations.due(statuses=OPEN, before=tx.now - GRACE, limit=BATCH):
        if operation.account not in configured:
            continue
        tx.enqueue(
            NewJob(
                handler="core.perform",
                payload=OperationDue(operation_id=operation.id),
                event_id=derived_id(operation.id, f"resolve:{operation.fence}:{tx.now:%Y%m%d%H%M}"),
                seller_id=operation.seller_id,
            )
        )
