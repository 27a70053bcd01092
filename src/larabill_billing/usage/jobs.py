"""The jobs of this feature."""

from __future__ import annotations

from larabill_billing.usage.thresholds import CountedUsage
from larabill_core.jobs import Handler

HANDLERS = (
    Handler(name="billing.watch_usage", target="larabill_billing.usage.thresholds:watch_usage", payload=CountedUsage),
)
