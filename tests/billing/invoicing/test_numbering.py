"""Formats of numbers, and the series that they are taken from."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_billing.invoicing.numbering import (
    LAST_NUMBER,
    LONGEST_NUMBER,
    NumberFormat,
    Numbering,
    SeriesSettings,
    series_code,
)
from larabill_billing.settings import BillingSettings
from larabill_core.errors import Faults, InvalidInput
from larabill_core.structure import structure

ON = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("text", "sequence", "number"),
    [
        ("INV-{year}-{seq:05}", 42, "INV-2026-00042"),
        ("INV-{year}-{seq:05}", 123456, "INV-2026-123456"),
        ("{seq}", 1001, "1001"),
        ("RE{year}{month}/{seq:03}", 10, "RE202603/010"),
        ("{seq:06}-A", 1, "000001-A"),
    ],
)
def test_a_format_makes_numbers(text: str, sequence: int, number: str) -> None:
    assert NumberFormat(text).number(sequence, ON) == number


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("INV", "has no {seq}"),
        ("", "has no {seq}"),
        ("{seq}{seq}", "has {seq} twice"),
        ("{yaer}-{seq}", "has an unknown field (got 'yaer')"),
        ("{}-{seq}", "has an unknown field"),
        ("{seq.real}", "has an unknown field"),
        ("{seq!r}", "has a conversion"),
        ("{seq:5}", "has a width that does not fit"),
        ("{seq:<09}", "has a width that does not fit"),
        ("{year:02}{seq}", "has a width that does not fit"),
        ("{seq", "has a brace too many or too few"),
        ("{{{seq}", "has signs that do not belong there"),
        ("ÌNV-{seq}", "has signs that do not belong there"),
        ("A B{seq}", "has signs that do not belong there"),
        ("X" * 23 + "{seq}", "more than 32 characters"),
        (7, "must be text"),
    ],
)
def test_a_wrong_format_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        NumberFormat(text)
    assert problem in str(caught.value)


def test_all_faults_of_a_manifest_are_told_at_once_by_key_path() -> None:
    faults = Faults()
    data = {"numbering": {"invoice": {"format": "{bad} {worse}"}, "credit_note": {"format": "CN", "start": 0}}}
    assert structure(BillingSettings, data, faults, "billing") is None
    paths = [fault.path for fault in faults]
    assert paths.count("billing.numbering.invoice.format") == 4
    assert "billing.numbering.credit_note.format" in paths


def test_types_that_may_come_to_the_same_number_are_refused() -> None:
    with pytest.raises(InvalidInput, match="may come to a number of invoice"):
        Numbering(credit_note=SeriesSettings(format=NumberFormat("INV-{seq:04}")))
    with pytest.raises(InvalidInput, match="proforma: may come to a number of credit_note"):
        Numbering(
            credit_note=SeriesSettings(format=NumberFormat("A{seq}")),
            proforma=SeriesSettings(format=NumberFormat("A1-{seq}")),
        )
    Numbering(credit_note=SeriesSettings(format=NumberFormat("INV-C{seq}")))


@pytest.mark.parametrize("start", [0, -1, LAST_NUMBER])
def test_a_start_that_leaves_no_numbers_is_refused(start: int) -> None:
    with pytest.raises(InvalidInput, match="start"):
        SeriesSettings(format=NumberFormat("{seq}"), start=start)


def test_a_year_in_the_format_makes_a_series_of_each_year() -> None:
    yearly, running = NumberFormat("{year}-{seq}"), NumberFormat("A{month}{seq}")
    assert series_code("invoice", yearly, ON) == "INV-2026"
    assert series_code("credit_note", yearly, ON) == "CN-2026"
    assert series_code("invoice", running, ON) == "INV"


FORMATS = st.builds(
    lambda head, fields, tail: head + "".join(fields) + tail,
    st.sampled_from(["", "A", "INV-", "1/"]),
    st.permutations(["{year}", "-{month}", "{seq:04}"]),
    st.sampled_from(["", ".x"]),
).map(NumberFormat)


@given(FORMATS, st.integers(1, LAST_NUMBER), st.integers(1, LAST_NUMBER))
def test_different_sequences_are_different_numbers_of_bounded_length(made: NumberFormat, one: int, other: int) -> None:
    assert (made.number(one, ON) == made.number(other, ON)) is (one == other)
    assert len(made.number(one, ON)) <= LONGEST_NUMBER


@given(FORMATS, FORMATS, st.integers(1, 99_999), st.integers(1, 99_999))
def test_formats_that_may_not_meet_never_do(one: NumberFormat, other: NumberFormat, first: int, second: int) -> None:
    if not one.may_meet(other):
        assert one.number(first, ON) != other.number(second, ON)
