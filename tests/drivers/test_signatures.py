"""A signature is right or the webhook is not believed (B11, B13, B14, B41)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from tests.drivers.asking import NOW, SECRET

from larabill_core.errors import InvalidInput, Unverified
from larabill_core.privacy import Secret
from larabill_drivers.signatures import check_secrets, sign, verify
from larabill_drivers.strict_json import LARGEST_BODY, decode_object, decode_value

BODY = b'{"id": "evt_1"}'
OTHER = Secret("whsec_another0123456789another")
HEADER = "X-Signature"


def check(headers: Mapping[str, str], *, body: bytes = BODY, secrets: list[Secret] | None = None) -> None:
    verify(HEADER, headers, body, [SECRET] if secrets is None else secrets, NOW)


def signed(at: datetime = NOW, secret: Secret = SECRET, body: bytes = BODY) -> dict[str, str]:
    return {HEADER: sign(body, secret, at)}


def test_a_right_signature_is_believed_whatever_the_case_of_the_header() -> None:
    check(signed())
    check({HEADER.upper(): signed()[HEADER]})


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_time_within_the_tolerance_is_believed(seconds: int) -> None:
    check(signed(NOW + timedelta(seconds=seconds)))


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_time_outside_the_tolerance_is_refused_in_both_directions(seconds: int) -> None:
    with pytest.raises(Unverified, match="seconds off"):
        check(signed(NOW + timedelta(seconds=seconds)))


def test_during_a_rotation_either_secret_is_right() -> None:
    both = f"{signed(secret=OTHER)[HEADER]},{signed()[HEADER].partition(',')[2]}"
    check({HEADER: both})
    check(signed(secret=OTHER), secrets=[SECRET, OTHER])


@pytest.mark.parametrize("body", [b'{"id":"evt_1"}', BODY + b" ", BODY.decode().encode("utf-16"), b""])
def test_the_raw_bytes_are_what_is_signed(body: bytes) -> None:
    with pytest.raises(Unverified, match="no signature matches"):
        check(signed(), body=body)


def test_the_secret_of_somebody_else_is_refused() -> None:
    with pytest.raises(Unverified, match="no signature matches"):
        check(signed(secret=OTHER))


@pytest.mark.parametrize("secrets", [[], [Secret("")]])
def test_without_a_secret_nothing_is_believed(secrets: list[Secret]) -> None:
    with pytest.raises(Unverified, match="no secret"):
        check(signed(secret=Secret("")), secrets=secrets)


def test_an_empty_secret_beside_a_right_one_opens_nothing() -> None:
    with pytest.raises(Unverified, match="no signature matches"):
        check(signed(secret=Secret("")), secrets=[Secret(""), SECRET])


GOOD = sign(BODY, SECRET, NOW)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "garbage",
        f"{GOOD},{GOOD}",
        GOOD.replace("t=", "t=-"),
        GOOD.replace("t=", "t=x"),
        GOOD.replace("t=", "t=\u0661"),
        GOOD.replace("t=", "t=0,t="),
        GOOD.partition(",")[2],
        GOOD.partition(",")[0],
        GOOD.replace("v1=", "v0="),
        GOOD.replace("v1=", "none="),
        GOOD + ",v1=\u00e9",
        ",".join([GOOD.partition(",")[0], *["v1=00"] * 11]),
        "t=1," + "x" * 3_000,
    ],
)
def test_a_malformed_header_is_refused(value: str) -> None:
    if value.endswith("\u00e9"):
        check({HEADER: value})  # a wrong signature beside the right one changes nothing
        return
    with pytest.raises(Unverified):
        check({HEADER: value})


def test_a_header_that_is_missing_or_there_twice_is_refused() -> None:
    with pytest.raises(Unverified, match="missing"):
        check({})
    with pytest.raises(Unverified, match="twice"):
        check({HEADER: GOOD, HEADER.lower(): GOOD})


def test_an_oversized_body_is_refused_before_it_is_hashed() -> None:
    with pytest.raises(Unverified, match="more than"):
        check(signed(), body=b"x" * (LARGEST_BODY + 1))


@pytest.mark.parametrize("stamp", [0, 1])
def test_the_beginning_of_time_is_long_ago(stamp: int) -> None:
    with pytest.raises(Unverified, match="seconds off"):
        check(signed(datetime.fromtimestamp(stamp, UTC)))


@pytest.mark.parametrize(
    "secrets",
    [
        [],
        [Secret("")],
        [Secret(" " * 20)],
        [Secret("short")],
        [SECRET, Secret("changeme-changeme")],
        [Secret("a" * 30)],
    ],
)
def test_a_secret_that_signs_nothing_is_refused_when_it_is_set(secrets: list[Secret]) -> None:
    with pytest.raises(InvalidInput, match="signing_secrets"):
        check_secrets(secrets, "signing_secrets")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"a": NaN}', "not finite"),
        (b'{"a": -Infinity}', "not finite"),
        (b'{"a": 1e400}', "not finite"),
        (b'{"a": 1, "a": 2}', "duplicate"),
        (b"[1]", "no JSON object"),
        (b"{", "no JSON in UTF-8"),
        (b"\xff", "no JSON in UTF-8"),
        (b'{"a": "secret-content"', "no JSON in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "is no JSON|digits"),
        (b" " * (LARGEST_BODY + 1), "bytes"),
    ],
)
def test_json_is_read_strictly(body: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as problem:
        decode_object(body)
    assert "secret-content" not in str(problem.value)


@pytest.mark.parametrize(("body", "value"), [(b'"a"', "a"), (b" 12 ", 12), (b"[null]", [None]), (b"{}", {})])
def test_a_bare_value_is_read_where_it_is_wanted(body: bytes, value: object) -> None:
    assert decode_value(body) == value


def test_an_object_is_read() -> None:
    assert decode_object('{"a": 1.5, "b": ["ä"]}'.encode()) == {"a": 1.5, "b": ["ä"]}
