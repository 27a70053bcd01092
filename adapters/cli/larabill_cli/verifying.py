"""Ask every module that is on for the promises that the database breaks."""

from __future__ import annotations

from larabill_cli.sellers import list_sellers
from larabill_core.engine import Engine
from larabill_core.module import load_target
from larabill_core.verify import Violation, violations_of


def find_violations(engine: Engine, *, live: bool = False) -> list[Violation]:
    """Violations of all sellers; with `live` also what differs from the providers' and gateways' own lists."""
    found = [violation for seller in list_sellers(engine) for violation in violations_of(engine, seller.id)]
    if live:
        for module in engine.modules:
            for target in module.verify_live:
                found += load_target(target)(engine)
    return found
