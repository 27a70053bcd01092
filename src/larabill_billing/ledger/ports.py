"""Storage of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from larabill_billing.ledger.model import AccountBalance, AccountLine, Deferral, Entry, Movement
from larabill_billing.ledger.spans import Span
from larabill_core.ports.unit_of_work import Tx


class LedgerRepository(Protocol):
    def add_many(self, entries: Sequence[Entry]) -> None:
        """Insert entries and postings, two statements. Raises `AlreadyExists` for a (document, purpose) seen before."""
        ...

    def for_document(self, document_kind: str, document_id: UUID) -> list[Entry]:
        """What one document did, oldest first."""
        ...

    def trial_balance(self) -> list[AccountBalance]:
        """The balance of each (currency, account) of the seller, sorted."""
        ...

    def movements(self, since: datetime, until: datetime) -> list[Movement]:
        """What stood on each account before `since`, and what moved from then until before `until`, sorted."""
        ...

    def page(
        self, since: datetime, until: datetime, *, after: tuple[datetime, UUID] | None = None, limit: int = 1000
    ) -> list[Entry]:
        """Entries from `since` until before `until` by (`occurred_at`, `id`), keyset paged with `after`."""
        ...

    def lines(
        self,
        account: str,
        since: datetime,
        until: datetime,
        *,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 1000,
    ) -> list[AccountLine]:
        """The postings on one account, by (`occurred_at`, `posting_id`), keyset paged with `after`."""
        ...

    def customer_balance(self, account: str, customer_id: UUID, currency: str) -> Decimal:
        """What stands on an account for one customer."""
        ...

    def unbalanced_entries(self) -> list[tuple[UUID, Decimal]]:
        """Entries whose postings do not add up to zero, and by how much (I4)."""
        ...

    def unbalanced_currencies(self) -> list[tuple[str, Decimal]]:
        """Currencies whose postings do not add up to zero (I4)."""
        ...


class DeferralRepository(Protocol):
    """What is still to be earned, and up to which day of the seller's it was recognised."""

    def add_many(self, deferrals: Sequence[Deferral]) -> None:
        """Insert, one statement."""
        ...

    def for_document(self, document_id: UUID) -> list[Deferral]:
        """In the order in which they were made."""
        ...

    def posted_on(self, day: date, *, after: UUID | None = None, limit: int = 1000) -> list[Deferral]:
        """Those of which the run of a day posted something, by id, keyset paged with `after`."""
        ...

    def behind(self, days: Sequence[tuple[UUID, date]]) -> list[UUID]:
        """Of these (seller, day): the sellers for whom the run of the day is still to be done."""
        ...

    def lock_run(self, day: date) -> date:
        """The last day that was recognised, locked until the transaction ends.

        Where there was no run yet: the day before the earliest deferral, at most `day`.
        """
        ...

    def save_run(self, day: date) -> None:
        """All days up to this one are recognised."""
        ...

    def begin(self, day: date) -> None:
        """The run of this day takes up what begins on it or earlier and was not taken up yet."""
        ...

    def earned_on(self, day: date) -> list[tuple[str, str, Decimal]]:
        """What this day earns of all that is taken up: currency, account, amount."""
        ...

    def caught_up_on(self, day: date) -> list[tuple[str, str, Span]]:
        """What was taken up late on this day, by currency and account, summed up by span."""
        ...

    def unearned(self, day: date) -> list[tuple[str, bool, Span]]:
        """What is not recognised when the runs up to this day are done, by currency and summed up by span.

        The second says whether it is taken up.
        """
        ...

    def last_run(self) -> date | None:
        """The last day that was recognised."""
        ...


class LedgerRepositories(Protocol):
    @property
    def ledger(self) -> LedgerRepository: ...

    @property
    def deferrals(self) -> DeferralRepository: ...


class LedgerTx(Tx, Protocol):
    @property
    def billing(self) -> LedgerRepositories: ...
