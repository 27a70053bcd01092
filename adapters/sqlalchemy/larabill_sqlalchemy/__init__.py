"""The storage of LaraBill on SQLite, MariaDB/MySQL and PostgreSQL; `open_engine` puts everything together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from larabill_sqlalchemy.opening import open_engine as open_engine

__all__ = ["open_engine"]


def __getattr__(name: str) -> Any:
    """Load SQLAlchemy at first use only (PEP 562)."""
    if name in __all__:
        from larabill_sqlalchemy import opening

        return getattr(opening, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
