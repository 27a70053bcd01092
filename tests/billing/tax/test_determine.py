"""Where services are taxed, and at which rates: consumers at home, businesses not, the rest of the world not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.customers.checks import COUNTRIES
from larabill_billing.customers.model import Customer
from larabill_billing.tax.determine import TABLE_CLASSES, Buyer, Treatment, buyer, is_business, treatment
from larabill_billing.tax.facts import Evidence, Exemption, IdAnswer, IdCheck, TaxFacts, place
from larabill_billing.tax.settings import TaxRule, TaxSettings, check_rules
from larabill_core.errors import InvalidInput
from larabill_core.ids import new_id

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICES = TaxSettings(place="services")
SELLER = UUID(int=1)
CUSTOMER = UUID(int=2)


def treated(
    country: str, *, seller: str = "DE", on: date = TODAY, settings: TaxSettings = SERVICES, rules: Any = (), **to: Any
) -> Treatment:
    return treatment(rules, settings, seller, Buyer(country=country, **to), on)


def shown(found: Treatment, tax_class: str = "standard") -> tuple[str, Decimal, str, str]:
    (rate,) = found.taxes(tax_class)
    return rate.category.value, rate.rate, rate.jurisdiction, found.because


@pytest.mark.parametrize(
    ("country", "to", "expected"),
    [
        ("DE", {}, ("S", 19, "DE", "domestic")),
        ("DE", {"business": True}, ("S", 19, "DE", "domestic")),
        ("FR", {}, ("S", 20, "FR", "consumer")),
        ("FI", {}, ("S", Decimal("25.5"), "FI", "consumer")),
        ("MC", {}, ("S", 20, "FR", "consumer")),
        ("FR", {"business": True}, ("AE", 0, "FR", "reverse_charge")),
        ("US", {}, ("O", 0, "US", "outside")),
        ("CH", {"business": True}, ("O", 0, "CH", "outside")),
        ("GB", {}, ("O", 0, "GB", "outside")),
    ],
)
def test_services_are_taxed_where_the_buyer_is(country: str, to: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert shown(treated(country, **to)) == expected


def test_below_the_threshold_consumers_are_taxed_as_at_home() -> None:
    small = TaxSettings(place="services", below_threshold=True)
    assert shown(treated("FR", settings=small)) == ("S", 19, "DE", "threshold")
    assert shown(treated("FR", settings=small, business=True)) == ("AE", 0, "FR", "reverse_charge")
    assert shown(treated("FR", settings=small, seller="CH")) == ("S", 20, "FR", "consumer")


def test_a_seller_outside_the_eu_taxes_its_consumers_too() -> None:
    assert shown(treated("FR", seller="US")) == ("S", 20, "FR", "consumer")
    assert shown(treated("FR", seller="US", business=True)) == ("AE", 0, "FR", "reverse_charge")
    assert shown(treated("CH", seller="CH")) == ("S", Decimal("8.1"), "CH", "domestic")
    assert shown(treated("US", seller="US")) == ("O", 0, "US", "outside")


def test_the_day_decides_the_rate() -> None:
    assert shown(treated("DE", on=date(2020, 12, 31)))[1] == 16
    assert shown(treated("RO", on=date(2025, 7, 31)))[1] == 19
    assert shown(treated("RO", on=date(2025, 8, 1)))[1] == 21


def test_why_nothing_is_taxed_is_said_in_codes_of_the_norm() -> None:
    (reverse,), (outside,) = treated("FR", business=True).default, treated("US").default
    assert (reverse.reason, reverse.reason_code) == ("Reverse charge", "VATEX-EU-AE")
    assert (outside.reason, outside.reason_code) == ("Not subject to VAT", "VATEX-EU-O")


@pytest.mark.parametrize(
    ("tax_class", "home", "abroad", "reverse", "outside"),
    [
        ("reduced", ("S", 7), ("S", 10), ("AE", 0), ("O", 0)),
        ("reduced_2", ("S", 19), ("S", Decimal("5.5")), ("AE", 0), ("O", 0)),
        ("super_reduced", ("S", 19), ("S", Decimal("2.1")), ("AE", 0), ("O", 0)),
        ("zero", ("Z", 0), ("Z", 0), ("AE", 0), ("O", 0)),
        ("exempt", ("E", 0), ("E", 0), ("E", 0), ("O", 0)),
        ("a class that nobody knows", ("S", 19), ("S", 20), ("AE", 0), ("O", 0)),
    ],
)
def test_classes_of_plans_have_their_rates(
    tax_class: str, home: tuple[Any, ...], abroad: tuple[Any, ...], reverse: tuple[Any, ...], outside: tuple[Any, ...]
) -> None:
    found = [treated("DE"), treated("FR"), treated("FR", business=True), treated("US")]
    assert [shown(each, tax_class)[:2] for each in found] == [home, abroad, reverse, outside]


def test_rules_of_the_seller_win() -> None:
    rules = (
        TaxRule(country="FR", rate=Decimal(21)),
        TaxRule(country="FR", rate=Decimal(3), tax_class="ebook"),
        TaxRule(country="IT", rate=Decimal(4), tax_class="ebook"),
        TaxRule(country="GB", rate=Decimal(20)),
    )
    france = treated("FR", rules=rules, business=True)
    assert [shown(france, each)[:2] for each in ("standard", "reduced", "ebook", "exempt")] == [
        ("S", 21),
        ("S", 21),
        ("S", 3),
        ("E", 0),
    ]
    italy = treated("IT", rules=rules)
    assert [shown(italy, each)[:2] for each in ("standard", "ebook")] == [("S", 22), ("S", 4)]
    assert shown(treated("GB", rules=rules))[:2] == ("S", 20)
    assert shown(treated("ES", rules=rules))[:2] == ("S", 21)


def test_several_rules_of_a_country_are_several_taxes() -> None:
    rules = (
        TaxRule(country="CA", rate=Decimal(5), name="GST"),
        TaxRule(country="CA", rate=Decimal("9.975"), name="QST", jurisdiction="CA-QC"),
    )
    taxes = treated("CA", rules=rules).default
    assert [(each.name, each.rate, each.jurisdiction) for each in taxes] == [
        ("GST", 5, "CA"),
        ("QST", Decimal("9.975"), "CA-QC"),
    ]


def test_without_a_place_only_rules_tax() -> None:
    plain = TaxSettings()
    assert shown(treated("DE", settings=plain))[0] == "O"
    rules = (TaxRule(country="DE", rate=Decimal(19)), TaxRule(rate=Decimal(20)))
    assert [shown(treated(each, settings=plain, rules=rules))[1] for each in ("DE", "US")] == [19, 20]


def test_an_exemption_comes_first() -> None:
    rules = (TaxRule(country="DE", rate=Decimal(19), inclusive=True),)
    exemption = an_exemption()
    rate = TaxFacts(exemptions=(exemption,)).exempt(TODAY)
    (found,) = treated("DE", rules=rules, exempt=rate).taxes("reduced")
    assert (found.category.value, found.rate, found.reason, found.reason_code, found.inclusive) == (
        "E",
        0,
        "Embassy",
        "VATEX-EU-151",
        True,
    )


def an_exemption(**changes: Any) -> Exemption:
    values = {
        "seller_id": SELLER,
        "customer_id": CUSTOMER,
        "reason": "Embassy",
        "reason_code": "VATEX-EU-151",
        "since": date(2026, 1, 1),
        "created_at": NOW,
    }
    return Exemption(**{**values, **changes})


@pytest.mark.parametrize(
    ("on", "holds"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False)],
)
def test_an_exemption_holds_within_its_dates(on: date, holds: bool) -> None:
    facts = TaxFacts(exemptions=(an_exemption(until=date(2026, 6, 1)),))
    assert (facts.exempt(on) is not None) is holds


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"category": "?"}, "category"),
        ({"since": "2026-01-01"}, "since"),
        ({"until": NOW}, "until"),
        ({"category": "S"}, "category"),
        ({"reason": " "}, "reason"),
        ({"until": date(2025, 1, 1)}, "until"),
    ],
)
def test_a_faulty_exemption_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        an_exemption(**changes)
    assert [fault.path for fault in caught.value.faults] == [path]


@given(
    st.sampled_from(sorted(COUNTRIES)),
    st.sampled_from(sorted(COUNTRIES)),
    st.booleans(),
    st.booleans(),
    st.dates(date(2016, 1, 1), date(2030, 1, 1)),
    st.booleans(),
)
def test_whoever_buys_there_is_one_answer_and_always_the_same(
    seller: str, country: str, business: bool, small: bool, on: date, inclusive: bool
) -> None:
    settings = TaxSettings(place="services", below_threshold=small, inclusive=inclusive)
    found = treated(country, seller=seller, on=on, settings=settings, business=business)
    assert found is treated(country, seller=seller, on=on, settings=settings, business=business)
    for tax_class in ("standard", "zero", "exempt", *TABLE_CLASSES):
        (rate,) = found.taxes(tax_class)
        assert found.taxes(tax_class) is found.taxes(tax_class)
        assert rate.inclusive is inclusive
        assert rate.reason or rate.category.value in ("S", "Z")


def a_customer(country: str, tax_id: str = "") -> Customer:
    return Customer(
        id=CUSTOMER,
        seller_id=SELLER,
        name="Ada",
        email="ada@example.com",
        company="",
        tax_id=tax_id,
        address=(),
        country=country,
        currency="EUR",
        time_zone="UTC",
        language="en",
        created_at=NOW,
    )


def a_check(answer: str, *, tax_id: str = "FR40303265045", day: int = 1) -> IdCheck:
    return IdCheck(
        seller_id=SELLER,
        customer_id=CUSTOMER,
        tax_id=tax_id,
        answer=IdAnswer(answer),
        account="vies",
        checked_at=NOW.replace(day=day),
    )


@pytest.mark.parametrize(
    ("answers", "careful", "trusting"),
    [
        ([], False, True),
        (["unknown"], False, True),
        (["valid"], True, True),
        (["valid", "unknown"], True, True),
        (["invalid"], False, False),
        (["invalid", "unknown"], False, False),
        (["valid", "invalid"], False, False),
        (["invalid", "valid"], True, True),
    ],
)
def test_an_unknown_answer_is_never_a_no(answers: list[str], careful: bool, trusting: bool) -> None:
    facts = TaxFacts(checks=tuple(a_check(each, day=day) for day, each in enumerate(answers, 1)))
    customer = a_customer("FR", "FR 40 303 265 045")
    assert is_business(customer, facts, SERVICES) is careful
    assert is_business(customer, facts, TaxSettings(place="services", unconfirmed="accept")) is trusting


def test_an_answer_about_another_id_does_not_count() -> None:
    facts = TaxFacts(checks=(a_check("valid", tax_id="FR83404833048"),))
    assert not is_business(a_customer("FR", "FR40303265045"), facts, SERVICES)
    assert not is_business(a_customer("DE", "FR40303265045"), TaxFacts(checks=(a_check("valid"),)), SERVICES)
    assert not is_business(a_customer("FR"), TaxFacts(checks=(a_check("valid"),)), SERVICES)


def seen(kind: str, country: str, day: int = 1) -> Evidence:
    return Evidence(
        id=new_id(),
        seller_id=SELLER,
        customer_id=CUSTOMER,
        kind=kind,  # type: ignore[arg-type]
        country=country,
        seen_at=NOW.replace(day=day),
    )


@pytest.mark.parametrize(
    ("pieces", "country", "proven", "contradicted"),
    [
        ([], "FR", False, False),
        ([("ip", "FR")], "FR", True, False),
        ([("ip", "DE")], "FR", False, True),
        ([("ip", "DE"), ("card", "DE")], "DE", True, True),
        ([("ip", "DE"), ("card", "IT")], "FR", False, True),
        ([("ip", "DE"), ("card", "FR")], "FR", True, True),
        ([("ip", "DE"), ("ip", "DE")], "FR", False, True),
        ([("ip", "DE"), ("ip", "FR")], "FR", True, False),
    ],
)
def test_two_pieces_of_evidence_decide_the_place(
    pieces: list[tuple[str, str]], country: str, proven: bool, contradicted: bool
) -> None:
    found = place("FR", [seen(kind, where, day) for day, (kind, where) in enumerate(pieces, 1)])
    assert (found.country, found.proven, found.contradicted) == (country, proven, contradicted)


def test_evidence_moves_a_consumer_and_not_a_business() -> None:
    facts = TaxFacts(evidence=(seen("ip", "DE"), seen("card", "DE")), checks=(a_check("valid"),))
    assert buyer(a_customer("FR"), facts, SERVICES, TODAY).country == "DE"
    assert buyer(a_customer("FR", "FR40303265045"), facts, SERVICES, TODAY) == Buyer(country="FR", business=True)
    assert buyer(a_customer("FR"), facts, TaxSettings(), TODAY) == Buyer(country="FR")


def test_the_address_is_no_evidence_to_be_stored() -> None:
    with pytest.raises(InvalidInput):
        seen("billing", "FR")


def test_prices_are_all_with_tax_or_all_without() -> None:
    rule = TaxRule(rate=Decimal(19), inclusive=True)
    check_rules([rule], TaxSettings())
    check_rules([rule], TaxSettings(place="services", inclusive=True))
    with pytest.raises(InvalidInput):
        check_rules([rule], SERVICES)
    with pytest.raises(InvalidInput):
        check_rules([rule, TaxRule(country="DE", rate=Decimal(19))], TaxSettings())
