"""The transaction as provisioning sees it."""

from __future__ import annotations

from typing import Protocol

from larabill_core.ports.unit_of_work import Tx
from larabill_provisioning.audit.ports import AuditRepository
from larabill_provisioning.credentials.ports import CredentialRepository
from larabill_provisioning.plans.ports import PlanMapRepository
from larabill_provisioning.reconcile.ports import StrayRepository, WebhookRepository
from larabill_provisioning.resources.ports import ResourceRepository, TaskRepository


class ProvisioningRepositories(Protocol):
    """`tx.provisioning`."""

    @property
    def resources(self) -> ResourceRepository: ...

    @property
    def tasks(self) -> TaskRepository: ...

    @property
    def audits(self) -> AuditRepository: ...

    @property
    def plan_maps(self) -> PlanMapRepository: ...

    @property
    def credentials(self) -> CredentialRepository: ...

    @property
    def strays(self) -> StrayRepository: ...

    @property
    def webhooks(self) -> WebhookRepository: ...


class ProvisioningTx(Tx, Protocol):
    """A `Tx` with this module's repositories."""

    @property
    def provisioning(self) -> ProvisioningRepositories: ...
