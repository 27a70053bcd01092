"""The jobs and schedules of this feature."""

from __future__ import annotations

from datetime import timedelta

from larabill_billing.tax.ask import TaxesWanted
from larabill_billing.tax.check_ids import IdsDue
from larabill_core.jobs import Handler, Schedule

HANDLERS = (
    Handler(name="billing.recheck_tax_ids", target="larabill_billing.tax.check_ids:recheck"),
    Handler(
        name="billing.check_tax_ids",
        target="larabill_billing.tax.check_ids:check_page",
        payload=IdsDue,
        external=True,
        lease=timedelta(minutes=10),
    ),
    Handler(
        name="billing.ask_taxes",
        target="larabill_billing.tax.ask:ask_page",
        payload=TaxesWanted,
        external=True,
        lease=timedelta(minutes=10),
    ),
)

SCHEDULES = (Schedule(name="billing.recheck_tax_ids", handler="billing.recheck_tax_ids", every=timedelta(hours=6)),)
