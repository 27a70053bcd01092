"""Files of rates are read strictly, and all their faults are told by line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from larabill_billing.exchange.parse import parse_rates, read_rates
from larabill_core.contracts.rates import PublishedRate
from larabill_core.errors import InvalidInput

RATE = PublishedRate(base="EUR", quote="USD", on=date(2026, 1, 30), rate=Decimal("1.0835"))
CSV = "on,base,quote,rate\n2026-01-30,EUR,USD,1.0835\n"


def test_csv_and_toml_say_the_same(tmp_path: Path) -> None:
    assert parse_rates(CSV) == [RATE]
    assert parse_rates(CSV.replace("\n", "\r\n")) == [RATE]
    for on in ("2026-01-30", '"2026-01-30"'):
        table = f'[[rates]]\non = {on}\nbase = "EUR"\nquote = "USD"\nrate = "1.0835"\n'
        assert parse_rates(table, toml=True) == [RATE]
    (tmp_path / "rates.csv").write_text("\ufeff" + CSV, encoding="utf-8")
    assert read_rates(tmp_path / "rates.csv") == [RATE]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("30.01.2026,EUR,USD,1.08", "on: is not a date"),
        ("2026-01-30,eur,USD,1.08", "base: is not a currency"),
        ("2026-01-30,EUR,ZZZ,1.08", "quote: is not a currency"),
        ("2026-01-30,EUR,EUR,1.08", "quote: is the base itself"),
        ("2026-01-30,EUR,USD,NaN", "rate"),
        ("2026-01-30,EUR,USD,-1.08", "rate"),
        ("2026-01-30,EUR,USD,0", "rate: must be more than 0"),
        ("2026-01-30,EUR,USD,1e3", "rate"),
        ("2026-01-30,EUR,USD,1.0000000000001", "rate"),
        ('2026-01-30,EUR,USD,"1,08"', "rate"),
        ("2026-01-30,EUR,USD", "rate"),
        ("2026-01-30,EUR,USD,1.08,x", "must have exactly the keys"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(row: str, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_rates(f"{CSV}{row}\n")
    assert "line 3" in str(caught.value)
    assert said in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_rates("on,base,quote,rate\nx,y,USD,1\n2026-01-30,EUR,USD,0\n")
    assert [fault.path for fault in caught.value.faults] == ["line 2.on", "line 2.base", "line 3.rate"]


@pytest.mark.parametrize(
    ("text", "toml"), [("date;base\n", False), ("", False), ("a = 1", True), ("rates = 1", True), ("[[rates", True)]
)
def test_another_kind_of_file_is_refused(text: str, toml: bool, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        parse_rates(text, toml=toml)
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_rates(tmp_path / "none.csv")


def test_a_float_in_toml_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rate"):
        parse_rates('[[rates]]\non = 2026-01-30\nbase = "EUR"\nquote = "USD"\nrate = 1.08\n', toml=True)
