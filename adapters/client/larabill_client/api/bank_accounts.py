"""Operations of the API: bank_accounts. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from collections.abc import Mapping

from larabill_client.models.bank_accounts import ImportedLines
from larabill_client.transport import Transport, _part


class BankAccountsApi(Transport):
    """Operations under /bank-accounts."""

    def import_bank_statement(
        self,
        account: str,
        content: bytes,
        *,
        idempotency_key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ImportedLines:
        """Store the new lines of a statement: camt.053, or CSV by the account's columns.

        Needs `bank.write`.
        """
        return self._ask(
            ImportedLines,
            "POST",
            f"/bank-accounts/{_part(account)}/statements",
            content=content,
            headers=headers,
            keyed=True,
            key=idempotency_key,
        )
