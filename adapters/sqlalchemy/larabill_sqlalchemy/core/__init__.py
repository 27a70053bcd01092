"""The kernel's storage: jobs, operations, limits, secrets, what is kept of requests, and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from larabill_sqlalchemy.core.jobs import Jobs
from larabill_sqlalchemy.core.limits import Limits
from larabill_sqlalchemy.core.metadata import METADATA
from larabill_sqlalchemy.core.operations import Operations
from larabill_sqlalchemy.core.requests import Actions, Answers
from larabill_sqlalchemy.core.secrets import Secrets
from larabill_sqlalchemy.core.tokens import Tokens
from larabill_sqlalchemy.storage import Storage

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

__all__ = ["STORAGE", "CoreRepositories"]


class CoreRepositories:
    """What every transaction has, whatever modules are on."""

    def __init__(self, tx: SqlTx) -> None:
        self.jobs = Jobs(tx)
        self.operations = Operations(tx)
        self.limits = Limits(tx)
        self.secrets = Secrets(tx)
        self.answers = Answers(tx)
        self.actions = Actions(tx)
        self.tokens = Tokens(tx)


STORAGE = Storage(
    name="core",
    metadata=METADATA,
    migrations="larabill_sqlalchemy.core.migrations",
    insert_only=("larabill_actions",),
    sellerless=tuple(sorted(METADATA.tables)),
)
