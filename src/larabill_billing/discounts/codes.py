"""What customers type to get a discount: one canonical form for all that a person would take for the same code (B47).

Compatibility forms and case are folded (NFKC, casefold: `ＳＡＶＥ`, `Save` and `save` are one code), and so are the
letters that print like digits: `O` is `0`, `I` and `l` are `1`. What is not of plain letters, digits, dashes and
underscores after that is refused, and with it Cyrillic look-alikes and characters that nobody sees.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from larabill_core.errors import InvalidInput
from larabill_core.privacy import refuse_pan

LONGEST: Final = 40

_SHOWN: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{1,38}[a-z0-9])")
_LOOK_ALIKES: Final = str.maketrans("oil", "011")


def canonical(code: object, path: str = "code") -> str:
    """The form under which a code is stored and found. Raises `InvalidInput` for what can be no code."""
    if not isinstance(code, str) or len(code) > 4 * LONGEST:
        raise InvalidInput.one(path, "is not a code", remedy=f"use text of up to {LONGEST} characters")
    refuse_pan(code, path)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", code.strip()).casefold())
    if not _SHOWN.fullmatch(folded):
        remedy = f"use 3 to {LONGEST} letters (A to Z), digits, dashes and underscores"
        raise InvalidInput.one(path, "is not a code", code, remedy)
    return folded.translate(_LOOK_ALIKES)
