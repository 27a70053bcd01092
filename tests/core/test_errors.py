"""Rules of the error tree and of the collector of faults."""

from __future__ import annotations

import copy
import inspect
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core import errors
from larabill_core.errors import (
    AlreadyExists,
    ConfigurationError,
    Conflict,
    Fault,
    Faults,
    Forbidden,
    IllegalTransition,
    InvalidInput,
    LarabillError,
    LeaseLost,
    NotFound,
    Parked,
    RetryLater,
    StaleVersion,
    join,
    shown,
)

EXAMPLES = [
    InvalidInput.one("quantity", "is out of range", -1, "use 1 to 10"),
    ConfigurationError.one("vault.keys", "holds no key"),
    NotFound("invoice", "inv_1"),
    Forbidden("invoices.void", "staff:7"),
    Conflict("invoice 1", "it is paid", "refund it"),
    IllegalTransition("invoice", "inv_1", "paid", "void", ["refund"]),
    StaleVersion("subscription", "sub_1"),
    AlreadyExists("plan", "vps-1"),
    errors.Unverified("the signature does not fit"),
    Parked("no driver of this name"),
    RetryLater("rate limit", timedelta(seconds=30)),
    errors.ConcurrencyError("deadlock"),
    errors.DatabaseUnavailable("connection refused"),
    LeaseLost("job_1"),
]


def test_faults_are_listed_one_a_line_with_field_value_and_remedy() -> None:
    error = InvalidInput([Fault("a", "is missing"), Fault("b[2]", "is odd", "use an even one", "'3'")])
    assert str(error) == "a: is missing\nb[2]: is odd (got '3'); use an even one"


def test_key_paths_show_positions_and_quote_odd_keys() -> None:
    assert join("plans", 2, "prices", "EUR") == "plans[2].prices.EUR"
    assert join("", "code") == "code"
    assert join("plans[2].prices", "a b") == "plans[2].prices['a b']"
    assert join("plans", "a\nb") == "plans['a\\nb']"


def test_collector_reports_all_faults_under_their_prefix_at_once() -> None:
    faults = Faults()
    with faults.at("plans", 2):
        faults.add("code", "is missing")
        with faults.at("prices"):
            faults.include(InvalidInput.one("EUR", "is not a plain decimal number", "1e3"))
    faults.add("version", "is unknown", value=None)
    with pytest.raises(ConfigurationError) as caught:
        faults.raise_if_any(ConfigurationError)
    assert [fault.path for fault in caught.value.faults] == [
        "plans[2].code",
        "plans[2].prices.EUR",
        "version",
    ]
    assert "(got null)" in str(caught.value)
    assert "got" not in str(caught.value.faults[0])


def test_collector_without_faults_raises_nothing() -> None:
    Faults().raise_if_any()


def test_prefix_is_left_when_the_block_raises() -> None:
    faults = Faults()
    with pytest.raises(ZeroDivisionError), faults.at("a"):
        raise ZeroDivisionError
    faults.add("b", "is missing")
    assert next(iter(faults)).path == "b"


@given(st.text())
def test_shown_text_is_short_and_has_no_control_characters(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 60 * len(r"\U0001f600") + 2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (-1, "-1"),
        (1 << 9999, "an integer of 10000 bits"),
        (0.5, "0.5"),
        (Decimal("NaN"), "NaN"),
        ("a\r\nb\u202e", r"'a\r\nb\u202e'"),
        ("x" * 100, "'" + "x" * 59 + "…'"),
        ([1], "a list"),
        (b"key", "a bytes"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_shown_values_say_what_was_given(value: object, expected: str) -> None:
    assert shown(value) == expected


@pytest.mark.parametrize("canary", ["4242424242424242", "sk_live" + "_abcdef123456", "https://u:hunter22@host/"])
def test_an_error_never_echoes_a_secret_or_a_card(canary: str) -> None:
    text = str(InvalidInput.one("note", "is not a date", "see " + canary))
    assert canary not in text
    assert "hunter22" not in text


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors_keep_their_message_when_copied_to_another_process(error: LarabillError) -> None:
    for twin in (copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert str(error)


def test_every_error_has_a_code_of_its_own_and_stands_in_the_drawing() -> None:
    classes = [
        found
        for name, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, LarabillError) and not name.startswith("_")
    ]
    assert len({found.code for found in classes}) == len(classes)
    assert {type(example) for example in EXAMPLES} | {LarabillError} == set(classes)
    for found in classes:
        assert found.__name__ in (errors.__doc__ or "")
        assert 400 <= found.status < 600


def test_illegal_transition_names_state_event_and_what_is_allowed() -> None:
    assert str(EXAMPLES[5]) == "invoice inv_1: 'void' is not possible while it is paid; possible now: refund"
    assert "final" in str(IllegalTransition("invoice", 1, "void", "pay", []))
