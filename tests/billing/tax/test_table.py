"""The table of rates: by country and day, as two other packages have it, and with a seller's own file over it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from larabill_billing.tax.table import EU, RateTable, parse_table, rate_table
from larabill_core.errors import ConfigurationError

duty27 = pytest.importorskip("duty27_eu_vat")
tedb = pytest.importorskip("eu_vat_rates_data")

OURS = rate_table()
BEGIN = date(2016, 1, 1)
REGIONAL = {"AT": {"19"}, "FR": {"0.9", "1.05", "8.5", "13"}, "GR": {"4", "17"}, "PT": {"16", "22"}}
"""Rates of Jungholz, of Corsica and overseas, of Greek islands, of Madeira and the Azores."""
LIVESTOCK = {"IE": {"4.8"}}
"""In force (Value-Added Tax Consolidation Act 2010, section 46), and not in that package."""


def test_the_member_states_and_three_more_are_there() -> None:
    assert set(OURS.countries) == EU | {"CH", "GB", "NO"}
    assert len(EU) == 27


@pytest.mark.parametrize("country", sorted(EU))
def test_standard_rates_of_each_day_are_those_of_another_package(country: str) -> None:
    """Every day on which either of the two changes, and the day before."""
    changes = {each.effective_from for each in duty27.get_rate_history(country)}
    changes |= {period.since for period in OURS.countries[country].periods}
    days = {BEGIN, *(max(each - timedelta(days=back), BEGIN) for each in changes for back in (0, 1))}
    for day in sorted(days):
        ours = OURS.on(country, day)
        assert ours is not None
        assert (day, ours.standard) == (day, duty27.get_standard_rate(country, day))


@pytest.mark.parametrize("country", sorted(OURS.countries))
def test_present_rates_are_those_of_a_package_that_follows_the_commission(country: str) -> None:
    ours = OURS.countries[country].periods[-1]
    assert ours.since <= date.fromisoformat(tedb.data_version)
    theirs = tedb.get_rate(country)
    assert ours.standard == Decimal(str(theirs["standard"]))
    mine = {*ours.reduced, ours.super_reduced, ours.parking} - {None}
    known = {*theirs["reduced"], theirs["super_reduced"], theirs["parking"]} - {None}
    regional = {Decimal(each) for each in REGIONAL.get(country, ())}
    livestock = {Decimal(each) for each in LIVESTOCK.get(country, ())}
    assert mine - livestock == {Decimal(str(each)) for each in known} - regional


@pytest.mark.parametrize(
    ("country", "day", "standard", "reduced"),
    [
        ("DE", date(2020, 6, 30), "19", ["7"]),
        ("DE", date(2020, 7, 1), "16", ["5"]),
        ("DE", date(2021, 1, 1), "19", ["7"]),
        ("EE", date(2023, 12, 31), "20", ["9", "5"]),
        ("EE", date(2024, 1, 1), "22", ["9", "5"]),
        ("EE", date(2025, 7, 1), "24", ["13", "9"]),
        ("FI", date(2024, 8, 31), "24", ["14", "10"]),
        ("FI", date(2024, 9, 1), "25.5", ["14", "10"]),
        ("IE", date(2021, 2, 28), "21", ["13.5", "9"]),
        ("LU", date(2023, 6, 1), "16", ["7"]),
        ("RO", date(2025, 7, 31), "19", ["9", "5"]),
        ("RO", date(2025, 8, 1), "21", ["11"]),
        ("SK", date(2025, 1, 1), "23", ["19", "5"]),
        ("CH", date(2023, 12, 31), "7.7", ["3.7", "2.5"]),
        ("MC", date(2026, 1, 1), "20", ["10", "5.5"]),
    ],
)
def test_changes_hold_from_their_day(country: str, day: date, standard: str, reduced: list[str]) -> None:
    found = OURS.on(country, day)
    assert found is not None
    assert (found.standard, [*found.reduced]) == (Decimal(standard), [Decimal(each) for each in reduced])


def test_what_the_table_does_not_know_it_does_not_guess() -> None:
    assert OURS.on("US", BEGIN) is None
    assert OURS.on("DE", date(2015, 12, 31)) is None


def test_a_class_that_a_country_has_not_is_its_standard_one() -> None:
    austria, denmark = OURS.on("AT", date(2026, 1, 1)), OURS.on("DK", date(2026, 1, 1))
    assert austria is not None and denmark is not None
    assert [austria.of_class(each) for each in ("standard", "reduced", "reduced_2", "reduced_3", "parking")] == [
        20,
        13,
        10,
        20,
        13,
    ]
    assert denmark.of_class("reduced") == 25


def test_a_file_of_the_seller_replaces_countries(tmp_path: Path) -> None:
    file = tmp_path / "rates.toml"
    file.write_text('[DE]\nname = "USt"\nperiods = [{ since = 2026-01-01, standard = "20" }]\n')
    table = rate_table(file)
    found, france = table.on("DE", date(2026, 5, 1)), table.on("FR", date(2026, 5, 1))
    assert found is not None and france is not None
    assert (found.standard, table.name("DE"), france.standard) == (20, "USt", 20)
    assert table.on("DE", date(2025, 12, 31)) is None
    assert isinstance(table, RateTable)


def test_every_fault_of_a_file_is_told_by_its_place() -> None:
    data = {
        "XX": {},
        "DE": {"periods": []},
        "FR": {"periods": [{"since": date(2026, 1, 1), "standard": "0", "reduced": ["5", "10"]}]},
        "IT": {
            "periods": [{"since": date(2026, 1, 1), "standard": "22"}, {"since": date(2025, 1, 1), "standard": "21"}]
        },
        "ES": {"periods": [{"since": "2026", "standard": "21"}]},
    }
    with pytest.raises(ConfigurationError) as caught:
        parse_table(data, "own.toml")
    assert {fault.path.removeprefix("own.toml.").removeprefix('["own.toml"].') for fault in caught.value.faults} == {
        "XX",
        "DE.periods",
        "FR.periods[0].standard",
        "FR.periods[0].reduced",
        "IT.periods[1].since",
        "ES.periods[0].since",
    }


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"rates\.toml"):
        rate_table(tmp_path / "rates.toml")
