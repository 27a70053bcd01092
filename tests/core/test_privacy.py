"""Rules of redaction (invariant I12, acceptance row B38): a canary in any place never comes out."""

from __future__ import annotations

import copy
import io
import json
import logging
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from larabill_core import privacy
from larabill_core.privacy import (
    REDACTED,
    RedactingFilter,
    Secret,
    hash_id,
    is_secret_key,
    mask,
    redact,
    redact_text,
)

CANARY = "cAnary7Zq9hunter22"
PEM = f"-----BEGIN OPENSSH PRIVATE {'KEY'}-----\n{CANARY}\n{CANARY}\n-----END OPENSSH PRIVATE KEY-----"
LEAKS = [
    f"https://admin:{CANARY}@panel.example/api",
    f"mysql+pymysql://root:{CANARY}@127.0.0.1:3306/larabill",
    f"https://{CANARY}@git.example/x",
    f"postgresql://u:p@{CANARY}@db.example/x",
    f"GET /v1?a=1&token={CANARY}&b=2",
    f"GET /v1?api_key={CANARY}",
    f"POST /form password={CANARY}&user=x",
    f"password='{CANARY} with spaces'",
    f"Settings(api_token='{CANARY}', url='x')",
    f"dsn: host=db PASSWORD = {CANARY} port=1",
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}=",
    f"sent 'Bearer {CANARY}' and failed",
    f"X-Api-Key: {CANARY}",
    f"Stripe-Signature: t=1,v1={CANARY}",
    f"Set-Cookie: session={CANARY}; Path=/",
    json.dumps({"user": "x", "password": CANARY}),
    json.dumps({"client_secret": f'{CANARY}"{CANARY}'}),
    repr({"privateKey": CANARY}),
    f"key sk_live_{CANARY} was refused",
    f"rk_test_{CANARY}",
    f"whsec_{CANARY}",
    f"eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY}",
    PEM,
    PEM[:-40],
]


@pytest.mark.parametrize("text", LEAKS, ids=lambda text: text[:24])
def test_no_secret_survives_in_text(text: str) -> None:
    assert CANARY not in redact_text(text)
    assert REDACTED in redact_text(text)
    assert CANARY not in redact_text(f"before {text} after")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"https://admin:{CANARY}@panel.example/api?x=1", "@panel.example/api?x=1"),
        (f"GET /v1?a=1&token={CANARY}&b=2", "&b=2"),
        (f"{{'password': '{CANARY}', 'user': 'ann'}}", "'user': 'ann'"),
    ],
)
def test_what_is_not_secret_stays(text: str, kept: str) -> None:
    assert redact_text(text).endswith(kept) or kept in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plans[2].token: is missing; add it",
        "invoice inv_01a1fe5adc91773eadf1c603cd04d4bf is paid",
        "see https://larabill.example/docs?page=2",
        "basic subscription of 3 months, EUR 12.50",
        "3 tokens left",
        "DE00 1234 is not an account",
    ],
)
def test_harmless_text_is_not_touched(text: str) -> None:
    assert redact_text(text) == text


def test_cards_and_bank_accounts_are_masked() -> None:
    assert redact_text("card 4242-4242-4242-4242") == "card [card …4242]"
    assert redact_text("pay to DE89 3704 0044 0532 0130 00.") == "pay to [redacted]."
    assert redact_text("pay to GB29NWBK60161331926819") == "pay to [redacted]"
    assert redact(4242424242424242) == "[card …4242]"
    assert redact(10**5000) == 10**5000


KEYS = [
    "password",
    "Passwd",
    "client_secret",
    "clientSecret",
    "X-Auth-Token",
    "Authorization",
    "api_key",
    "apiKey",
    "private_key",
    "signature",
    "COOKIE",
    "credentials",
    "cvc",
    "card_number",
]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", [CANARY, [CANARY], {"x": CANARY}, CANARY.encode(), 7, Secret(CANARY)], ids=repr)
def test_what_stands_under_a_secret_key_is_replaced_whatever_it_is(key: str, value: object) -> None:
    assert redact({"a": [{key: value}]}) == {"a": [{key: REDACTED}]}


