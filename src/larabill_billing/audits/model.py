"""One row for each change of state, and for each action of staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import attrs


@attrs.frozen(kw_only=True)
class Change:
    """What happened to one thing. `before` is empty for something new; `reason` holds no personal data (I12)."""

    subject_kind: str
    subject_id: UUID
    action: str
    before: str = ""
    after: str = ""
    reason: str = ""


@attrs.frozen(kw_only=True)
class Audit:
    """A stored change. `actor` is "kind:id" with an opaque id."""

    id: UUID
    seller_id: UUID
    subject_kind: str
    subject_id: UUID
    action: str
    state_before: str
    state_after: str
    actor: str
    reason: str
    at: datetime
