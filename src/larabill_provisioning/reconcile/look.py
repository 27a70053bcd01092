"""Asks a driver what stands there: by its list where it has one, else one ref after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from larabill_core.calls.guard import checked_found, checked_listing
from larabill_core.contracts.provider import capabilities
from larabill_core.contracts.provisioner import Found


def can_look(driver: Any) -> bool:
    return not capabilities(driver).isdisjoint({"find", "list"})


def look(driver: Any, refs: Sequence[str]) -> dict[str, Found]:
    """What stands under these refs. Raises `RetryLater` when the provider cannot be asked, or cannot be believed.

    What a list leaves out is looked for once more where the driver can: a list may be behind.
    """
    can = capabilities(driver)
    seen: dict[str, Found] = {}
    if "list" in can:
        wanted = set(refs)
        seen = {found.ref: found for found in checked_listing(driver.list_resources()) if found.ref in wanted}
    if "find" in can:
        for ref in refs:
            found = None if ref in seen else checked_found(driver.find(ref), ref)
            if found is not None:
                seen[ref] = found
    return seen
