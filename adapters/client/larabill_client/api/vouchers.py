"""Operations of the API: vouchers. Written by tools/generate_client.py; do not edit."""

from __future__ import annotations

from larabill_client.models.vouchers import RedeemVoucher, VoucherCredit
from larabill_client.transport import Transport


class VouchersApi(Transport):
    """Operations under /vouchers."""

    def redeem_voucher(self, body: RedeemVoucher) -> VoucherCredit:
        """Turn a voucher into credit, once.

        Needs `vouchers.redeem`.
        """
        return self._ask(VoucherCredit, "POST", "/vouchers/redeem", body=body)
