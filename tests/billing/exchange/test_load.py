"""Rates are stored once; documents of other currencies freeze theirs; without one nothing is issued."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from tests.billing.shop import BOOK, Shop
from tests.conftest import START, OpenTestEngine

from larabill_billing.credits.credit_notes import credit
from larabill_billing.exchange.handlers import Loaded, fetch, load, rate_of
from larabill_billing.exchange.model import Accounting
from larabill_billing.invoicing.handlers import issue
from larabill_core.contracts.provider import DriverInfo, DriverType
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import Conflict, InvalidInput
from larabill_core.jobs import NewJob
from larabill_core.testing.clock import ManualClock
from larabill_drivers.registry import load_infos

DAY = START.date() - timedelta(days=1)
USD = PublishedRate(base="EUR", quote="USD", on=DAY, rate=Decimal("1.25"))
JPY = PublishedRate(base="EUR", quote="JPY", on=DAY, rate=Decimal("160"))
PUBLISHED: list[PublishedRate] = []


@attrs.frozen(kw_only=True)
class NoSettings:
    """Nothing to say."""


class Publisher:
    """Publishes what the test says."""

    name = "publisher"
    dedupes = True

    def __init__(self, settings: NoSettings, account: str, clock: Any) -> None:
        self.account = account

    def ref_for(self, subject_id: Any) -> str:
        return str(subject_id)

    def exchange_rates(self, since: date) -> list[PublishedRate]:
        return [rate for rate in PUBLISHED if rate.on >= since]


PUBLISHES = DriverInfo(
    name="publisher",
    type=DriverType.SERVICE,
    settings_class=NoSettings,
    target="tests.billing.exchange.test_load:Publisher",
)


@pytest.fixture
def shop(open_test_engine: OpenTestEngine, clock: ManualClock) -> Shop:
    settings = {
        "billing": {"exchange": {"source": "ecb", "account": "rates"}},
        "drivers": {"rates": {"driver": "publisher"}},
    }
    return Shop.open(open_test_engine(BOOK, drivers={**load_infos(), "publisher": PUBLISHES}, settings=settings), clock)


def _load(shop: Shop, *rates: PublishedRate, source: str = "ecb") -> Loaded:
    return shop.run(lambda tx: load(tx, source, rates))


def test_what_is_known_already_stays(shop: Shop) -> None:
    assert _load(shop, USD, JPY) == Loaded(2, 0)
    later = attrs.evolve(USD, on=DAY + timedelta(days=1), rate=Decimal("1.26"))
    assert _load(shop, USD, later, later) == Loaded(1, 2)
    assert shop.run(lambda tx: rate_of(tx, "USD", "EUR", DAY)).rate == Decimal("0.8")
    assert shop.run(lambda tx: tx.billing.exchange_rates.newest("ecb")) == later.on
    assert shop.run(lambda tx: tx.billing.exchange_rates.newest("other")) is None


def test_a_rate_that_contradicts_a_stored_one_is_refused_and_nothing_is_loaded(shop: Shop) -> None:
    _load(shop, USD)
    with pytest.raises(InvalidInput, match=r"EUR/USD\.rate: is 1\.25 already"):
        _load(shop, attrs.evolve(USD, rate=Decimal("1.26")), JPY)
    with pytest.raises(Conflict):
        shop.run(lambda tx: rate_of(tx, "JPY", "EUR", DAY))
    assert _load(shop, attrs.evolve(USD, rate=Decimal("1.26")), source="mended") == Loaded(1, 0)
    with pytest.raises(InvalidInput, match="source"):
        _load(shop, USD, source="two words")


def test_a_document_freezes_its_rate_with_source_and_day(shop: Shop) -> None:
    _load(shop, USD, JPY)
    request = shop.request("100.01", currency="USD", charges=(shop.charge("100.01", currency="USD"),))
    home = shop.request("5.00")
    yen = shop.request("100", currency="JPY", charges=(shop.charge("1001", currency="JPY"),))
    shop.run(lambda tx: issue(tx, [request, home, yen]))
    _load(shop, attrs.evolve(USD, on=START.date(), rate=Decimal("2")))
    found = shop.run(lambda tx: tx.billing.accounting.for_documents([request.id, home.id, yen.id]))
    assert found == {
        request.id: Accounting(
            document_id=request.id,
            seller_id=shop.seller.id,
            currency="EUR",
            rate=Decimal("0.8"),
            source="ecb",
            rated_on=DAY,
            total=Decimal("80.01"),
            tax=Decimal("0"),
        ),
        yen.id: Accounting(
            document_id=yen.id,
            seller_id=shop.seller.id,
            currency="EUR",
            rate=Decimal("0.00625"),
            source="ecb",
            rated_on=DAY,
            total=Decimal("6.26"),
            tax=Decimal("0"),
        ),
    }


def test_a_credit_note_has_the_rate_of_its_invoice(shop: Shop) -> None:
    _load(shop, USD)
    invoice = shop.issue(currency="USD", charges=(shop.charge("100.00", currency="USD"),))
    _load(shop, attrs.evolve(USD, on=START.date(), rate=Decimal("2")))
    note = shop.run(lambda tx: credit(tx, invoice.id, amount=Decimal("50.00"), reason="half"))
    assert note is not None
    found = shop.run(lambda tx: tx.billing.accounting.for_documents([note.id]))[note.id]
    assert (found.rate, found.rated_on, found.total) == (Decimal("0.8"), DAY, Decimal("40.00"))


def test_without_a_rate_nothing_is_issued_and_the_error_says_which_is_missing(shop: Shop) -> None:
    _load(shop, attrs.evolve(USD, on=START.date() + timedelta(days=1)))
    with pytest.raises(Conflict, match="exchange rate USD to EUR") as caught:
        shop.issue(currency="USD", charges=(shop.charge("1.00", currency="USD"),))
    assert "larabill rates load" in str(caught.value)
    assert shop.run(lambda tx: tx.billing.invoices.page()) == []
    assert shop.violations() == []


def test_rates_are_fetched_since_the_newest(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.billing.exchange.test_load.PUBLISHED", [USD, JPY])
    assert fetch(shop.engine) == Loaded(2, 0)
    assert fetch(shop.engine) == Loaded(0, 0)
    PUBLISHED.append(attrs.evolve(USD, on=START.date()))
    shop.engine.run(lambda tx: tx.enqueue(_fetch_job()))
    shop.engine.run_due()
    assert shop.run(lambda tx: rate_of(tx, "EUR", "USD", START.date())).on == START.date()


def _fetch_job() -> Any:
    return NewJob(handler="billing.fetch_rates")
