"""The part of `engine.billing` that is about credit given for a code or a friend: vouchers and referrals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from larabill_billing.credits.model import Lot
from larabill_billing.facade.area import Area, of_customer
from larabill_billing.referrals import handlers as referrals
from larabill_billing.referrals.model import Referral
from larabill_billing.repositories import BillingTx
from larabill_billing.vouchers import handlers as vouchers
from larabill_billing.vouchers.handlers import NewVouchers
from larabill_billing.vouchers.model import IssuedVouchers, VoucherBatch, VoucherStatus
from larabill_core.access import SYSTEM, Actor


class Vouchers(Area):
    """`engine.billing.vouchers`."""

    def issue(self, seller: UUID, new: NewVouchers, *, actor: Actor = SYSTEM) -> IssuedVouchers:
        """Make a batch. Its codes are in the answer, and can never be shown again.

        Raises `InvalidInput` with every fault, `AlreadyExists` for a `batch_uuid` that is taken.
        """
        return self._run("vouchers.write", seller, actor, lambda tx: vouchers.issue(tx, new))

    def redeem(self, seller: UUID, customer_id: UUID, code: str, *, actor: Actor = SYSTEM) -> Lot:
        """Turn a code into the customer's credit. Raises `InvalidInput`, `NotFound`, `Conflict`."""
        return self._run(
            "credits.use",
            seller,
            actor,
            lambda tx: vouchers.redeem(tx, customer_id, code),
            owned=of_customer(customer_id),
        )

    def batches(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[tuple[VoucherBatch, Mapping[VoucherStatus, int]]]:
        """By id, each with how many of its vouchers have which status."""

        def read(tx: BillingTx) -> Sequence[tuple[VoucherBatch, Mapping[VoucherStatus, int]]]:
            found = tx.billing.vouchers.batches(after=after, limit=limit)
            counts = tx.billing.vouchers.counts([batch.id for batch in found])
            return [(batch, {each: counts.get((batch.id, each), 0) for each in VoucherStatus}) for batch in found]

        return self._run("vouchers.read", seller, actor, read)


class Referrals(Area):
    """`engine.billing.referrals`."""

    def refer(self, seller: UUID, referrer_id: UUID, referred_id: UUID, *, actor: Actor = SYSTEM) -> Referral:
        """Note who brought a new customer. Raises `InvalidInput`, `NotFound`, `Conflict`."""
        return self._run("referrals.write", seller, actor, lambda tx: referrals.refer(tx, referrer_id, referred_id))

    def list(
        self,
        seller: UUID,
        *,
        referrer_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 100,
        actor: Actor = SYSTEM,
    ) -> Sequence[Referral]:
        """By id, that is, oldest first."""
        return self._run(
            "referrals.read",
            seller,
            actor,
            lambda tx: tx.billing.referrals.page(referrer_id=referrer_id, after=after, limit=limit),
        )
