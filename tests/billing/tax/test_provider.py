"""Another decides on taxes: documents go by its answer, and wait while it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from tests.billing.market import Market, item, open_market

from larabill_billing.tax.handlers import NewExemption
from larabill_billing.tax.provider import provided
from larabill_core.contracts.tax import ProvidedTax, TaxQuestion
from larabill_core.errors import Conflict, InvalidInput, RetryLater
from larabill_core.jobs import JobStatus

__all__ = ["open_market"]

OpenMarket = Callable[..., Market]

COUNTY = (
    ProvidedTax(category="S", rate=Decimal("6.25"), name="State", jurisdiction="US-TX"),
    ProvidedTax(category="S", rate=Decimal("2"), name="City", jurisdiction="US-TX-Austin"),
)


@attrs.define
class Oracle:
    """A `TaxProvider` that can be away."""

    away: str = ""
    answer: Mapping[str, Sequence[ProvidedTax]] = attrs.field(factory=lambda: {"standard": COUNTY})
    asked: list[TaxQuestion] = attrs.field(factory=list)

    def taxes(self, question: TaxQuestion) -> Mapping[str, Sequence[ProvidedTax]]:
        self.asked.append(question)
        if self.away:
            raise RetryLater(self.away)
        return self.answer


def open_with(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> tuple[Market, Oracle]:
    market, oracle = open_market(tax={"provider": "oracle"}), Oracle()
    known = market.engine.drivers.get
    monkeypatch.setattr(
        market.engine.drivers, "get", lambda account: oracle if account == "oracle" else known(account), raising=True
    )
    return market, oracle


def taxes(market: Market) -> list[list[tuple[str, Decimal]]]:
    return [[(each.name, each.tax) for each in invoice.taxes] for invoice, _ in market.invoices()]


def test_a_document_waits_for_the_answer_and_goes_by_it(
    open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    market, oracle = open_with(open_market, monkeypatch)
    market.place(item("server"))
    assert market.invoices() == []
    market.work()
    assert taxes(market) == [[("State", Decimal("2.50")), ("City", Decimal("0.80"))]]
    (asked,) = oracle.asked
    assert (asked.seller_country, asked.country, asked.tax_classes[:2]) == ("DE", "DE", ("standard", "reduced"))
    market.place(item("server"))
    assert len(market.invoices()) == 2
    assert len(oracle.asked) == 1
    market.clock.advance(timedelta(days=2))
    market.place(item("server"))
    market.work()
    assert (len(market.invoices()), len(oracle.asked)) == (3, 2)
    assert market.violations() == []


def test_while_it_is_away_nothing_is_guessed(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market, oracle = open_with(open_market, monkeypatch)
    oracle.away = "maintenance"
    order = market.place(item("server"))
    market.work()
    assert market.invoices() == []
    assert [job.last_error for job in market.jobs("billing.ask_taxes")] == [
        "the taxes of 1 customers are not known: maintenance"
    ]
    oracle.away = ""
    market.go(hours=2)
    ((invoice, _),) = market.invoices()
    assert (invoice.id, invoice.total) == (order.invoice_id, Decimal("43.30"))
    assert market.violations() == []


def test_what_stays_away_stands_in_the_operators_list(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market, oracle = open_with(open_market, monkeypatch)
    oracle.away = "the licence has run out"
    market.place(item("server"))
    market.go(days=5)
    assert market.invoices() == []
    ((handler, reason),) = market.unfinished()
    assert (handler, "the licence has run out" in reason) == ("billing.ask_taxes", True)


def test_an_answer_that_makes_no_sense_is_none(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market, oracle = open_with(open_market, monkeypatch)
    oracle.answer = {"standard": (attrs.evolve(COUNTY[0], category="XX"),)}
    market.place(item("server"))
    market.work()
    assert market.invoices() == []
    (job,) = market.jobs("billing.ask_taxes", JobStatus.READY)
    assert "category" in job.last_error


def test_a_preview_says_that_the_taxes_are_not_known(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market, _ = open_with(open_market, monkeypatch)
    billing = market.engine.billing
    with pytest.raises(Conflict, match="the provider has not said"):
        billing.orders.preview(market.seller, market.wanted(item("server")))
    assert billing.taxes.ask(market.seller, market.customer).because == "provider"
    preview = billing.orders.preview(market.seller, market.wanted(item("server")))
    market.place(item("server"))
    ((invoice, _),) = market.invoices()
    assert preview.totals.total == invoice.total == Decimal("43.30")


def test_an_exemption_of_ours_needs_no_answer_to_hold(open_market: OpenMarket, monkeypatch: pytest.MonkeyPatch) -> None:
    market, oracle = open_with(open_market, monkeypatch)
    oracle.away = "maintenance"
    market.engine.billing.taxes.exempt(market.seller, market.customer, NewExemption(reason="Resale"))
    assert market.engine.billing.taxes.treatment(market.seller, market.customer).because == "exemption"
    market.place(item("server"))
    assert taxes(market) == [[("no tax", Decimal(0))]]


@pytest.mark.parametrize(
    ("answer", "paths"),
    [
        ({}, ["standard"]),
        ({"standard": ()}, ["standard"]),
        ({"standard": COUNTY, "zero": (attrs.evolve(COUNTY[0], rate=Decimal(0)),)}, ["zero[0].rate"]),
        ({"standard": (attrs.evolve(COUNTY[0], name=""), attrs.evolve(COUNTY[1], category="?"))}, None),
    ],
)
def test_every_fault_of_an_answer_is_named(answer: Any, paths: list[str] | None) -> None:
    with pytest.raises(InvalidInput) as caught:
        provided(answer, inclusive=False)
    assert [fault.path for fault in caught.value.faults] == (paths or ["standard[0].name", "standard[1].category"])
