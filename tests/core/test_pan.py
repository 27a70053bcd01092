"""Rules of card numbers in text (acceptance row B53)."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from larabill_core.errors import InvalidInput
from larabill_core.pan import contains_pan, mask_pans, refuse_pan

# Test numbers that the card schemes and gateways publish, none of them a card of anybody's.
CARDS = [
    "4242424242424242",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "6011111111111117",
    "3566002020360505",
    "6205500000000000004",
    "4222222222222",
]
FULL_WIDTH = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
ARABIC = str.maketrans("0123456789", "".join(chr(0x0660 + digit) for digit in range(10)))
DISGUISES = [
    "4242 4242 4242 4242",
    "4242-4242-4242-4242",
    "4242\u20114242\u20134242\u22124242",
    "4242\u00a04242\u20034242\t4242",
    "42424242 42424242",
    "3782 822463 10005",
    "4242\u200b4242\u200b4242\u200b4242",
    "4242424242424242".translate(FULL_WIDTH),
    "4242 4242 4242 4242".translate(ARABIC),
]


@pytest.mark.parametrize("card", CARDS + DISGUISES, ids=ascii)
@pytest.mark.parametrize(
    "around",
    ["{}", "card {}", "card{}", "{}exp12/30", "no. 17 {} 12/30", "{{'note': '{}'}}", "x\n{}\ny", "n={};"],
)
def test_a_card_number_is_found_refused_and_masked_in_any_dress(card: str, around: str) -> None:
    text = around.format(card)
    assert contains_pan(text)
    with pytest.raises(InvalidInput) as caught:
        refuse_pan(text, "ticket.note")
    assert card not in str(caught.value)
    assert str(caught.value).startswith("ticket.note: holds a card number; ")
    masked = mask_pans(text)
    assert not contains_pan(masked)
    assert masked.startswith(around.partition("{}")[0].replace("{{", "{"))
    assert "[card …" in masked


def test_a_mask_keeps_the_last_four_digits_and_every_card_is_masked() -> None:
    text = "first 4242 4242 4242 4242, then 378282246310005."
    assert mask_pans(text) == "first [card …4242], then [card …0005]."


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4242424242424241",
        "424242424242",
        "42424242424242424242",
        "4242424242424242" * 2,
        "1700000000000",
        "0000000000000000",
        "+49 170 4242424242424242"[:14],
        "+494242424242428",
        "0.4242424242424242",
        "192.168.100.200:8080",
        "ports 22 80 443 8080 8443 3306",
        "2026-11-21 13:38:21.424242",
        "a4242424242424242bcdef0123456789",
        "00000000-0000-4242-4242-424242424242",
        "4242/4242/4242/4242",
    ],
)
def test_numbers_that_are_no_cards_are_left_alone(text: str) -> None:
    assert not contains_pan(text)
    assert mask_pans(text) == text
    refuse_pan(text, "note")


@given(st.uuids())
@example(uuid.UUID("12345678-1234-4123-8123-424242424242"))
@example(uuid.UUID("abcdefab-cdef-4123-4242-424242424242"))
@example(uuid.UUID("a4242424-2424-2424-2b00-000000000000"))
def test_an_id_is_never_taken_for_a_card(made: uuid.UUID) -> None:
    for text in (str(made), str(made).upper(), f"inv_{made.hex}" if not made.hex.isdigit() else ""):
        assert not contains_pan(text)


@given(st.text())
def test_masking_is_done_after_one_pass(text: str) -> None:
    assert not contains_pan(mask_pans(text))


def luhn_completed(body: str) -> str:
    return next(body + last for last in "0123456789" if _luhn(body + last))


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@given(st.from_regex(r"\A4[0-9]{14}\Z"), st.integers(1, 9))
def test_a_single_wrong_digit_is_no_card(body: str, off: int) -> None:
    card = luhn_completed(body)
    assert contains_pan(card)
    assert not contains_pan(card[:-1] + str((int(card[-1]) + off) % 10))
