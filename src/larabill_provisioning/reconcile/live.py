"""`larabill verify --live`: our rows against the providers' own lists. Reads only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from larabill_core.calls.guard import checked_found
from larabill_core.contracts.provider import DriverType, capabilities
from larabill_core.engine import Engine
from larabill_core.errors import RetryLater
from larabill_core.verify import Violation
from larabill_provisioning.reconcile.drift import SAID, drift_of
from larabill_provisioning.reconcile.look import can_look, look
from larabill_provisioning.reconcile.sync import BATCH, strays_at
from larabill_provisioning.resources.model import Resource


def compare_live(engine: Engine) -> list[Violation]:
    """I2: drift of each standing resource, strays, and accounts that could not be asked."""
    found: list[Violation] = []
    pairs: list[tuple[UUID, str]] = engine.run(lambda tx: tx.provisioning.resources.pairs_to_sync())
    unreachable: dict[str, str] = {}
    for seller_id, account in pairs:
        if account not in unreachable:
            try:
                found += _drifts(engine, seller_id, account)
            except RetryLater as problem:
                unreachable[account] = str(problem)
    for account, info in sorted(engine.drivers.accounts().items()):
        if info.type is not DriverType.GATEWAY and account not in unreachable:
            try:
                found += _strays(engine, account)
            except RetryLater as problem:
                unreachable[account] = str(problem)
    found += [_violation("account-unreachable", account, why) for account, why in unreachable.items()]
    return found


def _drifts(engine: Engine, seller_id: UUID, account: str) -> list[Violation]:
    driver = engine.drivers.get(account)
    if not can_look(driver):
        return []
    found: list[Violation] = []
    after: UUID | None = None
    while batch := _page(engine, seller_id, account, after):
        after = batch[-1].id
        seen = look(driver, [resource.ref for resource in batch])
        for resource in batch:
            drift = drift_of(resource, seen.get(resource.ref))
            if drift:
                found.append(_violation(drift, str(resource.id), SAID[drift]))
    return found


def _page(engine: Engine, seller_id: UUID, account: str, after: UUID | None) -> list[Resource]:
    page: list[Resource] = engine.run(
        lambda tx: tx.provisioning.resources.to_sync(account, after=after, limit=BATCH), seller=seller_id
    )
    return page


def _strays(engine: Engine, account: str) -> list[Violation]:
    driver: Any = engine.drivers.get(account)
    can = capabilities(driver)
    found = []
    for stray in strays_at(engine, account) or []:
        # What was removed while we compared is gone by now.
        if "find" not in can or checked_found(driver.find(stray.ref), stray.ref) is not None:
            why = "it stands at the provider under a ref of ours, but no standing resource here has that ref"
            found.append(_violation("stray", f"{account}/{stray.ref}", why))
    return found


def _violation(kind: str, subject: str, message: str) -> Violation:
    return Violation(invariant="I2", kind=kind, subject=subject, message=message)
