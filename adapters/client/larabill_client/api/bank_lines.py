"""Operations of the API: bank_lines. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from larabill_client.models.bank_lines import BankLineOut, BankLinePage, LineReason, LineStatus, MatchedLines, MatchLine
from larabill_client.transport import Transport, _part


class BankLinesApi(Transport):
    """Operations under /bank-lines."""

    def list_bank_lines(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        sort: Literal["-created", "created"] | None = None,
        status: LineStatus | None = None,
    ) -> BankLinePage:
        """Lines of our bank accounts.

        Needs `bank.read`.
        """
        return self._ask(
            BankLinePage, "GET", "/bank-lines", query={"after": after, "limit": limit, "sort": sort, "status": status}
        )

    def all_bank_lines(
        self, *, sort: Literal["-created", "created"] | None = None, status: LineStatus | None = None
    ) -> Iterator[BankLineOut]:
        """Every item of `list_bank_lines`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_bank_lines(after=after, limit=100, sort=sort, status=status)
            yield from page.items
            after = page.next
            if after is None:
                return

    def match_bank_lines(self) -> MatchedLines:
        """Book every open line that names what it pays.

        Needs `bank.write`.
        """
        return self._ask(MatchedLines, "POST", "/bank-lines/match")

    def ignore_bank_line(
        self, bank_line: str, body: LineReason, *, version: int, idempotency_key: str | None = None
    ) -> BankLineOut:
        """It is none of ours.

        Needs `bank.write`.
        """
        return self._ask(
            BankLineOut,
            "POST",
            f"/bank-lines/{_part(bank_line)}/ignore",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def match_bank_line(
        self, bank_line: str, body: MatchLine, *, version: int, idempotency_key: str | None = None
    ) -> BankLineOut:
        """Say which invoices an open line pays.

        Needs `bank.write`.
        """
        return self._ask(
            BankLineOut,
            "POST",
            f"/bank-lines/{_part(bank_line)}/match",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )

    def unmatch_bank_line(
        self, bank_line: str, body: LineReason, *, version: int, idempotency_key: str | None = None
    ) -> BankLineOut:
        """It was not for these invoices.

        Needs `bank.write`.
        """
        return self._ask(
            BankLineOut,
            "POST",
            f"/bank-lines/{_part(bank_line)}/unmatch",
            body=body,
            keyed=True,
            key=idempotency_key,
            version=version,
        )
