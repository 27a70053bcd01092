"""What `larabill verify` finds: places where the database breaks a promise (DESIGN, section 1)."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Violation:
    """One broken promise.

    `invariant` is its number ("I2"), `kind` a stable kebab-case word for programs, `subject` the public or plain id of
    the row, `message` says it to a person. No secret and no personal data (I12).
    """

    invariant: str
    kind: str
    subject: str
    message: str
