"""Exemptions, VAT ids and evidence on documents: with real tables, and a VIES that can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest
import sqlalchemy as sa
from tests.billing.market import Market, item, open_market
from tests.billing.tax.register import serve

from larabill_billing.catalog.loader import parse_catalog
from larabill_billing.customers.model import Customer, NewCustomer
from larabill_billing.invoicing.model import Invoice
from larabill_billing.invoicing.taxing import treatments
from larabill_billing.subscriptions.changes import ChangeItem
from larabill_billing.tax.facts import IdAnswer
from larabill_billing.tax.handlers import NewExemption
from larabill_core.access import Actor
from larabill_core.errors import ConfigurationError, Conflict, Forbidden, InvalidInput, NotFound
from larabill_drivers.services.fake_vies import FakeVies

__all__ = ["open_market"]

OpenMarket = Callable[..., Market]
SERVICES = {"place": "services"}
TRUSTING = {**SERVICES, "unconfirmed": "accept"}


@pytest.fixture
def vies() -> Iterator[FakeVies]:
    """On this machine only, with a known French id."""
    world = FakeVies("FR40303265045")
    with serve(world) as url:
        world.url = url  # type: ignore[attr-defined]
        yield world


def asking(vies: FakeVies, **tax: Any) -> dict[str, Any]:
    """What a market needs that asks this VIES."""
    url = vies.url  # type: ignore[attr-defined]
    return {
        "accounts": {"vies": {"driver": "vies", "base_url": url, "deadline": "5s"}},
        "tax": {**SERVICES, "checker": "vies", **tax},
    }


def buy(market: Market, country: str, plan: str = "server", **more: Any) -> tuple[UUID, Invoice]:
    """A new customer there, and the invoice of their first order."""
    name = f"c{len(market.invoices())}"
    there = NewCustomer(name=name, email=f"{name}@example.com", country=country, **more)
    customer = market.engine.billing.customers.create(market.seller, there)
    return customer.id, order(market, customer.id, plan)


def order(market: Market, customer_id: UUID, plan: str = "server") -> Invoice:
    market.place(item(plan), customer_id=customer_id)
    newest, _ = market.invoices()[-1]
    found: Invoice = market.run(lambda tx: tx.billing.invoices.get(newest.id))
    return found


def taxed(invoice: Invoice) -> list[tuple[str, Decimal, Decimal, str]]:
    return [(each.category, each.rate, each.tax, each.jurisdiction) for each in invoice.taxes]


def test_consumers_of_two_countries_pay_their_own_tax(open_market: OpenMarket) -> None:
    market = open_market(tax=SERVICES)
    _, france = buy(market, "FR")
    _, finland = buy(market, "FI")
    assert taxed(france) == [("S", Decimal(20), Decimal("8.00"), "FR")]
    assert taxed(finland) == [("S", Decimal("25.5"), Decimal("10.20"), "FI")]
    assert [each.jurisdiction for line in finland.lines for each in line.taxes] == ["FI"]
    assert market.violations() == []


def test_a_business_abroad_accounts_for_the_tax_itself(open_market: OpenMarket) -> None:
    market = open_market(tax=TRUSTING)
    _, invoice = buy(market, "FR", tax_id="FR 40 303 265 045")
    (total,) = invoice.taxes
    assert (total.category, total.tax, total.reason_code) == ("AE", 0, "VATEX-EU-AE")
    assert invoice.total == Decimal("40.00")
    _, careful = buy(open_market(tax=SERVICES), "FR", tax_id="FR40303265045")
    assert taxed(careful) == [("S", Decimal(20), Decimal("8.00"), "FR")]


def test_rates_are_frozen_on_the_line(open_market: OpenMarket) -> None:
    market = open_market(tax=SERVICES)
    customer, before = buy(market, "FR")
    market.engine.billing.taxes.exempt(market.seller, customer, NewExemption(reason="Embassy"))
    after = market.run(lambda tx: tx.billing.invoices.get(before.id))
    assert (after, taxed(after)) == (before, [("S", Decimal(20), Decimal("8.00"), "FR")])
    assert taxed(order(market, customer)) == [("E", Decimal(0), Decimal(0), "FR")]


def test_classes_of_plans_stand_on_one_invoice(open_market: OpenMarket) -> None:
    market = open_market(tax={**SERVICES, "inclusive": True})
    more = """
        [[plans]]
        code = "book"
        name = "A book"
        tax_class = "reduced"
        prices.EUR = { one_time = "10.70" }

        [[plans]]
        code = "course"
        name = "A course"
        tax_class = "exempt"
        prices.EUR = { one_time = "30.00" }

        [[plans]]
        code = "thing"
        name = "A thing"
        prices.EUR = { one_time = "11.90" }
    """
    market.engine.billing.catalog.load(market.seller, parse_catalog(more))
    once = [attrs.evolve(item(code), cycle=None) for code in ("book", "course", "thing")]
    market.place(*once)
    ((invoice, _),) = market.invoices()
    assert [(each.category, each.rate, each.base, each.tax) for each in invoice.taxes] == [
        ("S", Decimal(7), Decimal("10.00"), Decimal("0.70")),
        ("E", Decimal(0), Decimal("30.00"), Decimal(0)),
        ("S", Decimal(19), Decimal("10.00"), Decimal("1.90")),
    ]
    assert (invoice.net, invoice.tax, invoice.total) == (Decimal("50.00"), Decimal("2.60"), Decimal("52.60"))
    assert market.violations() == []


def test_several_taxes_stand_on_a_line(open_market: OpenMarket) -> None:
    """Quebec before 2013: QST on the price with GST."""
    rules = [
        {"country": "CA", "rate": "5", "name": "GST"},
        {"country": "CA", "rate": "9.5", "name": "QST", "jurisdiction": "CA-QC", "compound": True},
    ]
    market = open_market(taxes=rules)
    _, invoice = buy(market, "CA")
    assert [(each.name, each.base, each.tax, each.jurisdiction) for each in invoice.taxes] == [
        ("GST", Decimal("40.00"), Decimal("2.00"), "CA"),
        ("QST", Decimal("42.00"), Decimal("3.99"), "CA-QC"),
    ]
    assert (invoice.total, [each.name for each in invoice.lines[0].taxes]) == (Decimal("45.99"), ["GST", "QST"])
    assert market.violations() == []


def test_the_rounding_is_the_sellers(open_market: OpenMarket) -> None:
    cents = '[[plans]]\ncode = "c"\nname = "C"\nprices.EUR = { one_time = "0.13" }'
    for rounding, tax in (("category", "0.05"), ("line", "0.06")):
        market = open_market(taxes=[{"rate": "20"}], tax={"rounding": rounding})
        market.engine.billing.catalog.load(market.seller, parse_catalog(cents))
        once = attrs.evolve(item("c"), cycle=None)
        preview = market.engine.billing.orders.preview(market.seller, market.wanted(once, once))
        market.place(once, once)
        invoice, _ = market.invoices()[-1]
        assert (preview.totals.tax, invoice.tax) == (Decimal(tax), Decimal(tax))


def test_an_exemption_begins_and_ends(open_market: OpenMarket) -> None:
    market = open_market(tax=SERVICES)
    taxes = market.engine.billing.taxes
    made = taxes.exempt(
        market.seller,
        market.customer,
        NewExemption(reason="Embassy", reason_code="VATEX-EU-151", certificate="15/151", since=date(2026, 2, 10)),
    )
    assert taxes.treatment(market.seller, market.customer).because == "domestic"
    market.clock.advance(timedelta(days=10))
    (rate,) = taxes.treatment(market.seller, market.customer).default
    assert (rate.category.value, rate.reason, rate.reason_code) == ("E", "Embassy", "VATEX-EU-151")
    ended = taxes.end_exemption(market.seller, made.id)
    assert ended.until == date(2026, 2, 10)
    assert taxes.treatment(market.seller, market.customer).because == "domestic"
    with pytest.raises(Conflict):
        taxes.end_exemption(market.seller, made.id)
    assert taxes.exemptions(market.seller, market.customer) == [ended]


def test_faults_of_an_exemption_are_told_together(open_market: OpenMarket) -> None:
    taxes = (market := open_market()).engine.billing.taxes
    with pytest.raises(InvalidInput) as caught:
        taxes.exempt(market.seller, market.customer, NewExemption(reason="", certificate="x\x00"))
    assert [fault.path for fault in caught.value.faults] == ["reason", "certificate"]
    for limit in (-1, 0, None, True):
        with pytest.raises(InvalidInput):
            taxes.contradicted(market.seller, limit=limit)
    with pytest.raises(NotFound):
        taxes.exempt(market.seller, market.seller, NewExemption(reason="x"))
    with pytest.raises(Forbidden):
        taxes.exemptions(market.seller, market.customer, actor=Actor(kind="staff", id="trainee"))


def test_evidence_is_kept_and_two_pieces_move_the_tax(open_market: OpenMarket) -> None:
    market = open_market(tax=SERVICES)
    taxes = market.engine.billing.taxes
    taxes.note_evidence(market.seller, market.customer, "ip", "FR", "order")
    (doubtful,) = taxes.contradicted(market.seller)
    assert (doubtful.place.country, doubtful.place.proven) == ("DE", False)
    taxes.note_evidence(market.seller, market.customer, "card", "FR", "payment")
    found = taxes.whereabouts(market.seller, market.customer)
    assert (found.place.country, found.place.proven, found.place.contradicted) == ("FR", True, True)
    assert [(each.kind.value, each.country, each.source) for each in found.evidence] == [
        ("ip", "FR", "order"),
        ("card", "FR", "payment"),
    ]
    assert taxed(order(market, market.customer)) == [("S", Decimal(20), Decimal("8.00"), "FR")]
    with pytest.raises(InvalidInput) as caught:
        taxes.note_evidence(market.seller, market.customer, "billing", "xx")
    assert [fault.path for fault in caught.value.faults] == ["country", "kind"]


def test_an_id_is_asked_about_and_the_proof_kept(open_market: OpenMarket, vies: FakeVies) -> None:
    market = open_market(**asking(vies))
    customer, before = buy(market, "FR", tax_id="FR40303265045")
    assert taxed(before)[0][0] == "S"
    answer = market.engine.billing.taxes.check_id(market.seller, customer)
    assert (answer.answer, answer.account, answer.tax_id) == (IdAnswer.VALID, "vies", "FR40303265045")
    assert answer.checked_at == market.clock.now()
    assert market.engine.billing.taxes.checks(market.seller, customer) == [answer]
    assert taxed(order(market, customer))[0][0] == "AE"
    assert market.violations() == []


def test_a_silent_register_changes_nothing(open_market: OpenMarket, vies: FakeVies) -> None:
    market = open_market(**asking(vies))
    customer, _ = buy(market, "FR", tax_id="FR40303265045")
    taxes = market.engine.billing.taxes
    taxes.check_id(market.seller, customer)
    vies.script = ["MS_UNAVAILABLE", 503, "garbage"]
    for _ in range(3):
        assert taxes.check_id(market.seller, customer).answer is IdAnswer.UNKNOWN
    assert taxes.treatment(market.seller, customer).because == "reverse_charge"
    assert len(taxes.checks(market.seller, customer)) == 4
    vies.ids.clear()
    assert taxes.check_id(market.seller, customer).answer is IdAnswer.INVALID
    assert taxes.treatment(market.seller, customer).because == "consumer"


def test_what_has_no_answer_or_an_old_one_is_asked_about_by_itself(open_market: OpenMarket, vies: FakeVies) -> None:
    market = open_market(**asking(vies))
    vies.script = ["MS_UNAVAILABLE"]
    customer, _ = buy(market, "FR", tax_id="FR40303265045")
    buy(market, "FR", tax_id="FR83404833048")
    buy(market, "FR", tax_id="not an id")
    market.work()
    answers = [market.engine.billing.taxes.checks(market.seller, each.id) for each in customers(market)]
    assert [[each.answer.value for each in mine] for mine in answers] == [[], ["unknown"], ["invalid"], []]
    market.go(hours=7)
    assert [each.answer.value for each in market.engine.billing.taxes.checks(market.seller, customer)] == [
        "unknown",
        "valid",
    ]
    asked = len(vies.asked)
    market.go(days=20)
    assert len(vies.asked) == asked
    market.go(days=12)
    assert len(vies.asked) == asked + 2
    assert market.unfinished() == []


def customers(market: Market) -> list[Customer]:
    return [*market.engine.billing.customers.list(market.seller)]


def test_what_is_no_vat_id_is_not_asked_about(open_market: OpenMarket, vies: FakeVies) -> None:
    market = open_market(**asking(vies))
    customer, _ = buy(market, "FR", tax_id="FR40303265046")
    with pytest.raises(InvalidInput, match=r"customer\.tax_id: is no VAT id of FR"):
        market.engine.billing.taxes.check_id(market.seller, customer)
    assert vies.asked == []
    silent = open_market(tax=SERVICES)
    with pytest.raises(ConfigurationError):
        silent.engine.billing.taxes.check_id(silent.seller, silent.customer)


def test_a_letter_that_only_looks_like_ours_is_refused_at_the_door(open_market: OpenMarket) -> None:
    market = open_market()
    with pytest.raises(InvalidInput, match="CYRILLIC"):
        buy(market, "DE", tax_id="DЕ136695976")
    assert len(customers(market)) == 1


def test_the_number_of_statements_does_not_depend_on_the_customers(open_market: OpenMarket) -> None:
    market = open_market(tax=SERVICES)

    def add(number: int) -> None:
        new = NewCustomer(name="x", email=f"x{number}@example.com", country="FR", tax_id="FR40303265045")
        customer = market.engine.billing.customers.create(market.seller, new)
        market.engine.billing.taxes.note_evidence(market.seller, customer.id, "ip", "FR")

    def statements() -> int:
        count = 0

        def counted(*_: Any) -> None:
            nonlocal count
            count += 1

        wanted = {each.id: each for each in customers(market)}

        def ask(tx: Any) -> None:
            sa.event.listen(tx.connection, "before_cursor_execute", counted)
            treatments(tx, wanted)
            sa.event.remove(tx.connection, "before_cursor_execute", counted)

        market.run(ask)
        return count

    add(1)
    few = statements()
    for number in range(2, 12):
        add(number)
    assert statements() == few <= 4


def test_who_asks_twice_for_the_same_exemption_has_two(open_market: OpenMarket) -> None:
    """They are papers, not states: the newest that holds gives the reason."""
    market = open_market()
    for reason in ("first", "second"):
        market.engine.billing.taxes.exempt(market.seller, market.customer, NewExemption(reason=reason))
    (rate,) = market.engine.billing.taxes.treatment(market.seller, market.customer).default
    assert rate.reason == "second"


def test_what_is_given_back_was_taxed_at_what_it_is_given_back_at(open_market: OpenMarket) -> None:
    """An exemption that began since changes what is charged, and not what was."""
    market = open_market(tax=SERVICES)
    customer, before = buy(market, "FR", "web")
    market.pay(before.id)
    assert taxed(before) == [("S", Decimal(20), Decimal("2.80"), "FR")]
    market.clock.advance(timedelta(days=10))
    market.engine.billing.taxes.exempt(market.seller, customer, NewExemption(reason="Embassy"))
    assert before.subscription_id is not None
    (web,) = market.engine.billing.subscriptions.items(market.seller, before.subscription_id)
    wanted = ChangeItem(item_id=web.id, quantity=2)
    preview = market.engine.billing.subscriptions.preview(market.seller, before.subscription_id, wanted)
    market.engine.billing.subscriptions.change(market.seller, before.subscription_id, wanted)
    after, _ = market.invoices()[-1]
    assert after.taxes == preview.totals.taxes
    back, more = sorted(after.taxes, key=lambda each: each.base)
    assert (back.category, back.rate, back.base < 0, back.tax < 0) == ("S", 20, True, True)
    assert (more.category, more.tax, more.base > 0) == ("E", 0, True)
    assert market.violations() == []
