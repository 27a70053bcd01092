"""Codes: hard to guess, easy to type, and never kept."""

from __future__ import annotations

from uuid import UUID

import pytest

from larabill_billing.vouchers.codes import ALPHABET, canonical, digest, new_code
from larabill_core.errors import InvalidInput

CODE = "7K2M-QX4T-9BHW-03ZR"
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_codes_differ_and_are_canonical_without_their_hyphens() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(canonical(code) == code.replace("-", "") for code in codes)
    assert len(ALPHABET) == len(set(ALPHABET)) == 32


@pytest.mark.parametrize("typed", [CODE, CODE.lower(), CODE.replace("-", ""), f" {CODE} ", "7k2m qx4t 9bhw o3zr"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert canonical(typed) == "7K2MQX4T9BHW03ZR"


@pytest.mark.parametrize(
    "typed", ["", "7K2M", CODE + "0", "U" * 16, CODE.replace("K", "К"), CODE + "\u200b", None, 5, [], "0" * 70]
)
def test_what_is_no_code_is_refused_without_being_repeated(typed: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        canonical(typed)
    assert not isinstance(typed, str) or len(typed) < 4 or typed not in str(raised.value)


def test_a_digest_is_its_sellers_own() -> None:
    code = canonical(CODE)
    assert digest(ONE, code) == digest(ONE, code) != digest(OTHER, code)
    assert len(digest(ONE, code)) == 64