@pytest.mark.parametrize("key", ["secret_version", "token_id", "credential-id", "user", "key", "passenger", "currency"])
def test_fields_that_only_speak_about_a_secret_are_kept(key: str) -> None:
    assert not is_secret_key(key)
    assert redact({key: "v"}) == {key: "v"}


class Colour(Enum):
    RED = "red"


class Careless:
    def __repr__(self) -> str:
        return CANARY


def test_deep_data_is_walked_and_strange_objects_are_only_named() -> None:
    plain = [None, True, 1, 1.5, Decimal("1.50"), UUID(int=1), datetime(2026, 1, 1, tzinfo=UTC), Colour.RED]
    assert redact(plain) == plain
    assert redact(("a", {"b": (PEM,)})) == ["a", {"b": [REDACTED]}]
    assert redact({"raw": b"12345", "who": Careless()}) == {"raw": "[5 bytes]", "who": "[Careless]"}
    assert redact(ValueError(f"token={CANARY}")) == f"ValueError: token={REDACTED}"
    assert redact({"password": None}) == {"password": None}
    assert redact({LEAKS[0]: 1}) == {f"https://{REDACTED}@panel.example/api": 1}


def test_data_that_holds_itself_ends() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert "[too deep]" in repr(redact(loop))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.just(CANARY) | st.text("abc", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["password", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(json_values, st.sampled_from(LEAKS))
def test_no_leak_survives_at_any_depth(value: Any, leak: str) -> None:
    assert CANARY not in json.dumps(redact({"token": [value, CANARY]}))
    assert CANARY not in json.dumps(redact({"x": [{"note": leak}]}))


_PIECES = [
    "sk_",
    "rk_",
    "whsec_",
    "Bearer ",
    "basic\t",
    "eyJ",
    ".",
    "=",
    ": ",
    '"',
    "password",
    "x-key",
    "aB3-_/+=",
    " ",
]


@given(st.lists(st.sampled_from([*_PIECES, "-----BEGIN A KEY-----", "ftp://u@"]), max_size=8).map("".join))
def test_text_that_is_spared_the_rules_has_nothing_for_them(text: str) -> None:
    if not privacy._MAYBE_SECRET.search(text):
        assert [rule.pattern for rule, _ in privacy._RULES if rule.search(text)] == []


@given(st.text())
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact_text(redact_text(text)) == redact_text(text)


def test_masked_tokens_show_four_characters_at_most() -> None:
    assert mask("abcdefghijklmnopqrstuvwxyz") == "ab…yz"
    assert mask("abcdefghijk") == mask("") == "…"


def test_hashed_ids_are_stable_and_differ() -> None:
    assert hash_id("vm-1") == "sha256:2d62b0035f348790"
    assert hash_id("vm-1") != hash_id("vm-2")


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    for text in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        f"{secret}",
        repr([secret]),
    ):
        assert CANARY not in text
    assert secret.reveal() == CANARY
    assert not hasattr(secret, "__dict__")


def test_a_secret_is_neither_json_nor_copied() -> None:
    with pytest.raises(TypeError):
        json.dumps({"x": Secret(CANARY)})
    for attempt in (copy.copy, copy.deepcopy, Secret.__reduce__):
        with pytest.raises(TypeError, match="not copied or pickled"):
            attempt(Secret(CANARY))


def test_secrets_compare_by_their_text_only_with_secrets() -> None:
    assert Secret("ä") == Secret("ä")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert Secret("a")
    assert not Secret("")


def log_of(action: Any) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s %(extra)s", defaults={"extra": ""}))
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger("larabill.test.privacy")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        action(logger)
    finally:
        logger.removeHandler(handler)
    return stream.getvalue()


@pytest.mark.parametrize("leak", LEAKS, ids=lambda text: text[:24])
def test_no_secret_reaches_a_log(leak: str) -> None:
    def act(logger: logging.Logger) -> None:
        logger.warning("call failed: %s", leak)
        logger.warning(leak, stack_info=True)
        logger.warning("call failed", extra={"extra": {"note": leak, "token": CANARY}})
        try:
            raise ValueError(leak)
        except ValueError:
            logger.exception("in the middle of it")

    text = log_of(act)
    # the traceback shows source lines of this file, not values
    assert CANARY not in text
    assert text.count("call failed") == 2
    assert "Traceback" in text
    assert "ValueError" in text
    assert "Stack (most recent call last)" in text
