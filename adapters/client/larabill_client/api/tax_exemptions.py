"""Operations of the API: tax_exemptions. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.shared import ExemptionOut
from larabill_client.models.tax_exemptions import EndExemption
from larabill_client.transport import Transport, _part


class TaxExemptionsApi(Transport):
    """Operations under /tax-exemptions."""

    def end_tax_exemption(
        self, exemption: str, body: EndExemption, *, idempotency_key: str | None = None
    ) -> ExemptionOut:
        """It holds no more.

        Needs `taxes.write`.
        """
        return self._ask(
            ExemptionOut, "POST", f"/tax-exemptions/{_part(exemption)}/end", body=body, keyed=True, key=idempotency_key
        )
