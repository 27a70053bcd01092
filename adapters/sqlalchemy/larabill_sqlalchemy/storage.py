"""What a module's storage is: its tables, its migrations and its repositories."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

if TYPE_CHECKING:
    from larabill_sqlalchemy.transaction import SqlTx

PREFIX = "larabill_"

MYSQL_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mariadb_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mariadb_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_ci",
    "mariadb_collate": "utf8mb4_unicode_ci",
}
"""Given to every table: `sa.Table("larabill_x", METADATA, ..., **MYSQL_OPTIONS)`."""

OF_ALL_SELLERS = {"larabill_of_all_sellers": True}
"""Execution options of the few statements that touch the rows of all sellers on purpose (a fan-out, an account that
serves all of them). Tests demand a predicate on seller_id of every other one."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> sa.MetaData:
    """The metadata of one module, with names for constraints so that migrations can drop them."""
    return sa.MetaData(naming_convention=NAMING)


@attrs.frozen(kw_only=True)
class Storage:
    """`migrations` is a package path ("larabill_sqlalchemy.billing.migrations"); `insert_only` names the tables whose
    rows never change and are never deleted (held by triggers); `repositories` makes the object that stands as
    `tx.<module name>`; `sellerless` names tables without a seller_id predicate (kernel tables).
    """

    name: str
    metadata: sa.MetaData
    migrations: str
    repositories: Callable[[SqlTx], Any] | None = None
    insert_only: tuple[str, ...] = ()
    sellerless: tuple[str, ...] = ()
