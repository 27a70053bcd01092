"""A customer as a user of the server: the names that are sent. The server has no field for an e-mail address."""

from __future__ import annotations

import unicodedata

from larabill_core.contracts.customers import Contact
from larabill_core.contracts.outcome import Failed
from larabill_core.errors import Faults
from larabill_drivers.asking import Ended
from larabill_drivers.cloud.kasm.answers import UNFINISHED

LONGEST_NAME = 100
NO_COMPANY = "-"
"""The organization of a user without one: what is sent empty might be ignored, and the mark `UNFINISHED` stay."""

_SIGNS = " .,'’-&()/+"


def person(contact: Contact | None) -> dict[str, str]:
    """`first_name`, `last_name` and `organization`. Raises `Ended` with every fault, without repeating a name."""
    if contact is None:
        return {"organization": NO_COMPANY}
    faults = Faults()
    for field, text in (("contact.name", contact.name), ("contact.company", contact.company)):
        if len(text) > LONGEST_NAME:
            faults.add(field, f"has more than {LONGEST_NAME} characters")
        if not all(unicodedata.category(sign)[0] in "LMN" or sign in _SIGNS for sign in text):
            faults.add(field, f"may only hold letters, digits and {_SIGNS.strip()}")
    if contact.company.strip() == UNFINISHED:
        faults.add("contact.company", "is a word of ours")
    if len(faults):
        raise Ended(Failed(reason="; ".join(map(str, faults)), code="bad_spec"))
    first, _, last = contact.name.strip().partition(" ")
    names = {"first_name": first, "last_name": last.strip(), "organization": contact.company.strip() or NO_COMPANY}
    return {name: text for name, text in names.items() if text}
