"""The catalogue file: strict, all faults at once by key path, syntax by line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from larabill_billing.catalog.loader import parse_catalog, read_catalog
from larabill_billing.catalog.model import PriceKind
from larabill_billing.catalog.options import check_spec
from larabill_billing.catalog.prices import price_for, setup_price
from larabill_billing.periods.cycle import Cycle
from larabill_billing.pricing.model import PerUnit
from larabill_core.errors import ConfigurationError, InvalidInput

GOOD = """
[[plans]]
code = "web-small"
name = "Web hosting, small"
provision = true
regions = ["fsn1"]
options = { domain = "text", backups = "boolean", disks = "integer", php = ["8.2", "8.3"] }
on_failure = "credit"
minimum_term_months = 12
notice_days = 30
prices.EUR = { weekly = "1.50", monthly = "5.00", annual = 50, setup = "9.00" }
prices.JPY = { monthly = "800" }

[[plans]]
code = "free"
name = "Free"
prices.EUR = { monthly = "0" }

[[plans]]
code = "domain"
name = "Domain transfer"
release = "placed"
prices.EUR = { one_time = "12.00" }
"""


def faults(text: str) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as raised:
        parse_catalog(text, "catalog.toml")
    return {fault.path: fault.problem for fault in raised.value.faults}


def test_a_catalogue_says_what_is_sold() -> None:
    web, free, domain = parse_catalog(GOOD).plans
    assert (web.code, web.provision, web.on_failure, web.minimum_term_months) == ("web-small", True, "credit", 12)
    assert price_for(web, "EUR", Cycle.ANNUAL).model == PerUnit(unit_price=Decimal("50.00"))
    assert price_for(web, "JPY", Cycle.MONTHLY).model == PerUnit(unit_price=Decimal("800"))
    setup = setup_price(web, "EUR")
    assert setup is not None
    assert (setup.kind, setup.model) == (PriceKind.SETUP, PerUnit(unit_price=Decimal("9.00")))
    assert setup_price(web, "JPY") is None
    assert price_for(free, "EUR", Cycle.MONTHLY).model == PerUnit(unit_price=Decimal(0))
    assert price_for(domain, "EUR", None).kind is PriceKind.ONE_TIME


def test_a_price_that_is_not_sold_is_refused_with_those_that_are() -> None:
    web = parse_catalog(GOOD).plans[0]
    with pytest.raises(InvalidInput, match=r"no such price \(got 'SEK monthly'\); there are: EUR annual, EUR monthly"):
        price_for(web, "SEK", Cycle.MONTHLY)
    with pytest.raises(InvalidInput):
        price_for(web, "EUR", None)


@pytest.mark.parametrize(
    ("price", "problem"),
    [
        ("5.00", "is a float"),
        ('"5.001"', "more than 2 decimal places"),
        ('"-1"', "must be at least 0"),
        ('"1e3"', "is not a plain decimal number"),
        ('"NaN"', "is not a plain decimal number"),
        ("nan", "is a float"),
        ('"١٢"', "is not a plain decimal number"),
        ('" 1 "', "is not a plain decimal number"),
        ("true", "must be a decimal number"),
        ("[1]", "must be a decimal number"),
        ('"9999999999999999"', "is too large"),
    ],
)
def test_a_price_is_a_plain_exact_number(price: str, problem: str) -> None:
    found = faults(f'[[plans]]\ncode = "a"\nname = "A"\nprices.EUR = {{ monthly = {price} }}')
    assert problem in found["plans[0].prices.EUR.monthly"]


def test_all_faults_are_reported_at_once_by_key_path() -> None:
    text = """
unknown = 1
[[plans]]
code = "a"
name = "A"
prices.EUR = { monthly = "5.00" }
[[plans]]
code = "a"
nam = "A"
relase = "paid"
on_failure = "no"
prices.EUR = { hourly = "1" }
prices.eur = { monthly = "1" }
[[plans]]
code = "A B"
name = "4242 4242 4242 4242"
prices.EUR = { setup = "1" }
prices.JPY = { monthly = "0.5" }
options = { "x y" = "text", a = "date" }
minimum_term_months = -1
"""
    assert set(faults(text)) == {
        "unknown",
        "plans[1].code",
        "plans[1].nam",
        "plans[1].name",
        "plans[1].relase",
        "plans[1].on_failure",
        "plans[1].prices.EUR.hourly",
        "plans[1].prices.eur",
        "plans[2].code",
        "plans[2].name",
        "plans[2].prices.EUR",
        "plans[2].prices.JPY.monthly",
        "plans[2].options['x y']",
        "plans[2].options.a",
        "plans[2].minimum_term_months",
    }


def test_syntax_is_reported_by_line() -> None:
    assert "line 3" in faults('[[plans]]\ncode = "a"\nname = oops\n')["catalog.toml"]
    assert "line 2" in faults('[[plans]]\ncode = ["a"')["catalog.toml"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "plans = []"])
def test_a_catalogue_without_plans_is_refused(text: str) -> None:
    assert faults(text) == {"catalog.toml": "has no plans"}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml: cannot be read"):
        read_catalog(tmp_path / "nowhere.toml")
    file = tmp_path / "catalog.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert len(read_catalog(file).plans) == 3


def test_options_are_checked_and_unknown_ones_refused() -> None:
    web = parse_catalog(GOOD).plans[0]
    good = {"domain": "example.org", "backups": True, "disks": 2, "php": "8.3"}
    assert check_spec(web, good, "items[0].spec") == good
    bad = {"domain": "a\nb", "backups": "yes", "disks": True, "php": "7.4", "price": "0.01"}
    with pytest.raises(InvalidInput) as raised:
        check_spec(web, bad, "items[0].spec")
    assert [fault.path for fault in raised.value.faults] == [f"items[0].spec.{name}" for name in bad]


def test_no_name_of_a_catalogue_is_a_card_number() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_catalog("""
[[plans]]
code = "4242424242424242"
name = "4242 4242 4242 4242"
options = { php = ["8.2", "4242424242424242"] }
prices.EUR = { monthly = "5.00" }
""")
    assert [fault.path for fault in caught.value.faults] == [
        "plans[0].code",
        "plans[0].name",
        "plans[0].options.php[1]",
    ]
    assert "4242" not in str(caught.value)
