"""VAT ids have check digits, and letters of other alphabets are none of ours (B47)."""

from __future__ import annotations

import pytest

from larabill_billing.customers.checks import check_tax_id
from larabill_billing.tax.ids import vat_id
from larabill_core.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("DE136695976", "DE", "DE136695976"),
        ("de 136 695-976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("FR40303265045", "FR", "FR40303265045"),
        ("FR40303265045", "MC", "FR40303265045"),
        ("EL094259216", "GR", "EL094259216"),
        ("GR094259216", "GR", "EL094259216"),
        ("ATU12011204", "AT", "ATU12011204"),
        ("NL4495445B01", "NL", "NL004495445B01"),
    ],
)
def test_an_id_of_the_right_form_is_known(text: str, country: str, expected: str) -> None:
    found = vat_id(text, country)
    assert found is not None
    assert str(found) == expected
    assert found.country == ("FR" if country == "MC" else country)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE136695977", "DE"),  # a wrong check digit
        ("FR40303265045", "DE"),  # of another member state
        ("", "DE"),
        ("GB980780684", "GB"),  # not of the EU
        ("123", "US"),
        ("DЕ136695976", "DE"),  # the E is Cyrillic
        ("DE13669597６", "DE"),  # the 6 is full-width
    ],
)
def test_everything_else_is_none(text: str, country: str) -> None:
    assert vat_id(text, country) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ΑTU12011204", "GREEK CAPITAL LETTER ALPHA"),
        ("DЕ136695976", "CYRILLIC CAPITAL LETTER IE"),
        ("DE13669597６", "FULLWIDTH DIGIT SIX"),
        ("DE١٣٦", "ARABIC-INDIC DIGIT ONE"),
    ],
)
def test_a_letter_that_only_looks_like_ours_is_told(text: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_tax_id(text, "customer.tax_id")
    assert told in str(caught.value)
    assert "136695976" not in str(caught.value)


def test_ids_of_the_rest_of_the_world_are_taken_as_they_are() -> None:
    assert check_tax_id("CHE-116.281.838 MWST", "tax_id") == "CHE-116.281.838 MWST"
