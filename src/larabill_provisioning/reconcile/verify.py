"""Promises that the database itself can prove: one set-based query each, nothing on a healthy database."""

from __future__ import annotations

from larabill_core.verify import Violation
from larabill_provisioning.ports import ProvisioningTx
from larabill_provisioning.resources.states import TRANSITIONS


def one_resource_per_service(tx: ProvisioningTx) -> list[Violation]:
    """I2: a service has one resource, a thing at the provider belongs to one, and what runs is named."""
    resources = tx.provisioning.resources
    shared = [
        Violation(
            invariant="I2", kind="service-has-two-resources", subject=str(service), message="more than one resource"
        )
        for service in resources.shared_services()
    ]
    shared += [
        Violation(
            invariant="I2",
            kind="driver-ref-shared",
            subject=f"{account}/{driver_ref}",
            message="more than one resource stands as this at the provider",
        )
        for account, driver_ref in resources.shared_driver_refs()
    ]
    shared += [
        Violation(
            invariant="I2",
            kind="resource-without-driver-ref",
            subject=str(resource),
            message="it runs, but names nothing at the provider",
        )
        for resource in resources.without_driver_ref()
    ]
    return shared


def status_follows_audits(tx: ProvisioningTx) -> list[Violation]:
    """I6: the audit trail leads to the present status, by moves of the transition table only."""
    allowed = {(state.value, to.value) for (state, _), to in TRANSITIONS.items()} | {("", "pending")}
    audits = tx.provisioning.audits
    broken = [
        Violation(
            invariant="I6",
            kind="status-without-audit",
            subject=str(resource),
            message=f"it is {status}, but its audit trail ends at {after or 'nothing'}",
        )
        for resource, status, after in audits.status_mismatches()
    ]
    broken += [
        Violation(
            invariant="I6",
            kind="illegal-move",
            subject=str(resource),
            message=f"it went from {before or 'nothing'} to {after}, which the transition table does not have",
        )
        for resource, before, after in audits.moves_outside(allowed)
    ]
    return broken


def active_is_confirmed(tx: ProvisioningTx) -> list[Violation]:
    """I14: what is active was confirmed by its driver, or adopted by a person."""
    return [
        Violation(
            invariant="I14",
            kind="active-unconfirmed",
            subject=str(resource),
            message="no finished operation and no adoption stands behind it",
        )
        for resource in tx.provisioning.resources.active_unconfirmed()
    ]


def work_goes_on(tx: ProvisioningTx) -> list[Violation]:
    """I9: nothing stays suspended, or half done, when nobody will continue it."""
    return [
        Violation(
            invariant="I9",
            kind="resource-stalled",
            subject=str(resource),
            message=f"it is {status} against what is desired, and no operation is open",
        )
        for resource, status in tx.provisioning.resources.stalled()
    ]
