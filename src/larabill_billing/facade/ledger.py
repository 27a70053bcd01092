"""The part of `engine.billing` for bookkeepers: balances, the journal, what each day earned; exchange rates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from larabill_billing.audits.model import Audit
from larabill_billing.exchange import handlers as exchange
from larabill_billing.exchange.model import Accounting, Rate
from larabill_billing.facade.area import Area
from larabill_billing.ledger.chart import account_type
from larabill_billing.ledger.formats import FORMATS, Format, Journal, Written, in_order
from larabill_billing.ledger.handlers import trial_balance
from larabill_billing.ledger.labels import Labels
from larabill_billing.ledger.model import AccountBalance, AccountLine, Deferral, Movement
from larabill_billing.reports.books import documents_of, span_of
from larabill_billing.repositories import BillingTx
from larabill_billing.settings import settings_of
from larabill_core.access import SYSTEM, Actor
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import InvalidInput
from larabill_core.money import parse_currency

T = TypeVar("T")

PAGE: Final = 1000
_READ: Final = "ledger.read"


class LedgerBooks(Area):
    """`engine.billing.ledger`. Days are those of the seller's zone, the first and the last one included."""

    def trial_balance(self, seller: UUID, *, actor: Actor = SYSTEM) -> Sequence[AccountBalance]:
        """The balance of each account; each currency's add up to zero (I4)."""
        return self._run(_READ, seller, actor, trial_balance)

    def movements(
        self, seller: UUID, *, first: date | None = None, last: date | None = None, actor: Actor = SYSTEM
    ) -> Sequence[Movement]:
        """The trial balance of some days: what stood on each account before them, what moved, and what stands then."""

        def read(tx: BillingTx) -> list[Movement]:
            return tx.billing.ledger.movements(*span_of(tx.billing.sellers.get(seller), first, last))

        return self._run(_READ, seller, actor, read)

    def account(
        self, seller: UUID, account: str, *, first: date | None = None, last: date | None = None, actor: Actor = SYSTEM
    ) -> Iterator[tuple[AccountLine, str]]:
        """The postings on one account in order of time, each with what its document is called; read page by page.

        Raises `InvalidInput` for what is no account.
        """
        account_type(account)
        since, until = self._run(_READ, seller, actor, lambda tx: span_of(tx.billing.sellers.get(seller), first, last))

        def page(tx: BillingTx, after: tuple[datetime, UUID] | None) -> list[tuple[AccountLine, str]]:
            found = tx.billing.ledger.lines(account, since, until, after=after, limit=PAGE)
            documents = documents_of(tx, found)
            return [(line, documents[line.document_id]) for line in found]

        return self._pages(seller, actor, page, lambda each: (each[0].occurred_at, each[0].posting_id))

    def export(
        self,
        seller: UUID,
        format: Format,
        *,
        first: date | None = None,
        last: date | None = None,
        customers: bool = False,
        actor: Actor = SYSTEM,
    ) -> Iterator[str]:
        """The journal as text, piece by piece: `csv`, `json`, or for `hledger` or `beancount`; read page by page.

        `customers`: with the ids of customers. Raises `InvalidInput` for another format.
        """
        if format not in FORMATS:
            raise InvalidInput.one("format", "is not known", format, f"one of: {', '.join(FORMATS)}")

        def read(tx: BillingTx) -> tuple[Journal, datetime, datetime]:
            known = tx.billing.sellers.get(seller)
            since, until = span_of(known, first, last)
            lines = tx.billing.ledger.trial_balance()
            journal = Journal(
                seller=known.name,
                currency=known.currency,
                time_zone=known.time_zone,
                accounts=in_order(line.account for line in lines),
                currencies=tuple(sorted({line.currency for line in lines})),
                labels=Labels.of(settings_of(tx).accounts),
                customers=customers,
            )
            return journal, since, until

        journal, since, until = self._run(_READ, seller, actor, read)

        def page(tx: BillingTx, after: tuple[datetime, UUID] | None) -> list[Written]:
            found = tx.billing.ledger.page(since, until, after=after, limit=PAGE)
            documents = documents_of(tx, found)
            return [Written(entry, documents[entry.document_id]) for entry in found]

        written = self._pages(seller, actor, page, lambda each: (each.entry.occurred_at, each.entry.id))
        return FORMATS[format](journal, written)

    def schedule(self, seller: UUID, document_id: UUID, *, actor: Actor = SYSTEM) -> Sequence[Deferral]:
        """What of a document is earned day by day, and when."""
        return self._run(_READ, seller, actor, lambda tx: tx.billing.deferrals.for_document(document_id))

    def recognised(
        self, seller: UUID, day: date, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Deferral]:
        """What the run of a day was made of: `posted_on(day)` of each adds up to what it posted, account by account."""
        return self._run(_READ, seller, actor, lambda tx: tx.billing.deferrals.posted_on(day, after=after, limit=limit))

    def audits(
        self, seller: UUID, *, after: UUID | None = None, limit: int = 100, actor: Actor = SYSTEM
    ) -> Sequence[Audit]:
        """Everything that changed, oldest first."""
        return self._run(_READ, seller, actor, lambda tx: tx.billing.audits.page(after=after, limit=limit))

    def _pages(
        self,
        seller: UUID,
        actor: Actor,
        page: Callable[..., list[T]],
        key: Callable[[T], tuple[datetime, UUID]],
    ) -> Iterator[T]:
        """Page after page, each in a transaction of its own."""
        after: tuple[datetime, UUID] | None = None
        while found := self._run(_READ, seller, actor, partial(page, after=after)):
            yield from found
            after = key(found[-1])


class Exchange(Area):
    """`engine.billing.exchange`."""

    def load(
        self, seller: UUID, source: str, rates: Sequence[PublishedRate], *, actor: Actor = SYSTEM
    ) -> exchange.Loaded:
        """Store rates under the name of their source. Raises `InvalidInput` when one contradicts what is stored."""
        return self._run("ledger.write", seller, actor, lambda tx: exchange.load(tx, source, rates))

    def fetch(self, *, actor: Actor = SYSTEM) -> exchange.Loaded:
        """Ask the account of `[billing.exchange]` for what is new, for every seller. Raises `RetryLater`."""
        self._access.require(actor, "ledger.write")
        return exchange.fetch(self._engine.outside("billing.exchange.fetch"))

    def rate(self, seller: UUID, base: str, quote: str, on: date, *, actor: Actor = SYSTEM) -> Rate:
        """The newest rate of a day or before. Raises `Conflict` when none is known, `InvalidInput`."""
        parse_currency(base, "base")
        parse_currency(quote, "quote")
        return self._run(_READ, seller, actor, lambda tx: exchange.rate_of(tx, base, quote, on))

    def accounting(
        self, seller: UUID, document_ids: Collection[UUID], *, actor: Actor = SYSTEM
    ) -> Mapping[UUID, Accounting]:
        """What documents of other currencies are worth in the seller's (EN 16931, BT-6 and BT-111)."""
        return self._run(_READ, seller, actor, lambda tx: tx.billing.accounting.for_documents(document_ids))
