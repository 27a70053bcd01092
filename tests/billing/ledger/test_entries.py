"""Entries are balanced when they are made, and a document posts once for each purpose."""

from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from tests.billing.shop import Shop

from larabill_billing.ledger.handlers import post, trial_balance
from larabill_billing.ledger.model import Entry, Posting
from larabill_core.errors import AlreadyExists, InvalidInput
from larabill_core.ids import new_id


def _entry(shop: Shop, *amounts: str) -> Entry:
    return Entry(
        seller_id=shop.seller.id,
        currency="EUR",
        document_kind="test",
        document_id=new_id(),
        purpose="issued",
        occurred_at=shop.clock.now(),
        postings=tuple(Posting(account=f"cash:a{index}", amount=Decimal(text)) for index, text in enumerate(amounts)),
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("amounts", [("1.00", "-0.99"), ("1.00",), ("1.00", "-1.00", "0")])
def test_an_entry_that_does_not_balance_cannot_be_made(shop: Shop, amounts: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput, match=r"entry\.postings"):
        _entry(shop, *amounts)


def test_a_document_posts_once_for_a_purpose(shop: Shop) -> None:
    entry = _entry(shop, "0.1000", "0.2000", "-0.3000")
    shop.run(lambda tx: post(tx, [entry]))
    assert shop.run(lambda tx: tx.billing.ledger.for_document("test", entry.document_id)) == [entry]
    with pytest.raises(AlreadyExists):
        shop.run(lambda tx: post(tx, [entry]))
    found = shop.run(trial_balance)
    assert sum(line.balance for line in found) == 0
    assert [line.account for line in found] == ["cash:a0", "cash:a1", "cash:a2"]


def test_an_account_outside_the_chart_is_refused_and_nothing_is_written(shop: Shop) -> None:
    entry = _entry(shop, "1.00", "-1.00")
    strange = attrs.evolve(entry, postings=(entry.postings[0], Posting(account="petty_cash", amount=Decimal("-1.00"))))
    with pytest.raises(InvalidInput, match="not of the chart"):
        shop.run(lambda tx: post(tx, [strange]))
    assert shop.run(trial_balance) == []
