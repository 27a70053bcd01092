"""Looking for accounts, and telling ours from others.

Ours has a name made from the service's id, and belongs to the owner of the settings. By whom a name is borne that a
create wants is told by its domain too; and an account that is changed must still have the domain that it had.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from larabill_core.contracts.outcome import Failed, Manual, Unknown
from larabill_core.contracts.provisioner import ResourceRequest
from larabill_drivers.asking import Ended
from larabill_drivers.panels.whm.answers import Account, Accounts
from larabill_drivers.panels.whm.functions import Functions

MOST_CHUNKS = 1000
CHUNK = 200
_NAME = re.compile(r"l[a-z2-7]{7}")
_DRIVER_REF = re.compile(r"(?P<name>[a-z][a-z0-9]{0,15}):(?P<domain>[a-z0-9.-]{3,253})")


def name_of(subject_id: UUID) -> str:
    """`l` and 35 bits of a hash in base32: eight characters, since names must differ in their first eight on MySQL.

    Two services may come to one name (of 10,000 accounts on a server: at one server in 700). WHM has each name once,
    and LaraBill never lets two services hold one account (I2): the second stands in the operator's list.
    """
    digest = hashlib.sha256(b"larabill/whm/" + subject_id.bytes).digest()
    return "l" + b32encode(digest)[:7].decode().lower()


def is_name(text: str) -> bool:
    """Whether it has the form of our names."""
    return _NAME.fullmatch(text) is not None


class OurAccounts:
    """What stands at the server, seen by our token."""

    def __init__(self, whm: Functions, owner: str) -> None:
        self._whm = whm
        self._owner = owner

    def named(self, name: str) -> Account | None:
        """The account of that name, whosever it is; None when WHM lists none. Raises `Ended`.

        `accountsummary` refuses a name that it does not know in words that differ between versions; only an empty list
        is believed.
        """
        told = self._whm.ask("accountsummary", {"user": name})
        if not told.yes:
            fields = {"searchtype": "user", "searchmethod": "exact", "search": name}
            rows = _rows_of(name, self._whm.seen("listaccts", fields, Accounts).data.acct)
            return _account(rows[0]) if rows else None
        rows = _rows_of(name, self._whm.read(told, Accounts).data.acct)
        if len(rows) != 1:
            raise Ended(Unknown(reason="the server answered with another account"))
        return _account(rows[0])

    def named_after(self, name: str) -> Account | None:
        """As `named`, when something was sent already: what cannot be seen then is unknown, and nothing has failed."""
        try:
            return self.named(name)
        except Ended as end:
            raise Ended(Unknown(reason=f"cannot look what came of it: {end}")) from None

    def ours(self, name: str) -> Account | None:
        """The account of that name if it is ours by name and owner; None when there is none of that kind."""
        there = self.named(name) if is_name(name) else None
        return there if there is not None and there.owner == self._owner else None

    def all_ours(self) -> Iterator[Account]:
        """Those with our form of name and our owner. Raises `Ended`."""
        seen: set[str] = set()
        for chunk in range(MOST_CHUNKS):
            fields = {
                "api.chunk.enable": "1",
                "api.chunk.size": str(CHUNK),
                "api.chunk.start": str(chunk * CHUNK + 1),
                "api.sort.enable": "1",
                "api.sort.a.field": "user",
            }
            rows = self._whm.seen("listaccts", fields, Accounts).data.acct
            fresh = [row for row in rows if isinstance(row.get("user"), str) and row["user"] not in seen]
            seen.update(row["user"] for row in fresh)
            yield from (_account(row) for row in fresh if is_name(row["user"]) and row.get("owner") == self._owner)
            if len(rows) != CHUNK or not fresh:
                return

    def fault_of(self, there: Account, domain: str) -> str:
        """Why this account is not the one that was meant; empty when it is."""
        if there.owner != self._owner:
            return f"the server's account {there.user} belongs to another owner"
        return "" if there.domain == domain else f"the server's account {there.user} has another main domain"

    def meant(self, request: ResourceRequest) -> Account | None:
        """The account that `request` is about; None when it is gone. Raises `Ended` when it is somebody else's."""
        match = _DRIVER_REF.fullmatch(request.driver_ref)
        if match is None or match["name"] != request.ref:
            raise Ended(Failed(reason="an id of this server is NAME:DOMAIN, NAME being our ref", code="bad_id"))
        there = self.named(request.ref)
        fault = self.fault_of(there, match["domain"]) if there is not None else ""
        if fault:
            raise Ended(Manual(reason=f"{fault}: look there"))
        return there

    def standing(self, request: ResourceRequest) -> Account:
        """As `meant`, and it must be there."""
        there = self.meant(request)
        if there is None:
            raise Ended(Manual(reason=f"the server has no account {request.ref} any more"))
        return there

    def used_by(self, driver_ref: str) -> Account:
        """As `standing`, for one who has only the id."""
        name, _, domain = driver_ref.partition(":")
        there = self.ours(name)
        if there is None or there.domain != domain:
            raise Ended(Manual(reason="the server does not have this account"))
        return there


def _rows_of(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("user") == name]


def _account(row: dict[str, Any]) -> Account:
    try:
        return msgspec.convert(row, Account)
    except msgspec.ValidationError as problem:
        raise Ended(Unknown(reason=f"the account is not as described: {problem}")) from None
