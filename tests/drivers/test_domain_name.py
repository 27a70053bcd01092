"""A customer's domain name is held as the DNS has it, and what is none goes no further."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core.errors import InvalidInput
from larabill_drivers.domain_name import domain_name


@pytest.mark.parametrize(
    ("typed", "held"),
    [
        ("example.com", "example.com"),
        ("Shop.Example.COM", "shop.example.com"),
        ("a-1.b--2.example", "a-1.b--2.example"),
        ("3com.example", "3com.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
    ],
)
def test_it_is_lower_case_and_of_a_labels(typed: str, held: str) -> None:
    assert domain_name(typed) == held


@pytest.mark.parametrize(
    "typed",
    [
        "",
        ".",
        "localhost",
        "example.com.",
        ".example.com",
        "a..example.com",
        " example.com",
        "example.com\n",
        "example.com\x00.example.net",
        "exam ple.com",
        "example.com/..",
        "../../etc",
        "*.example.com",
        "_dmarc.example.com",
        "-a.example.com",
        "a-.example.com",
        "user@example.com",
        "example.com:80",
        "192.0.2.1",
        "example.1",
        "example.c",
        "example。com",
        "ｅxample.com",
        "a\u200db.example.com",
        "a\u202eb.example.com",
        "\u0301a.example.com",
        "💩.example.com",
        "xn--.example.com",
        "xn--a.example.com",
        "xn--example-.example.com",
        "xn--a-b.example.com",
        "xn--99999999999.example.com",
        "ab--cd.example.com",
        f"{'a' * 64}.example.com",
        ".".join(["a" * 60] * 5),
        "ü" * 60 + ".example.com",
        "x" * 100_000,
    ],
)
def test_what_is_no_name_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(InvalidInput) as error:
        domain_name(typed, "spec.domain")
    assert "spec.domain" in str(error.value)
    assert len(str(error.value)) < 200


@given(st.text(max_size=40) | st.from_regex(r"(xn--)?[a-z0-9-]{1,20}\.(xn--)?[a-z0-9-]{2,20}", fullmatch=True))
def test_what_it_gives_it_takes_again(typed: str) -> None:
    try:
        held = domain_name(typed)
    except InvalidInput:
        return
    assert domain_name(held) == held
    assert held.isascii()
    assert len(held) <= 253
