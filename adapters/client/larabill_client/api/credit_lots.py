"""Operations of the API: credit_lots. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.credit_lots import RevokeCredit
from larabill_client.models.shared import LotOut
from larabill_client.transport import Transport, _part


class CreditLotsApi(Transport):
    """Operations under /credit-lots."""

    def revoke_credit(self, lot: str, body: RevokeCredit, *, idempotency_key: str | None = None) -> LotOut:
        """Take back credit that was given.

        Needs `credits.write`.
        """
        return self._ask(
            LotOut, "POST", f"/credit-lots/{_part(lot)}/revoke", body=body, keyed=True, key=idempotency_key
        )
