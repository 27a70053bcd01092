"""Storage of vouchers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.payments.ports import PaymentsRepositories
from larabill_billing.vouchers.model import Voucher, VoucherBatch, VoucherStatus
from larabill_core.ports.unit_of_work import Tx


class VoucherRepository(Protocol):
    def add(self, batch: VoucherBatch, vouchers: Sequence[Voucher]) -> None:
        """Insert, two statements. Raises `AlreadyExists` for a batch id that is taken."""
        ...

    def batch(self, batch_id: UUID) -> VoucherBatch:
        """Raises `NotFound`."""
        ...

    def batches(self, *, after: UUID | None = None, newest_first: bool = False, limit: int = 100) -> list[VoucherBatch]:
        """By id, keyset paged with `after`."""
        ...

    def counts(self, batch_ids: Collection[UUID]) -> dict[tuple[UUID, VoucherStatus], int]:
        """How many vouchers of each batch have which status."""
        ...

    def by_digest(self, digest: str) -> Voucher | None:
        """The voucher, locked until the transaction ends."""
        ...

    def save(self, voucher: Voucher) -> None:
        """Write status, customer and redeemed_at of a locked voucher."""
        ...

    def expire(self, batch_id: UUID) -> int:
        """Its open vouchers are expired; how many they were. One statement, which redemptions wait for and precede."""
        ...

    def ledger_differences(self) -> list[tuple[str, Decimal]]:
        """Currencies in which the ledger's `vouchers` is not what open vouchers that were sold are worth (I4)."""
        ...

    def without_credit(self) -> list[UUID]:
        """Redeemed vouchers that gave no credit."""
        ...


class VouchersRepositories(PaymentsRepositories, Protocol):
    @property
    def vouchers(self) -> VoucherRepository: ...


class VouchersTx(Tx, Protocol):
    @property
    def billing(self) -> VouchersRepositories: ...
