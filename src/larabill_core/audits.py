"""The audit trail of one thing, whichever module keeps it: what `Module.audits` answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class AuditLine:
    """Who did what to it, and its state before and after ("" for none). No secret and no personal data (I12)."""

    id: UUID
    at: datetime
    actor: str
    action: str
    before: str
    after: str
    reason: str


@attrs.frozen(kw_only=True)
class AuditsWanted:
    """A page of the trail of one thing. `kind` is a word of `larabill_core.ids.PREFIXES`, with spaces as `_`."""

    kind: str
    id: UUID
    after: UUID | None
    newest_first: bool
    limit: int
