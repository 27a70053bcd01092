"""The jobs of this feature."""

from __future__ import annotations

from larabill_core.jobs import Handler

HANDLERS = (Handler(name="billing.issue_drafts", target="larabill_billing.credits.documents:issue_drafts"),)
