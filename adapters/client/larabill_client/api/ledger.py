"""Operations of the API: ledger. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from larabill_client.models.ledger import AccountMovements, AccountPage, AccountPosting, TrialBalance
from larabill_client.transport import Transport


class LedgerApi(Transport):
    """Operations under /ledger."""

    def get_ledger_movements(self, *, first: date, last: date) -> AccountMovements:
        """What moved on each account in some days.

        Needs `ledger.read`.
        """
        return self._ask(AccountMovements, "GET", "/ledger/movements", query={"first": first, "last": last})

    def list_ledger_postings(
        self, *, first: date, last: date, account: str, after: str | None = None, limit: int | None = None
    ) -> AccountPage:
        """The postings on one account in order of time.

        Needs `ledger.read`.
        """
        return self._ask(
            AccountPage,
            "GET",
            "/ledger/postings",
            query={"first": first, "last": last, "account": account, "after": after, "limit": limit},
        )

    def all_ledger_postings(self, *, first: date, last: date, account: str) -> Iterator[AccountPosting]:
        """Every item of `list_ledger_postings`, page by page as it is asked for."""
        after: str | None = None
        while True:
            page = self.list_ledger_postings(after=after, limit=100, first=first, last=last, account=account)
            yield from page.items
            after = page.next
            if after is None:
                return

    def get_trial_balance(self) -> TrialBalance:
        """What stands on each account.

        Needs `ledger.read`.
        """
        return self._ask(TrialBalance, "GET", "/ledger/trial-balance")
