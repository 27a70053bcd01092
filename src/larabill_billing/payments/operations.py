"""The record of what a gateway is asked, written before it is asked (I1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from larabill_billing.payments import jobs
from larabill_billing.payments.ports import PaymentsTx
from larabill_core.calls.model import Operation
from larabill_core.calls.perform import wake
from larabill_core.contracts.gateway import PaymentGateway
from larabill_core.contracts.provider import DriverType
from larabill_core.errors import Conflict, NotFound
from larabill_core.ids import new_id

DEADLINE: Final = timedelta(days=5)
"""Delayed methods (bank debits) take days; after these a person has to look."""

WAKES: Final = {
    "charge": jobs.CHARGE,
    "capture": jobs.CAPTURE,
    "release": jobs.RELEASE,
    "refund": jobs.REFUND,
}


def intend(tx: PaymentsTx, subject_kind: str, subject_id: UUID, *, account: str, action: str, ref: str) -> Operation:
    """Record the operation and the job that carries it out. Raises `AlreadyExists` when one is open."""
    operation = Operation(
        id=new_id(),
        seller_id=tx.seller_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        account=account,
        action=action,
        seq=tx.operations.next_seqs([subject_id])[subject_id],
        ref=ref,
        next_at=tx.now,
        deadline_at=tx.now + DEADLINE,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.operations.add_many([operation])
    tx.enqueue(wake(WAKES[action], operation, tags(subject_kind, subject_id)))
    return operation


def tags(subject_kind: str, subject_id: UUID) -> tuple[str, ...]:
    """How operators find the jobs of a payment or refund."""
    return (f"{subject_kind}:{subject_id}",)


def can_ask(tx: PaymentsTx, account: str) -> bool:
    """Whether this account's driver moves money for us; one that only sends webhooks does not."""
    return isinstance(tx.engine.drivers.get(account), PaymentGateway)


def demand_gateway(tx: PaymentsTx, account: str) -> None:
    """Raises `Conflict` when the account can only be paid at a checkout."""
    if not can_ask(tx, account):
        raise Conflict(f"account {account}", "its driver cannot move money by itself", "use a checkout")


def reference(tx: PaymentsTx, account: str, subject_id: UUID) -> str:
    """Our constant reference of a payment or refund at this account; the account is the seller's from now on.

    Raises `NotFound` when no such account is configured, or it is another seller's; `Conflict` when it is no gateway's.
    """
    driver = tx.engine.drivers.get(account)
    if tx.engine.drivers.info(account).type is not DriverType.GATEWAY:
        raise Conflict(f"account {account}", "it is no payment gateway", "name the account of a gateway")
    if tx.billing.gateway_accounts.claim(account, tx.seller_id).seller_id != tx.seller_id:
        raise NotFound("driver account", account, "it belongs to another seller: configure an account of its own")
    return str(driver.ref_for(subject_id))
