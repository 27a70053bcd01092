"""Storage of referrals."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from larabill_billing.payments.ports import PaymentsRepositories
from larabill_billing.referrals.model import Referral
from larabill_core.ports.unit_of_work import Tx


class ReferralRepository(Protocol):
    def add(self, referral: Referral) -> None:
        """Raises `AlreadyExists` for a customer who was referred before."""
        ...

    def of(self, referred_id: UUID, *, lock: bool = False) -> Referral | None:
        """By whom the customer was referred, if by anybody. With `lock` the row stays locked."""
        ...

    def for_payment(self, payment_id: UUID) -> Referral | None:
        """The one that was rewarded for this payment, locked until the transaction ends."""
        ...

    def has_referred(self, customer_id: UUID) -> bool:
        """Whether the customer has brought anybody."""
        ...

    def page(
        self,
        *,
        referrer_id: UUID | None = None,
        after: UUID | None = None,
        newest_first: bool = False,
        limit: int = 100,
    ) -> list[Referral]:
        """By id, keyset paged with `after`."""
        ...

    def save(self, referral: Referral) -> None:
        """Write status, payment and rewarded_at of a locked referral."""
        ...

    def state_without_audit(self) -> list[tuple[UUID, str]]:
        """Referrals whose audits do not lead to their status: id, status (I6)."""
        ...


class ReferralsRepositories(PaymentsRepositories, Protocol):
    @property
    def referrals(self) -> ReferralRepository: ...


class ReferralsTx(Tx, Protocol):
    @property
    def billing(self) -> ReferralsRepositories: ...
