"""Storage of provisioning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from larabill_sqlalchemy.provisioning.audits import Audits
from larabill_sqlalchemy.provisioning.credentials import Credentials
from larabill_sqlalchemy.provisioning.metadata import METADATA
from larabill_sqlalchemy.provisioning.plan_maps import PlanMaps
from larabill_sqlalchemy.provisioning.reconcile import Strays, Webhooks
from larabill_sqlalchemy.provisioning.resources import Resources
from larabill_sqlalchemy.provisioning.tasks import Tasks
from larabill_sqlalchemy.storage import Storage

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

__all__ = ["STORAGE", "ProvisioningRepositories"]


class ProvisioningRepositories:
    """`tx.provisioning`: implements `larabill_provisioning.ports.ProvisioningRepositories`."""

    def __init__(self, tx: SqlTx) -> None:
        self.resources = Resources(tx)
        self.tasks = Tasks(tx)
        self.audits = Audits(tx)
        self.plan_maps = PlanMaps(tx)
        self.credentials = Credentials(tx)
        self.strays = Strays(tx)
        self.webhooks = Webhooks(tx)


STORAGE = Storage(
    name="provisioning",
    metadata=METADATA,
    migrations="larabill_sqlalchemy.provisioning.migrations",
    repositories=ProvisioningRepositories,
    insert_only=("larabill_provision_audits",),
    sellerless=("larabill_provision_strays", "larabill_provision_webhooks"),
)
